"""Writes the goldens of training: what PyTorch's autograd and AdamW make of the tiny checkpoints of the other goldens.

    python training/golden_gradients.py --out tests/goldens [--only NAME]

`gradients/<name>.safetensors` holds a batch under `transformers`' argument names (`batch/input_ids`, …, as i32), `loss`, the gradient of each weight under
its name in the checkpoint (`weights/…`, a tied matrix once), and the gradients of some attention patterns (`hooks/blocks.0.attn.hook_pattern`).
`gradients/adamw.json` holds, for each checkpoint, the losses and gradient norms of 40 steps in double precision: AdamW, 1e-3, betas 0.9 and 0.95, decay 0.1 on tensors of two
axes or more, clip 1, on four batches in turn.
"""

import argparse
import json
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file, save_file
from torch import Tensor

N_TEXTS, N_POS, N_STEPS, N_BATCHES = 3, 7, 40, 4
IGNORED = -100

# With random weights this large, 1e-3 makes T5 v1.1's loss jump about: after twenty steps PyTorch in single precision is 1e-2 off itself in double precision.
RATES = {"t5-v1_1": 1e-4}

CLASSES = [
    "bert-pretraining", "bert-mlm", "bert-classification", "roberta-mlm", "roberta-classification", "albert-mlm", "albert-pretraining",
    "electra-mlm", "electra-discriminator", "t5-v1_0", "t5-v1_1", "gpt2", "llama1", "llama2-gqa", "llama3", "llama3-mqa",
]  # fmt: skip


def load(folder: Path) -> transformers.PreTrainedModel:
    config = json.loads((folder / "config.json").read_text())
    architecture = getattr(transformers, config["architectures"][0])
    return architecture.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()


def a_batch(model: transformers.PreTrainedModel, seed: int) -> dict[str, Tensor]:
    """Texts of different lengths, padded on the right; some labels do not count."""
    random = torch.Generator().manual_seed(seed)
    draw = lambda n, *shape: torch.randint(n, shape, generator=random)
    config, name = model.config, type(model).__name__
    ids = draw(config.vocab_size, N_TEXTS, N_POS)
    # An id that stands for padding would be counted as padding by RoBERTa's positions.
    ids = torch.where(ids == (config.pad_token_id or 0), (ids + 3) % config.vocab_size, ids)
    mask = torch.ones_like(ids)
    for row, length in enumerate([N_POS, N_POS - 2, N_POS - 4]):
        mask[row, length:] = 0
        ids[row, length:] = config.pad_token_id or 0
    batch = {"input_ids": ids, "attention_mask": mask}
    if getattr(config, "type_vocab_size", 0) > 1:
        batch["token_type_ids"] = draw(config.type_vocab_size, N_TEXTS, N_POS)
    if name.endswith("ForSequenceClassification"):
        return batch | {"labels": draw(config.num_labels, N_TEXTS)}
    if name == "ElectraForPreTraining":
        return batch | {"labels": draw(2, N_TEXTS, N_POS)}
    labels = draw(config.vocab_size, N_TEXTS, N_POS if not config.is_encoder_decoder else N_POS - 2)
    if config.is_encoder_decoder:
        labels[1, -2:] = IGNORED
    else:
        labels = torch.where((draw(3, N_TEXTS, N_POS) == 0) | (mask == 0), IGNORED, labels)
    batch["labels"] = labels
    if name == "BertForPreTraining":
        batch["next_sentence_label"] = draw(2, N_TEXTS)
    if name == "AlbertForPreTraining":
        batch["sentence_order_label"] = draw(2, N_TEXTS)
    return batch


def gradients(folder: Path, name: str) -> dict[str, Tensor]:
    # In double precision: where the true gradient is 0 (keys' biases), single precision leaves nothing but its own rounding.
    model = load(folder).double()
    batch = a_batch(model, 1)
    out = model(**batch, output_attentions=True)
    stacks = {"decoder": "decoder_attentions", "encoder": "encoder_attentions", "blocks": "attentions"}
    patterns = {}
    for stack, field in stacks.items():
        for layer, pattern in enumerate(getattr(out, field, None) or ()):
            patterns[f"{stack}.{layer}.attn.hook_pattern"] = pattern
    for layer, pattern in enumerate(getattr(out, "cross_attentions", None) or ()):
        patterns[f"decoder.{layer}.cross_attn.hook_pattern"] = pattern
    for pattern in patterns.values():
        pattern.retain_grad()
    out.loss.backward()
    found = {f"batch/{key}": value.to(torch.int32) for key, value in batch.items()} | {"loss": out.loss.detach()[None].float()}
    return found | of_weights(model, folder) | {f"hooks/{key}": pattern.grad.detach().float() for key, pattern in patterns.items()}


def of_weights(model: transformers.PreTrainedModel, folder: Path) -> dict[str, Tensor]:
    """The gradient of each weight, as `weights/` and its name in the checkpoint."""
    stored = load_file(folder / "model.safetensors").keys()
    found = {}
    for key, parameter in model.named_parameters():
        spelt = next((other for other in (key, key.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")) if other in stored), key)
        if parameter.grad is not None:
            found[f"weights/{spelt}"] = parameter.grad.detach().float()
    return found


def forty_steps(folder: Path, rate: float) -> dict[str, float | list[float]]:
    model = load(folder).double()
    decayed = [parameter for parameter in model.parameters() if parameter.ndim >= 2]
    plain = [parameter for parameter in model.parameters() if parameter.ndim < 2]
    groups = [{"params": decayed, "weight_decay": 0.1}, {"params": plain, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.95), eps=1e-8)
    batches = [a_batch(model, 1 + seed) for seed in range(N_BATCHES)]
    losses, norms = [], []
    for step in range(N_STEPS):
        optimizer.zero_grad()
        loss = model(**batches[step % N_BATCHES]).loss
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0).item())
        losses.append(loss.item())
        optimizer.step()
    return {"rate": rate, "losses": losses, "norms": norms}


def batches_of(folder: Path) -> dict[str, Tensor]:
    model = load(folder)
    batches = [a_batch(model, 1 + seed) for seed in range(N_BATCHES)]
    return {key: torch.stack([batch[key] for batch in batches]).to(torch.int32) for key in batches[0]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", action="append")
    asked = parser.parse_args()
    target = asked.out / "gradients"
    target.mkdir(parents=True, exist_ok=True)
    runs = {}
    for name in asked.only or CLASSES:
        folder = asked.out / "models" / name
        found = gradients(folder, name)
        save_file({key: value.contiguous().clone() for key, value in found.items()}, target / f"{name}.safetensors")
        save_file({key: value.contiguous() for key, value in batches_of(folder).items()}, target / f"{name}.batches.safetensors")
        runs[name] = forty_steps(folder, RATES.get(name, 1e-3))
        print(name, found["loss"].item(), runs[name]["losses"][-1])
    if not asked.only:
        (target / "adamw.json").write_text(json.dumps(runs, indent=1) + "\n")


if __name__ == "__main__":
    main()
