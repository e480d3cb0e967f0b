"""Pre-trains an encoder-only model.

    python -m encoders.train --model bert-tiny --work WORK
"""

import argparse
from pathlib import Path

import torch
from common import loop
from tokenizers import Tokenizer

from . import batches, losses, models


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--work", type=Path, required=True)
    args = parser.parse_args()
    torch.manual_seed(1)
    model = models.build(args.model)
    print(f"{sum(p.numel() for p in model.parameters())} parameters")
    corpus, tok = batches.Corpus.load(args.work / "sentences.npz"), Tokenizer.from_file(str(args.work / "tokenizer.json"))
    vocabulary = batches.Vocabulary.of(args.model, tok)
    loss_of = torch.compile(losses.loss(args.model, model), dynamic=False)
    budget = models.ELECTRA_TOKENS if args.model == "electra-tiny" else models.TOKENS
    loop.train(model, lambda seed: batches.endless(corpus, args.model, vocabulary, seed), loss_of, budget, args.work / "checkpoint.pt")


if __name__ == "__main__":
    main()
