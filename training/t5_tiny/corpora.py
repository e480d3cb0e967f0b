"""Reads the corpora: cleaned text, held-out splits, several references for one source.

The split is a hash of the normalised source, so every variant of a sentence or word falls on the same side, in every run.
"""

import re
import zlib
from collections import defaultdict
from pathlib import Path

HELD_OUT_PER_MILLE = 15
MAX_ENGLISH_WORDS = 12
MAX_FRENCH_WORDS = 16

_STRAIGHT = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "«": '"', "»": '"', "\u00a0": " ", "\u202f": " ", "…": "..."})


def clean(text: str) -> str:
    """One line with straight quotes and single spaces; French quotes lose their inner spaces."""
    text = re.sub(r"«\s*", '"', text)
    text = re.sub(r"\s*»", '"', text)
    return re.sub(r"\s+", " ", text.translate(_STRAIGHT)).strip()


def key(text: str) -> str:
    """What two spellings of the same sentence share: lower case letters and digits."""
    return re.sub(r"[^\w]+", " ", text.lower()).strip()


def is_held_out(text: str) -> bool:
    """True for the 1.5 % of sources that training never sees."""
    return zlib.crc32(key(text).encode()) % 1000 < HELD_OUT_PER_MILLE


def punctuated_alike(english: str, french: str) -> str:
    """The French with the English sentence's final mark where one has a full stop and the other an exclamation mark."""
    if english.endswith(".") and french.endswith(" !"):
        return french[:-2] + "."
    return french[:-1] + " !" if english.endswith("!") and french.endswith(".") and not french.endswith("..") else french


def translations(data: Path) -> dict[str, list[str]]:
    """English sentence → its French forms, both cleaned, short enough for the model."""
    french_of: dict[str, list[str]] = defaultdict(list)
    for line in (data / "eng-fra.tatoeba2017.tsv").read_text(encoding="utf-8").splitlines():
        english, french = (clean(field) for field in line.split("\t")[:2])
        if len(english.split()) <= MAX_ENGLISH_WORDS and len(french.split()) <= MAX_FRENCH_WORDS:
            if french not in french_of[english]:
                french_of[english].append(french)
    return dict(french_of)


def pronunciations(data: Path) -> dict[str, list[str]]:
    """Word → its ARPAbet pronunciations with stress digits, the dictionary's first one first."""
    phonemes_of: dict[str, list[str]] = defaultdict(list)
    for line in (data / "cmudict.dict").read_text(encoding="utf-8").splitlines():
        entry, phonemes = line.split("#")[0].strip().split(" ", 1)
        word = re.sub(r"\(\d+\)$", "", entry)
        if re.fullmatch(r"[a-z][a-z']*", word):
            phonemes_of[word].append(phonemes)
    return dict(phonemes_of)


def sentences(data: Path) -> list[str]:
    """Simple English sentences of 4 to 16 words, for span corruption."""
    stories = (data / "tinystories.en.txt").read_text(encoding="utf-8")
    lines = [line for line in stories.splitlines() if line and not line.startswith("<|")]
    found = [part for line in lines for part in re.findall(r"[^.!?]+[.!?]+[\"']?", clean(line))]
    found += [clean(line) for line in (data / "tatoeba_en_sentences.txt").read_text(encoding="utf-8").splitlines()]
    unique = dict.fromkeys(sentence.strip() for sentence in found)
    return [s for s in unique if 4 <= len(s.split()) <= 16 and s[0].isupper() and s.count('"') in (0, 2)]
