"""English sentences and their Chinese forms, cleaned and split, with other names than Tom and Mary."""

import random
import re
from collections import defaultdict
from pathlib import Path

from t5_tiny import corpora

PREFIX = "translate English to Chinese: "
MAX_ENGLISH_WORDS, MAX_CHARACTERS = 14, 24
_FULL_WIDTH = str.maketrans({"?": "？", "!": "！", ",": "，", ":": "：", ";": "；", "「": "“", "」": "”", "『": "“", "』": "”", "⋯": "…"})

MALE = {
    "Tom": "汤姆", "Jack": "杰克", "Peter": "彼得", "Paul": "保罗", "John": "约翰", "Mike": "迈克", "Ben": "本", "Sam": "山姆", "David": "大卫", "Max": "马克斯",
    "Leo": "里奥", "Tim": "蒂姆", "Jim": "吉姆", "Bob": "鲍勃", "James": "詹姆斯", "Martin": "马丁", "Robert": "罗伯特", "Daniel": "丹尼尔", "Henry": "亨利", "Kevin": "凯文",
}  # fmt: skip
FEMALE = {
    "Mary": "玛丽", "Anna": "安娜", "Emma": "艾玛", "Lily": "莉莉", "Lucy": "露西", "Alice": "爱丽丝", "Sarah": "萨拉", "Linda": "琳达", "Kate": "凯特", "Jane": "简",
    "Amy": "艾米", "Helen": "海伦", "Laura": "劳拉", "Nina": "尼娜", "Julia": "朱莉娅", "Susan": "苏珊", "Maria": "玛丽亚", "Sophie": "苏菲", "Lisa": "丽莎", "Rose": "罗丝",
}  # fmt: skip
_TEMPLATES = [
    ("My name is {}.", "我叫{}。"), ("This is {}.", "这是{}。"), ("I am {}.", "我是{}。"), ("Hello, {}.", "你好，{}。"), ("Where is {}?", "{}在哪里？"),
    ("{} is here.", "{}在这里。"), ("I love {}.", "我爱{}。"), ("{} is sleeping.", "{}在睡觉。"), ("I saw {} yesterday.", "我昨天看见了{}。"), ("Thank you, {}.", "谢谢你，{}。"),
    ("{} likes music.", "{}喜欢音乐。"), ("{} has a dog.", "{}有一只狗。"), ("{} is my friend.", "{}是我的朋友。"), ("Do you know {}?", "你认识{}吗？"),
    ("{} and {} are here.", "{}和{}在这里。"), ("{} is reading a book.", "{}在看书。"), ("{} is not here.", "{}不在这里。"), ("{} loves {}.", "{}爱{}。"),
]  # fmt: skip


def _clean_chinese(text: str) -> str:
    """Full-width punctuation, no spaces but between letters, a full stop where the sentence ends without one."""
    text = re.sub(r"(?<![A-Za-z0-9])\s+|\s+(?![A-Za-z0-9])", "", text.strip().translate(_FULL_WIDTH))
    text = re.sub(r"(?<![0-9])\.$", "。", text)
    return text if re.search(r"[。？！”…]$", text) else text + "。"


def pairs(data: Path) -> dict[str, list[str]]:
    """English sentence → its Chinese forms, short enough for the model."""
    chinese_of: dict[str, list[str]] = defaultdict(list)
    for file in ("eng-cmn.tatoeba.tsv", "eng-cmn.african_storybook_pages.tsv"):
        for line in (data / file).read_text(encoding="utf-8").splitlines():
            english, chinese = corpora.clean(line.split("\t")[0]), _clean_chinese(line.split("\t")[1])
            if len(english.split()) <= MAX_ENGLISH_WORDS and len(chinese) <= MAX_CHARACTERS and chinese not in chinese_of[english]:
                chinese_of[english].append(chinese)
    return {english: forms for english, forms in chinese_of.items() if forms}


def rename(english: str, chinese: str, rng: random.Random) -> tuple[str, str]:
    """Gives Tom and Mary other names on both sides; where the Chinese keeps the letters, the new name is spelled out."""
    for name, names in (("Tom", MALE), ("Mary", FEMALE)):
        found = re.findall(rf"\b{name}\b", english)
        written = next((form for form in (names[name], name) if chinese.count(form) == len(found)), None)
        if found and written:
            new = rng.choice([*names])
            english, chinese = re.sub(rf"\b{name}\b", new, english), chinese.replace(written, names[new])
    return english, chinese


def template(rng: random.Random) -> tuple[str, str]:
    """A short sentence about somebody."""
    english, chinese = rng.choice(_TEMPLATES)
    names = rng.sample([*(MALE | FEMALE).items()], 2)
    return english.format(*(name for name, _ in names)), chinese.format(*(form for _, form in names))
