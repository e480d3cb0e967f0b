"""Reads the texts of the story models, cleaned and split: a text is held out by a hash of its words, in every recipe alike."""

import re
import zlib
from pathlib import Path

HELD_OUT_PER_MILLE = 20
_STRAIGHT = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\u00a0": " ", "…": "..."})


def clean(text: str) -> str:
    """Straight quotes, single spaces, one newline between paragraphs."""
    lines = (re.sub(r"\s+", " ", line).strip() for line in text.translate(_STRAIGHT).splitlines())
    return "\n".join(line for line in lines if line)


def is_held_out(text: str) -> bool:
    """True for the 2 % of texts that training never sees; case and punctuation make no difference."""
    key = re.sub(r"[^\w]+", " ", text.lower()).strip()
    return zlib.crc32(key.encode()) % 1000 < HELD_OUT_PER_MILLE


def stories(data: Path) -> list[str]:
    """TinyStories, each once, without those that hold characters outside of plain English text."""
    texts = (data / "tinystories.en.txt").read_text(encoding="utf-8").split("<|endoftext|>")
    unique = dict.fromkeys(clean(text) for text in texts)
    return [text for text in unique if len(text) > 100 and text.isascii() and not re.search(r"[=*&$/]", text)]


def everyday(data: Path) -> list[str]:
    """Short everyday sentences of Tatoeba, each once."""
    lines = (data / "tatoeba_en_sentences.txt").read_text(encoding="utf-8").splitlines()
    unique = dict.fromkeys(clean(line) for line in lines)
    return [text for text in unique if 3 <= len(text.split()) <= 16 and text.isascii()]


def sentences(story: str) -> list[str]:
    """A story's sentences, closing quotes kept with them."""
    return [part.strip() for part in re.findall(r"[^.!?\n]+(?:[.!?]+[\"']*|$)\s*", story) if part.strip()]
