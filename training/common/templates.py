"""Generated sentences about number and gender: verbs that agree with a subject across a noun of the other number, and pronouns whose person a name tells.

    The keys to the old door are lost. They were in the box.
    Lily had a ball and Tom had a kite. She played with her ball.

Subjects and names listed in `UNSEEN_*` appear in no training text that this file writes; the stories have them. `phenomena.py` measures with those.
"""

import random
from collections.abc import Callable

# A noun that takes more than an s is written with its plural.
NOUNS = """key door cabinet/cabinets book table flower garden window house toy box/boxes picture wall dog boy girl cat bird friend teacher mother/mothers
farmer king queen prince/princes princess/princesses doctor nurse baby/babies man/men woman/women child/children tree leaf/leaves branch/branches apple
orange basket cake plate cup bottle spoon knife/knives shoe sock hat coat shirt button bag rock stone shell bear rabbit fox/foxes mouse/mice duck frog
lion monkey elephant horse cow pig goose/geese bee ant spider butterfly/butterflies letter card pencil crayon puzzle piece game
song story/stories movie train truck boat plane bike wheel road bridge hill mountain river lake cloud star light lamp candle bed pillow blanket chair
room kitchen shop store school park farm/farms castle tower flag/flags crown sword/swords ring coin treasure map robot ball balloon kite swing slide
doll drum bell clock egg nut seed carrot banana cookie pie sandwich/sandwiches soup/soups glove scarf/scarves dress/dresses pocket rope ladder/ladders
bucket tool hammer brick roof/roofs fence gate path pond puddle cave hole nest feather wing tail paw nose ear eye hand finger arm leg tooth/teeth
foot/feet sister brother neighbor sailor/sailors driver/drivers painter/painters singer/singers clown/clowns pirate knight giant/giants dragon monster
fairy/fairies witch/witches wizard uncle/uncles aunt/aunts cousin/cousins puppy/puppies kitten squirrel owl pigeon swan chicken turtle crab worm snail
bug kid player parent helper soldier guard/guards uniform/uniforms""".split()
UNSEEN_NOUNS = """car pen/pens lemon rose/roses spoon/spoons bowl jar/jars berry/berries goat cub/cubs duckling/ducklings wolf/wolves tiger whale/whales rocket
sticker marble bench/benches statue/statues towel mirror/mirrors jacket/jackets boot/boots carpet/carpets painting sign lady/ladies chef/chefs fireman/firemen
policeman/policemen vet/vets ghost/ghosts penguin/penguins parrot/parrots ladybug/ladybugs plant stamp ticket muffin tomato/tomatoes pumpkin/pumpkins
peach/peaches drawing cart/carts wagon/wagons tent/tents camera/cameras phone/phones radio/radios brush/brushes umbrella/umbrellas""".split()
GIRLS = "Lily Sue Mia Lucy Anna Amy Sally Sara Jane Sarah Daisy Lila Jill Molly Emma Bella Mary Jenny Lisa Mimi Luna Rose Ella Susie Polly Betty Kate".split()
BOYS = "Tim Tom Ben Max Sam Timmy Bob Jack John Billy Joe Tommy Leo Jake Jimmy Mark Pete Bobby Fred Jerry Jim Benny Peter Andy Bill Toby Mike".split()
UNSEEN_GIRLS = "Emily Lola Maria Sophie Alice Ellie Julie Clara Ruby".split()
UNSEEN_BOYS = "Johnny Dave Joey James Henry Danny Paul George".split()
PEOPLE = [("mom", "dad"), ("girl", "boy"), ("queen", "king"), ("grandma", "grandpa"), ("princess", "prince"), ("woman", "man"), ("sister", "brother"), ("aunt", "uncle"), ("lady", "knight")]

PLACES = "park beach store school farm zoo garden kitchen forest library pond lake house playground castle river market".split()
THINGS = "ball kite doll car book hat cookie apple balloon drum boat puzzle bear truck cake cup bag box flower robot bike pencil sandwich rock shell bell".split()
COLOURS = "red blue green yellow pink big small old new shiny brown little".split()
FEELINGS = "happy sad tired hungry cold scared angry proud sleepy sick excited lonely".split()
QUALITIES = """red blue green yellow white black big small old new broken clean dirty wet dry pretty nice good bad lost ready gone here there pink heavy light strong warm cold
hot soft hard loud quiet shiny empty full long short tall funny strange special safe happy sad tired hungry angry scared kind brave very_old very_big very_nice so_pretty too_small
still_wet in_the_house on_the_table under_the_bed in_the_garden at_the_park near_the_door made_of_wood all_dirty""".split()
BESIDE = "to near behind under in on with by beside from of above below next_to in_front_of for around inside over at".split()
BE = [("is", "are"), ("was", "were"), ("is", "are"), ("was", "were"), ("isn't", "aren't"), ("wasn't", "weren't")]
ACTS = """looks/look:good looks/look:old needs/need:help needs/need:water makes/make:a_noise makes/make:everyone_happy comes/come:from_far_away stands/stand:in_the_sun lies/lie:on_the_floor
has/have:a_name has/have:many_colors falls/fall:down moves/move:slowly shines/shine:in_the_light smells/smell:nice belongs/belong:to_the_king seems/seem:small helps/help:us goes/go:home
likes/like:the_sun wants/want:to_play stays/stay:here has/have:been_there does/do:not_move doesn't/don't:look_new gets/get:wet""".split()


TELLING = [*(word for pair in BE for word in pair), *(verb for act in ACTS for verb in act.split(":")[0].split("/")), *GIRLS, *BOYS]


def _forms(nouns: list[str]) -> list[tuple[str, str]]:
    """(one, many) of each noun."""
    return [(word, word + "s") if "/" not in word else tuple(word.split("/")) for word in nouns]


SEEN, UNSEEN = _forms(NOUNS), [pair for pair in _forms(UNSEEN_NOUNS) if pair not in _forms(NOUNS)]


def _plain(word: str) -> str:
    return word.replace("_", " ")


def subject(rng: random.Random, pair: tuple[str, str], others: list[tuple[str, str]], number: int, opposite: float = 0.7) -> str:
    """"the keys to the old door": a noun of a number (0 one, 1 many) with a phrase in which another noun stands, mostly of the other number."""
    adjective = lambda: f"{rng.choice(COLOURS)} " if rng.random() < 0.25 else ""  # noqa: E731
    other = lambda: rng.choice(others)[1 - number if rng.random() < opposite else number]  # noqa: E731
    owner = rng.choice(["the", "the", "the", "her", "his", "my", "their"])
    noun = f"{rng.choice(['the', 'the', 'the', 'his', 'her', 'my'])} {adjective()}{pair[number]}"
    form = rng.random()
    if form < 0.62:
        return f"{noun} {_plain(rng.choice(BESIDE))} {owner} {adjective()}{other()}"
    if form < 0.72:
        return f"{noun} {_plain(rng.choice(BESIDE))} the {other()} and the {other()}"
    if form < 0.82:
        return f"{noun} {_plain(rng.choice(BESIDE))} the {other()} {_plain(rng.choice(BESIDE))} the {other()}"
    if form < 0.92:
        verb = rng.choice(["saw", "liked", "found", "wanted", "took", "helped", "made", "had"])
        return f"{noun} that {verb} the {adjective()}{other()}"
    who = rng.choice([*GIRLS, *BOYS, "mom", "dad", "he", "she", "they"])
    return f"{noun} that {who} {rng.choice(['saw', 'got', 'liked', 'found', 'put', 'took'])} {rng.choice(['near', 'with', 'under', 'for', 'by'])} the {other()}"


def agreement(rng: random.Random) -> str:
    """One or two sentences whose verb agrees with a noun that stands far before it."""
    pair, number = rng.choice(SEEN), rng.randrange(2)
    simple = rng.random() < 0.2
    words = f"the {pair[number]}" if simple else subject(rng, pair, SEEN, number)
    if rng.random() < 0.75:
        verb, rest = rng.choice(BE)[number], _plain(rng.choice(QUALITIES))
    else:
        verbs, rest = rng.choice(ACTS).split(":")
        verb, rest = verbs.split("/")[number], _plain(rest)
    said = rng.random()
    opening = ""
    if said < 0.3:
        opening = rng.choice(["One day,", "Now", "But", "Today,", "Then", "In the morning,", "At night,", "Look,", "Soon"]) + " "
    elif said < 0.5:
        opening = f"{rng.choice([*GIRLS, *BOYS])} {rng.choice(['said that', 'saw that', 'knew that', 'thought that', 'was happy because', 'was sad because'])} "
    sentence = f"{opening}{words} {verb} {rest}."
    if rng.random() < 0.35:
        pronoun, was = [("It", "was"), ("They", "were")][number]
        sentence += f" {pronoun} {was} {_plain(rng.choice(QUALITIES))}."
    if rng.random() < 0.08:
        question = [("Is", "Was"), ("Are", "Were")][number]
        sentence = f"{rng.choice(question)} {words} {rest if 'to' not in rest else 'here'}?"
    return sentence[0].upper() + sentence[1:]


def two_people(rng: random.Random, girls: list[str] = GIRLS, boys: list[str] = BOYS) -> list[tuple[str, int]]:
    """Two people as (name, 0 for she or 1 for he), a girl and a boy in either order."""
    girl, boy = rng.choice(girls), rng.choice(boys)
    if rng.random() < 0.15:
        girl, boy = (f"the {word}" for word in rng.choice(PEOPLE))
    found = [(girl, 0), (boy, 1)]
    rng.shuffle(found)
    return found


HE, HIM, HIS = ("she", "he"), ("her", "him"), ("her", "his")


def coreference(rng: random.Random) -> str:
    """Sentences in which a pronoun can mean only one of two people, and something that follows tells which."""
    people = two_people(rng)
    (a, of_a), (b, of_b) = people
    which = rng.randrange(2)
    (x, of_x), (y, of_y) = people[which], people[1 - which]  # whom the pronoun means, and the other
    things = rng.sample(THINGS, 2)
    mine, other = things[which], things[1 - which]
    colour, feeling, place = rng.choice(COLOURS), rng.sample(FEELINGS, 2), rng.choice(PLACES)
    he, him, his, his_other, him_other, he_other = HE[of_x], HIM[of_x], HIS[of_x], HIS[of_y], HIM[of_y], HE[of_y]
    x_called, y_called = x.removeprefix("the "), y.removeprefix("the ")
    texts: list[Callable[[], str]] = [
        lambda: f"{a} had a {things[0]} and {b} had a {things[1]}. {he} {rng.choice(['played with', 'loved', 'lost', 'showed everyone', 'looked at'])} {his} {mine}.",
        lambda: f"{a} liked the {things[0]}, but {b} liked the {things[1]}. So {he} took the {mine} home, and {he_other} took the {other}.",
        lambda: f"{a} was {feeling[0]} and {b} was {feeling[1]}. {he} was {feeling[which]} because {he} had {rng.choice(['lost', 'found', 'seen', 'broken'])} a {colour} {mine}.",
        lambda: f"{a} went to the {place} with {b}. {he} was {feeling[0]}. \"{rng.choice(['Are you', 'Why are you'])} {feeling[0]}, {x_called}?\" asked {y}.",
        lambda: f"{x} gave {y} a {colour} {mine}. {he_other} thanked {him} and gave {him} a hug. \"Thank you, {x_called}!\" said {y}.",
        lambda: f"{x} lost {his} {mine} at the {place}. {y} found it, and {he_other} gave it back to {him}. {x} was happy.",
        lambda: f"{a} and {b} were in the {place}. {he} fell down, so {he_other} helped {him} up. {x} said thank you to {y}.",
        lambda: f"{a} met {b} at the {place}. {he} said, \"My name is {x_called}.\" {he_other} said, \"My name is {y_called}.\"",
        lambda: f"{x} saw {y} near the {place}. {he} waved to {him_other}, and {he_other} waved back to {him}.",
        lambda: f"{a} and {b} made a {things[0]} for the {place}. {he} was {feeling[0]}, so {x} {rng.choice(['went home', 'sat down', 'ran away', 'took a nap', 'sang a song', 'hugged ' + y])}.",
        lambda: f"{x} told {y} that {he} was {feeling[0]}. {y} gave {him} {his_other} {colour} {mine}.",
        lambda: f"{a} and {b} ran to the {place}. {he} ran fast and {he_other} ran slowly, so {x} was there before {y}.",
        lambda: f"When {x} came to see {y}, {he} had a {colour} {mine} in {his} hand. {y} liked the {mine} that {x} had.",
        lambda: f"{y} looked for {x} everywhere. {he} was hiding in the {place} with {his} {mine}. \"I found you, {x_called}!\" {he_other} said.",
        lambda: f"{x} is {('a girl', 'a boy')[of_x]}. {he} likes {his} {mine}. {y} is a {('girl', 'boy')[of_y]}. {he_other} likes {his_other} {other}.",
        lambda: f"{x}'s {mine} was {colour}. {y} asked {him} if {he_other} could have the {mine}. {he} said yes.",
    ]
    return ". ".join(part[:1].upper() + part[1:] for part in rng.choice(texts)().split(". "))


def texts(n: int, seed: int) -> list[str]:
    """`n` texts, half of each kind, each once."""
    rng = random.Random(seed)
    return list(dict.fromkeys((agreement, coreference)[i % 2](rng) for i in range(n)))
