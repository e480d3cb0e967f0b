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


# Who says something; who says it in French, before the words (composed past) and after them (simple past, the verb first).
_SPEAKERS = [
    ("He", "Il a", "il"), ("She", "Elle a", "elle"), ("I", "J'ai", ""), ("Tom", "Tom a", "Tom"), ("Mary", "Marie a", "Marie"),
    ("My mother", "Ma mère a", "ma mère"), ("My father", "Mon père a", "mon père"), ("The boy", "Le garçon a", "le garçon"),
    ("The girl", "La fille a", "la fille"), ("The man", "L'homme a", "l'homme"), ("The woman", "La femme a", "la femme"),
    ("The teacher", "Le professeur a", "le professeur"), ("The doctor", "Le médecin a", "le médecin"), ("{}", "{} a", "{}"),
]  # fmt: skip
# The verb, its participle, its simple past; what is said to "me" stands before the words only.
_SAYING = [("said", "dit", "dit"), ("answered", "répondu", "répondit"), ("replied", "répondu", "répondit"), ("shouted", "crié", "cria"), ("told me", "dit", "")]
_ASKING = [("asked", "demandé", "demanda"), ("asked me", "demandé", "")]

_ONSETS = "b c ch d f g gr h j k kh l m n p qu r s sh st t th v w x y z zh".split()
_NUCLEI = "a e i o u a e i o ai ao ei ia iao ie iu ou ua ui uo ya".split()
_CODAS = [*[""] * 12, *"n ng n ng m r l s k t".split()]


def invented_name(rng: random.Random) -> str:
    """Two to four syllables that no word list holds, such as Yoreng, Sousha or Dicou."""
    while True:
        syllables = (rng.choice(_ONSETS) + rng.choice(_NUCLEI) + rng.choice(_CODAS) for _ in range(rng.choice([2, 2, 2, 3, 3, 4])))
        name = "".join(syllables).capitalize()
        if len(name) <= 11:
            return name


def _elide(french: str) -> str:
    """de Anna → d'Anna, que Anna → qu'Anna."""
    return re.sub(r"\b([Dd]|[Qq]u)e (?=[AEIOUÉaeiou])", r"\1'", french)


def rename(english: str, french: str, rng: random.Random, toms: list[str], maries: list[str]) -> tuple[str, str]:
    """Gives Tom and Mary, who people this corpus, one of these names on both sides; a list that is empty leaves its name."""
    for name, pool in (("Tom", toms), ("Mary", maries)):
        french_name = "Marie" if name == "Mary" and re.search(r"\bMarie\b", french) else name
        found = re.compile(rf"\b{name}\b")
        target = re.compile(rf"\b{french_name}\b")
        if pool and len(found.findall(english)) == len(target.findall(french)) > 0:
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


def _said(english: str, french: str, mark: str, rng: random.Random, rare_names: list[str]) -> tuple[str, str]:
    """Has somebody say it, named before the words or after them; the English comma stands inside the quotation marks."""
    name = rng.choice(rare_names) if rng.random() < 0.5 else rng.choice(MALE + FEMALE)
    who, has, qui = (form.format(name) for form in rng.choice(_SPEAKERS))
    verbs = _ASKING if english.endswith("?") else _SAYING
    verb, participle, simple = rng.choice([v for v in verbs if not (who == "I" and v[0].endswith(" me"))])
    stop = english[-1]
    if qui and simple and stop in ".!?" and stop == french[-1] and rng.random() < 0.45:
        who = who[0].lower() + who[1:] if who.split()[0] in ("He", "She", "My", "The") else who
        told = f"{who} {verb}" if who in ("he", "she") or rng.random() < 0.4 else f"{verb} {who}"
        is_pronoun = qui in ("il", "elle")
        dit = simple + ("-t-" if is_pronoun and simple.endswith("a") else "-" if is_pronoun else " ") + qui
        if stop == ".":
            return f"{mark}{english[:-1]},{mark} {told}.", f"{mark}{french[:-1]}{mark}, {dit}."
        return f"{mark}{english}{mark} {told}.", f"{mark}{french}{mark} {dit}."
    if verb.endswith(" me"):
        has = has.removesuffix("a") + "m'a"
    return f"{who} {verb}{rng.choice([',', ',', ',', ':', ''])} {mark}{english}{mark}", f"{has} {participle} : {mark}{french}{mark}"


def quote(english: str, french: str, rng: random.Random, rare_names: list[str]) -> tuple[str, str]:
    """Puts both sides in quotation marks, or only what they quote already, or has somebody say them."""
    mark = rng.choice("\"'")
    if english.count('"') == french.count('"') == 2:
        return english.replace('"', mark), french.replace('"', mark)
    if rng.random() < 0.7 and len(english.split()) <= 9:
        return _said(english, french, mark, rng, rare_names)
    return f"{mark}{english}{mark}", f"{mark}{french}{mark}"


def template(rng: random.Random, rare_names: list[str]) -> tuple[str, str]:
    """A sentence about somebody nobody has heard of: the name must be copied."""
    english, french = rng.choice(_TEMPLATES)
    names = [rng.choice(rare_names) if rng.random() < 0.7 else rng.choice(MALE + FEMALE) for _ in range(2)]
    return english.format(*names), french.format(*names)
