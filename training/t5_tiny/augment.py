"""What people type that the corpus does not hold: other names, lower case, capitals, no final stop, quotes, other contractions."""

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
    ("Mr. {} is here.", "M. {} est ici."), ("Mrs. {} is a teacher.", "Mme {} est professeur."), ("Where is Mr. {}?", "Où est M. {} ?"),
    ("Good morning, Mr. {}.", "Bonjour, M. {}."), ("I know Mrs. {}.", "Je connais Mme {}."), ("Dr. {} is not here.", "Le Dr {} n'est pas ici."),
]  # fmt: skip


# What is said around somebody's words; the English comma stands inside the quotation marks or before them.
_SAID = [
    ("He said, {}", "Il a dit : {}"), ("She said, {}", "Elle a dit : {}"), ("Tom said, {}", "Tom a dit : {}"), ("Mary said, {}", "Marie a dit : {}"),
    ("I said, {}", "J'ai dit : {}"), ("He asked, {}", "Il a demandé : {}"), ("She asked me, {}", "Elle m'a demandé : {}"),
]  # fmt: skip
_SAID_AFTER = [("said Tom.", "dit Tom."), ("she said.", "dit-elle."), ("he said.", "dit-il."), ("said Mary.", "dit Marie."), ("said the boy.", "dit le garçon.")]


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
    elif roll < 0.24:
        english = english.upper()
    elif roll < 0.28:
        words = english.split(" ")
        loud = rng.randrange(len(words))
        words[loud] = words[loud].upper()
        english = " ".join(words)
    return english


def quote(english: str, french: str, rng: random.Random) -> tuple[str, str]:
    """Puts both sides in quotation marks, or only what they quote already, or has somebody say them."""
    mark = rng.choice("\"'")
    if english.count('"') == french.count('"') == 2:
        return english.replace('"', mark), french.replace('"', mark)
    said, dit = f"{mark}{english}{mark}", f"{mark}{french}{mark}"
    roll = rng.random()
    if roll < 0.3:
        before, avant = rng.choice(_SAID)
        return before.format(said), avant.format(dit)
    if roll < 0.5 and english.endswith(".") and french.endswith("."):
        after, apres = rng.choice(_SAID_AFTER)
        return f"{mark}{english[:-1]},{mark} {after}", f"{mark}{french[:-1]}{mark}, {apres}"
    return said, dit


def template(rng: random.Random, rare_names: list[str]) -> tuple[str, str]:
    """A sentence about somebody nobody has heard of: the name must be copied."""
    english, french = rng.choice(_TEMPLATES)
    names = [rng.choice(rare_names) if rng.random() < 0.7 else rng.choice(MALE + FEMALE) for _ in range(2)]
    return english.format(*names), french.format(*names)
