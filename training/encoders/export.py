"""Writes the averaged weights as Hugging Face checkpoints in float16; ELECTRA's pair as two.

    python -m encoders.export --model bert-tiny --work WORK --out ../www/models [--pair LONGER/electra-tiny] [--making STEPS…]
"""

import argparse
from pathlib import Path

from common import export, loop, making

from . import models


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="the folder of all models")
    parser.add_argument("--pair", type=Path, help="as in train")
    parser.add_argument("--further", type=Path, help="as in train: the model of the first run, whose steps, tokens and minutes count as well")
    parser.add_argument("--making", type=int, nargs="+", help="steps whose weights were kept and are written, too")
    args = parser.parse_args()
    weights, training = loop.averaged(args.work / "checkpoint.pt")
    model = models.build(args.model, models.ELECTRA_LAYERS if args.pair else models.LAYERS)
    model.load_state_dict(weights)
    parts = {"": model}
    if isinstance(model, models.ElectraPair):
        model.merge()
        parts = {"-discriminator": model.discriminator} | ({} if args.pair else {"-generator": model.generator})
    for suffix, part in parts.items():
        export.write(part, args.work, args.out / f"{args.model}{suffix}", training, Path(f"{args.pair}{suffix}") if args.pair else args.further)
    if args.making:
        making.write(models.build(args.model), args.work, args.out / args.model / "making", args.making)


if __name__ == "__main__":
    main()
