"""What people type that the corpus does not hold: other names, lower case, no final stop, quotes, other contractions."""

import random
import re

MALE = """Tom Paul Jack Peter Sam David Daniel Lucas Martin Ben Leo Max Hugo Karim Omar Ravi Wei Kofi Carlos Pablo Ivan Yusuf
Bruno Diego Felix Henry James John Kevin Louis Marc Nico Pierre Robert Simon Thomas Victor Walter George Frank""".split()
FEMALE = """Mary Anna Emma Lily Lucy Marie Alice Sarah Laura Julia Sophie Nina Maria Fatima Aisha Mei Priya Amina Clara Eva Ines
Jane Kate Lea Mia Nora Olga Paula Rosa Susan Tina Vera Zoe Camille Helen Irene Judy Karen Linda Grace""".split()

_EXPANDED = {
    "I'm": "I am", "you're": "you are", "we're": "we are", "they're": "they are", "don't": "do not", "doesn't": "does not",
    "didn't": "did not", "can't": "cannot", "won't": "will not", "isn't": "is not", "aren't": "are not", "wasn't": "was not",
    "weren't": "were not", "I've": "I have", "we've": "we have", "I'll": "I will", "you'll": "you will", "we'll": "we will",
    "he'll": "he will", "she'll": "she will", "haven't": "have not", "hasn't": "has not", "couldn't": "could not",
    "shouldn't": "should not", "wouldn't": "would not", "that's": "that is", "it's": "it is",
}  # fmt: skip
_EXPANDED |= {k[0].upper() + k[1:]: v[0].upper() + v[1:] for k, v in _EXPANDED.items()}
_CONTRACTED = {long: short for short, long in _EXPANDED.items()}
_EXPAND = re.compile(r"\b(" + "|".join(map(re.escape, _EXPANDED)) + r")\b")
_CONTRACT = re.compile(r"\b(" + "|".join(map(re.escape, _CONTRACTED)) + r")\b(?= \w)")

_TEMPLATES = [
    ("My name is {}.", "Je m'appelle {}."), ("This is {}.", "C'est {}."), ("I am {}.", "Je suis {}."), ("Hello, {}.", "Bonjour, {}."),
    ("Where is {}?", "Où est {} ?"), ("{} is here.", "{} est ici."), ("I love {}.", "J'aime {}."), ("{} is sleeping.", "{} dort."),
    ("I saw {} yesterday.", "J'ai vu {} hier."), ("Thank you, {}.", "Merci, {}."), ("{} likes music.", "{} aime la musique."),
    ("{} has a dog.", "{} a un chien."), ("{} is my friend.", "{} est mon ami."), ("Do you know {}?", "Connais-tu {} ?"),
    ("{} lives in Paris.", "{} habite à Paris."), ("Good morning, {}!", "Bonjour, {} !"), ("Come here, {}!", "Viens ici, {} !"),
    ("{} and {} are here.", "{} et {} sont ici."), ("{} is reading a book.", "{} lit un livre."), ("I live in {}.", "J'habite à {}."),
    ("Good night, {}.", "Bonne nuit, {}."), ("{} is not here.", "{} n'est pas ici."), ("{} loves {}.", "{} aime {}."),
]  # fmt: skip


def _elide(french: str) -> str:
    """de Anna → d'Anna, que Anna → qu'Anna."""
    return re.sub(r"\b([Dd]|[Qq]u)e (?=[AEIOUÉaeiou])", r"\1'", french)


def rename(english: str, french: str, rng: random.Random, rare_names: list[str]) -> tuple[str, str]:
    """Gives Tom and Mary, who people this corpus, other names on both sides."""
    for name, pool in (("Tom", MALE + rng.sample(rare_names, 40)), ("Mary", FEMALE)):
        french_name = "Marie" if name == "Mary" and re.search(r"\bMarie\b", french) else name
        found = re.compile(rf"\b{name}\b")
        target = re.compile(rf"\b{french_name}\b")
        if len(found.findall(english)) == len(target.findall(french)) > 0:
            new = rng.choice(pool)
            english, french = found.sub(new, english), _elide(target.sub(new, french))
    return english, french


def retype(english: str, rng: random.Random) -> str:
    """The same English as somebody else may type it; what it means, and so its French, stays."""
    if rng.random() < 0.2:
        english = _EXPAND.sub(lambda m: _EXPANDED[m.group()], english)
    elif rng.random() < 0.1:
        english = _CONTRACT.sub(lambda m: _CONTRACTED[m.group()], english)
    if rng.random() < 0.12:
        english = english.rstrip(".!?") or english
    roll = rng.random()
    if roll < 0.08:
        english = english.lower()
    elif roll < 0.1:
        english = english.upper()
    return english


def quote(english: str, french: str, rng: random.Random) -> tuple[str, str]:
    """Puts both sides in quotation marks."""
    mark = rng.choice("\"\"'")
    return f"{mark}{english}{mark}", f"{mark}{french}{mark}"


def template(rng: random.Random, rare_names: list[str]) -> tuple[str, str]:
    """A sentence about somebody nobody has heard of: the name must be copied."""
    english, french = rng.choice(_TEMPLATES)
    names = [rng.choice(rare_names) if rng.random() < 0.7 else rng.choice(MALE + FEMALE) for _ in range(2)]
    return english.format(*names), french.format(*names)
