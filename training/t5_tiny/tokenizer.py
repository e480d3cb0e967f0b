"""A Unigram tokenizer for English, French, ARPAbet, digits and sentinels, as one plain tokenizer.json.

Curly quotes become straight, no-break spaces become spaces and HELLO becomes hello in the normalizer, where no vocabulary has
room for both (`calmed`). Digits, punctuation and French elided words (l', qu') stand alone, and so does every letter after
"pronounce:", so that a phoneme can attend to a letter. Every ARPAbet phoneme after a space
("▁HH", "▁AH0") is one piece: the splitter keeps its stress digit, and its score is the highest. The pieces are byte-pair merges; their
scores are the logarithms of their counts in the best segmentation, re-estimated while the rarest pieces are dropped (Kudo 2018,
section 3.2, with one segmentation instead of all).
"""

import json
import math
import string
from collections import Counter
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from . import spans

VOCAB_SIZE = 3600
N_CANDIDATES = 5000
ROUNDS = 4
PAD, EOS, UNK = 0, 1, 2
MAX_SPELLED = 24  # letters of a word to pronounce that are split; a lookbehind needs a known length in some regex engines
_BEHIND = "|".join("pronounce:" + "." * n for n in range(MAX_SPELLED))
_ALONE = r"0-9.,!?;:\"()\-/"
_PIECES = "|".join([
    rf"(?<={_BEHIND})▁?[A-Za-z']",
    r"▁'(?=[A-Za-z])",
    r"▁(?:[cdjlmnstCDJLMNST]|[Qq]u)'",
    r"▁?[A-Z][A-Z][0-2]",
    rf"▁?[{_ALONE}]",
    rf"▁?[^▁{_ALONE}]+",
])  # fmt: skip
_SPECIAL = ["<pad>", "</s>", "<unk>"]
_SENTINELS = [f"<extra_id_{i}>" for i in range(spans.MAX_SENTINELS)]
_REPLACED = [("’", "'"), ("‘", "'"), ("“", '"'), ("”", '"'), ("…", "..."), ("\u00a0", " "), ("\u202f", " ")]
_ALPHABET = "▁" + string.ascii_letters + string.digits + ".,!?;:'\"()-%$€£&/+*=éèêëàâäîïôöùûüçœæÉÈÊÀÂÎÔÛÇŒñáíóúßãåø"


def calmed() -> list[tuple[Regex, str]]:
    """A word in capitals becomes small, but for ARPAbet's phonemes (HH, AH0) and single letters (I).

    A normalizer has no rule for "its small form": so one rule for each letter, first where it begins a word, then where it goes on with one.
    """
    begins, goes_on = [], []
    for x in string.ascii_uppercase:
        second = {"N": "[A-FH-Z]"}.get(x, "[A-GI-Z]" if x in "CDHJSTZ" else "[A-Z]")  # not NG, not CH, DH, HH, …
        begins.append((Regex(rf"(?<![A-Za-z]){x}(?=[A-Z]{{2}}|{second}(?![A-Za-z0-9]))"), x.lower()))
        goes_on.append((Regex(rf"(?<=[a-z]){x}|(?<=[A-Za-z]{{2}}){x}|(?<=[A-Za-z]'){x}(?![A-Za-z])"), x.lower()))
    return begins + goes_on


def dress(tokenizer: Tokenizer) -> Tokenizer:
    """Puts a model between its normalizer, splitters and decoder."""
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC()] + [normalizers.Replace(a, b) for a, b in _REPLACED + calmed()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="first", split=False),
        pre_tokenizers.Split(Regex(_PIECES), behavior="isolated"),
    ])  # fmt: skip
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="first")
    return tokenizer


def _unigram(forced: list[str], scores: dict[str, float], tail: list[str]) -> Tokenizer:
    """Ids in order: special tokens, forced pieces, scored pieces, sentinels."""
    vocab = [(piece, 0.0) for piece in _SPECIAL] + [(piece, -1.0) for piece in forced] + list(scores.items()) + [(s, 0.0) for s in tail]
    return dress(Tokenizer(models.Unigram(vocab, unk_id=UNK, byte_fallback=False)))


def train(texts: list[str], phonemes: list[str]) -> Tokenizer:
    """Learns VOCAB_SIZE pieces from `texts`: <pad>, </s>, <unk>, phonemes and digits, learned pieces, the sentinels last."""
    pairs = dress(Tokenizer(models.BPE()))
    pairs.train_from_iterator(texts, trainers.BpeTrainer(vocab_size=N_CANDIDATES, initial_alphabet=list(_ALPHABET), show_progress=False))
    forced = [f"▁{p}" for p in phonemes] + [f"▁{d}" for d in "0123456789"]
    candidates = [p for p in pairs.get_vocab() if (len(p) > 1 or p in _ALPHABET) and p not in forced]
    counts = Counter(piece for e in pairs.encode_batch(texts) for piece in e.tokens)
    n_kept = VOCAB_SIZE - len(_SPECIAL) - len(forced) - len(_SENTINELS)
    for round_ in range(ROUNDS):
        n = n_kept + (len(candidates) - n_kept) // 2 if round_ < ROUNDS - 2 else n_kept
        candidates = sorted(candidates, key=lambda piece: (piece not in _ALPHABET, -counts[piece], piece))[:n]
        total = sum(counts[piece] for piece in candidates)
        scores = {piece: math.log((counts[piece] or 0.5) / total) for piece in candidates}
        counts = Counter(piece for e in _unigram(forced, scores, []).encode_batch(texts) for piece in e.tokens)
    tokenizer = _unigram(forced, scores, _SENTINELS)
    tokenizer.add_special_tokens(_SPECIAL)
    tokenizer.add_special_tokens([AddedToken(s, lstrip=True, normalized=False, special=True) for s in _SENTINELS])
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", EOS)])
    assert tokenizer.get_vocab_size() == VOCAB_SIZE
    assert all(tokenizer.encode(p).ids[:-1] == [tokenizer.token_to_id(f"▁{p}")] for p in phonemes)
    return tokenizer


def save(tokenizer: Tokenizer, folder: Path) -> None:
    """Writes tokenizer.json without indentation (it counts towards the model's 4 MB) and tokenizer_config.json."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokenizer.json").write_text(tokenizer.to_str(pretty=False), encoding="utf-8")
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "pad_token": "<pad>",
        "eos_token": "</s>",
        "unk_token": "<unk>",
        "extra_special_tokens": _SENTINELS,
        "model_max_length": 512,
        "clean_up_tokenization_spaces": False,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
