"""Writes the small print of tokenizers: for each rule that readers of a tokenizer.json get wrong, a tiny one and what the `tokenizers` library makes of a text.

    python training/golden_text_rules.py --out tests/goldens

`text/rules.json` lists, by rule, the tokenizer.json, a text or a pair with its ids and segments, and ids with the text that they decode to. The Rust crate and
the page's JavaScript library are both held to it. Nothing is trained: what is written is the same every time.
"""

import argparse
import json
from pathlib import Path

from tokenizers import Tokenizer

EMPTY = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": []}
EMPTY |= {"normalizer": None, "pre_tokenizer": None, "post_processor": None, "decoder": None}
BYTES = [f"<0x{byte:02X}>" for byte in range(256)]
METASPACE = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": True}
WHITE = {"type": "WhitespaceSplit"}
STRIP = {"type": "Strip", "strip_left": True, "strip_right": True}
PREPENDED = {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]}
LLAMA = {
    "type": "Sequence",
    "decoders": [
        {"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
        {"type": "ByteFallback"},
        {"type": "Fuse"},
        {"type": "Strip", "content": " ", "start": 1, "stop": 0},
    ],
}
ROBERTA = {"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0], "trim_offsets": False, "add_prefix_space": False}
BYTE_LEVEL = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": True}
TEMPLATE = {
    "type": "TemplateProcessing",
    "single": [{"SpecialToken": {"id": "[two]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
    "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[two]", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
    "special_tokens": {"[two]": {"id": "[two]", "ids": [1, 2], "tokens": ["a", "b"]}},
}


def words(*tokens: str) -> dict:
    return {"type": "WordLevel", "vocab": {token: id for id, token in enumerate(["<unk>", *tokens])}, "unk_token": "<unk>"}


def bpe(*tokens: str, merges: list[str], **settings) -> dict:
    made = {"dropout": None, "unk_token": "<unk>", "continuing_subword_prefix": None, "end_of_word_suffix": None, "fuse_unk": False}
    vocabulary = {token: id for id, token in enumerate(["<unk>", *tokens])}
    made |= {"byte_fallback": False, "ignore_merges": False, "vocab": vocabulary, "merges": [merge.split("+") for merge in merges]}
    return {"type": "BPE", **made, **settings}


def unigram(*tokens: str, byte_fallback: bool = False) -> dict:
    return {"type": "Unigram", "unk_id": 0, "byte_fallback": byte_fallback, "vocab": [["<unk>", 0.0], *[[token, -2.0] for token in tokens]]}


CUT = "ab \n狗👩\u200d👩½ É_e\u0301,\u3000$b 1234\n\nZ "


def characters(text: str) -> dict:
    """Shows where a text is cut: a character has one id where a piece begins, and another elsewhere."""
    vocab = {token: id for id, token in enumerate(["<unk>", *[prefix + character for character in dict.fromkeys(text) for prefix in ("", "##")]])}
    return {"type": "WordPiece", "unk_token": "<unk>", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": vocab}


def added(content: str, **settings) -> dict:
    return {"id": 0, "content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": False, **settings}


def rule(name: str, text: str | tuple[str, str], written: list[int] | None = None, **parts) -> dict:
    """A case: `written` are the ids that are decoded, where they are not those of the text."""
    file = {**EMPTY, **parts}
    tokenizer = Tokenizer.from_str(json.dumps(file))
    text, pair = text if isinstance(text, tuple) else (text, None)
    encoding = tokenizer.encode(text, pair) if pair else tokenizer.encode(text)
    written = written or encoding.ids
    case = {"name": name, "tokenizer": file, "text": text, "pair": pair, "ids": encoding.ids, "segments": encoding.type_ids}
    return {**case, "bare": tokenizer.encode(text, add_special_tokens=False).ids, "written": written, "decoded": tokenizer.decode(written)}


CAT = ("c", "a", "t", "##a", "##t", "##s", "ca", "cat", "##at")
WORD_ENDS = ("c", "a", "t</w>", "a</w>", "ca", "cat</w>")
RULES = [
    rule("an added token that must stand alone", "cat a cats écat cat_ cat, 猫cat",
         model=words("a", "cat"), added_tokens=[added("cat", single_word=True)], pre_tokenizer=WHITE),
    rule("added tokens that take the spaces around them", "a \u2003<x>\u0085 b<x> <x>\ufeff",
         model=words("a", "b"), added_tokens=[added("<x>", lstrip=True, rstrip=True)]),
    rule("an added token that is looked for in the normalized text", "a CAT cAt", written=[2, 1],
         model=words("a"), added_tokens=[added("Cat", normalized=True)], normalizer={"type": "Lowercase"}, pre_tokenizer=WHITE),
    rule("ids of added tokens follow on the vocabulary", "a <x>", written=[1, 2, 7],
         model=words("a"), added_tokens=[added("<x>", id=7), added("a", id=9)], pre_tokenizer=WHITE),
    rule("an added token is no part of the model's vocabulary", "cats",
         model={"type": "WordPiece", "unk_token": "<unk>", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": {"<unk>": 0, "##s": 1}},
         added_tokens=[added("cat", single_word=True)]),
    rule("BPE with a mark of continuation", "cat cats act xa",
         model=bpe(*CAT, merges=["c+##a", "ca+##t", "##a+##t"], continuing_subword_prefix="##"), pre_tokenizer=WHITE),
    rule("BPE with marks of continuation and of a word's end", "cat ca",
         model=bpe("c", "##a", "##t</w>", "ca", "cat</w>", merges=["c+##a", "ca+##t</w>"], continuing_subword_prefix="##", end_of_word_suffix="</w>"),
         pre_tokenizer=WHITE),
    rule("BPE with a mark of a word's end", "cat caa ", written=[6, 5, 4, 6],
         model=bpe(*WORD_ENDS, merges=["c+a", "ca+t</w>"], end_of_word_suffix="</w>"), pre_tokenizer=WHITE,
         decoder={"type": "BPEDecoder", "suffix": "</w>"}),
    rule("a mark of a word's end and no decoder", "cat", written=[6, 5],
         model=bpe(*WORD_ENDS, merges=["c+a"], end_of_word_suffix="</w>")),
    rule("unknown characters are fused within a word only", "xy za xa yx",
         model=bpe("a", merges=[], fuse_unk=True), pre_tokenizer=WHITE),
    rule("unknown characters stay apart", "xy za",
         model=bpe("a", merges=[]), pre_tokenizer=WHITE),
    rule("unknown pieces of Unigram are fused within a word only", "xy za x",
         model=unigram("a"), pre_tokenizer=WHITE),
    rule("dropped characters make neighbours of those around them", "axb ayyb",
         model=bpe("a", "b", "ab", merges=["a+b"], unk_token=None)),
    rule("a part of the bytes", "yxa",
         model=bpe("a", "<0x78>", merges=[], byte_fallback=True)),
    rule("the token for what is unknown, spelled in the text", "<unk>狗a",
         model=unigram("a", *BYTES, byte_fallback=True)),
    rule("no mark before a text whose spaces were stripped", " a a",
         model=bpe("a", "▁", merges=[]), normalizer=STRIP, pre_tokenizer=METASPACE),
    rule("a mark before a text without spaces", "a ",
         model=bpe("a", "▁", merges=[]), normalizer=STRIP, pre_tokenizer=METASPACE),
    rule("no mark behind an added token", "a<y>a<x>a",
         model=bpe("a", "▁", merges=[]), added_tokens=[added("<x>"), added("<y>", normalized=True)], pre_tokenizer=METASPACE),
    rule("words of Metaspace are cut", "a b",
         model=words("▁a", "▁b"), pre_tokenizer=METASPACE),
    rule("lengths are counted in characters", "𠮷a🦊bc",
         model=words("𠮷a", "🦊b", "c"), pre_tokenizer={"type": "FixedLength", "length": 2}),
    rule("cut at a character", "a||b c|",
         model=words("a", "b c"), pre_tokenizer={"type": "CharDelimiterSplit", "delimiter": "|"}),
    rule("cut where the script changes", " ,aé\u0301b 猫かカー🦊🥰жд\u0589狗\U00030000 é",
         model=words("aé\u0301", "aé", "b ", "猫かカー", "🦊🥰", "🦊", "жд", "\u0589", "狗\U00030000 ", "狗", ","), pre_tokenizer={"type": "UnicodeScripts"}),
    rule("bytes before anything else", "é é",
         model=bpe("Ã", "©", "Ġ", "é", merges=[]), normalizer={"type": "ByteLevel"}),
    rule("nothing is put before an empty text", "  ",
         model=bpe("▁", "a", merges=[]), normalizer={"type": "Sequence", "normalizers": [STRIP, {"type": "Prepend", "prepend": "▁"}]}),
    rule("a dollar is a dollar", "a", written=[1],
         model=words("$&"), normalizer={"type": "Replace", "pattern": {"String": "a"}, "content": "$&"},
         decoder={"type": "Replace", "pattern": {"String": "$"}, "content": "$$"}),
    rule("white space at both ends is Unicode's", "\u0085\ufeffa\u0085",
         model=words("\ufeffa"), normalizer=STRIP),
    rule("a dotted capital, without accents", "İ",
         model=words("i"),
         normalizer={"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True}),
    rule("LLaMA's text before a plain added token", "a Cat", written=[1, 2, 259, 1, 2, 259],
         model=bpe("▁", "a", *BYTES, merges=[], byte_fallback=True), added_tokens=[added("Cat", normalized=True)], normalizer=PREPENDED, decoder=LLAMA),
    rule("bytes that make no character", "a狗", written=[1, 2 + 0xE7, 2 + 0x8B, 1, 2 + 0xEF, 2 + 0xBB, 2 + 0xBF, 1],
         model=bpe("a", *BYTES, merges=[], byte_fallback=True), decoder=LLAMA),
    rule("a character that is no byte", "狗", written=[1, 2, 3, 4],
         model=words("狗", "Ġa", "Ã", "©"), decoder=BYTE_LEVEL),
    rule("marks before the first word", "a", written=[1, 2],
         model=words("▁▁a", "▁▁b"), decoder=METASPACE),
    rule("ids that stand for nothing", "a", written=[1, 99, 1],
         model=words("a")),
    *[rule(f"the pattern {pattern}", CUT, model=characters(CUT + "·"),
           pre_tokenizer={"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False})
      for pattern in [r"\w+", r"[^\s\w]+", r"\b", r"[\w,]+", r"\s+$", r"^.", r"[[:alpha:]]+", r"[[:^space:][:punct:]]", r"\p{N}{1,3}+", r"\s++$|\s*[\r\n]", r"[^\n]?+\d++\n?"]],
    *[rule(f"the pattern {pattern}, replaced", CUT, model=characters(CUT + "·"), normalizer={"type": "Replace", "pattern": {"Regex": pattern}, "content": "·"})
      for pattern in [r"\W", r"\B", r"$", r"[[:upper:]]", r"b*"]],
    rule("a pair without special tokens", ("a", "b"),
         model=words("a", "b"), post_processor=None),
    rule("a pair for RoBERTa", ("a", "b"),
         model=words("a", "b"), post_processor=ROBERTA),
    rule("a special token of two ids, in a sequence", ("a", "b"),
         model=words("a", "b"), post_processor={"type": "Sequence", "processors": [TEMPLATE, BYTE_LEVEL]}),
]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    lines = ",\n".join(json.dumps(case, ensure_ascii=False, separators=(",", ":")) for case in RULES)
    (args.out / "text/rules.json").write_text(f"[\n{lines}\n]\n")
    print(len(RULES), "rules")


if __name__ == "__main__":
    main()
