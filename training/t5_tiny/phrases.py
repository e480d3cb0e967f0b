"""Everyday sentences from a small bilingual grammar: being cold, having cats, looking for a book.

Tatoeba has such sentences, though not in every person, gender and number; this fills the table in.
"""

import random

# English subject, its "be" and "have", then French subject, "être" and "avoir", is feminine, is plural.
_PERSONS = [
    ("I", "am", "have", "je", "suis", "ai", False, False), ("You", "are", "have", "tu", "es", "as", False, False),
    ("He", "is", "has", "il", "est", "a", False, False), ("She", "is", "has", "elle", "est", "a", True, False),
    ("We", "are", "have", "nous", "sommes", "avons", False, True), ("They", "are", "have", "ils", "sont", "ont", False, True),
]  # fmt: skip
_FEELINGS = [
    ("cold", "froid"), ("hot", "chaud"), ("hungry", "faim"), ("thirsty", "soif"), ("afraid", "peur"), ("right", "raison"),
    ("wrong", "tort"), ("sleepy", "sommeil"), ("scared", "peur"),
]  # fmt: skip
# English, French masculine, feminine; the plural adds s unless the form ends in s or x.
_QUALITIES = [
    ("tired", "fatigué", "fatiguée"), ("happy", "heureux", "heureuse"), ("sad", "triste", "triste"), ("sick", "malade", "malade"),
    ("ready", "prêt", "prête"), ("busy", "occupé", "occupée"), ("rich", "riche", "riche"), ("poor", "pauvre", "pauvre"),
    ("young", "jeune", "jeune"), ("tall", "grand", "grande"), ("small", "petit", "petite"), ("old", "vieux", "vieille"),
    ("beautiful", "beau", "belle"), ("kind", "gentil", "gentille"), ("angry", "en colère", "en colère"), ("late", "en retard", "en retard"),
    ("strong", "fort", "forte"), ("lucky", "chanceux", "chanceuse"), ("alone", "seul", "seule"), ("sorry", "désolé", "désolée"),
    ("here", "ici", "ici"), ("at home", "à la maison", "à la maison"), ("at school", "à l'école", "à l'école"), ("funny", "drôle", "drôle"),
    ("a doctor", "médecin", "médecin"), ("a teacher", "professeur", "professeur"), ("my friend", "mon ami", "mon amie"),
]  # fmt: skip
_FIXED = ("en colère", "en retard", "ici", "à la maison", "à l'école", "mon ami", "mon amie")
# English singular, plural, French singular, plural, gender.
_THINGS = [
    ("cat", "cats", "chat", "chats", "m"), ("dog", "dogs", "chien", "chiens", "m"), ("book", "books", "livre", "livres", "m"),
    ("house", "houses", "maison", "maisons", "f"), ("car", "cars", "voiture", "voitures", "f"), ("brother", "brothers", "frère", "frères", "m"),
    ("sister", "sisters", "sœur", "sœurs", "f"), ("friend", "friends", "ami", "amis", "m"), ("child", "children", "enfant", "enfants", "m"),
    ("daughter", "daughters", "fille", "filles", "f"), ("son", "sons", "fils", "fils", "m"), ("key", "keys", "clé", "clés", "f"),
    ("pen", "pens", "stylo", "stylos", "m"), ("bag", "bags", "sac", "sacs", "m"), ("phone", "phones", "téléphone", "téléphones", "m"),
    ("apple", "apples", "pomme", "pommes", "f"), ("bird", "birds", "oiseau", "oiseaux", "m"), ("horse", "horses", "cheval", "chevaux", "m"),
    ("hat", "hats", "chapeau", "chapeaux", "m"), ("shoe", "shoes", "chaussure", "chaussures", "f"), ("letter", "letters", "lettre", "lettres", "f"),
    ("bicycle", "bicycles", "vélo", "vélos", "m"), ("table", "tables", "table", "tables", "f"), ("chair", "chairs", "chaise", "chaises", "f"),
    ("flower", "flowers", "fleur", "fleurs", "f"), ("egg", "eggs", "œuf", "œufs", "m"), ("coat", "coats", "manteau", "manteaux", "m"),
    ("teacher", "teachers", "professeur", "professeurs", "m"), ("room", "rooms", "chambre", "chambres", "f"), ("boat", "boats", "bateau", "bateaux", "m"),
]  # fmt: skip
_PEOPLE = ("brother", "sister", "friend", "child", "daughter", "son", "teacher")
_NUMBERS = "two:deux three:trois four:quatre five:cinq six:six seven:sept eight:huit nine:neuf ten:dix many:beaucoup_de no:pas_de".split()
_OWNERS = [("my", "mon", "ma", "mes"), ("your", "ton", "ta", "tes"), ("his", "son", "sa", "ses"), ("her", "son", "sa", "ses"),
           ("our", "notre", "notre", "nos"), ("their", "leur", "leur", "leurs")]  # fmt: skip
_COLOURS = [("red", "rouge", "rouge"), ("black", "noir", "noire"), ("white", "blanc", "blanche"), ("green", "vert", "verte"),
            ("blue", "bleu", "bleue"), ("new", "neuf", "neuve"), ("yellow", "jaune", "jaune"), ("expensive", "cher", "chère")]  # fmt: skip
_VERBS = [("see", "vois"), ("want", "veux"), ("am looking for", "cherche"), ("bought", "ai acheté"), ("found", "ai trouvé"), ("lost", "ai perdu")]
_VOWELS = "aeiouéèêœhAEIOUÉ"
_WEATHER = [("cold", "froid"), ("hot", "chaud"), ("sunny", "du soleil"), ("windy", "du vent"), ("dark", "nuit"), ("very cold", "très froid"),
            ("very hot", "très chaud"), ("nice", "beau")]  # fmt: skip
_SET_PHRASES = [
    ("Good morning.", "Bonjour."), ("Good evening.", "Bonsoir."), ("Good night.", "Bonne nuit."), ("Goodbye.", "Au revoir."),
    ("Thank you.", "Merci."), ("Thank you very much.", "Merci beaucoup."), ("Please.", "S'il te plaît."), ("Yes.", "Oui."), ("No.", "Non."),
    ("Hello.", "Bonjour."), ("See you soon.", "À bientôt."), ("It's raining.", "Il pleut."), ("It's snowing.", "Il neige."),
    ("You're welcome.", "De rien."), ("Happy birthday!", "Joyeux anniversaire !"), ("How are you?", "Comment vas-tu ?"),
    ("I'm fine.", "Je vais bien."), ("I don't know.", "Je ne sais pas."), ("I love you.", "Je t'aime."), ("Of course.", "Bien sûr."),
    ("What's your name?", "Comment t'appelles-tu ?"), ("See you tomorrow.", "À demain."), ("Where do you live?", "Où habites-tu ?"),
]  # fmt: skip


def _elided(word: str, following: str) -> str:
    """je + ai → j'ai, ne + es → n'es."""
    return word[:-1] + "'" + following if following[0] in _VOWELS else f"{word} {following}"


def _state(rng: random.Random, subject: str, french_subject: str, verb: str, be: str, english: str, french: str) -> tuple[str, str]:
    """The statement, its negation or its question."""
    kind = rng.random()
    if kind < 0.25:
        negated = _elided("ne", verb)
        return f"{subject} {be} not {english}.", f"{french_subject} {negated} pas {french}.".capitalize()
    if kind < 0.45 and subject != "I":
        hyphen = "-t-" if verb.endswith("a") else "-"
        return f"{be.capitalize()} {subject.lower()} {english}?", f"{verb.capitalize()}{hyphen}{french_subject} {french} ?"
    start = _elided(french_subject, verb) if french_subject == "je" else f"{french_subject} {verb}"
    return f"{subject} {be} {english}.", f"{start[0].upper()}{start[1:]} {french}."


def _feeling(rng: random.Random) -> tuple[str, str]:
    subject, be, _, french_subject, _, avoir, *_ = rng.choice(_PERSONS)
    english, french = rng.choice(_FEELINGS)
    if rng.random() < 0.15:
        english, french = f"very {english}", f"très {french}"
    return _state(rng, subject, french_subject, avoir, be, english, french)


def _quality(rng: random.Random) -> tuple[str, str]:
    subject, be, _, french_subject, etre, _, is_feminine, is_plural = rng.choice(_PERSONS)
    english, masculine, feminine = rng.choice([q for q in _QUALITIES if not (is_plural and (q[0].startswith("a ") or q[0] == "my friend"))])
    french = feminine if is_feminine else masculine
    if is_plural and french not in _FIXED:
        french += "" if french[-1] in "sx" else "x" if french == "beau" else "s"
    if french not in _FIXED and not english.startswith("a") and rng.random() < 0.15:
        english, french = f"very {english}", f"très {french}"
    return _state(rng, subject, french_subject, etre, be, english, french)


def _having(rng: random.Random) -> tuple[str, str]:
    subject, _, have, french_subject, _, avoir, *_ = rng.choice(_PERSONS)
    one, many, un, plusieurs, gender = rng.choice(_THINGS)
    number, nombre = rng.choice(_NUMBERS).split(":")
    start = _elided(french_subject, avoir) if french_subject == "je" else f"{french_subject} {avoir}"
    start = start[0].upper() + start[1:]
    if number == "no":
        of = _elided("de", un)
        return f"{subject} {have} no {many}.", f"{french_subject} {_elided('ne', avoir)} pas {of}.".capitalize()
    if number == "many":
        return f"{subject} {have} many {many}.", f"{start} beaucoup {_elided('de', plusieurs)}."
    if rng.random() < 0.4:
        article = "an" if one[0] in "aeiou" else "a"
        return f"{subject} {have} {article} {one}.", f"{start} {'un' if gender == 'm' else 'une'} {un}."
    return f"{subject} {have} {number} {many}.", f"{start} {nombre} {plusieurs}."


def _owned(rng: random.Random) -> tuple[str, str]:
    one, many, un, plusieurs, gender = rng.choice(_THINGS)
    owner, masculine, feminine, plural = rng.choice(_OWNERS)
    possessive = masculine if gender == "m" or un[0] in _VOWELS else feminine
    colour, noir, noire = rng.choice(_COLOURS)
    article = "an" if one[0] in "aeiou" else "a"
    verb, verbe = rng.choice(_VERBS)
    kinds = [
        (f"Where is {owner} {one}?", f"Où est {possessive} {un} ?"),
        (f"Where are {owner} {many}?", f"Où sont {plural} {plusieurs} ?"),
        (f"This is {owner} {one}.", f"C'est {possessive} {un}."),
        (f"These are {owner} {many}.", f"Ce sont {plural} {plusieurs}."),
        (f"Is this {owner} {one}?", f"Est-ce {possessive} {un} ?"),
        (f"I like {owner} {one}.", f"J'aime {possessive} {un}."),
        (f"I {verb} {owner} {one}.", f"{_elided('je', verbe)} {possessive} {un}.".capitalize()),
        (f"I {verb} {article} {one}.", f"{_elided('je', verbe)} {'un' if gender == 'm' else 'une'} {un}.".capitalize()),
        (f"There is {article} {one} here.", f"Il y a {'un' if gender == 'm' else 'une'} {un} ici."),
    ]  # fmt: skip
    if one not in _PEOPLE:
        kinds.append((f"{owner.capitalize()} {one} is {colour}.", f"{possessive.capitalize()} {un} est {noir if gender == 'm' else noire}."))
    return rng.choice(kinds)


def _said(rng: random.Random) -> tuple[str, str]:
    if rng.random() < 0.5:
        return rng.choice(_SET_PHRASES)
    english, french = rng.choice(_WEATHER)
    when, quand = rng.choice([("", ""), (" today", " aujourd'hui"), (" here", " ici")])
    return f"{rng.choice(['It is', 'It’s'])} {english}{when}.".replace("’", "'"), f"Il fait {french}{quand}."


def phrase(rng: random.Random) -> tuple[str, str]:
    """A random (English, French) sentence of the grammar."""
    return rng.choice([_feeling, _quality, _having, _owned, _owned, _said])(rng)
