"""The training loop of the recipes in `decoders` and `encoders`: one process, one thread, a budget of tokens, a checkpoint to resume from.

Small models gain little from a second thread, so two recipes side by side use two cores better than one with both. The schedule is
warm-up, a constant rate, then a linear fall to zero over the last part of the tokens; what is exported is an average of the weights.
"""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from .muon import FAST, Muon

D_KV = 32
WARM_UP_STEPS = 200
DECAY_SHARE = 0.3
EMA_STEPS = 200  # time constant of the averaged weights
CHECKPOINT_SECONDS = 120

Batch = dict[str, Tensor]


@dataclass(frozen=True)
class Rates:
    """Peak learning rates: Muon's for matrices, and for queries and keys apart; AdamW's for tables, and for norms and biases.

    Muon lets a matrix grow at its rate. Where queries and keys grow fast, a softmax saturates and learns nothing more: at 0.02 the heads of a BERT's
    upper layers ended with all their weight on punctuation.
    """

    matrices: float = 0.02
    queries_and_keys: float = 0.02
    tables: float = 0.005
    small: float = 0.003



def optimizers(model: nn.Module, rates: Rates = Rates()) -> list[torch.optim.Optimizer]:
    """Muon for the matrices from features to features, AdamW for embeddings, classifiers, norms and biases."""
    is_table = re.compile(r"(embeddings|embed_tokens|wte|wpe|shared|relative_attention_bias)\.weight$").search
    matrices = {n: p for n, p in model.named_parameters() if p.ndim == 2 and min(p.shape) > 2 and not is_table(n)}
    rest = {n: p for n, p in model.named_parameters() if n not in matrices}
    conv = {n: p for n, p in matrices.items() if ".h." in n}  # GPT-2 stores its matrices transposed
    query = {n: p for n, p in matrices.items() if n.endswith("Attention.q.weight")}  # T5 keeps the factor 1/√d_kv in it
    matching = {n: p for n, p in matrices.items() if re.search(r"\.(query|key|q_proj|k_proj)\.weight$", n)}
    groups = [
        {"params": [p for n, p in matrices.items() if n not in conv | query | matching]},
        {"params": [*matching.values()], "lr": rates.queries_and_keys},
        {"params": [*query.values()], "lr": rates.matrices * D_KV**-0.5},
        {"params": [p for n, p in conv.items() if "c_attn" not in n], "transposed": True},
        {"params": [p for n, p in conv.items() if "c_attn" in n], "transposed": True, "pieces": 3},
    ]
    muon = Muon([group for group in groups if group["params"]], lr=rates.matrices)
    tables = [p for p in rest.values() if p.ndim == 2]
    small = [p for p in rest.values() if p.ndim != 2]
    adam = torch.optim.AdamW([{"params": tables, "lr": rates.tables}, {"params": small, "lr": rates.small}], betas=(0.9, 0.98), weight_decay=0.0)
    for optimizer in (muon, adam):
        for group in optimizer.param_groups:
            group["peak"] = group["lr"]
    return [muon, adam]


def rate(step: int, share: float, warm_up_steps: int, decay_share: float) -> float:
    """Factor on every learning rate, at a share of the budget."""
    return min(1.0, (step + 1) / warm_up_steps, max(0.0, (1 - share) / decay_share))


def train(
    model: nn.Module,
    batches: Callable[[int], Iterator[Batch]],
    loss_of: Callable[[Batch], Tensor],
    budget: int,
    checkpoint: Path,
    warm_up_steps: int = WARM_UP_STEPS,
    decay_share: float = DECAY_SHARE,
    parts: dict[nn.Module, Callable[[float], float]] | None = None,
    seed: int = 1,
    rates: Rates = Rates(),
    kept: list[float] | None = None,
) -> None:
    """Trains `model` in place until `budget` tokens were read, resuming from `checkpoint` where it exists.

    `batches(seed)` yields batches for ever, with the token count of each in `n_tokens`; `loss_of` is the loss that is minimised, or several that
    are added up and shown one by one. A model that begins with another's weights needs a shorter warm-up and a longer fall. `parts` are
    modules whose gradients are clipped apart, each with a further factor on its rates at a share of the budget. At each of the shares in `kept` the
    averaged weights are kept beside the checkpoint, to show how the model was made.
    """
    torch.set_num_threads(1)
    average = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(1 - 1 / EMA_STEPS))
    parts = parts or {model: lambda share: 1.0}
    opts_of = {part: optimizers(part, rates) for part in parts}
    opts = [optimizer for found in opts_of.values() for optimizer in found]
    step, tokens, seconds = 0, 0, 0.0
    if checkpoint.exists():
        state = torch.load(checkpoint)
        model.load_state_dict(state["model"])
        average.load_state_dict(state["average"])
        for optimizer, saved in zip(opts, state["optimizers"]):
            optimizer.load_state_dict(saved)
        step, tokens, seconds = state["step"], state["tokens"], state["seconds"]

    def save() -> None:
        state = {"model": model.state_dict(), "average": average.state_dict(), "optimizers": [o.state_dict() for o in opts]}
        torch.save(state | {"step": step, "tokens": tokens, "seconds": seconds}, checkpoint.with_suffix(".new"))
        checkpoint.with_suffix(".new").rename(checkpoint)

    def keep() -> None:
        """Before the first step the model itself; later the average, whose oldest weights count little by then."""
        weights = average.module.state_dict() if step else model.state_dict()
        torch.save({"weights": {name: tensor.half() for name, tensor in weights.items()}, "steps": step, "tokens": tokens}, checkpoint.parent / f"kept-{step:06}.pt")

    waiting = [share for share in sorted(kept or []) if share * budget > tokens or step == 0]
    resumed, started, mean_losses, saved_at, shown = seconds, time.monotonic(), None, seconds, (seconds, tokens)
    for batch in batches(seed + step):
        while waiting and tokens >= waiting[0] * budget:
            waiting.pop(0)
            keep()
        factor = rate(step, tokens / budget, warm_up_steps, decay_share)
        if factor == 0.0:
            break
        for part, factor_of in parts.items():
            for group in (group for optimizer in opts_of[part] for group in optimizer.param_groups):
                group["lr"] = group["peak"] * factor * factor_of(tokens / budget)
        n_tokens = int(batch.pop("n_tokens"))
        with torch.autocast("cpu", torch.bfloat16, enabled=FAST == torch.bfloat16):
            losses = torch.atleast_1d(loss_of(batch))
        losses.sum().backward()
        for part in parts:
            torch.nn.utils.clip_grad_norm_(part.parameters(), 1.0)
        for optimizer in opts:
            optimizer.step()
            optimizer.zero_grad()
        average.update_parameters(model)
        step, tokens, seconds = step + 1, tokens + n_tokens, resumed + time.monotonic() - started
        mean_losses = losses.detach() if mean_losses is None else mean_losses.lerp(losses.detach(), 1 / 50)
        if step % 50 == 0:
            speed = (tokens - shown[1]) / (seconds - shown[0])
            shown = (seconds, tokens)
            shown_losses = " + ".join(f"{loss:.3f}" for loss in mean_losses)
            print(f"step {step}  loss {shown_losses}  {tokens / 1e6:.2f} M tokens  {seconds / 60:.1f} min  {speed:.0f} tokens/s", flush=True)
        if seconds - saved_at > CHECKPOINT_SECONDS:
            save()
            saved_at = seconds
    save()
    if kept:
        keep()


def averaged(checkpoint: Path) -> tuple[dict[str, Tensor], dict[str, float]]:
    """(averaged weights, {steps, tokens, minutes}) of a checkpoint."""
    state = torch.load(checkpoint)
    weights = {name.removeprefix("module."): tensor for name, tensor in state["average"].items() if name != "n_averaged"}
    return weights, {"steps": state["step"], "tokens": state["tokens"], "minutes": round(state["seconds"] / 60, 1)}
