"""Writes the averaged weights as Hugging Face checkpoints in float16; ELECTRA's pair as two.

    python -m encoders.export --model bert-tiny --work WORK --out ../www/models [--pair LONGER/electra-tiny]
"""

import argparse
from pathlib import Path

from common import export, loop

from . import models


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="the folder of all models")
    parser.add_argument("--pair", type=Path, help="as in train")
    args = parser.parse_args()
    weights, training = loop.averaged(args.work / "checkpoint.pt")
    model = models.build(args.model, models.ELECTRA_LAYERS if args.pair else models.LAYERS)
    model.load_state_dict(weights)
    parts = {"": model}
    if isinstance(model, models.ElectraPair):
        model.merge()
        parts = {"-discriminator": model.discriminator} | ({} if args.pair else {"-generator": model.generator})
    for suffix, part in parts.items():
        export.write(part, args.work, args.out / f"{args.model}{suffix}", training, args.pair and Path(f"{args.pair}{suffix}"))


if __name__ == "__main__":
    main()
