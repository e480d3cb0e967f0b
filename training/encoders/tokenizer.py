"""Each model's tokenizer: lower-case WordPiece for BERT, ALBERT and ELECTRA, byte-level BPE for RoBERTa, of the same size."""

import json
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

VOCAB_SIZE = 2560
SPECIAL = {
    "bert": {"pad": "[PAD]", "unk": "[UNK]", "cls": "[CLS]", "sep": "[SEP]", "mask": "[MASK]"},
    "roberta": {"cls": "<s>", "pad": "<pad>", "sep": "</s>", "unk": "<unk>", "mask": "<mask>"},  # ids 0 to 4, <pad> is 1
}


def kind(model: str) -> str:
    """`roberta` or `bert`: which special tokens a model has."""
    return "roberta" if model.startswith("roberta") else "bert"


def train(model: str, texts: list[str]) -> Tokenizer:
    """The tokenizer of `model`, with its begin and separator tokens."""
    special = SPECIAL[kind(model)]
    shared = {"vocab_size": VOCAB_SIZE, "special_tokens": list(special.values()), "show_progress": False}
    cls, sep = special["cls"], special["sep"]
    if kind(model) == "roberta":
        tok = Tokenizer(models.BPE())
        tok.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tok.decoder = decoders.ByteLevel()
        tok.train_from_iterator(texts, trainers.BpeTrainer(initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), **shared))
        ends = [(token, tok.token_to_id(token)) for token in (sep, cls)]
        tok.post_processor = processors.RobertaProcessing(*ends, trim_offsets=True, add_prefix_space=False)
        tok.add_special_tokens([AddedToken(special["mask"], lstrip=True, normalized=False, special=True)])
        return tok
    tok = Tokenizer(models.WordPiece(unk_token=special["unk"]))
    tok.normalizer = normalizers.BertNormalizer(lowercase=True)
    tok.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tok.decoder = decoders.WordPiece()
    tok.train_from_iterator(texts, trainers.WordPieceTrainer(**shared))
    ids = [(token, tok.token_to_id(token)) for token in (cls, sep)]
    tok.post_processor = processors.TemplateProcessing(single=f"{cls} $A {sep}", pair=f"{cls} $A {sep} $B:1 {sep}:1", special_tokens=ids)
    return tok


def save(model: str, tok: Tokenizer, folder: Path) -> None:
    """tokenizer.json without indentation and tokenizer_config.json."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokenizer.json").write_text(tok.to_str(pretty=False), encoding="utf-8")
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "clean_up_tokenization_spaces": kind(model) == "bert", "model_max_length": 128}
    # Without this list `tok(first, second)` would leave out which of the two each token belongs to.
    config["model_input_names"] = ["input_ids", *(["token_type_ids"] if kind(model) == "bert" else []), "attention_mask"]
    config |= {f"{name}_token": token for name, token in SPECIAL[kind(model)].items()}
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
