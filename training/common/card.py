"""Writes a model's card.md from a template, its config.json and its metrics.json, so that no figure in it is typed by hand.

    python -m common.card --model ../www/models/gpt2-tiny --template decoders/gpt2-tiny.card.md

In a template, {name} stands for a value of config.json, for parameters, bytes, metrics and phenomena (tables), steps, tokens (millions), minutes, or for one of
the passages below, which several cards share.
"""

import argparse
import json
from pathlib import Path

from safetensors import safe_open

PASSAGES = {
    "training": (
        "{steps} steps, {tokens} million tokens, {minutes} minutes by the clock on one CPU core of a Xeon, bfloat16 products, at a low priority beside other work. "
        "Muon for the matrices, AdamW for the rest, warm-up, a constant rate, a linear fall over the last 30 %, weights averaged over some 200 steps. "
        "About 20 tokens for each parameter (Hoffmann et al. 2022), from fewer texts than that: the model has read each several times."
    ),
    "training_shortened": (
        "Two runs, together {steps} steps, {tokens} million tokens and {minutes} minutes by the clock on one CPU core of a server, bfloat16 products, beside other work. "
        "The first trained a model with one layer more from scratch: Muon for the matrices, AdamW for the rest, warm-up, a constant rate, a linear fall over the last 30 %, "
        "weights averaged over some 200 steps. Then the layer without which the loss rose least was left out (Men et al. 2024), and the others learned to do "
        "without it, over {last_tokens} million tokens at half the rates, falling to zero. "
        "That is {tokens_per_parameter} tokens for each parameter, where Hoffmann et al. (2022) find 20 the best use of a budget: a smaller model read for longer, as LLaMA was. "
        "The texts are fewer than that: the model has read each several times."
    ),
    "training_from_another": (
        "{steps} steps, {tokens} million tokens, {minutes} minutes by the clock on a share of one CPU core of an EPYC, float32, at a low priority beside "
        "other work. Muon for the matrices, AdamW for the rest, warm-up, then a linear fall to zero, weights averaged over some 200 steps."
    ),
    "held_out": "Measured through `transformers` on this very folder. A hash keeps 2 % of the texts out of training, whatever their case and punctuation.",
    "tinystories": "TinyStories (Ronen Eldan and Yuanzhi Li, 2023), some 22,000 of its stories, CDLA-Sharing-1.0",
    "tatoeba": "[Tatoeba](https://tatoeba.org), by its contributors, CC BY 2.0 FR",
    "storybook": (Path(__file__).parent / "storybook.md").read_text(encoding="utf-8").strip(),
    "licence": "The weights, the tokenizer and this card: MIT OR Apache-2.0, like the project.",
}


def _phenomenon(row: dict) -> str:
    head = "mean of the heads" if row.get("head") == 0 else f"head {row.get('head')}"
    where = f"{row['stack'] + ', ' if 'stack' in row else ''}layer {row['layer']}, {head}" if "layer" in row else "the whole model"
    return f"| {row['told']} | {where} | {row['score']} | {row['n']} |"


def write(model: Path, template: Path, **more: str) -> None:
    """Fills `template`; `more` are further values."""
    config = json.loads((model / "config.json").read_text())
    report = json.loads((model / "metrics.json").read_text(encoding="utf-8"))
    with safe_open(model / "model.safetensors", "pt") as weights:
        parameters = sum(weights.get_tensor(name).numel() for name in weights.keys())
    rows = [f"| {m['task']} | {m['metric']} | {m['value']} {m['unit']} | {m['n']} |" for m in report["metrics"]]
    values = config | {
        "phenomena": "\n".join(["| what there is to see | where | score | n |", "|---|---|---|---|", *map(_phenomenon, report.get("phenomena", []))]),
        "parameters": f"{parameters:,}",
        "bytes": f"{(model / 'model.safetensors').stat().st_size:,}",
        "metrics": "\n".join(["| task | metric | value | n |", "|---|---|---|---|", *rows]),
        "steps": f"{report['training']['steps']:,}",
        "tokens": f"{report['training']['tokens'] / 1e6:.1f}",
        "minutes": f"{report['training']['minutes']:.0f}",
        "last_tokens": f"{report['training'].get('last_tokens', 0) / 1e6:.1f}",
        "tokens_per_parameter": f"{report['training']['tokens'] / parameters:.0f}",
    }
    card = template.read_text(encoding="utf-8")
    for name, value in (PASSAGES | values | more).items():
        card = card.replace("{" + name + "}", str(value))
    (model / "card.md").write_text(card, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--template", type=Path, required=True)
    args = parser.parse_args()
    write(args.model, args.template)


if __name__ == "__main__":
    main()
