"""Writes card.md of t5-tiny from card.template.md (see common/card.py).

    python -m t5_tiny.card --model ../www/models/t5-tiny --limits "what falls short" --history "what this run did differently"
"""

import argparse
from pathlib import Path

from common import card

from .batches import MIXTURE


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--limits", required=True)
    parser.add_argument("--history", default="", help="a sentence on where this run departed from the recipe")
    args = parser.parse_args()
    mixture = ", ".join(f"{task} {share:.0%}" for task, share in MIXTURE.items())
    card.write(args.model, Path(__file__).parent / "card.template.md", mixture=mixture, history=args.history, limits=args.limits)


if __name__ == "__main__":
    main()
