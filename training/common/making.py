"""Writes the weights that a training kept on its way (`kept` of `loop.train`) beside the finished model, to show how it was made.

MAKING/index.json is a list, in the order of training: `{"file", "steps", "tokens", "bytes"}`, the last one being the finished model itself, whose file is
`../model.safetensors`. Each file has the tensors of model.safetensors under the same names, in float16.
"""

import json
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from transformers import PreTrainedModel


def write(model: PreTrainedModel, work: Path, out: Path, only: list[int] | None = None) -> None:
    """One file for each kept state of `work`, of the steps in `only` where that is given; `model` is an untrained one to put them into."""
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("*.safetensors"):
        old.unlink()
    rows = []
    kept = sorted(work.glob("kept-*.pt"))
    for path in kept:
        state = torch.load(path)
        if path == kept[-1]:
            rows.append({"file": "../model.safetensors", "steps": state["steps"], "tokens": state["tokens"], "bytes": (out.parent / "model.safetensors").stat().st_size})
            continue
        if only is not None and state["steps"] not in only:
            continue
        model.float().load_state_dict(state["weights"])
        name = f"step-{state['steps']:06}.safetensors"
        with TemporaryDirectory() as folder:
            model.half().save_pretrained(folder)
            shutil.move(Path(folder) / "model.safetensors", out / name)
        (out / name).chmod(0o644)
        rows.append({"file": name, "steps": state["steps"], "tokens": state["tokens"], "bytes": (out / name).stat().st_size})
    (out / "index.json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    print(f"{len(rows) - 1} states, {sum(row['bytes'] for row in rows[:-1]):,} bytes beside the model")
