"""Rows of sentences for pre-training, in three lengths, so that a short text is as familiar as a long one.

BERT's rows are two segments, the second from elsewhere half of the time (NSP, Devlin et al. 2019, section 3.1); ALBERT's two follow each
other and are swapped half of the time (SOP, Lan et al. 2020, section 3.1); RoBERTa's and ELECTRA's are one run of sentences without such a task (Liu et al.
2019, section 4.2), and so are half of BERT's and ALBERT's rows. A third of the shortest rows hold a single sentence in every model, because readers type one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from common import stories, templates
from common.loop import Batch
from tokenizers import Tokenizer

from .tokenizer import SPECIAL, VOCAB_SIZE, kind

LENGTHS, SHARES = (32, 64, 128), (0.3, 0.15, 0.55)  # of a row, padded; of the batches
BATCH_TOKENS = 4096  # padding included
TRIMMED_TOKENS, POOL_TOKENS = 2400, 24_000  # the same for ELECTRA, and what is sorted by length together
SINGLE_SHARE = 1 / 3  # of the shortest rows hold one sentence
GENERATED_SHARE = 0.4  # of the shortest rows
TELLING_SHARE = 0.5  # of a generated text's verbs and names that are masked before all else, as they tell what the rest must agree with
RUN_SHARE = 0.5  # of the rows of models that read pairs are one segment, so that a long text without a second one is as familiar
LONG_TEXT = 5  # sentences or more; longer rows begin in such texts only, so that they have little padding and much to look back to
MASK_SHARE = 0.15
IGNORED = -100


@dataclass
class Vocabulary:
    """Ids of the special tokens; ordinary ids are at least `first`."""

    cls: int
    sep: int
    pad: int
    mask: int
    telling: np.ndarray  # the verbs, names and pronouns of generated texts that are one token
    other: np.ndarray  # of each id, that of the pronoun of the other gender, or the id itself
    first: int = 5

    @staticmethod
    def of(model: str, tok: Tokenizer) -> "Vocabulary":
        special = SPECIAL[kind(model)]
        pieces = [f"{before}{word}" for word in templates.TELLING for before in ("", "Ġ")] + [word.lower() for word in templates.TELLING]
        telling = np.array(sorted({tok.token_to_id(piece) for piece in pieces} - {None}))
        other = np.arange(tok.get_vocab_size())
        for word, swapped in OTHER.items():
            for before in ("", "Ġ"):
                for form in (str.lower, str.capitalize):
                    ids = [tok.token_to_id(before + form(each)) for each in (word, swapped)]
                    if None not in ids:
                        other[ids[0]] = ids[1]
        telling = np.union1d(telling, np.flatnonzero(other != np.arange(len(other))))
        return Vocabulary(**{name: tok.token_to_id(special[name]) for name in ("cls", "sep", "pad", "mask")}, telling=telling, other=other)


class Corpus:
    """Texts as the ids of their sentences, one after the other."""

    @staticmethod
    def of(texts: list[str], tok: Tokenizer) -> "Corpus":
        split = [stories.sentences(text) for text in texts]
        # A sentence after the first begins with the space before it, as it does in its text: byte-level tokens hold it.
        joined = [sentence if i == 0 else f" {sentence}" for parts in split for i, sentence in enumerate(parts)]
        rows = [encoding.ids for encoding in tok.encode_batch(joined, add_special_tokens=False)]
        starts = np.cumsum([0] + [len(row) for row in rows])
        return Corpus(np.concatenate(rows).astype(np.int64), starts, np.cumsum([0] + [len(parts) for parts in split]))

    @staticmethod
    def load(path: Path) -> "Corpus":
        return Corpus(**np.load(path))

    def save(self, path: Path) -> None:
        np.savez(path, ids=self.ids, starts=self.starts, text_starts=self.text_starts, n_found=self.n_found)

    def __init__(self, ids: np.ndarray, starts: np.ndarray, text_starts: np.ndarray, n_found: int | None = None) -> None:
        """`n_found` texts that were not generated come first; all of them where it is not given."""
        self.ids, self.starts, self.text_starts = ids, starts, text_starts
        self.n_found = len(text_starts) - 1 if n_found is None else int(n_found)
        self.text_of = np.repeat(np.arange(len(self.text_starts) - 1), np.diff(self.text_starts))
        self.in_long = np.flatnonzero(np.diff(self.text_starts)[self.text_of] >= LONG_TEXT)

    def anywhere(self, length: int, rng: np.random.Generator) -> int:
        """A sentence for a row of `length` to begin with; of a generated text the first one."""
        if length > LENGTHS[0]:
            return int(rng.choice(self.in_long))
        n_texts = len(self.text_starts) - 1
        if self.n_found < n_texts and rng.random() < GENERATED_SHARE:
            return int(self.text_starts[rng.integers(self.n_found, n_texts)])
        return int(rng.integers(self.text_starts[self.n_found]))

    def is_generated(self, sentence: int) -> bool:
        return bool(sentence >= self.text_starts[self.n_found])

    def run(self, sentence: int, room: int) -> tuple[list[np.ndarray], int]:
        """Whole sentences from `sentence` on that fit into `room` ids and stay within a text, and the next sentence."""
        end, found = self.text_starts[self.text_of[sentence] + 1], []
        while sentence < end and self.starts[sentence + 1] - self.starts[sentence] <= room:
            found.append(self.ids[self.starts[sentence] : self.starts[sentence + 1]])
            room -= len(found[-1])
            sentence += 1
        return found, sentence


OTHER = {"she": "he", "he": "she", "her": "him", "him": "her", "his": "her"}  # who would be meant by the other pronoun


def mask(ids: np.ndarray, maskable: np.ndarray, vocabulary: Vocabulary, rng: np.random.Generator, n: int, replace: bool = True, first: np.ndarray | None = None) -> tuple[np.ndarray, ...]:
    """BERT's corruption: of `n` places a row, 80 % [MASK], 10 % a random token, 10 % kept (section 3.1); all [MASK] unless `replace`.

    A row with few maskable tokens has fewer places: 15 %, at least one. Those in `first` are taken before others; among them a pronoun becomes the other one in
    30 % and stays in 30 %, so that a pronoun in sight has to be held against the names. Returns (corrupted ids, places [row, n], labels [row, n]), labels −100 where unused.
    """
    draws = rng.random(ids.shape) - (0 if first is None else first)
    order = np.argsort(np.where(maskable, draws, 2.0), axis=1)[:, :n]  # row n
    wanted = np.maximum(1, np.round(MASK_SHARE * maskable.sum(1)))
    labels = np.where(np.arange(n) < wanted[:, None], np.take_along_axis(ids, order, 1), IGNORED)
    roll = rng.random(order.shape)
    new = np.where(roll < 0.8, vocabulary.mask, np.where(roll < 0.9, rng.integers(vocabulary.first, VOCAB_SIZE, order.shape), labels))
    if first is not None:
        swapped = vocabulary.other[np.maximum(labels, 0)]
        is_pronoun = (swapped != labels) & (labels != IGNORED) & np.take_along_axis(first, order, 1)
        new = np.where(is_pronoun, np.where(roll < 0.4, vocabulary.mask, np.where(roll < 0.7, swapped, labels)), new)
    new = new if replace else np.full_like(labels, vocabulary.mask)
    corrupted = ids.copy()
    np.put_along_axis(corrupted, order, np.where(labels == IGNORED, np.take_along_axis(ids, order, 1), new), 1)
    return corrupted, order, labels


def row(corpus: Corpus, model: str, length: int, vocabulary: Vocabulary, rng: np.random.Generator) -> tuple[list[int], list[int], int, bool]:
    """(ids, segments, label of the pair, whether it begins with a generated text) of one row; the label is 1 for a pair that is not in order, −100 for no pair."""
    v, room, n = vocabulary, length - 3, len(corpus.starts) - 1
    at = corpus.anywhere(length, rng)
    is_generated = corpus.is_generated(at)
    is_single = length == LENGTHS[0] and not is_generated and rng.random() < SINGLE_SHARE
    if is_single or is_generated or model not in ("bert-tiny", "albert-tiny") or rng.random() < RUN_SHARE:
        found, _ = corpus.run(at, room)
        if not found:
            return row(corpus, model, length, vocabulary, rng)
        ids = [v.cls, *(found[0] if is_single else np.concatenate(found)), v.sep]
        return ids, [0] * len(ids), IGNORED, is_generated
    first, after = corpus.run(at, int(room * rng.uniform(0.25, 0.75)))
    used = sum(map(len, first))
    is_odd = rng.random() < 0.5
    if model == "bert-tiny" and is_odd:
        after = corpus.anywhere(length, rng)
    second, _ = corpus.run(after, room - used) if after < n else ([], 0)
    same_text = bool(first) and after < n and corpus.text_of[after] == corpus.text_of[after - 1]
    if not first or not second or (not same_text and not (model == "bert-tiny" and is_odd)):
        return row(corpus, model, length, vocabulary, rng)
    if model == "albert-tiny" and is_odd:
        first, second = second, first
    a, b = np.concatenate(first), np.concatenate(second)
    return [v.cls, *a, v.sep, *b, v.sep], [0] * (len(a) + 2) + [1] * (len(b) + 1), int(is_odd), is_generated


def endless(corpus: Corpus, model: str, vocabulary: Vocabulary, seed: int) -> Iterator[Batch]:
    """Batches for ever, masked anew each time."""
    rng = np.random.default_rng(seed)
    while True:
        length = int(rng.choice(LENGTHS, p=SHARES))
        if model != "electra-tiny":
            yield batch([row(corpus, model, length, vocabulary, rng) for _ in range(BATCH_TOKENS // length)], length, vocabulary, rng)
            continue
        # Rows of like lengths together: without compilation a batch may have any shape, and padding costs time.
        pool = sorted((row(corpus, model, length, vocabulary, rng) for _ in range(POOL_TOKENS // length)), key=lambda found: len(found[0]))
        while pool:
            longest = len(pool[-1][0])
            n_rows = max(1, TRIMMED_TOKENS // longest)
            yield batch(pool[-n_rows:], longest, vocabulary, rng, replace=False)
            del pool[-n_rows:]


def batch(rows: list[tuple[list[int], list[int], int, bool]], length: int, vocabulary: Vocabulary, rng: np.random.Generator, replace: bool = True) -> Batch:
    """Rows padded to `length`, masked."""
    ids, segments = np.full((len(rows), length), vocabulary.pad), np.zeros((len(rows), length), dtype=np.int64)
    for i, (row_ids, row_segments, *_) in enumerate(rows):
        ids[i, : len(row_ids)], segments[i, : len(row_ids)] = row_ids, row_segments
    telling = np.isin(ids, vocabulary.telling) & np.array([[row[3]] for row in rows]) & (rng.random(ids.shape) < TELLING_SHARE)
    corrupted, places, labels = mask(ids, ids >= vocabulary.first, vocabulary, rng, max(1, round(MASK_SHARE * length)), replace, telling)
    arrays = {"ids": corrupted, "original": ids, "segments": segments, "attended": (ids != vocabulary.pad).astype(np.int64)}
    arrays |= {"places": places, "labels": labels, "order": np.array([row[2] for row in rows])}
    return {name: torch.from_numpy(array) for name, array in arrays.items()} | {"n_tokens": torch.tensor((ids != vocabulary.pad).sum())}
