"""Fine-tunes bert-tiny on the polarity of film-review sentences (Pang & Lee 2005), by its [CLS] vector (Devlin et al. 2019, section 4).

    python -m encoders.sentiment --data DATA --base ../www/models/bert-tiny --work WORK --out ../www/models/bert-tiny-sentiment [--validate]

The stories that bert-tiny has read are far from film reviews, and its pieces cut their words to bits. So the model gets the reviews' words as
pieces of their own, each beginning as the mean of its bits; and besides labelled sentences it reads recombined ones, for which a linear judge
of words and word pairs gives the probability (Hinton et al. 2015). One tenth of the sentences, by a hash, is held out from all of this.
"""

import argparse
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from common import export
from sklearn.metrics import accuracy_score
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional as F
from transformers import BertForSequenceClassification, get_linear_schedule_with_warmup

from . import reviews, tokenizer

EPOCHS, BATCH, LENGTH = 3, 64, 64  # of labelled sentences; as many recombined ones come along
N_WORDS, N_LAYERS = 2_000, 2  # with --validate 76.6 %; 1,500 words: 75.3 %, and 76.1 % with all four layers
LR, EMBEDDING_LR, DROPOUT, WORD_DROPOUT = 5e-4, 2e-3, 0.1, 0.1
LABEL_TRUST = 0.9
POLARITY = 0.5  # of the linear judge's weights in the words' first embeddings, by the embeddings' own spread
LABELS = {0: "negative", 1: "positive"}


def build(base: Path, tok: Tokenizer, judge: reviews.WordJudge) -> BertForSequenceClassification:
    """bert-tiny's lowest layers with more words; along one direction every word begins with its polarity."""
    dropout = {"hidden_dropout_prob": DROPOUT, "attention_probs_dropout_prob": 0.0}
    names = {"id2label": LABELS, "label2id": {name: i for i, name in LABELS.items()}}
    model = BertForSequenceClassification.from_pretrained(base, dtype=torch.float32, num_hidden_layers=N_LAYERS, **dropout, **names)
    old = model.bert.embeddings.word_embeddings.weight.detach().clone()
    model.resize_token_embeddings(tok.get_vocab_size(), mean_resizing=False)
    table, base_tok = model.bert.embeddings.word_embeddings.weight.data, Tokenizer.from_file(str(base / "tokenizer.json"))
    words = sorted(tok.get_vocab().items(), key=lambda item: item[1])
    for word, i in words[len(old) :]:
        table[i] = old[base_tok.encode(word, add_special_tokens=False).ids].mean(0)
    weights = torch.tensor([judge.weight(word) for word, _ in words])
    direction = F.normalize(torch.randn(table.shape[1]), dim=0)
    table += POLARITY * old.norm(dim=1).mean() * (weights / weights.std())[:, None] * direction
    return model


class Rows:
    """Sentences as ids, and the probability that each is positive."""

    def __init__(self, tok: Tokenizer, texts: list[str], targets: np.ndarray) -> None:
        encoded = [encoding.ids for encoding in tok.encode_batch(texts)]
        self.ids = [ids if len(ids) <= LENGTH else [*ids[: LENGTH - 1], ids[-1]] for ids in encoded]
        self.targets = torch.tensor(targets, dtype=torch.float32)

    def padded(self, chosen: np.ndarray) -> Tensor:
        """[row, pos]"""
        ids = np.zeros((len(chosen), max(len(self.ids[i]) for i in chosen)), dtype=np.int64)
        for row, i in enumerate(chosen):
            ids[row, : len(self.ids[i])] = self.ids[i]
        return torch.from_numpy(ids)

    def batches(self, rng: np.random.Generator) -> Iterator[np.ndarray]:
        """One epoch, sentences of like lengths together."""
        keys = np.array([len(ids) for ids in self.ids]) + rng.uniform(0, 4, len(self.ids))
        order = np.argsort(keys)
        parts = [order[at : at + BATCH] for at in range(0, len(order), BATCH)]
        yield from (parts[i] for i in rng.permutation(len(parts)))


def scores(model: BertForSequenceClassification, ids: Tensor) -> Tensor:
    return model(ids, attention_mask=(ids != 0).long()).logits


@torch.no_grad()
def accuracy(model: BertForSequenceClassification, rows: Rows) -> float:
    model.eval()
    at = [np.arange(i, min(i + 256, len(rows.ids))) for i in range(0, len(rows.ids), 256)]
    guesses = torch.cat([scores(model, rows.padded(chosen)).argmax(-1) for chosen in at])
    return 100 * accuracy_score(rows.targets > 0.5, guesses)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("data", "base", "work", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--validate", action="store_true", help="hold a ninth of the training side back, measure on it, write nothing")
    args = parser.parse_args()
    start = time.monotonic()
    torch.manual_seed(1)
    torch.set_num_threads(1)
    rng = np.random.default_rng(1)
    pairs = reviews.sentences(args.data)
    training = [pair for pair in pairs if not reviews.is_held_out(pair[0])]
    held_out = [pair for pair in pairs if reviews.is_held_out(pair[0])]
    if args.validate:
        held_out = [pair for pair in training if zlib.crc32(pair[0].encode()) % 10 == 1]
        training = [pair for pair in training if zlib.crc32(pair[0].encode()) % 10 != 1]
    texts, labels = [text for text, _ in training], np.array([label for _, label in training])
    judge = reviews.WordJudge(texts, labels)
    tok = reviews.with_words(Tokenizer.from_file(str(args.base / "tokenizer.json")), texts, N_WORDS)
    model = build(args.base, tok, judge)
    labelled = Rows(tok, texts, LABEL_TRUST * labels + (1 - LABEL_TRUST) / 2)
    held = Rows(tok, [text for text, _ in held_out], np.array([label for _, label in held_out]))
    guess = judge([text for text, _ in held_out]) > 0.5
    print(f"{tok.get_vocab_size()} pieces, {len(texts)} sentences; the linear judge alone: {100 * accuracy_score(held.targets > 0.5, guess):.1f} %", flush=True)

    mask = tok.token_to_id("[MASK]")
    table = model.bert.embeddings.word_embeddings.weight
    others = [parameter for parameter in model.parameters() if parameter is not table]
    optimizer = torch.optim.AdamW([{"params": [table], "lr": EMBEDDING_LR}, {"params": others, "lr": LR}], weight_decay=0.01)
    n_steps = EPOCHS * -(-len(texts) // BATCH)
    schedule = get_linear_schedule_with_warmup(optimizer, n_steps // 20, n_steps)
    n_tokens, losses = 0, torch.zeros(2)
    for epoch in range(EPOCHS):
        made = reviews.recombined(texts, len(texts), rng)
        unlabelled = Rows(tok, made, judge(made))
        model.train()
        losses.zero_()
        for chosen in zip(labelled.batches(rng), unlabelled.batches(rng)):
            for part, (rows, at) in enumerate(zip((labelled, unlabelled), chosen)):
                ids = rows.padded(at)
                n_tokens += int((ids != 0).sum())
                ids = torch.where((torch.rand(ids.shape) < WORD_DROPOUT) & (ids > mask), mask, ids)
                margin = scores(model, ids).diff(dim=1)[:, 0]
                loss = F.binary_cross_entropy_with_logits(margin, rows.targets[at])
                loss.backward()
                losses[part] += loss.detach()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
        means, seen = losses / -(-len(texts) // BATCH), (time.monotonic() - start) / 60
        print(f"epoch {epoch + 1}  labelled {means[0]:.3f}  recombined {means[1]:.3f}  {seen:.1f} min" + (f"  {accuracy(model, held):.1f} %" if args.validate else ""), flush=True)
    if args.validate:
        return

    model.config.hidden_dropout_prob = 0.0
    tokenizer.save("bert-tiny", tok, args.work)
    export.write(model, args.work, args.out, {"steps": n_steps, "tokens": n_tokens, "minutes": (time.monotonic() - start) / 60})
    model = BertForSequenceClassification.from_pretrained(args.out, dtype=torch.float32)
    result = accuracy(model, held)
    export.report(args.out, [export.metric("film reviews", "accuracy", result, "%", len(held_out))])
    print(f"held out: {result:.1f} %")


if __name__ == "__main__":
    main()
