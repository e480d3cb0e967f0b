"""Writes www/data: small extracts of public texts for training in the page, and the number of lines and bytes of each into www/data/credits.json.

    cd training && python extracts.py --data DATA --out ../www/data

DATA is the folder that README.md describes, with `eng-cmn.african_storybook_pages.tsv` (English, Chinese, story) and `grimm_andersen_wilde.en.txt` beside. Nothing is drawn: what is taken
follows from the sources' order, from counts, or from a hash of the text. Where it is enough, texts are taken that no training of www/models has read, so that what our own models lose or gain on them means something.
The licences, the authors and what was changed stand in credits.json, which is written by hand but for the two numbers.
"""

import argparse
import json
import re
from collections import Counter
from pathlib import Path

import feelings
from common import stories
from decoders import texts
from t5_tiny import corpora

END = "<|endoftext|>"  # a line of its own behind each story
N_WORDS = 6_000
N_CHINESE = 2_400  # sentences
N_PAIRS = 2_800
N_FEELINGS = 1_100  # of each class
_NOT_FOR_CHILDREN = re.compile(
    r"\b(kill|murder|suicid|sex|rap(e|ed|ist)\b|drunk|naked|nude|whore|slut|bitch|damn|shit|fuck|ass\b|asshole|hell\b|gun|bomb|drug|rob(bed|ber)|corpse|hang(ed)? (him|her|my)self|virgin|condom|breast|abort|idiot|stupid)",
    re.IGNORECASE,
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    extracts = {
        "stories.en.txt": documents(english_stories(args.data)),
        "stories.zh.txt": documents(chinese_stories(args.data)),
        "sentences.zh.txt": chinese_sentences(args.data),
        "words.en.txt": words(args.data),
        "pairs.en-fr.txt": english_french(args.data),
        "pairs.en-zh.txt": english_chinese(args.data),
        "feelings.en.txt": [f"{label}\t{text}" for text, label in feelings.chosen(N_FEELINGS)],
        "tales.en.txt": tales(args.data),
        "quatrains.zh.txt": quatrains(args.data),
    }
    for file, lines in extracts.items():
        (args.out / file).write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    count(args.out)


def count(out: Path) -> None:
    """Writes the lines and bytes of every file into credits.json."""
    credits = json.loads((out / "credits.json").read_text(encoding="utf-8"))
    for credit in credits["files"]:
        written = (out / credit["file"]).read_bytes()
        credit |= {"lines": written.count(b"\n"), "bytes": len(written)}
        print(f"{credit['file']:18} {credit['lines']:6} lines {credit['bytes']:8} bytes")
    (out / "credits.json").write_text(json.dumps(credits, ensure_ascii=False, indent=2) + "\n", encoding="utf-8", newline="\n")


def documents(found: list[str]) -> list[str]:
    return [line for text in found for line in (*text.split("\n"), END)]


def lines_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def evenly(found: list[str], n: int) -> list[str]:
    """`n` of them at equal distances, in their order."""
    return [found[i * len(found) // n] for i in range(min(n, len(found)))]


def english_stories(data: Path) -> list[str]:
    """The stories of TinyStories that the recipes hold out, as they stand but for empty lines and spaces at the ends of lines."""
    found = dict.fromkeys((data / "tinystories.en.txt").read_text(encoding="utf-8").split(END))
    tidy = ("\n".join(line.strip() for line in text.splitlines() if line.strip()) for text in found)
    return [text for text in tidy if len(text) > 100 and text.isascii() and stories.is_held_out(stories.clean(text))]


def chinese_stories(data: Path) -> list[str]:
    """Stories of the African Storybook in Chinese, a page a line."""
    pages_of: dict[str, list[str]] = {}
    for line in lines_of(data / "eng-cmn.african_storybook_pages.tsv"):
        _, chinese, story = line.split("\t")
        pages_of.setdefault(story, []).append(chinese.strip())
    return ["\n".join(pages) for pages in pages_of.values()]


def tatoeba_chinese(data: Path) -> dict[str, tuple[str, str]]:
    """English sentence → its first Chinese form and where the pair comes from."""
    found: dict[str, tuple[str, str]] = {}
    for line in lines_of(data / "eng-cmn.tatoeba.tsv"):
        english, chinese, origin = (field.strip() for field in line.split("\t"))
        if not _NOT_FOR_CHILDREN.search(english) and len(english.split()) <= 12 and len(chinese) <= 24:
            found.setdefault(english, (chinese, origin))
    return found


def plain_chinese(text: str) -> bool:
    """Chinese characters with full-width marks and a full stop, question or exclamation mark at the end; no Latin letters."""
    return bool(re.fullmatch(r"[\u4e00-\u9fff，、：；“”0-9]+[。？！]", text))


def chinese_sentences(data: Path) -> list[str]:
    """Sentences of 5 to 20 characters, each once."""
    unique = dict.fromkeys(chinese for chinese, _ in tatoeba_chinese(data).values())
    return evenly([text for text in unique if 5 <= len(text) <= 20 and plain_chinese(text)], N_CHINESE)


def about_somebody(english: str) -> bool:
    """Short sentences on one plan, "She is tired.": a few thousand are enough for a small model to learn to translate others of the kind."""
    plan = r"(I am|I'm|(he|she|it) is|(he|she|it)'s|(we|you|they) are|(we|you|they)'re|(this|that) is|that's|(I|we|you|they) (have|like|want|need)|(he|she) (has|likes|wants|needs)) "
    return bool(re.match(plan, english, re.IGNORECASE)) and len(english.split()) <= 7


def english_chinese(data: Path) -> list[str]:
    """With the numbers of the two sentences at tatoeba.org behind a second tab."""
    fit = ((english, *found) for english, found in tatoeba_chinese(data).items() if about_somebody(english) and plain_chinese(found[0]))
    return evenly(["\t".join(pair) for pair in fit], N_PAIRS)


def english_french(data: Path) -> list[str]:
    """With the first French form of each English sentence."""
    pairs = ((english, forms[0]) for english, forms in corpora.translations(data).items())
    return evenly(["\t".join(pair) for pair in pairs if about_somebody(pair[0]) and not _NOT_FOR_CHILDREN.search(pair[0])], N_PAIRS)


def words(data: Path) -> list[str]:
    """The commonest words of TinyStories with their first pronunciation in CMUdict, the most frequent first."""
    counts = Counter(re.findall(r"[a-z]+", (data / "tinystories.en.txt").read_text(encoding="utf-8").lower()))
    known = {word: forms[0] for word, forms in corpora.pronunciations(data).items() if word in counts and (len(word) > 1 or word in "ai")}
    ordered = sorted(known, key=lambda word: (-counts[word], word))
    return [f"{word}\t{known[word]}" for word in ordered[:N_WORDS]]


def tales(data: Path) -> list[str]:
    """Class 0: everyday sentences of Tatoeba; class 1: sentences of fairy tales. As many of each number of words in both, and without quotation marks: the length tells nothing."""
    plain = re.compile(r"[A-Z][A-Za-z,' -]*[.]")

    def fit(sentence: str) -> bool:
        return bool(plain.fullmatch(sentence)) and 6 <= len(sentence.split()) <= 14 and not _NOT_FOR_CHILDREN.search(sentence)

    told = stories.clean((data / "grimm_andersen_wilde.en.txt").read_text(encoding="utf-8"))
    fairy = [text for text in dict.fromkeys(stories.sentences(told)) if fit(text)]
    everyday: dict[int, list[str]] = {}
    for text in stories.everyday(data):
        if fit(text):
            everyday.setdefault(len(text.split()), []).append(text)
    counts = Counter(len(text.split()) for text in fairy)
    match = {n: iter(evenly(everyday[n], count)) for n, count in counts.items()}
    return [line for text in fairy for line in (f"0\t{next(match[len(text.split())])}", f"1\t{text}")]


def quatrains(data: Path) -> list[str]:
    """The poems that gpt2-poem's recipe holds out."""
    return [poem for poem in texts.poems(data) if stories.is_held_out(poem)]


if __name__ == "__main__":
    main()
