"""Writes what PyTorch's autograd makes of forward hooks that change a tensor, and of hooks that change its gradient: the goldens of interventions in training.

    python training/golden_gradients_edited.py --out tests/goldens

Needs the checkpoints that `golden.py` and `golden_families.py` wrote. `gradients/edited.json` lists the cases: a model and its interventions, in the words in which the command and
the module take them; a `from` is the name of a tensor in `gradients/edited.safetensors`, or of a hook. That file also holds, for each case, its batch (`caseN/batch/...`, as i32), `caseN/loss`, the
gradient of each weight (`caseN/weights/...`) and of some hooks, with respect to what the rest of the model reads there (`caseN/hooks/blocks.0.attn.hook_pattern`).
"""

import argparse
import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from golden_gradients import a_batch, load, of_weights
from reference.editor import Editor, edited

# Where each model is changed: patterns, activations of an MLP, residual streams and scores, of two places each.
PLACES = {
    "gpt2": {
        "pattern": ["blocks.0.attn.hook_pattern", "blocks.1.attn.hook_pattern"],
        "post": ["blocks.0.mlp.hook_post", "blocks.1.mlp.hook_post"],
        "resid": ["blocks.0.hook_resid_post", "blocks.1.hook_resid_post"],
        "scores": "blocks.1.attn.hook_attn_scores",
    },
    "bert-mlm": {
        "pattern": ["blocks.0.attn.hook_pattern", "blocks.1.attn.hook_pattern"],
        "post": ["blocks.0.mlp.hook_post", "blocks.1.mlp.hook_post"],
        "resid": ["blocks.0.hook_resid_post", "blocks.1.hook_resid_post"],
        "scores": "blocks.1.attn.hook_attn_scores",
    },
    "t5-v1_0": {
        "pattern": ["encoder.0.attn.hook_pattern", "decoder.1.cross_attn.hook_pattern"],
        "post": ["encoder.1.mlp.hook_post", "decoder.1.mlp.hook_post"],
        "resid": ["encoder.0.hook_resid_post", "decoder.1.hook_resid_post"],
        "scores": "decoder.0.attn.hook_attn_scores",
    },
}


def every_case() -> list[dict]:
    """Model and interventions; `from`: the seed of the batch that the activation is taken from, or a hook of the same pass."""
    cases = []
    for model, places in PLACES.items():
        [pattern, late_pattern], [post, late_post], [resid, late_resid], scores = places["pattern"], places["post"], places["resid"], places["scores"]
        lists = [
            [
                # Nothing reaches padding, here and below: PyTorch's `padding_idx` has no gradient for its row.
                {"hook": pattern, "at": {"head": 1, "query_pos": [2, 4], "key_pos": [0, 1, 2]}, "set": 0.2},
                {"hook": late_post, "at": {"d_mlp": [1, 5]}, "scale": 1.5},
                {"hook": resid, "at": {"pos": 3}, "add": 0.5},
                {"hook": scores, "at": {"head": 0}, "scale": 0.5},
            ],
            [
                {"hook": pattern, "at": {"head": 0}, "scale": 0.5},
                {"hook": late_pattern, "at": {"head": 1}, "from": 2},
                {"hook": post, "at": {"pos": 2}, "from": 2},
                {"hook": late_post, "add": 0.25},
                {"hook": late_resid, "at": {"pos": [1, 4], "d_model": [3, 7]}, "set": 0.3},
            ],
            [
                {"hook": late_pattern + "_grad", "at": {"head": 0}, "set": 0},
                {"hook": resid + "_grad", "at": {"pos": 2}, "scale": -1.5},
                {"hook": post + "_grad", "at": {"batch": 0, "d_mlp": 3}, "add": 0.01},
                {"hook": pattern, "scale": 2},
                {"hook": pattern + "_grad", "at": {"head": 1}, "scale": 3},
            ],
        ]
        if model != "t5-v1_0":
            # From a hook of the same pass, through which the gradient runs back, too: with an edit behind it, twice from one, and at some places alone.
            early, out = "blocks.0.hook_attn_out", "blocks.1.hook_attn_out"
            lists.append(
                [
                    {"hook": out, "at": {"pos": [0, 2, 3]}, "from": early},
                    {"hook": out, "at": {"pos": [2, 4]}, "scale": 3},
                    {"hook": late_pattern, "at": {"head": [0, 1]}, "from": pattern},
                    {"hook": "blocks.1.hook_mlp_out", "at": {"d_model": [1, 4]}, "from": early},
                    {"hook": "blocks.1.hook_mlp_out", "at": {"pos": 1}, "from": "blocks.0.hook_mlp_out"},
                    {"hook": early, "at": {"pos": 1}, "scale": 0.5},
                ]
            )
        cases += [{"model": model, "interventions": interventions, "kept": [pattern, late_pattern, post, late_post, resid, late_resid]} for interventions in lists]
    return cases


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    out = parser.parse_args().out
    listed, tensors = [], []
    for index, case in enumerate(every_case()):
        folder = out / "models" / case["model"]
        model = load(folder).double()
        batch = a_batch(model, 1)
        saved = {f"batch/{key}": value.to(torch.int32) for key, value in batch.items()}
        patches: list[Tensor | None] = []
        for intervention in case["interventions"]:
            seed = intervention.get("from")
            if seed is None or isinstance(seed, str):
                patches.append(None)
                continue
            donor = Editor(model, lambda hook, tensor: tensor)
            donor.run(**a_batch(model, seed))
            saved["from"] = donor.seen[intervention["hook"]].detach().float()
            patches.append(saved["from"].double())
            name = f"from{len(patches)}"
            saved[name] = saved.pop("from")
            intervention["from"] = f"case{index}/{name}"
        changes = list(zip(case["interventions"], patches, strict=True))

        def change(hook: str, tensor: Tensor, changes: list = changes, kept: list[str] = case["kept"]) -> Tensor:
            for intervention, patch in changes:
                if intervention["hook"] == hook:
                    tensor = edited(tensor, hook, intervention, editor.seen.get(intervention.get("from"), patch))
            if hook in kept:
                tensor.retain_grad()
            for intervention, patch in changes:
                if intervention["hook"] == f"{hook}_grad":
                    tensor.register_hook(lambda grad, one=intervention, patch=patch: edited(grad, hook, one, patch))
            return tensor

        editor = Editor(model, change)
        editor.run(**batch)
        editor.loss.backward()
        saved |= {"loss": editor.loss.detach()[None].float()} | of_weights(model, folder)
        saved |= {f"hooks/{hook}": editor.seen[hook].grad.detach().float() for hook in case.pop("kept")}
        tensors.append(saved)
        listed.append(case)
        print(index, case["model"], editor.loss.item())
    named = {f"case{index}/{name}": tensor for index, saved in enumerate(tensors) for name, tensor in saved.items()}
    save_file({name: tensor.clone().contiguous() for name, tensor in named.items()}, out / "gradients" / "edited.safetensors")
    (out / "gradients" / "edited.json").write_text("[\n" + ",\n".join(f"  {json.dumps(case)}" for case in listed) + "\n]\n")


if __name__ == "__main__":
    main()
