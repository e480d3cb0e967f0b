"""Muon (Jordan et al. 2024): momentum whose matrix is replaced by its nearest orthogonal one. For the weight matrices of the blocks.

Matrices of one shape are orthogonalised together as one stack, of which each worker takes its share where there are several.
"""

from collections import defaultdict

import torch
import torch.distributed as dist
from torch import Tensor

FAST = torch.bfloat16 if torch.cpu.get_capabilities().get("avx512_bf16") else torch.float32  # a processor without it is 20 times slower in bfloat16


def orthogonalize(stack: Tensor) -> Tensor:
    """[matrix, rows, columns] → U Vᵀ of each matrix, roughly, by five quintic Newton-Schulz steps."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = stack.to(FAST)
    is_tall = x.shape[1] > x.shape[2]
    x = x.mT if is_tall else x
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(5):
        gram = x @ x.mT
        x = a * x + (b * gram + c * (gram @ gram)) @ x
    return (x.mT if is_tall else x).float()


def orthogonalize_together(stack: Tensor) -> Tensor:
    """The same, each worker (if there are several) doing every n-th matrix of a stack that all of them hold."""
    if not dist.is_initialized():
        return orthogonalize(stack)
    rank, n_workers = dist.get_rank(), dist.get_world_size()
    shares = torch.zeros_like(stack)
    if rank < len(stack):
        shares[rank::n_workers] = orthogonalize(stack[rank::n_workers])
    dist.all_reduce(shares)
    return shares


class Muon(torch.optim.Optimizer):
    """Nesterov momentum, orthogonalised; a group's `lr` times √(rows / columns) where that exceeds 1, decoupled weight decay.

    Rows are a matrix's outputs. A group with `transposed` holds GPT-2's matrices, whose columns are; `pieces` matrices lie side by
    side in each of its parameters (queries, keys and values: 3).
    """

    def __init__(self, groups: list[dict], lr: float, momentum: float = 0.95, weight_decay: float = 0.02) -> None:
        super().__init__(groups, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay, "transposed": False, "pieces": 1})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            by_shape: dict[torch.Size, list[Tensor]] = defaultdict(list)
            for parameter in group["params"]:
                by_shape[parameter.shape].append(parameter)
            for shape, parameters in by_shape.items():
                updates = []
                for parameter in parameters:
                    state = self.state[parameter]
                    if "momentum" not in state:
                        state["momentum"] = torch.zeros_like(parameter)
                    state["momentum"].lerp_(parameter.grad, 1 - group["momentum"])
                    updates.append(parameter.grad.lerp(state["momentum"], group["momentum"]))
                rows, columns = (shape[1] / group["pieces"], shape[0]) if group["transposed"] else (shape[0], shape[1])
                scale = group["lr"] * max(1.0, rows / columns) ** 0.5
                stack = torch.cat(torch.stack(updates).chunk(group["pieces"], dim=2))
                stack = torch.cat(orthogonalize_together(stack).chunk(group["pieces"]), dim=2)
                for parameter, update in zip(parameters, stack):
                    parameter.mul_(1 - group["lr"] * group["weight_decay"]).add_(update, alpha=-scale)
