"""Writes the averaged weights as a Hugging Face checkpoint in float16 and asserts that `transformers` computes the same logits.

    python -m t5_tiny.export --work WORK --out ../www/models/t5-tiny
"""

import argparse
import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch.nn import functional as F
from transformers import T5ForConditionalGeneration

from .model import CONFIG, T5, relative_buckets

MAX_BYTES = 4_000_000
TOKEN_IDS = {"decoder_start_token_id": 0, "eos_token_id": 1, "pad_token_id": 0}


def write(model: T5, folder: Path) -> None:
    """config.json, generation_config.json and model.safetensors."""
    config = {"architectures": ["T5ForConditionalGeneration"], "model_type": "t5", "is_encoder_decoder": True, "dtype": "float16"}
    config |= CONFIG | {"dropout_rate": 0.0, "tie_word_embeddings": True} | TOKEN_IDS
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    (folder / "generation_config.json").write_text(json.dumps(TOKEN_IDS, indent=2) + "\n")
    tensors = {name: tensor.to(torch.float16).contiguous() for name, tensor in model.state_dict().items()}
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})


@torch.no_grad()
def assert_equal(model: T5, folder: Path) -> None:
    """The lean model with the stored weights against `transformers`, on random padded ids."""
    reference = T5ForConditionalGeneration.from_pretrained(folder, dtype=torch.float32).eval()
    model.load_state_dict({name: tensor for name, tensor in reference.state_dict().items() if name in model.state_dict()})
    source, decoder_ids = torch.randint(3, CONFIG["vocab_size"], (3, 40)), torch.randint(3, CONFIG["vocab_size"], (3, 21))
    source[1, 30:] = 0
    hidden = model(source, decoder_ids, relative_buckets(40, 40, bidirectional=True), relative_buckets(21, 21, bidirectional=False))
    expected = reference(input_ids=source, attention_mask=(source != 0).long(), decoder_input_ids=decoder_ids).logits
    torch.testing.assert_close(F.linear(hidden, model.shared.weight), expected, atol=1e-4, rtol=1e-4)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--base", type=Path, help="the model that the training began with: its steps, tokens and minutes count as well")
    args = parser.parse_args()
    state = torch.load(args.work / "checkpoint.pt")
    averaged = {name.removeprefix("module."): tensor for name, tensor in state["average"].items() if name != "n_averaged"}
    model = T5()
    model.load_state_dict(averaged)
    write(model, args.out)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copyfile(args.work / name, args.out / name)
    assert_equal(model, args.out)
    n_bytes = sum(path.stat().st_size for path in args.out.iterdir())
    assert n_bytes <= MAX_BYTES, f"{n_bytes} bytes in {args.out}, {MAX_BYTES} allowed"
    training = {"steps": state["step"], "tokens": state["tokens"], "minutes": round(state["seconds"] / 60, 1)}
    if args.base:
        earlier = json.loads((args.base / "metrics.json").read_text(encoding="utf-8"))["training"]
        training = {name: round(count + earlier[name], 1) for name, count in training.items()}
    (args.work / "training.json").write_text(json.dumps(training) + "\n")
    print(training, f"{n_bytes} bytes")


if __name__ == "__main__":
    main()
