"""Measures a shipped encoder on held-out texts.

    python -m encoders.evaluate --model ../www/models/bert-tiny --work WORK [--generator ../www/models/electra-tiny-generator] [--samples FILE]

Masked words: one whole word of a held-out sentence is masked at a time, among those that are one token, in the sentence alone and with the
rest of its story around it. Pairs are made as in training. A discriminator is measured on what its generator draws for 15 % of the tokens.
"""

import argparse
import json
import random
import re
from pathlib import Path

import numpy as np
import torch
from common import stories
from common.export import metric, report
from sklearn.metrics import roc_auc_score
from tokenizers import Tokenizer
from transformers import AutoConfig, AutoModelForMaskedLM, ElectraForPreTraining, PreTrainedModel
import transformers

from . import batches

N_WORDS, N_PAIRS, N_DETECTED = 2_000, 2_000, 400


def run(model: PreTrainedModel, ids: list[int], segments: list[int] | None = None) -> object:
    types = {} if segments is None or model.config.type_vocab_size == 1 else {"token_type_ids": torch.tensor([segments])}
    with torch.no_grad():
        return model(torch.tensor([ids]), **types)


def word_logits(output: object) -> torch.Tensor:
    """[pos d_vocab] of either kind of head."""
    return (output.prediction_logits if hasattr(output, "prediction_logits") else output.logits)[0]


def masked_words(model: PreTrainedModel, tok: Tokenizer, vocabulary: batches.Vocabulary, texts: list[str], whole: bool, shown: list[str]) -> list[dict]:
    """Share of masked words that come first, and among the first five."""
    rng, right, among, losses = random.Random(1), 0, 0, []
    while len(losses) < N_WORDS:
        text = rng.choice(texts)
        encoding = tok.encode(text if whole else rng.choice(stories.sentences(text)))
        if not 6 <= len(encoding.ids) <= model.config.max_position_embeddings - 2:
            continue
        starts = [token.startswith("Ġ") if tok.token_to_id("Ġthe") else not token.startswith("##") for token in encoding.tokens] + [True]
        places = [i for i, t in enumerate(encoding.tokens) if re.search("[A-Za-z]{2}", t) and encoding.ids[i] >= vocabulary.first and starts[i] and (starts[i + 1] or not encoding.tokens[i + 1].isalpha())]
        if not places:
            continue
        place = rng.choice(places)
        ids = list(encoding.ids)
        truth, ids[place] = ids[place], vocabulary.mask
        logits = word_logits(run(model, ids, encoding.type_ids))[place]
        best = logits.topk(5).indices.tolist()
        right, among = right + (best[0] == truth), among + (truth in best)
        losses.append(-logits.log_softmax(-1)[truth].item())
        if len(losses) <= 100:
            words = [tok.id_to_token(i) for i in best]
            shown.append(f"{tok.decode(ids, skip_special_tokens=False)}\n    {tok.id_to_token(truth)} ← {' '.join(words)}")
    task = "masked word in its story" if whole else "masked word in its sentence"
    n = len(losses)
    return [metric(task, "first", 100 * right / n, "%", n), metric(task, "among the first five", 100 * among / n, "%", n), metric(task, "loss", sum(losses) / n, "nats", n)]


def pairs(model: PreTrainedModel, name: str, tok: Tokenizer, vocabulary: batches.Vocabulary, texts: list[str], is_sop: bool) -> list[dict]:
    """Accuracy on rows of two segments, half of them out of order."""
    corpus = batches.Corpus.of(texts, tok)
    rng, right, n = np.random.default_rng(1), 0, 0
    while n < N_PAIRS:
        ids, segments, label = batches.row(corpus, name, batches.LENGTHS[1], vocabulary, rng)
        if label != batches.IGNORED:
            output = run(model, ids, segments)
            logits = output.sop_logits if is_sop else output.seq_relationship_logits
            right, n = right + (logits[0].argmax().item() == label), n + 1
    return [metric("sentence order" if is_sop else "next sentence", "accuracy", 100 * right / n, "%", n)]


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
        metric("replaced tokens", "ROC AUC", roc_auc_score(truth, scores), "", len(truth)),
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
    metrics, shown = [], []
    if args.generator:
        judge = ElectraForPreTraining.from_pretrained(args.model, dtype=torch.float32).eval()
        metrics = detection(judge, AutoModelForMaskedLM.from_pretrained(args.generator, dtype=torch.float32).eval(), tok, vocabulary, texts)
    else:
        architecture = AutoConfig.from_pretrained(args.model).architectures[0]
        model = getattr(transformers, architecture).from_pretrained(args.model, dtype=torch.float32).eval()
        metrics = masked_words(model, tok, vocabulary, held_out, False, shown) + masked_words(model, tok, vocabulary, texts, True, shown)
        if architecture.endswith("ForPreTraining"):
            metrics += pairs(model, args.model.name, tok, vocabulary, texts, architecture.startswith("Albert"))
    report(args.model, metrics)
    print(json.dumps(metrics, indent=1))
    if args.samples:
        args.samples.write_text("\n".join(shown))


if __name__ == "__main__":
    main()
