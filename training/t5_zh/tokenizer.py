"""t5-tiny's pieces for English, one token a character for Chinese: each token of a Chinese sentence attends by itself."""

import json
import math
import re
from collections import Counter
from pathlib import Path

from t5_tiny.tokenizer import calmed
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

N_ENGLISH, N_CHINESE = 1850, 2003  # pieces, characters; a sentence with a rarer character is not trained on
VOCAB_SIZE = 3 + N_ENGLISH + N_CHINESE
PAD, EOS, UNK = 0, 1, 2
_SPECIAL = ["<pad>", "</s>", "<unk>"]
_START = "translate"  # a text's first word has no "▁": in Chinese it would stand before the first character
_REPLACED = [("’", "'"), ("‘", "'"), ("\u00a0", " "), (" ", "▁")]
_ALONE = r"0-9.,!?;:\"()\-/"
_PIECES = rf"▁?[A-Za-z']+|▁?[{_ALONE}]|▁?[^▁A-Za-z'{_ALONE}]+"
_LATIN = re.compile(r"[ -~▁]+")


def train(english: list[str], chinese: list[str], base: Tokenizer) -> Tokenizer:
    """The pieces that `base` cuts `english` into, with its scores, and the characters of `chinese`, the most frequent of each."""
    scores = {piece: score for piece, score in json.loads(base.to_str())["model"]["vocab"] if _LATIN.fullmatch(piece) and piece not in _SPECIAL}
    counts = Counter(piece for encoding in base.encode_batch(english) for piece in encoding.tokens if piece in scores)
    pieces = [_START] + sorted(scores, key=lambda piece: (len(piece) > 1, -counts[piece], piece))[: N_ENGLISH - 1]
    scores[_START] = scores["▁" + _START]
    characters = Counter(character for text in chinese for character in text if not _LATIN.fullmatch(character)).most_common(N_CHINESE)
    total = sum(n for _, n in characters)
    vocab = [(piece, 0.0) for piece in _SPECIAL] + [(piece, scores[piece]) for piece in pieces]
    tok = Tokenizer(models.Unigram(vocab + [(character, math.log(n / total)) for character, n in characters], unk_id=UNK, byte_fallback=False))
    tok.normalizer = normalizers.Sequence([normalizers.NFC()] + [normalizers.Replace(a, b) for a, b in _REPLACED + calmed()])
    tok.pre_tokenizer = pre_tokenizers.Split(Regex(_PIECES), behavior="isolated")
    tok.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.Fuse()])
    tok.add_special_tokens(_SPECIAL)
    tok.post_processor = processors.TemplateProcessing(single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", EOS)])
    assert tok.get_vocab_size() == VOCAB_SIZE
    return tok


def save(tok: Tokenizer, folder: Path) -> None:
    """tokenizer.json without indentation and tokenizer_config.json."""
    (folder / "tokenizer.json").write_text(tok.to_str(pretty=False), encoding="utf-8")
    names = {"pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>"}
    config = {"tokenizer_class": "PreTrainedTokenizerFast", **names, "model_max_length": 512, "clean_up_tokenization_spaces": False}
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
