"""Writes the golden of what is learnt from preferences: ten AdamW steps in double precision of a reward model, of DPO, and of PPO's policy with a value head.

    python training/golden_preferences.py --out tests/goldens

`gradients/preferences.safetensors` holds the batch of each (`dpo/input_ids`, …; whole numbers as i32); `gradients/preferences.json` the losses and gradient norms, and of the texts of DPO
their log-probabilities before the first step. Texts come in pairs, the chosen one first. AdamW as in `golden_gradients.py`.
"""

import argparse
import json
from pathlib import Path

import torch
from golden_gradients import load
from safetensors.torch import save_file
from torch import Tensor
from torch.nn.functional import logsigmoid

N_TEXTS, N_POS, N_STEPS = 4, 7, 10
BETA, CLIP, VALUE = 0.1, 0.2, 0.5
IGNORED = -100


def texts(vocab: int, random: torch.Generator) -> dict[str, Tensor]:
    """Prompts of two tokens, and answers of different lengths, padded on the right."""
    ids = torch.randint(3, vocab, (N_TEXTS, N_POS), generator=random)
    mask = torch.ones_like(ids)
    for row, length in enumerate([N_POS, N_POS - 1, N_POS - 3, N_POS]):
        mask[row, length:] = 0
        ids[row, length:] = 0
    labels = torch.where(mask == 0, IGNORED, ids)
    labels[:, :2] = IGNORED
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}


def log_probabilities(logits: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Of each token that has a label, and which those are, from the second place on."""
    wanted = labels[:, 1:]
    counts = wanted != IGNORED
    found = logits[:, :-1].log_softmax(-1).gather(-1, wanted.clamp(min=0)[..., None])[..., 0]
    return found * counts, counts


def train(parameters: list[Tensor], loss_of) -> dict[str, list[float]]:
    decayed = [parameter for parameter in parameters if parameter.ndim >= 2]
    plain = [parameter for parameter in parameters if parameter.ndim < 2]
    groups = [{"params": decayed, "weight_decay": 0.1}, {"params": plain, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.95), eps=1e-8)
    losses, norms = [], []
    for _ in range(N_STEPS):
        optimizer.zero_grad()
        loss = loss_of()
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(parameters, 1.0).item())
        losses.append(loss.item())
        optimizer.step()
    return {"losses": losses, "norms": norms}


def dpo(folder: Path, random: torch.Generator) -> tuple[dict[str, Tensor], dict[str, list[float]]]:
    model = load(folder / "gpt2").double()
    batch = texts(model.config.vocab_size, random)
    seen = {key: batch[key] for key in ("input_ids", "attention_mask")}
    of_texts = lambda: log_probabilities(model(**seen).logits, batch["labels"])[0].sum(-1)
    before = of_texts().tolist()
    batch["reference_log_probs"] = (of_texts() + torch.randn(N_TEXTS, generator=random)).detach().float()

    def loss() -> Tensor:
        ahead = of_texts() - batch["reference_log_probs"]
        return -logsigmoid(BETA * (ahead[0::2] - ahead[1::2])).mean()

    return batch, train(list(model.parameters()), loss) | {"texts": before}


def policy(folder: Path, random: torch.Generator) -> tuple[dict[str, Tensor], dict[str, list[float]]]:
    model = load(folder / "gpt2").double()
    head = torch.nn.Linear(model.config.n_embd, 1).double()
    torch.nn.init.zeros_(head.weight), torch.nn.init.zeros_(head.bias)
    batch = texts(model.config.vocab_size, random)
    seen = {key: batch[key] for key in ("input_ids", "attention_mask")}
    now, counts = log_probabilities(model(**seen).logits, batch["labels"])
    noise = 0.3 * torch.randn(N_TEXTS, N_POS - 1, generator=random)
    first = torch.zeros(N_TEXTS, 1)
    batch["old_log_probs"] = torch.cat([first, ((now.detach() + noise) * counts).float()], 1)
    batch["advantages"] = torch.randn(N_TEXTS, N_POS, generator=random)
    batch["returns"] = torch.randn(N_TEXTS, N_POS, generator=random)

    def loss() -> Tensor:
        out = model(**seen, output_hidden_states=True)
        now, counts = log_probabilities(out.logits, batch["labels"])
        ratio = (now - batch["old_log_probs"][:, 1:]).exp()
        advantages = batch["advantages"][:, 1:]
        gain = torch.minimum(ratio * advantages, ratio.clamp(1 - CLIP, 1 + CLIP) * advantages)
        values = head(out.hidden_states[-1])[:, :-1, 0]
        errors = (values - batch["returns"][:, 1:]) ** 2
        return (-gain[counts]).mean() + VALUE * errors[counts].mean()

    return batch, train([*model.parameters(), *head.parameters()], loss)


def reward(folder: Path, random: torch.Generator) -> tuple[dict[str, Tensor], dict[str, list[float]]]:
    model = load(folder / "bert-classification").double()
    kept = model.classifier
    model.classifier = torch.nn.Linear(kept.in_features, 1).double()
    model.classifier.weight.data, model.classifier.bias.data = kept.weight.data[:1].clone(), kept.bias.data[:1].clone()
    batch = texts(model.config.vocab_size, random)
    del batch["labels"]

    def loss() -> Tensor:
        rewards = model.classifier(model.dropout(model.bert(**batch).pooler_output))[:, 0]
        return -logsigmoid(rewards[0::2] - rewards[1::2]).mean()

    return batch, train(list(model.parameters()), loss)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    random = torch.Generator().manual_seed(5)
    batches, runs = {}, {}
    for make in (dpo, policy, reward):
        batch, runs[make.__name__] = make(asked.out / "models", random)
        for key, value in batch.items():
            batches[f"{make.__name__}/{key}"] = value.float() if value.is_floating_point() else value.to(torch.int32)
    save_file({key: value.contiguous() for key, value in batches.items()}, asked.out / "gradients" / "preferences.safetensors")
    (asked.out / "gradients" / "preferences.json").write_text(json.dumps(runs, indent=1) + "\n")


if __name__ == "__main__":
    main()
