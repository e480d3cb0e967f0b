"""Greedy decoding of the held-out examples through `transformers`, from the exported folder; writes metrics.json.

    python -m t5_tiny.evaluate --work WORK --model ../www/models/t5-tiny [--limit 200]
"""

import argparse
import json
import random
import re
from pathlib import Path

import sacrebleu
import torch
from transformers import AutoTokenizer, PreTrainedTokenizerBase, T5ForConditionalGeneration

BATCH = 64
MAX_NEW_TOKENS = 64
EXAMPLES = {
    "translate English to French: ": ["I am cold.", "Where is my book?", "She has two cats.", "Thank you very much.", "My name is Anna."],
    "pronounce: ": ["playground", "window", "Emma"],
    "date: ": ["March 3rd, 2021", "the fourth of July 1999", "25.12.2024"],
    "fill: ": ["The cat <extra_id_0> on the mat.", "Once upon a <extra_id_0> there was a little <extra_id_1>."],
}

PREFIX_OF_TRANSLATE = next(iter(EXAMPLES))
# The same sentences as somebody else may type them: name, source of the text and its capitals, target.
TYPED = [("in capitals", "{1}", "{}"), ("in single quotes", "'{0}'", "'{}'"), ("said by somebody", 'He said, "{0}"', 'Il a dit : "{}"')]


@torch.no_grad()
def generate(model: T5ForConditionalGeneration, tok: PreTrainedTokenizerBase, sources: list[str]) -> list[str]:
    """Greedy outputs as text, sentinels kept."""
    outputs = [""] * len(sources)
    order = sorted(range(len(sources)), key=lambda i: len(sources[i]))
    for start in range(0, len(order), BATCH):
        rows = order[start : start + BATCH]
        inputs = tok([sources[i] for i in rows], return_tensors="pt", padding=True)
        ids = model.generate(
            input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"], max_new_tokens=MAX_NEW_TOKENS, do_sample=False, num_beams=1
        )
        for i, text in zip(rows, tok.batch_decode(ids)):
            outputs[i] = text.replace("<pad>", "").replace("</s>", "").strip()
    return outputs


def edit_distance(a: list[str], b: list[str]) -> int:
    """Levenshtein distance."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        previous, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (x != y))
    return row[-1]


def translation_metrics(name: str, outputs: list[str], references: list[list[str]]) -> list[dict]:
    """Exact match with any reference, chrF and BLEU with all of them."""
    streams = [[forms[i] if i < len(forms) else None for forms in references] for i in range(max(map(len, references)))]
    n = len(outputs)
    exact = sum(output in forms for output, forms in zip(outputs, references)) / n
    chrf, bleu = sacrebleu.corpus_chrf(outputs, streams).score, sacrebleu.corpus_bleu(outputs, streams).score
    rows = [("exact match", 100 * exact, "%"), ("chrF", chrf, ""), ("BLEU", bleu, "")]
    return [{"task": name, "metric": metric, "value": round(value, 1), "unit": unit, "n": n} for metric, value, unit in rows]


def phoneme_metrics(name: str, outputs: list[str], references: list[list[str]]) -> list[dict]:
    """Word and phoneme error rates against the nearest pronunciation, with stress digits and without."""
    rows = []
    for suffix, strip in (("", lambda text: text.split()), (", stress ignored", lambda text: re.sub(r"\d", "", text).split())):
        nearest = [
            min(((edit_distance(strip(output), strip(form)), len(strip(form))) for form in forms), key=lambda pair: pair[0] / pair[1])
            for output, forms in zip(outputs, references)
        ]
        word_error = sum(errors > 0 for errors, _ in nearest) / len(nearest)
        phoneme_error = sum(errors for errors, _ in nearest) / sum(length for _, length in nearest)
        rows += [("word error rate" + suffix, word_error), ("phoneme error rate" + suffix, phoneme_error)]
    return [{"task": name, "metric": metric, "value": round(100 * value, 1), "unit": "%", "n": len(outputs)} for metric, value in rows]


def exact_metric(name: str, metric: str, pairs: list[tuple[str, str]]) -> list[dict]:
    """Share of (output, expected) pairs that are equal."""
    value = 100 * sum(output == expected for output, expected in pairs) / len(pairs)
    return [{"task": name, "metric": metric, "value": round(value, 1), "unit": "%", "n": len(pairs)}]


def spans(text: str) -> list[str]:
    """'<extra_id_0> a b <extra_id_1> c <extra_id_2>' → ['a b', 'c']."""
    return [part.strip() for part in re.split(r"<extra_id_\d+>", text)[1:-1]]


def fill_metric(outputs: list[str], expected: list[str]) -> list[dict]:
    """Share of the spans that come back word for word."""
    pairs = []
    for output, text in zip(outputs, expected):
        found, wanted = spans(output), spans(text)
        pairs += [(found[i] if i < len(found) else "", span) for i, span in enumerate(wanted)]
    return exact_metric("fill", "span exact match", pairs)


def picked(rows: list[int], *columns: list) -> list[list]:
    """Those rows of each column."""
    return [[column[i] for i in rows] for column in columns]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=2000, help="held-out examples of each task")
    args = parser.parse_args()
    tok = AutoTokenizer.from_pretrained(args.model)
    model = T5ForConditionalGeneration.from_pretrained(args.model, dtype=torch.float32).eval()
    held_out = json.loads((args.work / "held_out.json").read_text(encoding="utf-8"))
    outputs, expected, sources = {}, {}, {}
    for task in ("translate", "pronounce", "date", "fill"):
        items = held_out[task] if len(held_out[task]) <= args.limit else random.Random(0).sample(held_out[task], args.limit)
        sources[task], expected[task] = [s for s, _ in items], [forms for _, forms in items]
        outputs[task] = generate(model, tok, sources[task])
        for s, o, e in list(zip(sources[task], outputs[task], expected[task]))[:12]:
            print(f"{s} → {o}   {'✓' if o in e else e[:2]}")
    metrics = translation_metrics("translate English to French", outputs["translate"], expected["translate"])
    short = [i for i, s in enumerate(sources["translate"]) if len(s.split(": ", 1)[1].split()) <= 8]
    metrics += translation_metrics("translate, up to 8 words", *picked(short, outputs["translate"], expected["translate"]))
    metrics += phoneme_metrics("pronounce", outputs["pronounce"], expected["pronounce"])
    for name, source_form, target_form in TYPED:
        typed = [PREFIX_OF_TRANSLATE + source_form.format(text, text.upper()) for text in (sources["translate"][i].split(": ", 1)[1] for i in short)]
        forms = [[target_form.format(form) for form in expected["translate"][i]] for i in short]
        metrics += translation_metrics(f"translate, up to 8 words, {name}", generate(model, tok, typed), forms)
    renamed, forms = zip(*held_out["renamed"])
    metrics += translation_metrics("translate, about somebody with an invented name", generate(model, tok, list(renamed)), list(forms))
    common = {f"pronounce: {word}" for word in held_out["common_words"]}
    known = [i for i, s in enumerate(sources["pronounce"]) if s in common]
    metrics += phoneme_metrics("pronounce, words of the story corpora", *picked(known, outputs["pronounce"], expected["pronounce"]))
    metrics += exact_metric("date", "exact match", list(zip(outputs["date"], [forms[0] for forms in expected["date"]])))
    metrics += fill_metric(outputs["fill"], [forms[0] for forms in expected["fill"]])
    for row in metrics:
        print(row)
    training = json.loads((args.work / "training.json").read_text())
    found = {prefix: generate(model, tok, [prefix + text for text in texts]) for prefix, texts in EXAMPLES.items()}
    for prefix, texts in EXAMPLES.items():
        print(*(f"{prefix}{text} → {output}" for text, output in zip(texts, found[prefix])), sep="\n")
    report = {"metrics": metrics, "training": training, "examples": {p.split(":")[0]: [p + t for t in texts] for p, texts in EXAMPLES.items()}}
    (args.model / "metrics.json").write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
