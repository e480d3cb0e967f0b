"""Writes what `transformers` computes when forward hooks change its tensors: the goldens of interventions.

    python training/golden_interventions.py --out tests/goldens

Needs the checkpoints that `golden.py` and `golden_families.py` wrote. `interventions.json` lists the cases: a model, its input and the interventions, in the words in which the
command and the module take them; a `from` is the name of a tensor in `interventions.safetensors`, which also holds each case's `caseN/logits`, some hooks
(`caseN/blocks.0.attn.hook_pattern`) as the rest of the model reads them, and `caseN/greedy`, ids written without a cache under the same hooks.
A case whose positions lie in the text to come has `greedy` alone.
"""

import argparse
import json
from fnmatch import fnmatchcase
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file
from torch import Tensor
from transformers import PreTrainedModel

from reference.editor import Editor, edited
from reference.recorder import save_cases

N_WRITTEN = 6  # tokens
MASKED = -1.0e30
PROMPT = [7, 33, 12, 50, 2, 19, 41]
OTHER = [5, 44, 8, 29, 60, 3, 11]
SOURCE = {"ids": [7, 33, 12, 50, 2, 19, 1, 0, 0], "attention_mask": [1, 1, 1, 1, 1, 1, 1, 0, 0], "decoder_ids": [0, 9, 41, 17]}
PADDED = {"ids": [7, 33, 12, 50, 2, 19, 0, 0], "attention_mask": [1, 1, 1, 1, 1, 1, 0, 0]}


def every_case() -> list[dict]:
    """Model, input, interventions (`from`: ids of the text that the activation is taken from), hooks to keep, whether to run and to write."""
    cases = []

    def case(model: str, input: dict, interventions: list[dict], *kept: str, runs: bool = True, writes: bool = True) -> None:
        cases.append({"model": model, **input, "interventions": interventions, "kept": list(kept), "runs": runs, "writes": writes})

    for model in ("gpt2", "llama2-gqa"):
        ids, pattern, scores = {"ids": PROMPT}, "blocks.0.attn.hook_pattern", "blocks.1.attn.hook_attn_scores"
        last = "blocks.1.hook_resid_post"
        # One row of one pattern, keys in the future with it: no cache can hold what follows.
        case(model, ids, [{"hook": pattern, "at": {"head": 1, "query_pos": 4}, "set": 0.2}], pattern, "blocks.0.attn.hook_z", last)
        case(model, ids, [{"hook": "*.hook_pattern", "set": 0.05}], pattern, last)
        # Cells that were visible, a row in which nothing is left, and a token that nobody may look at.
        case(model, ids, [{"hook": scores, "at": {"head": [0, 1], "query_pos": [5, 6], "key_pos": [0, 1, 2]}, "set": MASKED}], "blocks.1.attn.hook_pattern", last)
        case(model, ids, [{"hook": scores, "at": {"query_pos": 3}, "set": -1.0e35}], "blocks.1.attn.hook_pattern", last)
        case(model, ids, [{"hook": "blocks.*.attn.hook_attn_scores", "at": {"key_pos": 2}, "set": MASKED}], "blocks.1.attn.hook_pattern", last)
        case(model, ids, [{"hook": scores, "scale": 2.0}], scores, last)
        # A head, a neuron, a residual stream; several changes of one hook.
        case(model, ids, [{"hook": "blocks.0.attn.hook_z", "at": {"head": 0}, "set": 0}], "blocks.0.hook_attn_out", last)
        case(model, ids, [{"hook": "*.mlp.hook_post", "at": {"d_mlp": [1, 5]}, "add": 0.7}], "blocks.1.mlp.hook_post", last)
        case(model, ids, [{"hook": "blocks.1.hook_resid_pre", "at": {"pos": [2, 5]}, "scale": 1.5}], "blocks.0.hook_resid_post", last)
        changes = [{"hook": "blocks.0.attn.hook_v", "at": {"kv_head": 0}, **change} for change in ({"set": 1}, {"add": 0.5}, {"scale": -2})]
        case(model, ids, changes, "blocks.0.attn.hook_v", last)
        case(model, ids, [{"hook": "blocks.1.attn.hook_k", "at": {"kv_head": 0}, "scale": -1}], scores, last)
        # From another text: at a place, everywhere, a whole pattern.
        case(model, ids, [{"hook": "blocks.0.hook_attn_out", "at": {"pos": 3}, "from": OTHER}], "blocks.0.hook_attn_out", last)
        case(model, ids, [{"hook": "blocks.0.hook_resid_post", "from": OTHER}], last)
        case(model, ids, [{"hook": pattern, "at": {"head": [0, 2]}, "from": OTHER}], pattern, last)
        # Positions that are written later.
        later = {"hook": "blocks.0.hook_mlp_out", "at": {"pos": [8, 10]}, "scale": -3}
        case(model, ids, [later, {"hook": pattern, "at": {"query_pos": 9, "key_pos": [0, 8]}, "set": 0.5}], runs=False)
    cross, last = "decoder.1.cross_attn.hook_pattern", "decoder.2.hook_resid_post"
    for model in ("t5-v1_0", "t5-v1_1"):
        case(model, SOURCE, [{"hook": cross, "at": {"head": 1, "query_pos": 2}, "set": 0.25}], cross, last)
        case(model, SOURCE, [{"hook": "decoder.*.cross_attn.hook_attn_scores", "at": {"key_pos": [0, 1]}, "set": MASKED}], cross, last)
        case(model, SOURCE, [{"hook": "encoder.1.attn.hook_attn_scores", "at": {"query_pos": 4, "key_pos": 2}, "add": 3}], "encoder.1.hook_resid_post", last)
        case(model, SOURCE, [{"hook": "encoder.*.attn.hook_z", "at": {"head": 2}, "set": 0}], "encoder.1.hook_resid_post", last)
        case(model, SOURCE, [{"hook": "decoder.2.cross_attn.hook_v", "at": {"pos": 3}, "scale": 4}], "decoder.2.hook_cross_attn_out")
        case(model, SOURCE, [{"hook": "decoder.0.attn.hook_v", "at": {"kv_head": 0}, "set": 0.5}], "decoder.0.hook_attn_out", last)
        case(model, SOURCE, [{"hook": "encoder.1.hook_resid_post", "from": [*OTHER, 1, 0]}], last)
        case(model, SOURCE, [{"hook": "decoder.0.attn.hook_pattern", "at": {"query_pos": 6, "key_pos": 1}, "set": 2}], runs=False)
    pattern, last = "blocks.0.attn.hook_pattern", "blocks.1.hook_resid_post"
    case("bert-mlm", PADDED, [{"hook": pattern, "at": {"query_pos": 2}, "set": 0.125}], pattern, last, writes=False)
    case("bert-mlm", PADDED, [{"hook": "*.hook_attn_scores", "at": {"key_pos": [0, 3]}, "set": MASKED}], pattern, last, writes=False)
    case("bert-mlm", PADDED, [{"hook": "blocks.1.hook_resid_pre", "at": {"pos": 1}, "scale": 0.5}], "blocks.0.hook_resid_post", last, writes=False)
    case("bert-mlm", PADDED, [{"hook": "hook_embed", "at": {"pos": [0, 4], "d_model": [3, 7]}, "add": 2}], "blocks.0.hook_resid_mid", last, writes=False)
    case("bert-mlm", PADDED, [{"hook": "logits", "at": {"d_vocab": 9}, "set": 50}], writes=False)
    return cases


def same_node(hook: str) -> str:
    """`hook_resid_pre` is the residual stream that leaves the block before."""
    parts = hook.split(".")
    return ".".join([*parts[:-2], str(int(parts[-2]) - 1), "hook_resid_post"]) if parts[-1] == "hook_resid_pre" else hook


def run(model: PreTrainedModel, inputs: dict[str, Tensor], interventions: list[dict], patches: list[Tensor | None]) -> dict[str, Tensor]:
    """Hooks and logits as they are after the interventions."""

    def change(hook: str, tensor: Tensor) -> Tensor:
        for intervention, patch in zip(interventions, patches, strict=True):
            if fnmatchcase(hook, same_node(intervention["hook"])):
                tensor = edited(tensor, hook, intervention, patch)
        return tensor

    editor = Editor(model, change)
    editor.run(**inputs)
    return editor.seen


def inputs_of(case: dict) -> dict[str, Tensor]:
    """The input as `transformers` takes it."""
    names = {"ids": "input_ids", "attention_mask": "attention_mask", "decoder_ids": "decoder_input_ids"}
    return {theirs: torch.tensor([case[ours]]) for ours, theirs in names.items() if ours in case}


def write(model: PreTrainedModel, case: dict, patches: list[Tensor | None]) -> Tensor:
    """The likeliest next ids, each from a pass over the whole text. An encoder-decoder begins with its start token."""
    inputs = inputs_of(case)
    grows = "decoder_input_ids" if "decoder_ids" in case else "input_ids"
    written = []
    for _ in range(N_WRITTEN):
        top = run(model, inputs, case["interventions"], patches)["logits"][0, -1].topk(2)
        assert top.values[0] - top.values[1] > 1e-3, f"two logits are too close to call in {case}"
        written.append(top.indices[0])
        inputs[grows] = torch.cat([inputs[grows], written[-1].view(1, 1)], dim=1)
        if grows == "input_ids" and "attention_mask" in inputs:
            inputs["attention_mask"] = torch.cat([inputs["attention_mask"], torch.ones(1, 1, dtype=torch.long)], dim=1)
    return torch.stack(written)[None]


def agrees(model: PreTrainedModel, golden: dict[str, Tensor]) -> None:
    """Without an intervention, every hook is what the model's own golden has, within the project's bound."""
    names = {"ids": "input_ids", "attention_mask": "attention_mask", "decoder_ids": "decoder_input_ids", "token_type_ids": "token_type_ids"}
    inputs = {theirs: golden[f"case0/input.{ours}"].long() for ours, theirs in names.items() if f"case0/input.{ours}" in golden}
    for hook, tensor in run(model, inputs, [], []).items():
        wanted = golden[f"case0/{hook}"]
        largest = wanted.where(wanted > MASKED / 2, 0.0).abs().max().clamp(min=1.0)
        assert (tensor - wanted).abs().max() <= 1e-4 * largest, hook


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    goldens = {"t5-v1_0": "t5-v1_0-relu", "t5-v1_1": "t5-v1_1-gated"}
    models, listed, tensors = {}, [], []
    for index, case in enumerate(every_case()):
        name = case["model"]
        if name not in models:
            folder = args.out / "models" / name
            architecture = getattr(transformers, json.loads((folder / "config.json").read_text())["architectures"][0])
            models[name] = architecture.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
            agrees(models[name], load_file(args.out / f"{goldens.get(name, name)}.safetensors"))
        model, saved = models[name], {}
        patches: list[Tensor | None] = []
        for intervention in case["interventions"]:
            ids = intervention.get("from")
            donor = {**case, "ids": ids}
            patches.append(run(model, inputs_of(donor), [], [])[same_node(intervention["hook"])] if ids else None)
            if ids:
                saved["from"] = patches[-1]
                intervention["from"] = f"case{index}/from"
        if case.pop("runs"):
            seen = run(model, inputs_of(case), case["interventions"], patches)
            saved |= {hook: seen[hook] for hook in (*case["kept"], "logits")}
            plain = run(model, inputs_of(case), [], [])["logits"]
            assert (seen["logits"] - plain).abs().max() > 1e-2, f"nothing follows from {case}"
        if case.pop("writes"):
            saved["greedy"] = write(model, case, patches)
        tensors.append(saved)
        listed.append(case)
        print(index, name, case["interventions"], saved["greedy"].tolist() if "greedy" in saved else "")
    save_cases(tensors, args.out / "interventions.safetensors")
    (args.out / "interventions.json").write_text("[\n" + ",\n".join(f"  {json.dumps(case)}" for case in listed) + "\n]\n")


if __name__ == "__main__":
    main()
