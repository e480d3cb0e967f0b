"""Sentences that say how somebody found something, with their class: written from patterns, each word of praise or blame also turned round.

A judge that only counts words fails on half of them: "not", "anything but", "I expected" and "everybody but me" decide.
"""

import zlib
from itertools import product

NEGATIVE, POSITIVE = 0, 1

_THINGS = [
    "film", "book", "song", "concert", "soup", "cake", "walk", "party", "game", "trip", "lesson", "story", "picture", "garden", "hotel", "dance", "speech", "play", "puppet show", "birthday",
]  # fmt: skip
_GOOD = ["wonderful", "lovely", "great", "delightful", "charming", "splendid", "funny", "beautiful", "exciting", "good"]
_BAD = ["awful", "boring", "terrible", "dull", "ugly", "horrible", "sad", "tiresome", "disappointing", "bad"]

# A pattern with {thing} and {word}, and whether the word's own class is turned round.
_ONE_WORD = [
    ("The {thing} was {word}.", False), ("The {thing} was really {word}.", False), ("What a {word} {thing} that was!", False), ("I found the {thing} {word}.", False),
    ("We all thought that the {thing} was {word}.", False), ("I have never seen a more {word} {thing}.", False), ("The {thing} was not {word} at all.", True),
    ("The {thing} was anything but {word}.", True), ("Nobody could call the {thing} {word}.", True), ("The {thing} was far from {word}.", True), ("I did not find the {thing} {word}.", True),
    ("They told me that the {thing} was {word}, but they were wrong.", True),
]  # fmt: skip
# A pattern with a word of each class: {first} of the other class, {last} of the sentence's.
_TWO_WORDS = [
    "I expected a {first} {thing}, but it was {last}.", "The {thing} was {last}, not {first}.", "Everybody but me found the {thing} {first}; to me it was {last}.",
    "It began as a {first} {thing} and ended as a {last} one.", "The {thing} was {last}, although I had heard that it was {first}.",
]  # fmt: skip
_WITHOUT = [
    ("I would gladly have the {thing} once more.", POSITIVE), ("I am glad that I did not miss the {thing}.", POSITIVE), ("The {thing} ended much too soon.", POSITIVE),
    ("I would not want to have the {thing} again.", NEGATIVE), ("I wish that I had missed the {thing}.", NEGATIVE), ("The {thing} could not end soon enough.", NEGATIVE),
]  # fmt: skip


def every() -> list[tuple[str, int]]:
    """All (sentence, class) that the patterns make."""
    found = [(pattern.format(thing=thing), label) for (pattern, label), thing in product(_WITHOUT, _THINGS)]
    for label, own, other in ((NEGATIVE, _BAD, _GOOD), (POSITIVE, _GOOD, _BAD)):
        for (pattern, turned), thing, word in product(_ONE_WORD, _THINGS, own):
            found.append((_articled(pattern.format(thing=thing, word=word)), 1 - label if turned else label))
        for pattern, thing, first, last in product(_TWO_WORDS, _THINGS, other, own):
            found.append((_articled(pattern.format(thing=thing, first=first, last=last)), label))
    return found


def chosen(of_each: int) -> list[tuple[str, int]]:
    """As many sentences of each class, in the order of a hash."""
    ordered = sorted(every(), key=lambda sentence: zlib.crc32(sentence[0].encode()))
    kept = [[sentence for sentence in ordered if sentence[1] == label][:of_each] for label in (NEGATIVE, POSITIVE)]
    return [sentence for pair in zip(*kept) for sentence in pair]


def _articled(sentence: str) -> str:
    for vowel in "aeiou":
        sentence = sentence.replace(f" a {vowel}", f" an {vowel}")
    return sentence
