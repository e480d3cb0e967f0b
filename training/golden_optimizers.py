"""Writes the golden of momentum SGD: what `torch.optim.SGD` makes of some of the tiny checkpoints of the other goldens.

    python training/golden_optimizers.py --out tests/goldens

`gradients/sgd.json` holds, for each checkpoint, the losses and gradient norms of 20 steps in double precision, on the batches of `golden_gradients.py` in turn, and the averages of
`torch.optim.swa_utils` behind them: momentum 0.9, decay 0.1 on tensors of two axes or more, clip 1. Of the weights and of their averages (0.9) behind the last step, the sum of the
magnitudes stands for all.
"""

import argparse
import json
from pathlib import Path

import torch
from golden_gradients import N_BATCHES, a_batch, load
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

N_STEPS = 20
EMA = 0.9
RATES = {"gpt2": 0.03, "bert-classification": 0.03, "albert-mlm": 0.03, "t5-v1_0": 0.003, "llama2-gqa": 0.03}


def magnitude(model: torch.nn.Module) -> float:
    return sum(parameter.detach().abs().sum().item() for parameter in model.parameters())


def twenty_steps(folder: Path, rate: float) -> dict[str, float | list[float]]:
    model = load(folder).double()
    decayed = [parameter for parameter in model.parameters() if parameter.ndim >= 2]
    plain = [parameter for parameter in model.parameters() if parameter.ndim < 2]
    groups = [{"params": decayed, "weight_decay": 0.1}, {"params": plain, "weight_decay": 0.0}]
    optimizer = torch.optim.SGD(groups, lr=rate, momentum=0.9)
    averaged = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(EMA))
    batches = [a_batch(model, 1 + seed) for seed in range(N_BATCHES)]
    losses, norms = [], []
    for step in range(N_STEPS):
        optimizer.zero_grad()
        loss = model(**batches[step % N_BATCHES]).loss
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0).item())
        losses.append(loss.item())
        optimizer.step()
        averaged.update_parameters(model)
    return {"rate": rate, "losses": losses, "norms": norms, "weights": magnitude(model), "averages": magnitude(averaged.module)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    runs = {name: twenty_steps(asked.out / "models" / name, rate) for name, rate in RATES.items()}
    (asked.out / "gradients" / "sgd.json").write_text(json.dumps(runs, indent=1) + "\n")


if __name__ == "__main__":
    main()
