"""Trains within a budget of minutes: warm-up, constant rate, then a linear decay to zero over the last part of the budget.

    python -m t5_tiny.train --work WORK --minutes 90

A checkpoint is written every few minutes and resumed from; the schedule depends on the minutes trained so far and on `--minutes` only,
so a resumed run may be given more or fewer.
"""

import argparse
import time
from pathlib import Path

import torch
from torch.nn import functional as F

from . import batches
from .model import T5, relative_buckets
from .muon import Muon

MUON_LR, EMBEDDING_LR, NORM_LR = 0.02, 0.01, 0.003
WARM_UP_STEPS = 200
EMA_STEPS = 400  # time constant of the averaged weights
LABEL_SMOOTHING = 0.05
CHECKPOINT_MINUTES = 3


def optimizers(model: T5) -> list[torch.optim.Optimizer]:
    """Muon for the blocks' matrices, AdamW for embeddings, norms and position biases.

    T5 folds 1/√d_kv into the query matrix, so that matrix is √d_kv smaller than the others and its steps are too.
    """
    matrices = {n: p for n, p in model.named_parameters() if p.ndim == 2 and "block" in n and "relative" not in n}
    queries = [p for n, p in matrices.items() if n.endswith(".q.weight")]
    others = [p for n, p in matrices.items() if not n.endswith(".q.weight")]
    small = [p for n, p in model.named_parameters() if n not in matrices and n != "shared.weight"]
    muon = Muon([{"params": others}, {"params": queries, "lr": MUON_LR * 32**-0.5}], lr=MUON_LR)
    adam = torch.optim.AdamW(
        [{"params": [model.shared.weight], "lr": EMBEDDING_LR}, {"params": small, "lr": NORM_LR}], betas=(0.9, 0.98), weight_decay=0.0
    )
    for optimizer in (muon, adam):
        for group in optimizer.param_groups:
            group["peak"] = group["lr"]
    return [muon, adam]


def loss_of(model: T5, batch: batches.Batch) -> torch.Tensor:
    """Mean cross-entropy over the target tokens, with label smoothing."""
    n_source, n_target = batch.source.shape[1], batch.target.shape[1]
    buckets = relative_buckets(n_source, n_source, bidirectional=True), relative_buckets(n_target, n_target, bidirectional=False)
    hidden = model(batch.source, batch.decoder_ids, *buckets)  # batch pos d_model
    is_token = batch.target != 0
    logits = F.linear(hidden[is_token], model.shared.weight)  # token d_vocab
    return F.cross_entropy(logits.float(), batch.target[is_token], label_smoothing=LABEL_SMOOTHING)


def rate(step: int, seconds: float, budget: float, decay_share: float) -> float:
    """Factor on every learning rate."""
    left = 1.0 - seconds / budget
    return min(1.0, (step + 1) / WARM_UP_STEPS, max(0.0, left / decay_share))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--minutes", type=float, required=True, help="whole training time, earlier runs of this checkpoint included")
    parser.add_argument("--decay-share", type=float, default=0.3, help="last part of the budget, over which the rates fall to zero")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    torch.set_num_threads(2)

    tasks = batches.load(args.work / "examples.npz")
    model = T5()
    average = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(1 - 1 / EMA_STEPS))
    opts = optimizers(model)
    path = args.work / "checkpoint.pt"
    step, tokens, seconds = 0, 0, 0.0
    if path.exists():
        state = torch.load(path)
        model.load_state_dict(state["model"])
        average.load_state_dict(state["average"])
        for optimizer, saved in zip(opts, state["optimizers"]):
            optimizer.load_state_dict(saved)
        step, tokens, seconds = state["step"], state["tokens"], state["seconds"]

    def save() -> None:
        state = {"model": model.state_dict(), "average": average.state_dict(), "optimizers": [o.state_dict() for o in opts]}
        torch.save(state | {"step": step, "tokens": tokens, "seconds": seconds}, path.with_suffix(".new"))
        path.with_suffix(".new").rename(path)

    budget, mean_loss, saved_at, shown_at = args.minutes * 60, 0.0, seconds, (seconds, tokens)
    for batch in batches.endless(tasks, args.seed + step):
        if seconds >= budget:
            break
        started = time.monotonic()
        factor = rate(step, seconds, budget, args.decay_share)
        for optimizer in opts:
            for group in optimizer.param_groups:
                group["lr"] = group["peak"] * factor
        with torch.autocast("cpu", torch.bfloat16):
            loss = loss_of(model, batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in opts:
            optimizer.step()
            optimizer.zero_grad()
        average.update_parameters(model)
        mean_loss += (loss.item() - mean_loss) / min(step + 1, 50)
        step, tokens, seconds = step + 1, tokens + batch.n_tokens, seconds + time.monotonic() - started
        if step % 50 == 0:
            speed = (tokens - shown_at[1]) / (seconds - shown_at[0])
            shown_at = (seconds, tokens)
            print(f"step {step}  loss {mean_loss:.3f}  {tokens / 1e6:.2f} M tokens  {seconds / 60:.1f} min  {speed:.0f} tokens/s  rate {factor:.2f}", flush=True)
        if seconds - saved_at > CHECKPOINT_MINUTES * 60:
            save()
            saved_at = seconds
    save()


if __name__ == "__main__":
    main()
