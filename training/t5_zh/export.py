"""Writes the averaged weights as a Hugging Face checkpoint in float16.

    python -m t5_zh.export --work WORK --out ../www/models/t5-tiny-zh
"""

import argparse
from pathlib import Path

from common import export, loop

from .train import build


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    weights, training = loop.averaged(args.work / "checkpoint.pt")
    model = build()
    model.load_state_dict(weights)
    model.config.dropout_rate = 0.0
    export.write(model, args.work, args.out, training)


if __name__ == "__main__":
    main()
