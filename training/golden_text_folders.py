"""Folders that try one setting each of the files beside a tokenizer.json (read by golden_text_published.py)."""

FLAGS = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
EMPTY = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None, "pre_tokenizer": None, "post_processor": None, "decoder": None}


def added(*tokens: str, start: int = 0, **settings) -> list[dict]:
    return [{"id": start + i, "content": token, **FLAGS, **settings} for i, token in enumerate(tokens)]


def ids(*tokens: str) -> dict[str, int]:
    return {token: id for id, token in enumerate(dict.fromkeys(tokens))}


def pieces(*tokens: str) -> list:
    return [[token, -1.0 - 0.25 * (id % 7)] for id, token in enumerate(tokens)]


def template(start: list, end: list) -> dict:
    special = lambda token, segment: {"SpecialToken": {"id": token, "type_id": segment}}  # noqa: E731
    text = lambda id, segment: {"Sequence": {"id": id, "type_id": segment}}  # noqa: E731
    single = [*[special(token, 0) for token, _ in start], text("A", 0), *[special(token, 0) for token, _ in end]]
    pair = [*single, text("B", 1), *[special(token, 1) for token, _ in end]]
    tokens = {token: {"id": token, "ids": [id], "tokens": [token]} for token, id in [*start, *end]}
    return {"type": "TemplateProcessing", "single": single, "pair": pair, "special_tokens": tokens}


BERT_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
BERT_WORDS = ("the", "The", "film", "was", "good", "Good", ".", "café", "cafe", "Caf", "##é", "##e", "caf", "狗", "猫", "狗猫", "'", "don", "t", "<ent>", "[CLS2]", "##猫")
BERT = EMPTY | {
    "added_tokens": added(*BERT_SPECIAL),
    "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True},
    "pre_tokenizer": {"type": "BertPreTokenizer"},
    "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
    "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": False},
    "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": ids(*BERT_SPECIAL, *BERT_WORDS)},
}
BYTE_LEVEL = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
LETTERS = tuple("abcdehiorstTĠ.,Ã©") + ("th", "he", "Ġt", "Ġth", "Ġthe", "ca", "at", "cat")
MERGES = [["t", "h"], ["Ġ", "t"], ["Ġt", "h"], ["Ġth", "e"], ["h", "e"], ["c", "a"], ["a", "t"], ["ca", "t"]]


def byte_bpe(*special: str, **parts) -> dict:
    model = {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None, "end_of_word_suffix": None, "fuse_unk": False}
    model |= {"byte_fallback": False, "ignore_merges": True, "vocab": ids(*special, *LETTERS), "merges": MERGES}
    return EMPTY | {"added_tokens": added(*special), "pre_tokenizer": BYTE_LEVEL, "decoder": BYTE_LEVEL, "model": model} | parts


GPT2 = byte_bpe("<|endoftext|>", post_processor=template([["<|endoftext|>", 0]], []))
ROBERTA_SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
ROBERTA = byte_bpe(*ROBERTA_SPECIAL, post_processor=template([["<s>", 0]], [["</s>", 2]]))
WORDS = ("▁", "▁the", "▁The", "▁cat", "▁Cat", "▁café", "▁cafe", "t", "h", "e", "c", "a", "f", "é", "s", "the", "cat", ".", '"', "`", "'", "C", "T")
MARKED = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": True}


def unigram(unk_id: int, *special: str, **parts) -> dict:
    model = {"type": "Unigram", "unk_id": unk_id, "byte_fallback": False, "vocab": pieces(*special, *WORDS)}
    return EMPTY | {"added_tokens": added(*special), "pre_tokenizer": MARKED, "decoder": MARKED, "model": model} | parts


ALBERT = unigram(1, "<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]", post_processor=template([["[CLS]", 2]], [["[SEP]", 3]]))
T5 = unigram(2, "<pad>", "</s>", "<unk>", post_processor=template([], [["</s>", 1]]))
LLAMA_SPECIAL = ("<unk>", "<s>", "</s>")
LLAMA_VOCAB = ids(*LLAMA_SPECIAL, "<0xC3>", "<0xA9>", "<0x21>", *"▁abcehtT.", "▁t", "▁th", "▁the", "th", "ca", "cat", "he")
LLAMA_MERGES = [["▁", "t"], ["▁t", "h"], ["▁th", "e"], ["t", "h"], ["c", "a"], ["ca", "t"], ["h", "e"]]
LLAMA = EMPTY | {
    "added_tokens": added(*LLAMA_SPECIAL),
    "normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
    "post_processor": template([["<s>", 1]], []),
    "decoder": {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
    "model": {"type": "BPE", "dropout": None, "unk_token": "<unk>", "continuing_subword_prefix": None, "end_of_word_suffix": None, "fuse_unk": True,
              "byte_fallback": True, "ignore_merges": False, "vocab": LLAMA_VOCAB, "merges": LLAMA_MERGES},
}  # fmt: skip
FILES = {"bert": BERT, "gpt2": GPT2, "roberta": ROBERTA, "albert": ALBERT, "t5": T5, "llama": LLAMA}
TEXTS = {
    "bert": ["The film was Good. Café 狗猫", "don ' t <ent> [MASK] [CLS2]x <extra_id_3>", ("the film", "Good [SEP]")],
    "gpt2": ["the cat, é", " the<|endoftext|>cat <ent> .", ("cat", " the")],
    "roberta": ["the cat é", " the <mask> cat <ent></s>.", ("cat", "the")],
    "albert": ["The cafés  ``cat'' .", "the[MASK] Cat <ent> the", ("the", "cat")],
    "t5": ["The  cafés .", "the <extra_id_0> Cat </s> <ent>s", ("the", "cat")],
    "llama": ["the  cat!é", " T</s> the<s>cat <ent> the", ("the", "cat")],
}


def folder(name: str, base: str, config: dict, **beside) -> tuple[str, str, dict]:
    """`beside` are further files by name without `.json`, and parts of the tokenizer.json that are changed."""
    changed = beside.pop("tokenizer", {})
    tokenizer = FILES[base] | changed if changed else FILES[base]
    files = {"tokenizer.json": tokenizer, "tokenizer_config.json": config, "config.json": {"model_type": base} | beside.pop("model", {})}
    return name, base, files | {f"{file}.json": content for file, content in beside.items()}


def alone(name: str, base: str, **beside) -> tuple[str, str, dict]:
    """A folder without a tokenizer_config.json: the model of its config.json names the class."""
    _, _, files = folder(name, base, {}, **beside)
    return f"{name}, without tokenizer_config.json", base, {file: content for file, content in files.items() if file != "tokenizer_config.json"}


PADDING = {"strategy": {"Fixed": 8}, "direction": "Right", "pad_to_multiple_of": None, "pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD2]"}
ENT = {"content": "<ent>", **FLAGS}
FOLDERS = [
    *[folder(f"{model}, its class", model, {"tokenizer_class": name}) for model, name in [
        ("bert", "BertTokenizer"), ("bert", "ElectraTokenizerFast"), ("gpt2", "GPT2Tokenizer"), ("roberta", "RobertaTokenizerFast"),
        ("albert", "AlbertTokenizer"), ("t5", "T5TokenizerFast"), ("llama", "LlamaTokenizer")]],
    *[folder(f"{model}, no class", model, {}) for model in FILES],
    *[alone(model, model) for model in FILES],
    *[alone(f"{model} that lacks its {stage}", model, tokenizer={stage: None}) for model, stage in [
        ("bert", "normalizer"), ("bert", "post_processor"), ("gpt2", "pre_tokenizer"), ("roberta", "post_processor"), ("albert", "normalizer"),
        ("t5", "post_processor"), ("t5", "pre_tokenizer"), ("llama", "post_processor")]],
    alone("electra", "bert", model={"model_type": "electra"}),
    alone("a plain class of config.json", "bert", model={"tokenizer_class": "PreTrainedTokenizerFast"}, tokenizer={"post_processor": None}),
    alone("a class of config.json", "bert", model={"model_type": "llama", "tokenizer_class": "BertTokenizer"}),
    *[alone(f"{model} with special_tokens_map.json", model, special_tokens_map={"additional_special_tokens": ["<ent>"]}) for model in FILES],
    *[alone(f"{model} with added_tokens.json", model, added_tokens={"<ent>": 99}) for model in FILES],
    *[folder(f"{model}, as it stands", model, {"tokenizer_class": "PreTrainedTokenizerFast", "do_lower_case": False}) for model in FILES],
    folder("electra, no class", "bert", {"do_lower_case": False}, model={"model_type": "electra"}),
    folder("a class of config.json", "bert", {"do_lower_case": False}, model={"model_type": "llama", "tokenizer_class": "BertTokenizer"}),
    folder("another model's class", "bert", {"tokenizer_class": "BertTokenizer", "do_lower_case": False}, model={"model_type": "albert"}),
    folder("BERT keeps case", "bert", {"tokenizer_class": "BertTokenizer", "do_lower_case": False}),
    folder("BERT strips accents", "bert", {"tokenizer_class": "BertTokenizer", "do_lower_case": False, "strip_accents": True}),
    folder("BERT keeps accents", "bert", {"tokenizer_class": "BertTokenizer", "strip_accents": False}),
    folder("BERT joins Chinese characters", "bert", {"tokenizer_class": "BertTokenizer", "tokenize_chinese_chars": False}),
    folder("BERT's other special tokens", "bert", {"tokenizer_class": "BertTokenizer", "cls_token": "[CLS2]", "sep_token": "[SEP2]"}),
    folder("BERT's special tokens of an older file", "bert", {}, special_tokens_map={"cls_token": {**ENT, "content": "[CLS2]"}, "mask_token": "<ent>"}),
    folder("BERT's added tokens of an older file", "bert", {"tokenizer_class": "BertTokenizer"}, added_tokens={"<ent>": 27, "film was": 28}),
    folder("English is tidied up", "bert", {"tokenizer_class": "BertTokenizer", "clean_up_tokenization_spaces": True}),
    folder("English is tidied up, as it stands", "bert", {"tokenizer_class": "PreTrainedTokenizerFast", "clean_up_tokenization_spaces": True}),
    folder("BPE is not tidied up", "llama", {"clean_up_tokenization_spaces": True}),
    folder("special tokens are split", "bert", {"tokenizer_class": "PreTrainedTokenizerFast", "split_special_tokens": True}),
    *[folder(f"{model}, added tokens listed", model, {"tokenizer_class": name, "added_tokens_decoder": {"40": {**ENT, "lstrip": True, "rstrip": True}, "3": {**ENT, "content": "cat", "special": False, "normalized": True}}})
      for model, name in [("bert", "BertTokenizer"), ("gpt2", "PreTrainedTokenizerFast"), ("t5", "T5Tokenizer"), ("llama", "LlamaTokenizer")]],
    *[folder(f"{model}, further special tokens", model, {key: ["<ent>", "cat"]}) for model, key in [("bert", "additional_special_tokens"), ("gpt2", "extra_special_tokens"), ("t5", "additional_special_tokens"), ("llama", "extra_special_tokens")]],
    folder("further special tokens with names", "gpt2", {"tokenizer_class": "PreTrainedTokenizerFast", "image_token": "<ent>", "extra_special_tokens": {"cat_token": "cat"}}),
    folder("a named token that is new", "llama", {"tokenizer_class": "PreTrainedTokenizerFast", "pad_token": "<ent>"}),
    folder("a named token with settings", "gpt2", {"tokenizer_class": "PreTrainedTokenizerFast", "pad_token": {"__type": "AddedToken", **ENT, "lstrip": True}}),
    *[folder(f"{model}, a space in front", model, {"tokenizer_class": name, "add_prefix_space": True}) for model, name in [("gpt2", "GPT2Tokenizer"), ("roberta", "RobertaTokenizer")]],
    *[folder(f"{model}, no space in front", model, {"tokenizer_class": name, "add_prefix_space": False}) for model, name in [("albert", "AlbertTokenizer"), ("llama", "LlamaTokenizer")]],
    folder("RoBERTa's class adds its tokens", "roberta", {"tokenizer_class": "RobertaTokenizer", "cls_token": "</s>"}, tokenizer={"added_tokens": []}),
    folder("ALBERT keeps accents", "albert", {"tokenizer_class": "AlbertTokenizer", "keep_accents": True}),
    folder("ALBERT keeps case", "albert", {"tokenizer_class": "AlbertTokenizer", "do_lower_case": False}),
    folder("ALBERT's own template", "albert", {"tokenizer_class": "AlbertTokenizer"}, tokenizer={"post_processor": None}),
    folder("T5 with few sentinels", "t5", {"tokenizer_class": "T5Tokenizer", "extra_ids": 2}),
    folder("T5 with other tokens and no sentinels", "t5", {"tokenizer_class": "T5Tokenizer", "extra_special_tokens": ["<ent>"]}),
    folder("LLaMA, the older way", "llama", {"tokenizer_class": "LlamaTokenizer", "legacy": True}),
    folder("LLaMA with bytes", "gpt2", {"tokenizer_class": "LlamaTokenizer"}, model={"model_type": "llama"}),
    *[folder(f"{model} pads with a new token, {name}", model, {"tokenizer_class": name} | more, tokenizer={"padding": PADDING}) for model, name, more in [
        ("llama", "PreTrainedTokenizerFast", {"mask_token": "<ent>"}), ("llama", "LlamaTokenizer", {"mask_token": "<ent>"}), ("gpt2", "GPT2Tokenizer", {"mask_token": "<ent>"}),
        ("bert", "BertTokenizer", {"mask_token": "<ent>"}), ("gpt2", "PreTrainedTokenizerFast", {"pad_token": None, "mask_token": "<ent>"})]],
    folder("where a text begins and ends is tokenizer.json's", "llama", {"tokenizer_class": "LlamaTokenizer", "add_bos_token": False, "add_eos_token": True}),
]  # fmt: skip
