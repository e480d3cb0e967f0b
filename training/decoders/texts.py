"""The texts of each model, as (training, held out)."""

import re
from pathlib import Path

from common import stories


def _split(texts: list[str]) -> tuple[list[str], list[str]]:
    return [t for t in texts if not stories.is_held_out(t)], [t for t in texts if stories.is_held_out(t)]


def poems(data: Path) -> list[str]:
    """Quatrains, two couplets on two lines, four lines of five or of seven characters."""
    lines = dict.fromkeys((data / "quatrains.zh.txt").read_text(encoding="utf-8").split())
    found = (re.fullmatch(r"([^，。]{5}|[^，。]{7})，([^，。]+)。([^，。]+)，([^，。]+)。", line) for line in lines)
    return [m.string for m in found if m and len({len(part) for part in m.groups()}) == 1]


def chinese(data: Path) -> list[str]:
    """Simple Chinese sentences, and both sides of sentence pairs one after the other."""
    lines = [stories.clean(line) for line in (data / "zh_simple.txt").read_text(encoding="utf-8").splitlines()]
    pairs = [line.split("\t")[:2] for line in (data / "eng-cmn.tatoeba.tsv").read_text(encoding="utf-8").splitlines()]
    both = [f"{stories.clean(english)}\n{stories.clean(mandarin)}" for english, mandarin in pairs]
    return list(dict.fromkeys(line for line in lines + both if len(line) >= 4))


def texts_of(model: str, data: Path) -> tuple[list[str], list[str]]:
    """(training texts, held-out texts) of `gpt2-tiny`, `llama-tiny`, `llama-tiny-zh` or `gpt2-poem`."""
    if model == "gpt2-poem":
        return _split(poems(data))
    if model == "llama-tiny-zh":
        return _split(chinese(data) + stories.stories(data)[::2])
    return _split(stories.stories(data))
