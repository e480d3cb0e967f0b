"""Writes the golden of fresh weights: from which distribution `transformers` draws each tensor of a new model.

    python training/golden_initial.py --out tests/goldens

`initial.json` holds, for each tiny checkpoint of the other goldens, the tensors that `save_pretrained` writes for a new model of its configuration:
shape, and either `constant` or `std` (a normal distribution around 0) with `zero_row`, the row that is set to zero afterwards, where there is one.
The numbers are those with which the functions of `transformers.initialization` were called last, not estimates. Each configuration is taken once as
it is and once with another `initializer_range` (`initializer_factor` for T5).
"""

import argparse
import json
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
import transformers
from safetensors.torch import load_file
from transformers import initialization

CALLS: list[tuple[str, int, int, tuple, dict]] = []  # function, address, bytes, other arguments


def record(name: str) -> None:
    """Calls of `initialization.name` are listed."""
    original = getattr(initialization, name)

    def recorded(tensor: torch.Tensor, *args, **kwargs) -> torch.Tensor:
        CALLS.append((name, tensor.data_ptr(), tensor.numel() * tensor.element_size(), args, kwargs))
        return original(tensor, *args, **kwargs)

    setattr(initialization, name, recorded)


def law(parameter: torch.nn.Parameter) -> dict:
    """What the last call on the whole tensor did, and the row that a later call set to zero."""
    start, size = parameter.data_ptr(), parameter.numel() * parameter.element_size()
    found = {"constant": 0.0} if not parameter.any() else {}
    for name, address, n_bytes, args, kwargs in CALLS:
        if address == start and n_bytes == size:
            if name == "normal_":
                found = {"std": kwargs["std"]}
            else:
                found = {"constant": {"zeros_": 0.0, "ones_": 1.0}.get(name, args[0] if args else None)}
        elif start <= address < start + size and name == "zeros_" and "std" in found:
            found["zero_row"] = (address - start) // n_bytes
    assert found, "a tensor that no function of transformers.initialization has touched"
    return {"shape": list(parameter.shape)} | found


def fresh(config: transformers.PreTrainedConfig) -> dict[str, dict]:
    """The law of each tensor that a new model is saved with."""
    CALLS.clear()
    model = getattr(transformers, config.architectures[0])(config)
    parameters = dict(model.named_parameters(remove_duplicate=False))
    with TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        names = sorted(load_file(f"{folder}/model.safetensors"))
    return {name: law(parameters[name]) for name in names}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    out = parser.parse_args().out
    for name in ("normal_", "zeros_", "ones_", "constant_"):
        record(name)
    golden = {}
    for folder in sorted((out / "models").iterdir()):
        config = transformers.AutoConfig.from_pretrained(folder)
        golden[folder.name] = {"published": fresh(config)}
        wider = {"initializer_factor": 0.5} if hasattr(config, "initializer_factor") else {"initializer_range": 0.1}
        for field, value in wider.items():
            setattr(config, field, value)
        golden[folder.name] |= {"changed": wider, "wider": fresh(config)}
    (out / "initial.json").write_text(json.dumps(golden, indent=0) + "\n")


if __name__ == "__main__":
    main()
