"""Greedy translations of the held-out sentences through `transformers`, from the exported folder; writes metrics.json.

    python -m t5_zh.evaluate --work WORK --model ../www/models/t5-tiny-zh
"""

import argparse
import json
from pathlib import Path

import sacrebleu
import torch
from common.export import metric, report
from t5_tiny.evaluate import generate, picked
from transformers import AutoTokenizer, T5ForConditionalGeneration

from .corpus import PREFIX

TASK = "translate English to Chinese"
EVERYDAY = [
    "I am cold.", "Where is my book?", "She has two cats.", "Thank you very much.", "My name is Anna.", "I don't like coffee.", "He is my brother.", "What time is it?",
    "We live in a small house.", "The dog is under the table.", "Can you help me?", "I lost my keys.", "It is raining today.", "They are eating dinner.", "How old are you?",
    "I want to go home.", "The water is hot.", "She is reading a book.", "Why are you crying?", "My mother is a teacher.", "He runs very fast.", "I will see you tomorrow.",
    "The children are playing in the park.", "Do you speak Chinese?", "This apple is red.", "I have a headache.", "Please open the window.", "He bought a new car.",
    "We are very happy.", "The cat is sleeping.", "I can swim.", "Where do you live?", "She likes music.", "It is too expensive.", "I am learning English.", "Come here.",
    "There are many people here.", "I forgot his name.", "Tom went to school by bus.", "Good night, Lily.",
]  # fmt: skip


def metrics_of(name: str, outputs: list[str], references: list[list[str]]) -> list[dict]:
    """Exact match with any reference, chrF and BLEU over characters."""
    streams = [[forms[i] if i < len(forms) else None for forms in references] for i in range(max(map(len, references)))]
    n, exact = len(outputs), sum(output in forms for output, forms in zip(outputs, references))
    bleu = sacrebleu.corpus_bleu(outputs, streams, tokenize="zh").score
    chrf = sacrebleu.corpus_chrf(outputs, streams).score
    return [metric(name, "exact match", 100 * exact / n, "%", n), metric(name, "chrF", chrf, "", n), metric(name, "BLEU", bleu, "", n)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    tok = AutoTokenizer.from_pretrained(args.model)
    model = T5ForConditionalGeneration.from_pretrained(args.model, dtype=torch.float32).eval()
    held_out = json.loads((args.work / "held_out.json").read_text(encoding="utf-8"))
    sources, expected = [source for source, _ in held_out], [forms for _, forms in held_out]
    outputs = generate(model, tok, sources)
    short = [i for i, source in enumerate(sources) if len(source.removeprefix(PREFIX).split()) <= 8]
    metrics = metrics_of(TASK, outputs, expected) + metrics_of("translate, up to 8 words", *picked(short, outputs, expected))
    report(args.model, metrics)
    for source, output, forms in list(zip(sources, outputs, expected))[:30]:
        print(f"{source.removeprefix(PREFIX)} → {output}   {'✓' if output in forms else forms[:2]}")
    for sentence, output in zip(EVERYDAY, generate(model, tok, [PREFIX + sentence for sentence in EVERYDAY])):
        print(f"{sentence} → {output}")
    print(*metrics, sep="\n")


if __name__ == "__main__":
    main()
