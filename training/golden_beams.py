"""Writes what `transformers`' beam search chooses on the two tiny T5 checkpoints of `golden.py`.

    python training/golden_beams.py --out tests/goldens

`beams.json` is a list of cases: the model's folder, the number of beams, the source, and the ids that were chosen after the start token.
"""

import argparse
import json
from pathlib import Path

import torch
from transformers import T5ForConditionalGeneration

MODELS = ["t5-v1_0", "t5-v1_1"]
SOURCES = [[7, 33, 12, 50, 2, 19, 1, 0, 0], [5, 40, 1]]  # 0 is padding
N_BEAMS = [1, 2, 5, 16, 61]  # 61 is the whole vocabulary
N_TOKENS = [2, 8]
LIKELY_END = 12  # a source from a seed after which a text ends by itself within this many tokens


@torch.no_grad()
def search(model: T5ForConditionalGeneration, ids: list[int], n_beams: int, n_tokens: int) -> list[int]:
    """The chosen ids, without the start token and without padding after the end."""
    source = torch.tensor([ids])
    # transformers 5.23 sizes its cache by the encoder's layers and fails where the decoder has more, hence no cache.
    chosen = model.generate(
        input_ids=source, attention_mask=(source != 0).long(), max_new_tokens=n_tokens, do_sample=False, num_beams=n_beams, use_cache=False
    )[0, 1:].tolist()
    return chosen[: chosen.index(1) + 1] if 1 in chosen else chosen


def ending_source(model: T5ForConditionalGeneration) -> list[int]:
    """The first source of a fixed sequence after which four beams end by themselves."""
    torch.manual_seed(0)
    for _ in range(2000):
        ids = [*torch.randint(2, model.config.vocab_size, (4,)).tolist(), 1]
        if search(model, ids, 4, LIKELY_END)[-1] == 1:
            return ids
    raise SystemExit("no source ends a text; look at the checkpoint's seed")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    cases = []
    for name in MODELS:
        model = T5ForConditionalGeneration.from_pretrained(args.out / "models" / name, dtype=torch.float32, attn_implementation="eager").eval()
        wanted = [(ids, n_beams, n_tokens) for ids in SOURCES for n_beams in N_BEAMS for n_tokens in N_TOKENS]
        ending = ending_source(model)
        wanted += [(ending, n_beams, LIKELY_END) for n_beams in (2, 4, 8)]
        for ids, n_beams, n_tokens in wanted:
            best = search(model, ids, n_beams, n_tokens)
            mask = [int(token != 0) for token in ids]
            cases.append({"model": name, "beams": n_beams, "max_new_tokens": n_tokens, "ids": ids, "attention_mask": mask, "best": best})
            print(cases[-1])
    (args.out / "beams.json").write_text("[\n" + ",\n".join(f"  {json.dumps(case)}" for case in cases) + "\n]\n")


if __name__ == "__main__":
    main()
