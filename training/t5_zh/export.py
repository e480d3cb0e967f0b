"""Writes the averaged weights as a Hugging Face checkpoint in float16.

    python -m t5_zh.export --work WORK --out ../www/models/t5-tiny-zh [--layers 4 --d-ff 256] [--base LONGER]
"""

import argparse
from pathlib import Path

from common import export, loop

from .train import D_FF, N_LAYERS, build


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--layers", type=int, default=N_LAYERS, help="as in train")
    parser.add_argument("--d-ff", type=int, default=D_FF, help="as in train")
    parser.add_argument("--base", type=Path, help="the larger t5-tiny-zh that the training began with")
    args = parser.parse_args()
    weights, training = loop.averaged(args.work / "checkpoint.pt")
    model = build(args.layers, args.d_ff)
    model.load_state_dict(weights)
    model.config.dropout_rate = 0.0
    export.write(model, args.work, args.out, training, args.base)


if __name__ == "__main__":
    main()
