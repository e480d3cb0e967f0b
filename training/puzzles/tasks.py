"""The puzzles: a question up to its `=`, and an answer. A hash of the question keeps a tenth of them out of training.

    copy fishbowl=fishbowl     reverse stone=enots     sort dcab=abcd     recall a7 x2 k5 x=2     38+45=83
"""

import random
import string
import zlib

TASKS = ("copy", "reverse", "sort", "recall", "addition")
LETTERS, DIGITS = string.ascii_lowercase, string.digits
COPY, REVERSE, SORT, PAIRS = (1, 10), (2, 8), (2, 7), (2, 5)  # letters of a word, pairs to recall from; least and most
NUMBER = 100  # what is added is below it
LONGEST = 28  # characters of a puzzle, and the tokens that begin and end it
CONTEXT = 64  # tokens of a row that repeats itself
STRETCH = (3, 30)  # tokens that are repeated, least and most


def draw(task: str, rng: random.Random) -> tuple[str, str]:
    """(question, answer) by the task's rule."""
    if task == "addition":
        a, b = rng.randrange(NUMBER), rng.randrange(NUMBER)
        return f"{a}+{b}=", str(a + b)
    if task == "recall":
        keys = rng.sample(LETTERS, rng.randint(*PAIRS))
        values = [rng.choice(DIGITS) for _ in keys]
        asked = rng.randrange(len(keys))
        return f"recall {' '.join(map(''.join, zip(keys, values)))} {keys[asked]}=", values[asked]
    if task == "sort":
        word = rng.sample(LETTERS, rng.randint(*SORT))
        return f"sort {''.join(word)}=", "".join(sorted(word))
    word = "".join(rng.choice(LETTERS) for _ in range(rng.randint(*(COPY if task == "copy" else REVERSE))))
    return f"{task} {word}=", word if task == "copy" else word[::-1]


def is_held_out(question: str) -> bool:
    return zlib.crc32(question.encode()) % 10 == 0


def example(task: str, rng: random.Random, held_out: bool = False) -> tuple[str, str]:
    """A puzzle of one side of the split."""
    while True:
        question, answer = draw(task, rng)
        if is_held_out(question) == held_out:
            return question, answer


def repeated(rng: random.Random, distinct: bool, stretch: tuple[int, int] = STRETCH) -> tuple[str, int, int]:
    """(characters, where the stretch begins, its length): random ones, then a random stretch again and again, to `CONTEXT` - 1 characters."""
    length = rng.randint(*stretch)
    pool = LETTERS + DIGITS
    before = "".join(rng.choice(pool) for _ in range(rng.choice([0, 0, 0, rng.randrange(12)])))
    unit = "".join(rng.sample(pool, length) if distinct else rng.choices(pool, k=length))
    return (before + unit * CONTEXT)[: CONTEXT - 1], len(before), length
