"""Random small tokenizers, the files beside them, and random texts (read by golden_text_published.py)."""

import random

from golden_text_folders import EMPTY, FLAGS, FILES, added, template

SPECIAL = ["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"]
LETTERS = list("abcABC") + ["é", "e\u0301", "É", "ß", "狗", "猫", "1", "23", ".", ",", "'", "-", " ", "  ", "\n", "▁", "🦊", "ﬁ", "＊"]
BYTES = list("abcABCĠÃ©ĊçĭĹ.,'123")


def word(chance: random.Random, letters: list[str], longest: int) -> str:
    return "".join(chance.choice(letters) for _ in range(chance.randint(1, longest)))


def vocabulary(chance: random.Random, letters: list[str]) -> list[str]:
    singles = [letter for letter in dict.fromkeys("".join(letters)) if chance.random() < 0.85]
    return list(dict.fromkeys([*SPECIAL, *singles, *[word(chance, letters, 4) for _ in range(14)]]))


def model(chance: random.Random, kind: str, bytes_first: bool) -> dict:
    letters = BYTES if bytes_first else [letter for letter in LETTERS if letter.strip()]
    tokens = vocabulary(chance, letters)
    if chance.random() < 0.3 and not bytes_first:
        tokens += [f"<0x{byte:02X}>" for byte in "狗é".encode()]
    if kind == "WordLevel":
        return {"type": kind, "unk_token": "<unk>", "vocab": {token: id for id, token in enumerate(tokens)}}
    if kind == "WordPiece":
        tokens = list(dict.fromkeys([*tokens, *[f"##{token}" for token in tokens[5:] if chance.random() < 0.7]]))
        vocab = {token: id for id, token in enumerate(tokens)}
        return {"type": kind, "unk_token": "<unk>", "continuing_subword_prefix": "##", "max_input_chars_per_word": chance.choice([3, 100]), "vocab": vocab}
    if kind == "Unigram":
        again = [chance.choice(tokens) for _ in range(chance.choice([0, 0, 2]))]  # a piece may be there twice
        vocab = [[token, -round(chance.uniform(1, 6), 3)] for token in [*tokens[:9], *again, *tokens[9:]]]
        return {"type": kind, "unk_id": 1, "byte_fallback": chance.random() < 0.3, "vocab": vocab}
    merges = []
    for _ in range(12):
        pair = [chance.choice(tokens[5:]), chance.choice(tokens[5:])]
        if len("".join(pair)) <= 5 and pair not in merges and not any(token.startswith("<0x") for token in pair):
            merges.append(pair)
            if "".join(pair) not in tokens:
                tokens.append("".join(pair))
    made = {"type": kind, "dropout": None, "unk_token": chance.choice([None, "<unk>"]), "continuing_subword_prefix": None, "end_of_word_suffix": None}
    made |= {"fuse_unk": chance.random() < 0.5, "byte_fallback": chance.random() < 0.3, "ignore_merges": chance.random() < 0.3}
    return made | {"vocab": {token: id for id, token in enumerate(tokens)}, "merges": merges}


def several(chance: random.Random, name: str, field: str, stages: list[dict]) -> dict | None:
    chosen = [chance.choice(stages) for _ in range(chance.choice([0, 1, 1, 2]))]
    return None if not chosen else chosen[0] if len(chosen) == 1 else {"type": name, field: chosen}


def metaspace(chance: random.Random) -> dict:
    return {"type": "Metaspace", "replacement": "▁", "prepend_scheme": chance.choice(["always", "first", "never"]), "split": chance.random() < 0.7}


def normalizer(chance: random.Random) -> dict | None:
    flag = lambda: chance.random() < 0.5  # noqa: E731
    bert = {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": flag(), "strip_accents": chance.choice([None, True, False]), "lowercase": flag()}
    replaces = [{"type": "Replace", "pattern": {"Regex": pattern}, "content": content} for pattern, content in [(" {2,}", " "), ("[bB]+", "b"), ("\\s", "▁"), ("a(?=b)", "")]]
    plain = [{"type": name} for name in ["NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents"]]
    strip = {"type": "Strip", "strip_left": flag(), "strip_right": flag()}
    return several(chance, "Sequence", "normalizers", [bert, strip, {"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}, *replaces, *plain])


def splitter(chance: random.Random) -> dict | None:
    behavior = chance.choice(["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"])
    patterns = ["\\s+", "\\p{L}+|\\p{N}", "[^\\s\\p{L}]?\\p{L}+| ?\\p{N}{1,2}|\\s+(?!\\S)|\\s+", "b"]
    splits = [{"type": "Split", "pattern": {"Regex": pattern}, "behavior": behavior, "invert": chance.random() < 0.2} for pattern in patterns]
    plain = [{"type": name} for name in ["BertPreTokenizer", "Whitespace", "WhitespaceSplit"]]
    others = [{"type": "Punctuation", "behavior": behavior}, {"type": "Digits", "individual_digits": chance.random() < 0.5}, metaspace(chance), metaspace(chance)]
    return several(chance, "Sequence", "pretokenizers", [*splits, *plain, *others])


def decoder(chance: random.Random) -> dict | None:
    llama = [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}]
    stages = [metaspace(chance), {"type": "WordPiece", "prefix": "##", "cleanup": chance.random() < 0.5}, {"type": "Fuse"}]
    return chance.choice([None, *stages, {"type": "Sequence", "decoders": llama}])


def processor(chance: random.Random) -> dict | None:
    bert = {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]}
    roberta = {"type": "RobertaProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2], "trim_offsets": True, "add_prefix_space": False}
    return chance.choice([None, bert, roberta, template([["[CLS]", 2]], []), template([], [["[SEP]", 3]]), template([["[CLS]", 2]], [["[SEP]", 3]])])


def added_tokens(chance: random.Random) -> list[dict]:
    flags = lambda: {name: chance.random() < 0.3 for name in FLAGS}  # noqa: E731
    special = [token for token in SPECIAL if chance.random() < 0.8]
    more = [{"id": 90 + i, "content": content, **flags()} for i, content in enumerate(["ab", "Ca", "<x>"]) if chance.random() < 0.4]
    return added(*special) + more


def config(chance: random.Random, kind: str) -> dict:
    """A tokenizer_config.json whose class fits the kind of model."""
    classes = {"WordPiece": ["BertTokenizer", "ElectraTokenizer"], "Unigram": ["AlbertTokenizer", "T5TokenizerFast"], "BPE": ["GPT2Tokenizer", "RobertaTokenizer", "LlamaTokenizer"]}
    made = {"tokenizer_class": chance.choice([*classes.get(kind, []), "PreTrainedTokenizerFast"])}
    flags = ["do_lower_case", "strip_accents", "tokenize_chinese_chars", "add_prefix_space", "keep_accents", "legacy", "clean_up_tokenization_spaces", "split_special_tokens", "add_bos_token"]
    made |= {name: chance.random() < 0.5 for name in flags if chance.random() < 0.3}
    made |= {name: chance.choice(["[CLS]", "<unk>", "<s>", "ab", "<new>"]) for name in ["bos_token", "eos_token", "pad_token", "mask_token"] if chance.random() < 0.2}
    made |= {"unk_token": "<unk>"} if chance.random() < 0.9 else {}
    made |= {name: chance.choice([["<x>"], ["<y>", "c"], []]) for name in ["extra_special_tokens", "additional_special_tokens"] if chance.random() < 0.15}
    if made["tokenizer_class"].startswith("T5") and chance.random() < 0.8:
        made["extra_ids"] = 1
    if chance.random() < 0.2:
        made["added_tokens_decoder"] = {str(token["id"]): {name: value for name, value in token.items() if name != "id"} for token in added_tokens(chance)}
    return made


# Models whose class has such a vocabulary: `AutoTokenizer` takes that class where a folder has no tokenizer_config.json.
FITTING = {"WordPiece": ["bert", "electra"], "Unigram": ["t5", "albert"], "BPE": ["gpt2", "roberta", "llama"]}


def random_folder(chance: random.Random) -> dict[str, dict]:
    kind = chance.choice(["WordLevel", "WordPiece", "Unigram", "BPE", "BPE"])
    bytes_first = kind == "BPE" and chance.random() < 0.5
    parts = {"added_tokens": added_tokens(chance), "post_processor": processor(chance), "model": model(chance, kind, bytes_first)}
    if bytes_first:
        stage = {"type": "ByteLevel", "add_prefix_space": chance.random() < 0.3, "trim_offsets": True, "use_regex": chance.random() < 0.7}
        parts |= {"pre_tokenizer": stage, "decoder": stage}
    else:
        parts |= {"normalizer": normalizer(chance), "pre_tokenizer": splitter(chance), "decoder": decoder(chance)}
    files = {"tokenizer.json": EMPTY | parts}
    if chance.random() < 0.75:
        files |= {"tokenizer_config.json": config(chance, kind), "config.json": {"model_type": chance.choice([*FILES, "electra"])}}
    elif fitting := FITTING.get(kind):
        if chance.random() < 0.7:
            files["config.json"] = {"model_type": chance.choice(fitting)}
    if "config.json" in files and chance.random() < 0.2:
        files["special_tokens_map.json"] = {"cls_token": {"content": "[CLS]", **FLAGS, "lstrip": chance.random() < 0.5}, "sep_token": chance.choice(["[SEP]", "<x>"])}
    return files


def random_text(chance: random.Random, files: dict[str, dict]) -> str | tuple[str, str]:
    special = [token["content"] for token in files["tokenizer.json"]["added_tokens"]] + ["<new>", "<x>", "<extra_id_0>"]
    make = lambda: "".join(chance.choice(special) if chance.random() < 0.12 else word(chance, LETTERS, 3) for _ in range(chance.randint(1, 7)))  # noqa: E731
    return (make(), make()) if chance.random() < 0.25 else make()
