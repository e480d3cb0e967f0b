"""Writes the averaged weights as a Hugging Face checkpoint in float16.

    python -m decoders.export --model gpt2-tiny --work WORK --out ../www/models/gpt2-tiny [--layers 5] [--base LONGER]
"""

import argparse
from pathlib import Path

from common import export, loop
from tokenizers import Tokenizer

from . import models


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--layers", type=int, help="as in train")
    parser.add_argument("--base", type=Path, help="as in train")
    args = parser.parse_args()
    weights, training = loop.averaged(args.work / "checkpoint.pt")
    model = models.build(args.model, Tokenizer.from_file(str(args.work / "tokenizer.json")), args.layers)
    model.load_state_dict(weights)
    export.write(model, args.work, args.out, training, args.base)


if __name__ == "__main__":
    main()
