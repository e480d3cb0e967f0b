"""Trains a decoder-only model on next tokens.

    python -m decoders.train --model gpt2-tiny --work WORK --layers 5
    python -m decoders.train --model gpt2-tiny --work WORK --base LONGER    # a second run: begins with the first one's model, a layer left out
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional as F
from transformers import AutoModelForCausalLM

from common import loop, shorten

from . import models

BATCH_TOKENS = 4096
MIDWAY_SHARE = 0.2  # of rows that begin inside a text


def batches(work: Path, context: int, seed: int) -> Iterator[loop.Batch]:
    """Rows of `context` + 1 ids: one begins at each text, in random order, and runs on into the next one."""
    stream = np.load(work / "stream.npz")
    ids, starts = stream["ids"], stream["starts"]
    ids = np.concatenate([ids, ids[: context + 1]]).astype(np.int64)
    rng = np.random.default_rng(seed)
    n_rows = BATCH_TOKENS // context
    while True:
        order = rng.permutation(len(starts) - 1)
        for chosen in np.split(order[: len(order) // n_rows * n_rows], len(order) // n_rows):
            midway = (rng.random(n_rows) * (starts[chosen + 1] - starts[chosen])).astype(np.int64) * (rng.random(n_rows) < MIDWAY_SHARE)
            rows = np.stack([ids[at : at + context + 1] for at in starts[chosen] + midway])
            yield {"ids": torch.from_numpy(rows), "n_tokens": torch.tensor(n_rows * context)}


def with_pieces_of(tok: Tokenizer, base: Path) -> shorten.Weights:
    """The weights in `base`, whose tables keep the rows of `tok`'s pieces: base has them all."""
    weights, known = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32).state_dict(), Tokenizer.from_file(str(base / "tokenizer.json"))
    rows = [known.token_to_id(piece) for piece, _ in sorted(tok.get_vocab().items(), key=lambda item: item[1])]
    return {name: tensor[rows] if name.endswith(("wte.weight", "embed_tokens.weight", "lm_head.weight")) else tensor for name, tensor in weights.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--layers", type=int, help="instead of those that the model is to have in the end")
    parser.add_argument("--base", type=Path, help="a model with more layers to begin with")
    args = parser.parse_args()
    torch.manual_seed(1)
    tok, context = Tokenizer.from_file(str(args.work / "tokenizer.json")), models.CONTEXT[args.model]
    model = models.build(args.model, tok, args.layers)
    print(f"{sum(p.numel() for p in model.parameters())} parameters")

    def loss_of(batch: loop.Batch) -> Tensor:
        hidden = model.base_model(batch["ids"][:, :-1], use_cache=False).last_hidden_state
        return F.cross_entropy(model.lm_head(hidden).flatten(0, 1), batch["ids"][:, 1:].flatten())

    stream = lambda seed: batches(args.work, context, seed)  # noqa: E731
    budget, schedule = models.TOKENS[args.model], {}
    if args.base:
        stack = "transformer.h" if args.model.startswith("gpt2") else "model.layers"
        some = {"ids": torch.cat([next(stream(seed))["ids"] for seed in range(4)])}
        shorten.begin(model, with_pieces_of(tok, args.base), stack, lambda: loss_of(some))
        budget, schedule = models.TOKENS_SHORTENED[args.model], shorten.schedule(model)
    loop.train(model, stream, torch.compile(loss_of), budget, args.work / "checkpoint.pt", **schedule)


if __name__ == "__main__":
    main()
