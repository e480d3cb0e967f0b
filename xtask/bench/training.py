"""PyTorch's training step on the shapes of benches/shapes.json, one thread, fused AdamW: a line of JSON for each, with the time of the fastest step in milliseconds.

    python xtask/bench/training.py benches/shapes.json
"""

import json
import sys
import time

import torch
from transformers import AutoConfig, AutoModelForCausalLM

SECONDS = 3  # for each shape
FEWEST = 8  # steps


def main():
    torch.set_num_threads(1)
    for shape in json.load(open(sys.argv[1], encoding="utf-8")):
        print(json.dumps({"name": shape["name"], "ms": fastest(shape)}), flush=True)


def fastest(shape):
    torch.manual_seed(0)
    settings = {name: value for name, value in shape["config"].items() if name not in ("model_type", "architectures")}
    dropout = {name: 0.0 for name in ("resid_pdrop", "embd_pdrop", "attn_pdrop", "attention_dropout")}
    config = AutoConfig.for_model(shape["config"]["model_type"], **settings, **dropout, use_cache=False)
    model = AutoModelForCausalLM.from_config(config)
    model.train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.95), weight_decay=0.1, fused=True)
    texts, tokens = shape["batch"]
    # As in benches/step.rs.
    ids = (torch.arange(texts * tokens) * 7919 % config.vocab_size).view(texts, tokens)
    best, begun, steps = float("inf"), time.perf_counter(), 0
    while steps < FEWEST or time.perf_counter() - begun < SECONDS:
        start = time.perf_counter()
        model(input_ids=ids, labels=ids).loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        best = min(best, time.perf_counter() - start)
        steps += 1
    return best * 1e3


main()
