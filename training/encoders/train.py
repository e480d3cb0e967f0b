"""Pre-trains an encoder-only model.

    python -m encoders.train --model bert-tiny --work WORK
    python -m encoders.train --model bert-tiny --work WORK2 --further ../www/models/bert-tiny    # a second run that goes on from the first one's model
    python -m encoders.train --model electra-tiny --work WORK --base ../www/models/bert-tiny
    python -m encoders.train --model electra-tiny --work WORK --pair LONGER/electra-tiny

ELECTRA's pair begins with the weights of `--base`, a BERT of its width and vocabulary with four layers. A second run begins with `--pair`, the folders of
the first one's halves without their endings, leaves out a layer of the discriminator, and trains only that.
"""

import argparse
from pathlib import Path

import torch
from common import loop, shorten
from tokenizers import Tokenizer
from transformers import BertForPreTraining, ElectraForMaskedLM, ElectraForPreTraining

from . import batches, losses, models


RATES = loop.Rates(matrices=0.01, queries_and_keys=0.005, tables=0.0025, small=0.0015)
FURTHER_PEAK = 0.6  # of the rates, in a second run
KEPT = [0, 0.0075, 0.015, 0.03, 0.06, 0.105, 0.165, 0.28, 0.4, 0.55, 0.75]  # shares of the tokens at which the weights are kept


def generator_rate(share: float) -> float:
    """It waits until the discriminator has begun to look, gets better slowly, and stops while the discriminator can still follow."""
    return 0.015 if 0.12 <= share < 0.215 else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--base", type=Path)
    parser.add_argument("--pair", type=Path)
    parser.add_argument("--further", type=Path)
    args = parser.parse_args()
    torch.manual_seed(1)
    model = models.build(args.model, models.LAYERS if args.base else models.ELECTRA_LAYERS)
    if args.base:
        model.begin(BertForPreTraining.from_pretrained(args.base, dtype=torch.float32))
    print(f"{sum(p.numel() for p in model.parameters())} parameters")
    corpus, tok = batches.Corpus.load(args.work / "sentences.npz"), Tokenizer.from_file(str(args.work / "tokenizer.json"))
    vocabulary = batches.Vocabulary.of(args.model, tok)
    loss_of, budget, schedule = losses.loss(args.model, model), models.TOKENS, {"decay_share": 0.6, "rates": RATES, "kept": KEPT}
    if args.further:
        model.load_state_dict(type(model).from_pretrained(args.further, dtype=torch.float32).state_dict())
        budget, schedule = models.TOKENS_FURTHER, {"decay_share": 0.9, "rates": RATES, "parts": {model: lambda share: FURTHER_PEAK}, "seed": 7}
    if args.base:
        budget, schedule = models.ELECTRA_TOKENS, {"warm_up_steps": 30, "decay_share": 0.35, "parts": {model.discriminator: lambda share: 1.0, model.generator: generator_rate}}
    elif args.pair:
        halves = [kind.from_pretrained(f"{args.pair}-{half}", dtype=torch.float32) for kind, half in ((ElectraForMaskedLM, "generator"), (ElectraForPreTraining, "discriminator"))]
        batch = next(batches.endless(corpus, args.model, vocabulary, 2))
        shorten.begin(model, model.weights_of(*halves), "discriminator.electra.encoder.layer", lambda: loss_of(batch)[1])
        model.generator.requires_grad_(False)
        budget, schedule = models.ELECTRA_TOKENS_SHORTENED, shorten.schedule(model.discriminator)
    if not args.base and not args.pair:
        loss_of = torch.compile(loss_of, dynamic=False)  # a shorter training is over before this pays
    loop.train(model, lambda seed: batches.endless(corpus, args.model, vocabulary, seed), loss_of, budget, args.work / "checkpoint.pt", **schedule)


if __name__ == "__main__":
    main()
