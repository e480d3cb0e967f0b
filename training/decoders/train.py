"""Trains a decoder-only model on next tokens.

    python -m decoders.train --model gpt2-tiny --work WORK
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch.nn import functional as F

from common import loop

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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--work", type=Path, required=True)
    args = parser.parse_args()
    torch.manual_seed(1)
    model = models.build(args.model, Tokenizer.from_file(str(args.work / "tokenizer.json")))
    print(f"{sum(p.numel() for p in model.parameters())} parameters")

    @torch.compile
    def loss_of(batch: loop.Batch) -> torch.Tensor:
        hidden = model.base_model(batch["ids"][:, :-1], use_cache=False).last_hidden_state
        return F.cross_entropy(model.lm_head(hidden).flatten(0, 1), batch["ids"][:, 1:].flatten())

    stream = lambda seed: batches(args.work, models.CONTEXT[args.model], seed)  # noqa: E731
    loop.train(model, stream, loss_of, models.TOKENS[args.model], args.work / "checkpoint.pt")


if __name__ == "__main__":
    main()
