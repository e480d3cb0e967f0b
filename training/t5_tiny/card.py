"""Writes card.md from card.template.md, config.json and metrics.json, so that no figure in it is typed by hand.

    python -m t5_tiny.card --model ../www/models/t5-tiny --limits "what falls short" --history "what this run did differently"
"""

import argparse
import json
from pathlib import Path

from safetensors import safe_open

from .batches import MIXTURE


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--limits", required=True)
    parser.add_argument("--history", default="", help="a sentence on where this run departed from the recipe")
    args = parser.parse_args()
    config = json.loads((args.model / "config.json").read_text())
    report = json.loads((args.model / "metrics.json").read_text(encoding="utf-8"))
    with safe_open(args.model / "model.safetensors", "pt") as weights:
        parameters = sum(weights.get_tensor(name).numel() for name in weights.keys())
    rows = [f"| {m['task']} | {m['metric']} | {m['value']} {m['unit']} | {m['n']} |" for m in report["metrics"]]
    card = (Path(__file__).parent / "card.template.md").read_text(encoding="utf-8")
    values = {
        "parameters": f"{parameters:,}",
        "layers": config["num_layers"],
        "decoder_layers": config["num_decoder_layers"],
        "heads": config["num_heads"],
        "d_kv": config["d_kv"],
        "d_model": config["d_model"],
        "d_ff": config["d_ff"],
        "vocab": config["vocab_size"],
        "bytes": f"{(args.model / 'model.safetensors').stat().st_size:,}",
        "metrics": "\n".join(["| task | metric | value | n |", "|---|---|---|---|", *rows]),
        "steps": f"{report['training']['steps']:,}",
        "tokens": f"{report['training']['tokens'] / 1e6:.1f}",
        "minutes": f"{report['training']['minutes']:.0f}",
        "mixture": ", ".join(f"{task} {share:.0%}" for task, share in MIXTURE.items()),
        "history": args.history,
        "limits": args.limits,
    }
    for name, value in values.items():
        card = card.replace("{" + name + "}", str(value))
    (args.model / "card.md").write_text(card, encoding="utf-8")


if __name__ == "__main__":
    main()
