"""Mixes the tasks and cuts batches of like lengths with a bounded number of padded tokens."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

# Share of each task among the examples seen.
MIXTURE = {"translate": 0.54, "pronounce": 0.28, "date": 0.06, "fill": 0.12}
POOL = 24_576  # examples sorted by length together
BATCH_TOKENS = 4_000  # of one worker; source and target, padding included


@dataclass
class Batch:
    """Ids padded with 0: source and target end with </s>; decoder_ids is the target shifted right after the start id 0."""

    source: Tensor  # batch pos
    decoder_ids: Tensor  # batch pos
    target: Tensor  # batch pos
    n_tokens: int  # without padding


class Examples:
    """The tokenised examples of one task."""

    def __init__(self, arrays: dict[str, np.ndarray], task: str) -> None:
        self.source, self.source_at = arrays[f"{task}.source"], arrays[f"{task}.source_at"]
        self.target, self.target_at = arrays[f"{task}.target"], arrays[f"{task}.target_at"]

    def __len__(self) -> int:
        return len(self.source_at) - 1

    def pair(self, i: int) -> tuple[np.ndarray, np.ndarray]:
        """(source ids, target ids) of example i."""
        return self.source[self.source_at[i] : self.source_at[i + 1]], self.target[self.target_at[i] : self.target_at[i + 1]]


def load(path: Path, mixture: dict[str, float] = MIXTURE) -> dict[str, Examples]:
    """examples.npz → the examples of each task."""
    arrays = dict(np.load(path))
    return {task: Examples(arrays, task) for task in mixture}


def collate(pairs: list[tuple[np.ndarray, np.ndarray]]) -> Batch:
    """Pads the pairs of one batch."""
    source = np.zeros((len(pairs), max(len(s) for s, _ in pairs)), dtype=np.int64)
    target = np.zeros((len(pairs), max(len(t) for _, t in pairs)), dtype=np.int64)
    for row, (s, t) in enumerate(pairs):
        source[row, : len(s)] = s
        target[row, : len(t)] = t
    decoder_ids = np.pad(target[:, :-1], ((0, 0), (1, 0)))
    n_tokens = int((source != 0).sum() + (target != 0).sum())
    return Batch(*(torch.from_numpy(a) for a in (source, decoder_ids, target)), n_tokens)


def endless(tasks: dict[str, Examples], seed: int, mixture: dict[str, float] = MIXTURE) -> Iterator[Batch]:
    """Batches for ever: each task walks its own shuffled examples again and again."""
    rng = np.random.default_rng(seed)

    def walk(examples: Examples) -> Iterator[int]:
        while True:
            yield from rng.permutation(len(examples))

    walks = {task: walk(examples) for task, examples in tasks.items()}
    while True:
        pool = [tasks[task].pair(next(walks[task])) for task, share in mixture.items() for _ in range(round(POOL * share))]
        pool.sort(key=lambda pair: (len(pair[0]) + len(pair[1]), len(pair[1]), rng.random()))
        batches, start, width = [], 0, [0, 0]
        for i, (s, t) in enumerate(pool):
            width = [max(width[0], len(s)), max(width[1], len(t))]
            if sum(width) * (i + 1 - start) > BATCH_TOKENS:
                batches.append(pool[start:i])
                start, width = i, [len(s), len(t)]
        for i in rng.permutation(len(batches)):
            yield collate(batches[i])
