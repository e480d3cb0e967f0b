"""Writes what training reads: tokenizer.json, examples.npz (ids of every task) and held_out.json (texts for evaluate.py).

    python -m t5_tiny.prepare --data DATA --work WORK
"""

import argparse
import json
import random
import re
from collections import Counter
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from . import augment, canonical, corpora, dates, phrases, spans, tokenizer

TRANSLATE, PRONOUNCE = "translate English to French: ", "pronounce: "
TRANSLATE_ROUNDS = 4  # differently augmented passes over the pairs
QUOTED = 0.17  # share of the sentences that are put in quotation marks or into somebody's mouth
N_NAMES, N_TEMPLATES, N_PHRASES, N_DATES, N_FILL, N_HELD_OUT_FILL = 15_000, 30_000, 30_000, 60_000, 200_000, 1_500
SEED = 1


def translate_examples(french_of: dict[str, list[str]], rare_names: list[str], rng: random.Random) -> list[tuple[str, str]]:
    """Augmented (source, target) pairs of the training side."""
    pairs = []
    for round_ in range(TRANSLATE_ROUNDS):
        for english, forms in french_of.items():
            if corpora.is_held_out(english):
                continue
            source, target = english, forms[0] if round_ or rng.random() < 0.5 else rng.choice(forms)
            target = corpora.punctuated_alike(source, target)
            if rng.random() < 0.6:
                toms, maries = augment.MALE + rng.sample(rare_names, 60), augment.FEMALE + rng.sample(rare_names, 30)
                source, target = augment.rename(source, target, rng, toms, maries)
            if rng.random() < (0.5 if '"' in source else QUOTED):
                source, target = augment.quote(source, target, rng, rare_names)
            if rng.random() < 0.5:
                source = augment.retype(source, rng)
            if not corpora.is_held_out(source):  # another name or an expanded contraction can make a held-out sentence
                pairs.append((TRANSLATE + source, target))
    generated = [augment.template(rng, rare_names) for _ in range(N_TEMPLATES)] + [phrases.phrase(rng) for _ in range(N_PHRASES)]
    for source, target in generated:
        if not corpora.is_held_out(source):
            if rng.random() < QUOTED:
                source, target = augment.quote(source, target, rng, rare_names)
            pairs.append((TRANSLATE + (augment.retype(source, rng) if rng.random() < 0.5 else source), target))
    return pairs


def strangers(english: str, forms: list[str], rng: random.Random) -> tuple[str, list[str]] | None:
    """A held-out sentence about Tom, about somebody with a name drawn anew; None where it is not about Tom."""
    name = augment.invented_name(rng)
    pairs = [augment.rename(english, form, rng, [name], []) for form in forms]
    renamed = [french for source, french in pairs if source != english]
    return (TRANSLATE + next(source for source, _ in pairs if source != english), renamed) if renamed else None


def pronounce_examples(phonemes_of: dict[str, list[str]], counts: Counter, rng: random.Random) -> list[tuple[str, str]]:
    """Every training word twice, words of the English corpora more often."""
    pairs = []
    for word, forms in phonemes_of.items():
        if not corpora.is_held_out(word):
            for _ in range(2 + min(6, counts[word].bit_length())):
                pairs.append((PRONOUNCE + rng.choices([word, word.capitalize(), word.upper()], [16, 3, 1])[0], forms[0]))
    return pairs


def to_arrays(tok: Tokenizer, pairs: list[tuple[str, str]]) -> dict[str, np.ndarray]:
    """Flat ids with offsets: example i is source[source_at[i]:source_at[i+1]] → target[…]; both end with </s>."""
    arrays = {}
    for side, texts in (("source", [s for s, _ in pairs]), ("target", [t for _, t in pairs])):
        encoded = [e.ids for e in tok.encode_batch_fast(texts)]
        arrays[side] = np.concatenate([np.array(ids, dtype=np.uint16) for ids in encoded])
        arrays[f"{side}_at"] = np.concatenate([[0], np.cumsum([len(ids) for ids in encoded])]).astype(np.int32)
    return arrays


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    rng = random.Random(SEED)

    french_of = canonical.choose(corpora.translations(args.data))
    phonemes_of = corpora.pronunciations(args.data)
    lines = corpora.sentences(args.data)
    counts = Counter(re.findall(r"[a-z']+", " ".join([*lines, *french_of]).lower()))
    rare_names = [w.capitalize() for w in phonemes_of if counts[w] == 0 and 3 <= len(w) <= 9 and "'" not in w]
    rare_names += [augment.invented_name(rng) for _ in range(N_NAMES)]
    training_lines = [s for s in lines if not corpora.is_held_out(s)]

    english_french = [t for english, forms in french_of.items() for t in (english, forms[0])]
    texts = english_french + rng.sample(training_lines, 60_000) + rng.sample(rare_names, 15_000)
    texts += [TRANSLATE, PRONOUNCE, spans.PREFIX, dates.PREFIX] * 2000
    texts += [text for _ in range(3000) for text in dates.example(rng)] + (augment.MALE + augment.FEMALE) * 20
    phonemes = sorted({p for forms in phonemes_of.values() for form in forms for p in form.split()})
    known = args.work / "tokenizer.json"  # there when the training goes on from an earlier model: its pieces are kept
    tok = tokenizer.dress(Tokenizer.from_file(str(known))) if known.exists() else tokenizer.train(texts, phonemes)
    tokenizer.save(tok, args.work)

    fill = [spans.corrupt(s, rng) for s in rng.sample(training_lines, min(N_FILL, len(training_lines)))]
    tasks = {
        "translate": translate_examples(french_of, rare_names, rng),
        "pronounce": pronounce_examples(phonemes_of, counts, rng),
        "date": [dates.example(rng) for _ in range(N_DATES)],
        "fill": [pair for pair in fill if pair],
    }
    arrays = {}
    for task, pairs in tasks.items():
        arrays |= {f"{task}.{name}": array for name, array in to_arrays(tok, pairs).items()}
        n = len(pairs)
        source, target = len(arrays[f"{task}.source"]) / n, len(arrays[f"{task}.target"]) / n
        print(f"{task}: {n} examples, {source:.1f} + {target:.1f} tokens", *rng.sample(pairs, 6), sep="\n   ")
    np.savez(args.work / "examples.npz", **arrays)

    held_fill = [pair for s in lines if corpora.is_held_out(s) and (pair := spans.corrupt(s, rng))]
    held_out = {
        "translate": [(TRANSLATE + e, forms) for e, forms in french_of.items() if corpora.is_held_out(e)],
        "pronounce": [(PRONOUNCE + w, forms) for w, forms in phonemes_of.items() if corpora.is_held_out(w)],
        "date": [(s, [t]) for s, t in (dates.example(rng) for _ in range(1000))],
        "fill": [(s, [t]) for s, t in rng.sample(held_fill, min(N_HELD_OUT_FILL, len(held_fill)))],
        "renamed": [renamed for e, forms in french_of.items() if corpora.is_held_out(e) and (renamed := strangers(e, forms, rng))],
        "common_words": [w for w in phonemes_of if corpora.is_held_out(w) and counts[w] > 0],
    }
    (args.work / "held_out.json").write_text(json.dumps(held_out, ensure_ascii=False), encoding="utf-8")
    print({task: len(items) for task, items in held_out.items()})


if __name__ == "__main__":
    main()
