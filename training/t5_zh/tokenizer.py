"""BPE pieces for English, one token a character for Chinese, bytes for what is rare: each token of a Chinese sentence attends by itself."""

import json
from collections import Counter
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

VOCAB_SIZE = 4608
LEAST_COUNT = 8  # of a Chinese character; a rarer one is three bytes
PAD, EOS, UNK = 0, 1, 2
_SPECIAL = ["<pad>", "</s>", "<unk>"]
_BYTES = [f"<0x{byte:02X}>" for byte in range(256)]
_REPLACED = [("’", "'"), ("‘", "'"), ("\u00a0", " "), (" ", "▁")]


def train(texts: list[str]) -> Tokenizer:
    """The tokenizer of the training pairs, which ends every text with </s>."""
    counts = Counter(character for text in texts for character in text)
    kept = sum(n >= LEAST_COUNT for n in counts.values()) + 1
    tok = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    tok.normalizer = normalizers.Sequence([normalizers.NFC()] + [normalizers.Replace(a, b) for a, b in _REPLACED])
    tok.pre_tokenizer = pre_tokenizers.Split(Regex(r"▁?[A-Za-z]+|▁?'[a-z]*|▁?[^A-Za-z'▁]|▁"), behavior="isolated")
    trainer = trainers.BpeTrainer(vocab_size=VOCAB_SIZE, special_tokens=_SPECIAL + _BYTES, limit_alphabet=kept, show_progress=False)
    tok.train_from_iterator(texts, trainer)
    state = json.loads(tok.to_str())
    state["added_tokens"] = state["added_tokens"][: len(_SPECIAL)]  # the bytes are plain pieces
    tok = Tokenizer.from_str(json.dumps(state))
    tok.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    tok.post_processor = processors.TemplateProcessing(single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", EOS)])
    return tok


def save(tok: Tokenizer, folder: Path) -> None:
    """tokenizer.json without indentation and tokenizer_config.json."""
    (folder / "tokenizer.json").write_text(tok.to_str(pretty=False), encoding="utf-8")
    names = {"pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>"}
    config = {"tokenizer_class": "PreTrainedTokenizerFast", **names, "model_max_length": 512, "clean_up_tokenization_spaces": False}
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
