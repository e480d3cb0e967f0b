"""Requests that name words which a story is to have, "Words: dog, rain. Story:", built from the stories themselves."""

import random
import re
from collections import Counter
from dataclasses import dataclass

from tokenizers import Tokenizer

LEAST, MOST_SHARE = 30, 0.2  # stories that have a word: rarer ones cannot be learned, commoner ones are in most stories anyway
MANY = [1, 2, 2, 3, 3, 4]  # words of a request

Spans = list[tuple[str, int, int]]


def prompt(words: list[str]) -> str:
    return f"Words: {', '.join(words)}. Story:"


def words_in(text: str) -> list[str]:
    return [word.strip("'") for word in re.findall(r"[A-Za-z']+", text)]


def askable(texts: list[str]) -> list[str]:
    """Words that a request may name: neither names, which begin with a capital mostly, nor rare words, nor those of every other story."""
    stories_with, lower = Counter(), Counter()
    for text in texts:
        found = words_in(text)
        lower.update(word for word in found if word.islower())
        stories_with.update({word.lower() for word in found})
        lower.subtract(word.lower() for word in found if not word.islower())
    common = MOST_SHARE * len(texts)
    return sorted(word for word, n in stories_with.items() if LEAST <= n <= common and lower[word] > 0 and len(word) > 2 and word.isalpha())


def has(text: str, word: str) -> bool:
    """Whether this very form of the word is in the text, with whatever capitals."""
    return word in {found.lower() for found in words_in(text)}


@dataclass
class Story:
    """Ids without the begin token, with the end token; and where each askable word has its first tokens: (word, from, to)."""

    ids: list[int]
    spans: Spans


class Reader:
    """Cuts stories into ids and finds the words in them."""

    def __init__(self, tok: Tokenizer, words: list[str], end: int) -> None:
        self.tok, self.words, self.end = tok, set(words), end

    def story(self, text: str) -> Story:
        encoding = self.tok.encode(text)
        ids, pieces = encoding.ids[1:], encoding.tokens[1:]
        pieces = ["\n" if piece == "<0x0A>" else piece for piece in pieces]
        owner = [i for i, piece in enumerate(pieces) for _ in piece]
        first: dict[str, tuple[int, int]] = {}
        for found in re.finditer(r"[A-Za-z']+", "".join(pieces)):
            word = found[0].strip("'").lower()
            if word in self.words:
                first.setdefault(word, (owner[found.start()], owner[found.end() - 1] + 1))
        return Story([*ids, self.end], [(word, start, stop) for word, (start, stop) in first.items()])

    def prompt_ids(self, words: list[str]) -> list[int]:
        return self.tok.encode(prompt(words)).ids


def draw(rng: random.Random, story: Story, begin: int, stop: int) -> Spans:
    """Some of the words that the story has between two of its tokens, in any order; fewer than wanted where it has fewer."""
    near = [span for span in story.spans if begin <= span[1] and span[2] <= stop]
    return rng.sample(near, min(rng.choice(MANY), len(near)))
