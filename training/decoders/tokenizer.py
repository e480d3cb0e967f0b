"""Each model's tokenizer, of its family's kind: GPT-2's byte-level BPE, LLaMA 2's BPE with byte fallback, LLaMA 3's larger byte-level BPE,
and one token a character for poems."""

import json
from collections import Counter
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

VOCAB_SIZE = {"gpt2-tiny": 2048, "llama-tiny": 2048, "llama-tiny-zh": 4096}
END = "<|endoftext|>"
LEAST_COUNT = 30  # of a character in the poems; a rarer one is <unk>, and its poem is left out


def _byte_level(texts: list[str], size: int, special: list[str], pattern: str | None) -> Tokenizer:
    """Byte-level BPE; `pattern` splits text before merging, GPT-2's own where it is None."""
    tok = Tokenizer(models.BPE())
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=pattern is None)
    split = [pre_tokenizers.Split(Regex(pattern), behavior="isolated")] if pattern else []
    tok.pre_tokenizer = pre_tokenizers.Sequence([*split, byte_level]) if split else byte_level
    tok.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tok.train_from_iterator(texts, trainers.BpeTrainer(vocab_size=size, special_tokens=special, initial_alphabet=alphabet, show_progress=False))
    return tok


def _byte_fallback(texts: list[str], size: int) -> Tokenizer:
    """BPE over characters, spaces as ▁; characters outside the vocabulary become bytes <0x..>."""
    special = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)]
    tok = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    tok.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tok.pre_tokenizer = pre_tokenizers.Split(Regex(r"▁?[A-Za-z']+|▁?[^A-Za-z'▁\n]|\n|▁"), behavior="isolated")
    tok.train_from_iterator(texts, trainers.BpeTrainer(vocab_size=size, special_tokens=special, limit_alphabet=90, show_progress=False))
    state = json.loads(tok.to_str())
    state["added_tokens"] = state["added_tokens"][:3]  # the bytes are plain pieces
    state["pre_tokenizer"] = None  # merges never cross what the splitter kept apart
    tok = Tokenizer.from_str(json.dumps(state))
    tok.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    return tok


def _characters(texts: list[str]) -> Tokenizer:
    """One token a character; common ones only."""
    counts = Counter(character for text in texts for character in text)
    kept = [c for c, n in counts.most_common() if n >= LEAST_COUNT]
    vocab = {piece: i for i, piece in enumerate([END, "<unk>", *kept])}
    tok = Tokenizer(models.WordLevel(vocab, unk_token="<unk>"))
    tok.pre_tokenizer = pre_tokenizers.Split(Regex("."), behavior="isolated")
    tok.decoder = decoders.Fuse()
    tok.add_special_tokens([END, "<unk>"])
    return tok


def train(model: str, texts: list[str]) -> Tokenizer:
    """The tokenizer of `model`, which puts its begin token before a text."""
    if model == "gpt2-poem":
        tok, begin = _characters(texts), END
    elif model == "gpt2-tiny":
        tok, begin = _byte_level(texts, VOCAB_SIZE[model], [END], None), END
    elif model == "llama-tiny":
        tok, begin = _byte_fallback(texts, VOCAB_SIZE[model]), "<s>"
    else:  # LLaMA 3 splits numbers into at most three digits and keeps a leading sign with its letters
        pattern = r"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
        tok, begin = _byte_level(texts, VOCAB_SIZE[model], ["<|begin_of_text|>", "<|end_of_text|>"], pattern), "<|begin_of_text|>"
    tok.post_processor = processors.TemplateProcessing(single=f"{begin} $A", pair=f"{begin} $A $B", special_tokens=[(begin, tok.token_to_id(begin))])
    return tok


def end_id(model: str, tok: Tokenizer) -> int:
    """The token after which a text is over."""
    return tok.token_to_id({"llama-tiny": "</s>", "llama-tiny-zh": "<|end_of_text|>"}.get(model, END))


def save(model: str, tok: Tokenizer, folder: Path) -> None:
    """tokenizer.json without indentation and tokenizer_config.json."""
    (folder / "tokenizer.json").write_text(tok.to_str(pretty=False), encoding="utf-8")
    begin, end = tok.id_to_token(tok.encode("").ids[0]), tok.id_to_token(end_id(model, tok))
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": begin, "eos_token": end, "clean_up_tokenization_spaces": False}
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
