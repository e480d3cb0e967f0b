"""Span corruption (Raffel et al. 2020, section 3.1.4) over whole words, so that a reader can type an input by hand."""

import random
import re

PREFIX = "fill: "
MAX_SENTINELS = 20
_WORD = re.compile(r"[A-Za-z][A-Za-z']*")


def corrupt(sentence: str, rng: random.Random) -> tuple[str, str] | None:
    """(source with its prefix, target), or None where the sentence has no room for a span."""
    words = list(_WORD.finditer(sentence))
    n_spans = 1 if len(words) < 7 or rng.random() < 0.4 else 2 if len(words) < 12 or rng.random() < 0.7 else 3
    taken: list[tuple[int, int]] = []  # first and last word of each span
    for _ in range(20):
        if len(taken) == n_spans:
            break
        first = rng.randrange(len(words)) if words else 0
        last = min(first + rng.choice([0, 0, 1, 1, 2]), len(words) - 1)
        joined = all(sentence[a.end() : b.start()] == " " for a, b in zip(words[first:last], words[first + 1 : last + 1]))
        if joined and last - first + 1 < len(words) and all(last + 1 < a or b + 1 < first for a, b in taken):
            taken.append((first, last))
    if not taken:
        return None
    source, target, position = PREFIX, "", 0
    for i, (first, last) in enumerate(sorted(taken)):
        start, end = words[first].start(), words[last].end()
        source += f"{sentence[position:start]}<extra_id_{i}>"
        target += f"<extra_id_{i}> {sentence[start:end]} "
        position = end
    return source + sentence[position:], f"{target}<extra_id_{len(taken)}>"
