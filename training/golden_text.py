"""Writes the text goldens: five tiny tokenizers of the published kinds, and what the `tokenizers` library makes of long mixed texts.

    python training/golden_text.py --out tests/goldens

`text/<name>.json` is a tokenizer as Hugging Face publishes them; `text/cases.json` lists, for each of them and for each model in `www/models`
(by path from the repository's root), texts with their ids and the text that these ids decode to without special tokens. A model's ids and texts are those of
`AutoTokenizer`, which reads the files beside its tokenizer.json as well.
The Rust crate and the page's JavaScript library are both held to them. The trainers break ties by chance, so the tokenizers are trained once and
kept: `--train` makes new ones.
"""

import argparse
import io
import json
from itertools import product
from pathlib import Path

import sentencepiece
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import AutoTokenizer

ROOT = Path(__file__).resolve().parent.parent
MAX_BYTES = 60_000  # of one tokenizer.json
CORPUS = [
    "I am cold, and she is warm.",
    "The small cat sat by the open window and watched the rain.",
    "We don't know what they'll say, but we've asked them twice.",
    "Yesterday the children were playing in the garden behind the old house.",
    "Could you tell me where the railway station is, please?",
    "It costs 1,234.56 dollars, or 98 % of what we had in 2024.",
    "A transformer reads all tokens at once; attention tells it where to look.",
    "Nobody understood the question, so nobody could answer it.",
    "J'ai froid, mais elle n'a pas froid du tout.",
    "Où est la gare ? Elle est à côté de l'église, près du marché.",
    "Les élèves ont déjà mangé des crêpes et bu du café.",
    "Qu'est-ce que c'est ? C'est un gâteau au chocolat.",
    "L'été dernier, nous avons visité un château en Forêt-Noire.",
    "Il faut que tu viennes, sinon je m'en vais !",
    "我很冷，她不冷。",
    "今天天气很好，我们去公园散步吧！",
    "请问火车站在哪里？在教堂旁边。",
    "注意力机制告诉模型应该看哪里。",
    "孩子们昨天在老房子后面的花园里玩。",
    "这本书很有意思，我想再读一遍。",
    "Bonjour 世界, hello monde, 你好 world.",
    "emoji: 😀 🎉 👍 ❤️ and words in between 😀 👍",
]
FRAMES = [  # three columns whose combinations repeat words, as real text does
    ("The cat|My friend|Her brother|The teacher|Nobody|Everyone|The little girl".split("|"),
     "sees|has forgotten|is looking for|found|always wanted|described".split("|"),
     "the old house|a warm coat|some bread|the next station|another question|twenty-three letters".split("|")),
    ("Le chat|Mon ami|Sa sœur|Le professeur|Personne|La petite fille".split("|"),
     "regarde|cherche|a trouvé|n'a pas oublié|préfère|a décrit".split("|"),
     "la vieille maison|un manteau chaud|du pain frais|l'autre question|la première gare|l'été passé".split("|")),
    ("老师|我朋友|孩子们|她哥哥|大家".split("|"), "看见了|正在找|忘记了|喜欢|买了".split("|"), "那个公园|新的火车站|一本书|很多问题|热的面包".split("|")),
]  # fmt: skip
CORPUS += [f"{a} {b} {c}." if a.isascii() or " " in a or a == "Personne" else f"{a}{b}{c}。" for frame in FRAMES for a, b, c in product(*frame)]
TEXTS = [
    "I am cold.",
    "x",
    " ",
    "   leading, and trailing   ",
    "two  spaces,   three, and\ttabs\tand\nlines\n\nand\r\nreturns\n",
    "J'ai froid ; où est la gare ? « Ça va très bien », dit-elle — merci !",
    "Accents composés : é à ü ñ ç, décomposés : e\u0301 a\u0300 u\u0308 n\u0303 c\u0327, doubles : e\u0302\u0301 ệ",
    "你好，世界。今天天气很好，我们去公园吧！（真的吗？）《红楼梦》、『引号』……",
    "Mixed 中文 and English 和 français: déjà vu, naïve, 1,234.56 € – 100 %; \"quotes\" & 'apostrophes'…",
    "Curly “quotes” and ‘single ones’, it’s l’été, aujourd’hui, rock ’n’ roll",
    "emoji 😀🎉👍 skin 👍🏽 👩🏿‍🚀 families 👩‍👩‍👧‍👦 flags 🇫🇷🇨🇳 hearts ❤️ ❤ keycaps 1️⃣ #️⃣ 🏳️‍🌈",
    "日本語のテキスト、한국어 텍스트, русский текст, ελληνικά, עברית, العربية, हिन्दी, ไทย",
    "can't won't I'm you've they'll he'd she's DON'T IT'S 'quoted' o'clock",
    "camelCase snake_case kebab-case path/to/file.txt user@example.org https://example.org/?q=1&r=2#x",
    "3.14159 -273.15 1e-5 0x1F 2024-11-24 12:30:59 +33 1 23 45 67 89 ½ ² ① Ⅳ",
    "ﬁne ligatures ﬀ, full width ＡＢＣ１２３！，, half width ｱｲｳ, ™ ® №, Å Å, ™\u00a0non\u202fbreaking\u2009thin\u3000ideographic",
    "<pad> </s> <unk> <extra_id_0>and <extra_id_1>, [CLS] [MASK] <s> <|endoftext|> as text",
    "a" * 120,
    "supercalifragilisticexpialidocious Donaudampfschifffahrtsgesellschaft anticonstitutionnellement",
    "!!! ??? ... --- ___ ((([[[{{{ }}}]]]))) \\ / | ~ ` ^ @ # $ % & * + = < >",
    "𝕳𝖊𝖑𝖑𝖔 𝓌ℴ𝓇𝓁𝒹 𠮷野家 𐍈 🂡 — beyond the first plane",
    ("The quick brown fox jumps over the lazy dog. Le renard brun saute par-dessus le chien paresseux. 敏捷的棕色狐狸跳过懒狗。🦊🐕 " * 18).strip(),
]
PAIRS = [("Where is the station?", "Elle est à côté de l'église. 😀"), ("你好", "hello")]
SPECIALS = ["<pad>", "</s>", "<unk>"]
SENTINELS = [AddedToken(f"<extra_id_{n}>", lstrip=True, special=True) for n in range(2)]


def t5_unigram() -> Tokenizer:
    """As T5's: Unigram over words that begin with ▁, text in compatibility form, sentinels, </s> at the end."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always")
    tokenizer.train_from_iterator(CORPUS, trainers.UnigramTrainer(show_progress=False, vocab_size=420, special_tokens=SPECIALS, unk_token="<unk>"))
    tokenizer.add_special_tokens(SENTINELS)
    tokenizer.post_processor = processors.TemplateProcessing("$A </s>", "$A </s> $B </s>", [("</s>", 1)])
    return tokenizer


def t5_sentencepiece() -> Tokenizer:
    """As transformers converts a SentencePiece model: the normalisation is a compiled table in the file itself."""
    rules = "".join(f"{' '.join(f'{ord(c):X}' for c in source)}\t{' '.join(f'{ord(c):X}' for c in target)}\n" for source, target in CHARACTER_RULES)
    table = Path(__file__).with_suffix(".rules.tsv")
    table.write_text(rules)
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(CORPUS), model_writer=model, vocab_size=320, character_coverage=1.0, pad_id=0, eos_id=1, unk_id=2, bos_id=-1,
        normalization_rule_tsv=str(table), num_threads=1, minloglevel=2,
    )  # fmt: skip
    table.unlink()
    pieces = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    vocabulary = [(pieces.id_to_piece(token), pieces.get_score(token)) for token in range(pieces.get_piece_size())]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=2, byte_fallback=False))
    charsmap = message_field(message_field(model.getvalue(), 3), 2)  # ModelProto.normalizer_spec.precompiled_charsmap
    tokenizer.normalizer = normalizers.Sequence([normalizers.Precompiled(charsmap), normalizers.Replace(Regex(" {2,}"), "▁")])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(prepend_scheme="always")])
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always")
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in SPECIALS])
    tokenizer.add_special_tokens(SENTINELS)
    tokenizer.post_processor = processors.TemplateProcessing("$A </s>", "$A </s> $B </s>", [("</s>", 1)])
    return tokenizer


def message_field(message: bytes, wanted: int) -> bytes:
    """The first field of this number in a protocol buffer, where it holds bytes."""
    at = 0

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(message):
        number, wire_type = divmod(varint(), 8)
        if wire_type == 2:  # a length, then as many bytes
            length = varint()
            if number == wanted:
                return message[at : at + length]
            at += length
        elif wire_type == 0:
            varint()
        else:
            at += {1: 8, 5: 4}[wire_type]
    raise ValueError(f"no field {wanted}")


# A few rows of SentencePiece's own nmt_nfkc table: spaces, controls, ligatures, compositions, widths, and two that plain NFKC does not have.
CHARACTER_RULES = [
    *[(space, " ") for space in "\t\n\r\u00a0\u2009\u202f\u3000\u200b\ufeff"],
    *[(control, "") for control in "\u0001\u007f"],
    *[("ﬁ", "fi"), ("ﬀ", "ff"), ("½", "1⁄2"), ("²", "2"), ("①", "1"), ("Ⅳ", "IV"), ("™", "TM"), ("№", "No"), ("…", "..."), ("\u212b", "Å")],
    *[("e\u0301", "é"), ("a\u0300", "à"), ("u\u0308", "ü"), ("n\u0303", "ñ"), ("c\u0327", "ç"), ("A\u030a", "Å")],
    *[(chr(0xFEE0 + ord(c)), c) for c in "ABC123!,"],
    *[("ｱ", "ア"), ("ｲ", "イ"), ("ｳ", "ウ")],
    *[("’", "'"), ("～", "~")],
]


def gpt2_byte_level() -> Tokenizer:
    """As GPT-2's: byte-level BPE."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(CORPUS, trainers.BpeTrainer(show_progress=False, vocab_size=640, special_tokens=["<|endoftext|>"], initial_alphabet=alphabet))
    return tokenizer


def llama_byte_fallback() -> Tokenizer:
    """As LLaMA's and LLaMA 2's: BPE over whole texts, bytes for what it does not know, <s> in front."""
    tokenizer = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>", fuse_unk=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    specials = ["<unk>", "<s>", "</s>"]
    n_bytes = 256
    alphabet = sorted(set("".join(CORPUS[:14])))
    trainer = trainers.BpeTrainer(
        show_progress=False, vocab_size=620, limit_alphabet=len(alphabet), initial_alphabet=alphabet,
        special_tokens=specials + [f"<0x{byte:02X}>" for byte in range(n_bytes)]
    )
    tokenizer.train_from_iterator(CORPUS[:14], trainer)
    state = json.loads(tokenizer.to_str())
    # The bytes are plain vocabulary, not added tokens, as in published files.
    state["added_tokens"] = [token for token in state["added_tokens"] if token["content"] in specials]
    tokenizer = Tokenizer.from_str(json.dumps(state))
    tokenizer.post_processor = processors.TemplateProcessing("<s> $A", "<s> $A <s> $B:1", [("<s>", 1)])
    return tokenizer


def bert_wordpiece() -> Tokenizer:
    """As BERT's (uncased): WordPiece, Chinese characters apart, [CLS] and [SEP] around."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece(prefix="##")
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(CORPUS, trainers.WordPieceTrainer(show_progress=False, vocab_size=700, special_tokens=specials))
    tokenizer.post_processor = processors.TemplateProcessing("[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1", [("[CLS]", 2), ("[SEP]", 3)])
    return tokenizer


class Plain:
    """A tokenizer.json by itself, asked as `AutoTokenizer` is."""

    def __init__(self, path: Path) -> None:
        self.tokenizer = Tokenizer.from_file(str(path))

    def encode(self, *texts: str, add_special_tokens: bool = True) -> list[int]:
        return self.tokenizer.encode(*texts, add_special_tokens=add_special_tokens).ids

    def decode(self, ids: list[int], skip_special_tokens: bool) -> str:
        return self.tokenizer.decode(ids, skip_special_tokens=skip_special_tokens)


def cases(tokenizer) -> list[dict]:
    """Each text with its ids and what they decode to; the pairs without decoding."""
    listed = []
    for text in TEXTS:
        ids = tokenizer.encode(text)
        bare = tokenizer.encode(text, add_special_tokens=False)
        listed.append({"text": text, "ids": ids, "bare": bare, "decoded": tokenizer.decode(ids, skip_special_tokens=True)})
    for text, pair in PAIRS:
        ids = tokenizer.encode(text, pair)
        listed.append({"text": text, "pair": pair, "ids": ids, "decoded": tokenizer.decode(ids, skip_special_tokens=True)})
    return listed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--train", action="store_true", help="train the five tokenizers anew")
    args = parser.parse_args()
    folder = args.out / "text"
    folder.mkdir(parents=True, exist_ok=True)
    golden = {}
    for make in (t5_unigram, t5_sentencepiece, gpt2_byte_level, llama_byte_fallback, bert_wordpiece):
        path = folder / f"{make.__name__}.json"
        kept = ROOT / "tests/goldens/text" / path.name
        tokenizer = make() if args.train or not kept.exists() else Tokenizer.from_file(str(kept))
        tokenizer.save(str(path), pretty=False)
        assert path.stat().st_size <= MAX_BYTES, f"{path} has {path.stat().st_size} bytes"
        golden[f"tests/goldens/text/{path.name}"] = cases(Plain(path))
    for path in sorted(ROOT.glob("www/models/*/tokenizer.json")):
        golden[str(path.relative_to(ROOT))] = cases(AutoTokenizer.from_pretrained(path.parent))
    (folder / "cases.json").write_text(json.dumps(golden, ensure_ascii=False) + "\n")
    for path, listed in golden.items():
        print(path, len(listed), "cases,", sum(len(case["ids"]) for case in listed), "ids")


if __name__ == "__main__":
    main()
