"""The tokenizer, one token a character, and the untrained model."""

import json
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors
from transformers import GPT2Config, GPT2LMHeadModel

from .tasks import CONTEXT, DIGITS, LETTERS

END, UNKNOWN = "<|endoftext|>", "<unk>"
WIDTH, LAYERS, HEADS = 64, 3, 4
INITIALIZER_RANGE = 0.1  # not GPT-2's 0.02: learned positions are strong from the start, so that a head can find the token before


def tokenizer() -> Tokenizer:
    """Ids: the end, a space, = and +, letters, digits, and one for every other character, which training never has."""
    vocab = {piece: i for i, piece in enumerate([END, *" =+", *LETTERS, *DIGITS, UNKNOWN])}
    tok = Tokenizer(models.WordLevel(vocab, unk_token=UNKNOWN))
    tok.pre_tokenizer = pre_tokenizers.Split(Regex("."), behavior="isolated")
    tok.decoder = decoders.Fuse()
    tok.add_special_tokens([END, UNKNOWN])
    tok.post_processor = processors.TemplateProcessing(single=f"{END} $A", pair=f"{END} $A $B", special_tokens=[(END, 0)])
    return tok


def save_tokenizer(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokenizer.json").write_text(tokenizer().to_str(pretty=False), encoding="utf-8")
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": END, "eos_token": END, "clean_up_tokenization_spaces": False}
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def build() -> GPT2LMHeadModel:
    no_dropout = {"resid_pdrop": 0.0, "embd_pdrop": 0.0, "attn_pdrop": 0.0}
    size = {"n_embd": WIDTH, "n_layer": LAYERS, "n_head": HEADS, "n_positions": CONTEXT, "vocab_size": tokenizer().get_vocab_size()}
    return GPT2LMHeadModel(GPT2Config(**size, **no_dropout, initializer_range=INITIALIZER_RANGE, bos_token_id=0, eos_token_id=0, attn_implementation="sdpa"))
