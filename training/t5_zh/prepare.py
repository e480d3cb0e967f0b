"""Writes what training reads: tokenizer.json, examples.npz and held_out.json.

    python -m t5_zh.prepare --data DATA --work WORK --base ../www/models/t5-tiny

`--base` gives its English pieces.
"""

import argparse
import json
import random
from pathlib import Path

import numpy as np
from t5_tiny import augment, corpora
from t5_tiny.prepare import to_arrays
from tokenizers import Tokenizer

from . import corpus, tokenizer

ROUNDS = 4  # differently augmented passes over the pairs
N_TEMPLATES = 4_000


def examples(chinese_of: dict[str, list[str]], rng: random.Random) -> list[tuple[str, str]]:
    """Augmented (source, target) pairs of the training side."""
    found = [corpus.template(rng) for _ in range(N_TEMPLATES)]
    for english, forms in chinese_of.items():
        if not corpora.is_held_out(english):
            for _ in range(ROUNDS):
                source, target = english, rng.choice(forms)
                if rng.random() < 0.6:
                    source, target = corpus.rename(source, target, rng)
                found.append((augment.retype(source, rng) if rng.random() < 0.4 else source, target))
    # Another name or an expanded contraction can make a held-out sentence.
    return [(corpus.PREFIX + source, target) for source, target in found if not corpora.is_held_out(source)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--base", type=Path, required=True)
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    rng = random.Random(1)
    chinese_of = corpus.pairs(args.data)
    found = examples(chinese_of, rng)
    sources, targets = zip(*found)
    tok = tokenizer.train(sources, targets, Tokenizer.from_file(str(args.base / "tokenizer.json")))
    tokenizer.save(tok, args.work)
    found = [pair for pair, encoding in zip(found, tok.encode_batch(targets)) if tokenizer.UNK not in encoding.ids]
    np.savez(args.work / "examples.npz", **{f"translate.{name}": array for name, array in to_arrays(tok, found).items()})
    held_out = [(corpus.PREFIX + english, forms) for english, forms in chinese_of.items() if corpora.is_held_out(english)]
    (args.work / "held_out.json").write_text(json.dumps(held_out, ensure_ascii=False), encoding="utf-8")
    print(f"{len(found)} examples, vocabulary {tok.get_vocab_size()}, {len(held_out)} held out")
    for source, target in rng.sample(found, 6):
        print(tok.encode(source).tokens, tok.encode(target).tokens)


if __name__ == "__main__":
    main()
