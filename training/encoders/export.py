"""Writes the averaged weights as Hugging Face checkpoints in float16; ELECTRA's pair as two.

    python -m encoders.export --model bert-tiny --work WORK --out ../www/models
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
    args = parser.parse_args()
    weights, training = loop.averaged(args.work / "checkpoint.pt")
    model = models.build(args.model)
    model.load_state_dict(weights)
    parts = {"": model}
    if isinstance(model, models.ElectraPair):
        model.merge()
        parts = {"-generator": model.generator, "-discriminator": model.discriminator}
    for suffix, part in parts.items():
        export.write(part, args.work, args.out / f"{args.model}{suffix}", training)


if __name__ == "__main__":
    main()
