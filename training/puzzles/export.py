"""Writes puzzle-tiny's averaged weights as a Hugging Face checkpoint in float16, and what was kept on the way as one file of float16 weights each.

    python -m puzzles.export --work WORK --out ../www/models/puzzle-tiny [--making MAKING]
"""

import argparse
from pathlib import Path

from common import export, loop, making

from . import model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--making", type=Path, help="a folder for the checkpoints of its making")
    args = parser.parse_args()
    weights, training = loop.averaged(args.work / "checkpoint.pt")
    gpt = model.build()
    gpt.load_state_dict(weights)
    model.save_tokenizer(args.work)
    export.write(gpt, args.work, args.out, training)
    if args.making:
        making.write(model.build(), args.work, args.making)


if __name__ == "__main__":
    main()
