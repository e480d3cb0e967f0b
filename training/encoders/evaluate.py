"""Measures a shipped encoder on held-out texts.

    python -m encoders.evaluate --model ../www/models/bert-tiny --work WORK [--generator ../www/models/electra-tiny-generator] [--samples FILE]

Masked words: one whole word of a held-out story is masked at a time, among those that are one token; the same words with their sentence alone, and with 128 tokens
of their story around them. Pairs are made as in training, half of them. What there is to see inside is measured by `phenomena.py`. A discriminator is measured on what its generator draws for 15 % of the tokens.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from common.export import metric, report
from tokenizers import Tokenizer
from transformers import AutoConfig, AutoModelForMaskedLM, ElectraForPreTraining, PreTrainedModel
import transformers

from . import batches, phenomena

N_WORDS, N_PAIRS, N_DETECTED = 2_000, 2_000, 400


def run(model: PreTrainedModel, ids: list[int], segments: list[int] | None = None) -> object:
    types = {} if segments is None or model.config.type_vocab_size == 1 else {"token_type_ids": torch.tensor([segments])}
    with torch.no_grad():
        return model(torch.tensor([ids]), **types)


def word_logits(output: object) -> torch.Tensor:
    """[pos d_vocab] of either kind of head."""
    return (output.prediction_logits if hasattr(output, "prediction_logits") else output.logits)[0]


def masked_words(encoder: phenomena.Encoder, texts: list[str], shown: list[str]) -> list[dict]:
    """Rows of the same words with their sentence alone and in their story."""
    found = phenomena.context(encoder, texts, N_WORDS, shown)
    rows = []
    for name, task in (("alone", "masked word in its sentence"), ("context", "masked word in its story")):
        rows += [metric(task, "first", 100 * found[f"{name} first"], "%", N_WORDS), metric(task, "among the first five", 100 * found[f"{name} five"], "%", N_WORDS)]
        rows.append(metric(task, "loss", found[f"{name} loss"], "nats", N_WORDS))
    return rows


def pairs(model: PreTrainedModel, name: str, tok: Tokenizer, vocabulary: batches.Vocabulary, texts: list[str], is_sop: bool) -> list[dict]:
    """Accuracy on rows of two segments, half of them out of order."""
    corpus = batches.Corpus.of(texts, tok)
    rng, right, n = np.random.default_rng(1), 0, 0
    while n < N_PAIRS:
        ids, segments, label, _ = batches.row(corpus, name, batches.LENGTHS[1], vocabulary, rng)
        if label != batches.IGNORED:
            output = run(model, ids, segments)
            logits = output.sop_logits if is_sop else output.seq_relationship_logits
            right, n = right + (logits[0].argmax().item() == label), n + 1
    return [metric("sentence order" if is_sop else "next sentence", "accuracy", 100 * right / n, "%", n)]


def area(scores: list[float], truth: list[bool]) -> float:
    """Area under the ROC curve: how often a replaced token scores above an original one (Mann and Whitney's statistic; no two scores are equal)."""
    ranks = np.argsort(np.argsort(scores)) + 1
    is_replaced = np.array(truth)
    n = is_replaced.sum()
    return float((ranks[is_replaced].sum() - n * (n + 1) / 2) / (n * (len(truth) - n)))


def detection(discriminator: PreTrainedModel, generator: PreTrainedModel, tok: Tokenizer, vocabulary: batches.Vocabulary, texts: list[str]) -> list[dict]:
    """ROC AUC over all tokens of texts in which the generator drew 15 % anew."""
    torch.manual_seed(1)
    rng, scores, truth = np.random.default_rng(1), [], []
    for text in texts[:N_DETECTED]:
        ids = np.array([tok.encode(text).ids[: batches.LENGTHS[-1]]])
        corrupted, places, labels = batches.mask(ids, ids >= vocabulary.first, vocabulary, rng, round(batches.MASK_SHARE * ids.shape[1]), False)
        logits = word_logits(run(generator, corrupted[0].tolist()))
        replaced = ids[0].copy()
        for place in places[0][labels[0] != batches.IGNORED]:
            replaced[place] = torch.distributions.Categorical(logits=logits[place]).sample().item()
        scores += run(discriminator, replaced.tolist()).logits[0].tolist()
        truth += (replaced != ids[0]).tolist()
    return [
        metric("replaced tokens", "ROC AUC", area(scores, truth), "", len(truth)),
        metric("replaced tokens", "share of replaced tokens", 100 * sum(truth) / len(truth), "%", len(truth)),
        metric("replaced tokens", "found, at a probability of 0.5", 100 * sum(s > 0 for s, t in zip(scores, truth) if t) / sum(truth), "%", sum(truth)),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--generator", type=Path, help="of an ELECTRA discriminator")
    parser.add_argument("--samples", type=Path, help="masked words with the first five guesses, to be read")
    args = parser.parse_args()
    torch.set_num_threads(1)
    tok = Tokenizer.from_file(str(args.model / "tokenizer.json"))
    vocabulary = batches.Vocabulary.of(args.model.name, tok)
    held_out = json.loads((args.work / "held_out.json").read_text(encoding="utf-8"))
    texts = [text for text in held_out if len(text) > 200]
    metrics, seen, shown = [], None, []
    if args.generator:
        judge = ElectraForPreTraining.from_pretrained(args.model, dtype=torch.float32).eval()
        metrics = detection(judge, AutoModelForMaskedLM.from_pretrained(args.generator, dtype=torch.float32).eval(), tok, vocabulary, texts)
    else:
        architecture = AutoConfig.from_pretrained(args.model).architectures[0]
        model = getattr(transformers, architecture).from_pretrained(args.model, dtype=torch.float32).eval()
        encoder, stories = phenomena.Encoder(args.model), phenomena.long_texts(args.work)
        metrics, seen = masked_words(encoder, stories, shown), phenomena.measure(encoder, stories)
        if architecture.endswith("ForPreTraining"):
            metrics += pairs(model, args.model.name, tok, vocabulary, texts, architecture.startswith("Albert"))
    report(args.model, metrics, phenomena=seen)
    print(json.dumps(metrics, indent=1))
    if args.samples:
        args.samples.write_text("\n".join(shown))


if __name__ == "__main__":
    main()
