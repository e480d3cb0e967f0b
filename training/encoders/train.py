"""Pre-trains an encoder-only model.

    python -m encoders.train --model bert-tiny --work WORK [--base ../www/models/bert-tiny]

ELECTRA's pair begins with the weights of `--base`, a BERT of its size and vocabulary.
"""

import argparse
from pathlib import Path

import torch
from common import loop
from tokenizers import Tokenizer
from transformers import BertForPreTraining

from . import batches, losses, models


def generator_rate(share: float) -> float:
    """It waits until the discriminator has begun to look, gets better slowly, and stops while the discriminator can still follow."""
    return 0.015 if 0.12 <= share < 0.215 else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--base", type=Path)
    args = parser.parse_args()
    torch.manual_seed(1)
    model = models.build(args.model)
    if args.base:
        model.begin(BertForPreTraining.from_pretrained(args.base, dtype=torch.float32))
    print(f"{sum(p.numel() for p in model.parameters())} parameters")
    corpus, tok = batches.Corpus.load(args.work / "sentences.npz"), Tokenizer.from_file(str(args.work / "tokenizer.json"))
    vocabulary = batches.Vocabulary.of(args.model, tok)
    loss_of, budget, schedule = losses.loss(args.model, model), models.TOKENS, {}
    if args.base:
        budget, schedule = models.ELECTRA_TOKENS, {"warm_up_steps": 30, "decay_share": 0.35, "parts": {model.discriminator: lambda share: 1.0, model.generator: generator_rate}}
    else:
        loss_of = torch.compile(loss_of, dynamic=False)  # a shorter training is over before this pays
    loop.train(model, lambda seed: batches.endless(corpus, args.model, vocabulary, seed), loss_of, budget, args.work / "checkpoint.pt", **schedule)


if __name__ == "__main__":
    main()
