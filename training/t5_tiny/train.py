"""Trains within a budget of minutes: warm-up, constant rate, then a linear decay to zero over the last part of the budget.

    python -m t5_tiny.train --work WORK --minutes 90

A checkpoint is written every few minutes and resumed from; the schedule depends on the minutes trained so far and on `--minutes` only,
so a resumed run may be given more or fewer. Two processes of one thread each, which average their gradients, do more than one process
of two threads: matrices this small gain little from a second thread, and no core waits for the other inside an operation.

`--base MODEL --peak 0.4` begins with the weights of a model that this recipe made, at a part of the rates, and so teaches it something more;
`prepare` must then find its tokenizer in WORK.
"""

import argparse
import time
from pathlib import Path

import torch
import torch.distributed as dist
from safetensors.torch import load_file
from torch.nn import functional as F

from . import batches
from .model import T5, relative_buckets
from common.muon import FAST, Muon

MUON_LR, EMBEDDING_LR, NORM_LR = 0.02, 0.01, 0.003
WARM_UP_STEPS = 200
EMA_STEPS = 400  # time constant of the averaged weights
LABEL_SMOOTHING = 0.05
CHECKPOINT_MINUTES = 3
N_WORKERS = 2


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


def rate(step: int, seconds: float, args: argparse.Namespace) -> float:
    """Factor on every learning rate."""
    left = 1.0 - seconds / (args.minutes * 60)
    return args.peak * min(1.0, (step + 1) / WARM_UP_STEPS, max(0.0, left / args.decay_share))


def average_over_workers(model: T5, *numbers: float) -> list[float]:
    """Makes every worker's gradients their mean; returns the means of `numbers`."""
    gradients = [p.grad for p in model.parameters()]
    flat = torch.cat([torch.tensor(numbers), *(g.flatten() for g in gradients)])
    dist.all_reduce(flat)
    means, *rest = (flat / N_WORKERS).split([len(numbers), *(g.numel() for g in gradients)])
    for gradient, mean in zip(gradients, rest):
        gradient.copy_(mean.view_as(gradient))
    return means.tolist()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--minutes", type=float, required=True, help="whole training time, earlier runs of this checkpoint included")
    parser.add_argument("--decay-share", type=float, default=0.3, help="last part of the budget, over which the rates fall to zero")
    parser.add_argument("--peak", type=float, default=1.0, help="the constant rates, as a part of those above")
    parser.add_argument("--base", type=Path, help="a model whose weights to begin with")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    (args.work / "rendezvous").unlink(missing_ok=True)
    torch.multiprocessing.spawn(work, (args,), nprocs=N_WORKERS)


def work(rank: int, args: argparse.Namespace) -> None:
    """One worker: the same weights as the others, other batches."""
    torch.manual_seed(args.seed)
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=f"file://{(args.work / 'rendezvous').resolve()}", rank=rank, world_size=N_WORKERS)

    tasks = batches.load(args.work / "examples.npz")
    model = T5()
    if args.base:
        model.load_state_dict({name: tensor.float() for name, tensor in load_file(args.base / "model.safetensors").items()})
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

    resumed, started, mean_loss, saved_at, shown_at = seconds, time.monotonic(), 0.0, seconds, (seconds, tokens)
    for batch in batches.endless(tasks, args.seed + step * N_WORKERS + rank):
        factor = rate(step, seconds, args)
        if factor == 0.0:
            break
        for optimizer in opts:
            for group in optimizer.param_groups:
                group["lr"] = group["peak"] * factor
        with torch.autocast("cpu", torch.bfloat16, enabled=FAST == torch.bfloat16):
            loss = loss_of(model, batch)
        loss.backward()
        mean_tokens, elapsed, step_loss = average_over_workers(model, batch.n_tokens, time.monotonic() - started, loss.item())
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in opts:
            optimizer.step()
            optimizer.zero_grad()
        average.update_parameters(model)
        step, tokens, seconds = step + 1, tokens + round(mean_tokens * N_WORKERS), resumed + elapsed
        mean_loss = step_loss if mean_loss == 0.0 else mean_loss + (step_loss - mean_loss) / 50
        if rank == 0 and step % 50 == 0:
            speed = (tokens - shown_at[1]) / (seconds - shown_at[0])
            shown_at = (seconds, tokens)
            progress = f"step {step}  loss {mean_loss:.3f}  {tokens / 1e6:.2f} M tokens  {seconds / 60:.1f} min"
            print(f"{progress}  {speed:.0f} tokens/s  rate {factor:.2f}", flush=True)
        if rank == 0 and seconds - saved_at > CHECKPOINT_MINUTES * 60:
            save()
            saved_at = seconds
    if rank == 0:
        save()


if __name__ == "__main__":
    main()
