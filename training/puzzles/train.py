"""Trains puzzle-tiny; every puzzle is drawn anew.

    python -m puzzles.train --work WORK
"""

import argparse
import random
from collections.abc import Iterator
from pathlib import Path

import torch
from common import loop
from torch import Tensor
from torch.nn import functional as F

from . import model, tasks

ROWS = {"copy": 12, "reverse": 16, "sort": 20, "recall": 32, "addition": 48}  # of a batch
REPEATED_ROWS = 12
TOKENS = 10_000_000
RATES = loop.Rates(matrices=0.01, queries_and_keys=0.01, tables=0.003, small=0.003)
KEPT = [0, 0.018, 0.036, 0.06, 0.12, 0.2, 0.26, 0.32, 0.38, 0.44, 0.55, 0.75]  # shares of the tokens
IGNORED = -100


def batches(seed: int) -> Iterator[loop.Batch]:
    """Puzzles, padded, in the order of `ROWS`, with labels on their answers and ends; and rows that repeat themselves, with labels where they do."""
    rng, id_of = random.Random(seed), model.tokenizer().get_vocab()
    n_rows = sum(ROWS.values())
    while True:
        ids, labels = torch.zeros(n_rows, tasks.LONGEST, dtype=torch.long), torch.full((n_rows, tasks.LONGEST), IGNORED)
        drawn = [tasks.example(task, rng) for task, n in ROWS.items() for _ in range(n)]
        for i, (question, answer) in enumerate(drawn):
            row = torch.tensor([0, *(id_of[c] for c in question + answer), 0])
            ids[i, : len(row)] = row
            labels[i, len(question) : len(row) - 1] = row[len(question) + 1 :]
        again, again_labels = [], torch.full((REPEATED_ROWS, tasks.CONTEXT), IGNORED)
        for i in range(REPEATED_ROWS):
            text, start, length = tasks.repeated(rng, i % 3 > 0)
            again.append([0, *(id_of[c] for c in text)])
            seen = start + length + 1  # where the second turn's first token stands, behind the begin token; from there on the next one is known
            again_labels[i, seen : tasks.CONTEXT - 1] = torch.tensor(again[i][seen + 1 :])
        n_tokens = sum(len(q) + len(a) + 2 for q, a in drawn) + REPEATED_ROWS * tasks.CONTEXT
        yield {"ids": ids, "labels": labels, "again": torch.tensor(again), "again_labels": again_labels, "n_tokens": torch.tensor(n_tokens)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(1)
    gpt = model.build()
    print(f"{sum(p.numel() for p in gpt.parameters())} parameters, losses of {', '.join(tasks.TASKS)} and repetition")

    def loss(ids: Tensor, labels: Tensor) -> Tensor:
        """[row pos] → mean over each row's labels [row]"""
        each = F.cross_entropy(gpt(ids, use_cache=False).logits.float().transpose(1, 2), labels, ignore_index=IGNORED, reduction="none")
        return each.sum(1) / (labels != IGNORED).sum(1)

    loss = torch.compile(loss, dynamic=False)

    def loss_of(batch: loop.Batch) -> Tensor:
        by_task = loss(batch["ids"], batch["labels"]).split([*ROWS.values()])
        return torch.stack([part.mean() for part in (*by_task, loss(batch["again"], batch["again_labels"]))])

    loop.train(gpt, batches, loss_of, TOKENS, args.work / "checkpoint.pt", rates=RATES, decay_share=0.6, kept=KEPT)


if __name__ == "__main__":
    main()
