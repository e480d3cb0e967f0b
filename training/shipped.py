"""Writes reference.safetensors beside every shipped model: what `transformers` computes on one short text, for the page to hold its own numbers against.

    python training/shipped.py [--only NAME]

`case0/input.ids` (and `input.token_type_ids`, `input.decoder_ids`), every `hook_resid_post` and `hook_pattern`, and the scores of each head, as f32 with the batch
axis first. Scores over a vocabulary are those of the last position only: a file stays under 100 kB.
"""

import argparse
import json
from pathlib import Path

import torch
import transformers
from torch import Tensor
from transformers import AutoTokenizer

import golden
import golden_families
from reference.recorder import save_cases

MODELS = Path(__file__).resolve().parent.parent / "www/models"
MAX_BYTES = 100_000
STORY = "Once upon a time, there was a little girl who lived in a small house."
TEXTS = {
    "t5-tiny": ("translate English to French: She has two cats.", None),
    "t5-tiny-zh": ("translate English to Chinese: She has two cats.", None),
    "bert-tiny": ("The little girl went to the [MASK].", "She wanted to play."),
    "albert-tiny": ("The boy opened the [MASK].", "Then he went inside."),
    "bert-tiny-sentiment": ("A warm, funny and touching film.", None),
    "puzzle-tiny": ("reverse stone=enots", None),
    "gpt2-poem": ("明月几时有，把酒问青天。", None),
    "llama-tiny-zh": ("今天天气很好，我们去公园吧。 We like it.", None),
}


@torch.no_grad()
def tensors_of(name: str) -> dict[str, Tensor]:
    folder = MODELS / name
    tok, config = AutoTokenizer.from_pretrained(folder), json.loads((folder / "config.json").read_text())
    model = golden_families.load(getattr(transformers, config["architectures"][0]), folder)
    text, pair = TEXTS.get(name, (STORY, None))
    encoded = tok(text, pair, return_tensors="pt", return_token_type_ids=getattr(model.config, "type_vocab_size", 1) > 1)
    ids = encoded["input_ids"]
    if config["model_type"] == "t5":
        decoder_ids = model.generate(input_ids=ids, max_new_tokens=12, do_sample=False)[:, :-1]
        inputs, found = {"ids": ids, "decoder_ids": decoder_ids}, golden.every_hook(model, ids, torch.ones_like(ids), decoder_ids)
    else:
        given = {key: encoded[key] for key in ("input_ids", "token_type_ids") if key in encoded}
        found = golden_families.every_hook(model, given | {"attention_mask": torch.ones_like(ids)})
        inputs = {key.removeprefix("input_"): tensor for key, tensor in given.items()}
    kept = {key: tensor for key, tensor in found.items() if key.endswith(("hook_resid_post", "hook_pattern", "logits"))}
    if kept["logits"].ndim == 3:
        kept["logits"] = kept["logits"][:, -1:]
    return {f"input.{key}": tensor for key, tensor in inputs.items()} | kept


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only")
    args = parser.parse_args()
    torch.set_num_threads(1)
    for folder in sorted(path for path in MODELS.iterdir() if path.is_dir() and args.only in (None, path.name)):
        path = folder / "reference.safetensors"
        save_cases([tensors_of(folder.name)], path)
        path.chmod(0o644)
        size = path.stat().st_size
        assert size <= MAX_BYTES, f"{path}: {size} bytes"
        print(folder.name, size, "bytes")


if __name__ == "__main__":
    main()
