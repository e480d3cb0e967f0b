"""Writes averaged weights as a Hugging Face checkpoint in float16, with its tokenizer, and holds it to 4 MB."""

import json
import shutil
from pathlib import Path

import torch
from transformers import PreTrainedModel

MAX_BYTES = 4_000_000


def write(model: PreTrainedModel, work: Path, out: Path, training: dict[str, float], base: Path | None = None) -> None:
    """config.json, generation_config.json where the model writes, model.safetensors, tokenizer files of `work`; `training` goes to metrics.json for the card.

    The steps, tokens and minutes of the run that made `base` count as well, and the last run's tokens are kept apart.
    """
    if base:
        earlier = json.loads((base / "metrics.json").read_text(encoding="utf-8"))["training"]
        training = {name: round(count + earlier[name], 1) for name, count in training.items()} | {"last_tokens": training["tokens"]}
    out.mkdir(parents=True, exist_ok=True)
    model.half().save_pretrained(out)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copyfile(work / name, out / name)
    report(out, [], training)
    n_bytes = sum(path.stat().st_size for path in out.iterdir())
    assert n_bytes <= MAX_BYTES, f"{n_bytes} bytes in {out}, {MAX_BYTES} allowed"
    print(training, f"{n_bytes} bytes")


def report(out: Path, metrics: list[dict], training: dict[str, float] | None = None, phenomena: list[dict] | None = None) -> None:
    """metrics.json: what was measured on held-out data, the training that led there, and what there is to see inside, the clearest head first."""
    path = out / "metrics.json"
    training = training or json.loads(path.read_text(encoding="utf-8"))["training"]
    seen = {"phenomena": phenomena} if phenomena else {}
    path.write_text(json.dumps({"metrics": metrics, **seen, "training": training}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def phenomenon(what: str, told: str, score: float, n: int, layer: int | None = None, head: int | None = None, stack: str | None = None) -> dict:
    """One row of the phenomena: `what` is its name in tests, `told` what the score is. Layer and head are given from 0 and written from 1; no head is the mean of all."""
    where = {"stack": stack} if stack else {}
    where |= {} if layer is None else {"layer": layer + 1, "head": 0 if head is None else head + 1}
    return {"what": what, "told": told, **where, "score": round(score, 3), "n": n}


def metric(task: str, name: str, value: float, unit: str, n: int) -> dict:
    """One row of metrics.json."""
    return {"task": task, "metric": name, "value": round(value, 3 if abs(value) < 10 else 1), "unit": unit, "n": n}


def load(model: PreTrainedModel, folder: Path) -> PreTrainedModel:
    """The shipped checkpoint in float32, to be measured."""
    return type(model).from_pretrained(folder, dtype=torch.float32).eval()
