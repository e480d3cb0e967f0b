"""Watches `transformers`' own modules while they run, and writes what was seen as a golden file."""

from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

MASKED = -1.0e30
N_GREEDY = 12  # tokens


class Recorder:
    """Runs a model and keeps the inputs and outputs of all its modules. A shared module runs several times; `call` counts from 0."""

    def __init__(self) -> None:
        self._inputs: dict[nn.Module, list[Tensor | None]] = {}
        self._outputs: dict[nn.Module, list] = {}

    def run(self, model: nn.Module, **inputs: Tensor | bool) -> object:
        """The model's output; every module of it is watched."""
        handles = [module.register_forward_hook(self._keep) for module in model.modules()]
        output = model(**inputs)
        for handle in handles:
            handle.remove()
        return output

    def entered(self, module: nn.Module, call: int = 0) -> Tensor:
        """The module's first input."""
        return self._inputs[module][call]

    def outputs(self, module: nn.Module, call: int = 0) -> tuple:
        """All that the module returned."""
        return self._outputs[module][call]

    def left(self, module: nn.Module, call: int = 0) -> Tensor:
        """The module's output, or the first of its outputs."""
        output = self._outputs[module][call]
        return output if isinstance(output, Tensor) else output[0]

    def _keep(self, module: nn.Module, inputs: tuple, output: object) -> None:
        self._inputs.setdefault(module, []).append(inputs[0] if inputs and isinstance(inputs[0], Tensor) else None)
        self._outputs.setdefault(module, []).append(output)


def masked_scores(unmasked: Tensor, allowed: Tensor, pattern: Tensor) -> Tensor:
    """The scores [batch head query_pos key_pos], which the reference does not keep, held against its pattern. `allowed` broadcasts."""
    scores = torch.where(allowed, unmasked, MASKED)
    torch.testing.assert_close(torch.softmax(scores, dim=-1), pattern, atol=1e-6, rtol=1e-5)
    return scores


def save_cases(cases: list[dict[str, Tensor]], path: Path) -> dict[str, Tensor]:
    """Writes each case's tensors under `caseN/`, as f32."""
    tensors = {f"case{i}/{name}": tensor.float().clone().contiguous() for i, case in enumerate(cases) for name, tensor in case.items()}
    save_file(tensors, path)
    return tensors
