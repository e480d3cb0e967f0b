"""Begins a model with the weights of one that has more layers: those are left out that are missed least (Men et al. 2024, ShortGPT)."""

import re
from collections.abc import Callable

import torch
from torch import Tensor, nn

PEAK, DECAY_SHARE = 0.5, 0.9  # of the rates, of the tokens: what is left knows most of it already

Weights = dict[str, Tensor]


def schedule(trained: nn.Module) -> dict:
    """What `loop.train` is to be told about the run after a layer was left out, of which `trained` learns."""
    return {"decay_share": DECAY_SHARE, "parts": {trained: lambda share: PEAK}, "seed": 2}


def without(weights: Weights, stack: str, layer: int) -> Weights:
    """The weights of a model in which what layer `layer` - 1 of `stack` ("transformer.h") writes is read by layer `layer` + 1."""
    kept = {}
    for name, tensor in weights.items():
        at = re.match(rf"{re.escape(stack)}\.(\d+)", name)
        if at is None or int(at[1]) < layer:
            kept[name] = tensor
        elif int(at[1]) > layer:
            kept[f"{stack}.{int(at[1]) - 1}{name[at.end() :]}"] = tensor
    return kept


def begin(model: nn.Module, weights: Weights, stack: str, loss: Callable[[], Tensor]) -> None:
    """Loads `weights` into `model`, whose `stack` has no more layers than theirs; each layer left out is the one without which `loss` is least."""
    n_wanted = len(model.get_submodule(stack))
    n_layers = 1 + max(int(at[1]) for at in (re.match(rf"{re.escape(stack)}\.(\d+)\.", name) for name in weights) if at)
    while n_layers > n_wanted:
        losses = []
        for layer in range(n_layers):
            left = without(weights, stack, layer)
            if not model.state_dict().keys() <= left.keys():  # T5's lowest layer holds what all of its stack use
                losses.append(float("inf"))
                continue
            model.load_state_dict({name: left[name] for name in model.state_dict()})
            with torch.no_grad():
                losses.append(float(loss()))
        weights, n_layers = without(weights, stack, losses.index(min(losses))), n_layers - 1
        print(f"loss without each layer: {', '.join(f'{found:.3f}' for found in losses)}", flush=True)
    model.load_state_dict(weights)
