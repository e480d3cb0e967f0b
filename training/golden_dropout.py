"""Writes the golden of dropout: what PyTorch makes of the tiny checkpoints of the other goldens where the masks of its dropout are Diorama's.

    python training/golden_dropout.py --out tests/goldens

`torch.nn.functional.dropout` is replaced by one that takes its mask from the hash of `src/pass/dropped.rs`, by seed, step and number of the call: so places of dropout, their order, masks
and gradients are all `transformers`' own. `gradients/dropout.json` holds, for each checkpoint, the losses and gradient norms of six steps of AdamW in double precision, on the batches of
`golden_gradients.py` in turn, and how many numbers each place of dropout has.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from golden_gradients import CLASSES, N_BATCHES, RATES, a_batch, load
from torch import Tensor

N_STEPS, SHARE, SEED = 6, 0.25, 5


def pcg(x: np.ndarray) -> np.ndarray:
    state = x * np.uint32(747796405) + np.uint32(2891336453)
    word = ((state >> ((state >> np.uint32(28)) + np.uint32(4))) ^ state) * np.uint32(277803737)
    return (word >> np.uint32(22)) ^ word


class Masks:
    """Stands in for `torch.nn.functional.dropout`."""

    def __init__(self) -> None:
        self.begin(0)

    def begin(self, step: int) -> None:
        self.step, self.sizes = step, []

    def __call__(self, x: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
        if not training or p == 0:
            return x
        assert p == SHARE and not inplace
        words = [SEED & 0xFFFFFFFF, SEED >> 32, self.step & 0xFFFFFFFF, self.step >> 32, len(self.sizes)]
        self.sizes.append(x.numel())
        keys = []
        for start in (1, 2):
            key = np.array([start], dtype=np.uint32)
            for word in words:
                key = pcg(key ^ np.uint32(word))
            keys.append(key)
        hashed = pcg(pcg(np.arange(x.numel(), dtype=np.uint32) ^ keys[0]) + keys[1])
        kept = torch.from_numpy(hashed >= np.uint32(SHARE * 2**32)).reshape(x.shape)
        return x * kept / (1 - SHARE)


def steps(folder: Path, rate: float, masks: Masks) -> dict[str, float | list[float]]:
    model = load(folder).double().train()
    for module in model.modules():
        for name in ("p", "dropout", "attention_dropout"):
            if isinstance(getattr(module, name, None), float):
                setattr(module, name, SHARE)
    decayed = [parameter for parameter in model.parameters() if parameter.ndim >= 2]
    plain = [parameter for parameter in model.parameters() if parameter.ndim < 2]
    groups = [{"params": decayed, "weight_decay": 0.1}, {"params": plain, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.95), eps=1e-8)
    batches = [a_batch(model, 1 + seed) for seed in range(N_BATCHES)]
    losses, norms = [], []
    for step in range(N_STEPS):
        masks.begin(step)
        optimizer.zero_grad()
        loss = model(**batches[step % N_BATCHES]).loss
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0).item())
        losses.append(loss.item())
        optimizer.step()
    return {"rate": rate, "losses": losses, "norms": norms, "sizes": masks.sizes}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    masks = torch.nn.functional.dropout = Masks()
    runs = {}
    for name in CLASSES:
        runs[name] = steps(asked.out / "models" / name, RATES.get(name, 1e-3), masks)
        print(name, len(runs[name]["sizes"]), runs[name]["losses"])
    (asked.out / "gradients" / "dropout.json").write_text(json.dumps(runs, indent=1) + "\n")


if __name__ == "__main__":
    main()
