"""Fine-tunes bert-tiny on the polarity of film-review sentences (Pang & Lee 2005), by its [CLS] vector (Devlin et al. 2019, section 4).

    python -m encoders.sentiment --data DATA --base ../www/models/bert-tiny --work WORK --out ../www/models/bert-tiny-sentiment

The stories that bert-tiny has read are far from film reviews. So it first goes on with masked words, on the reviews of the training side,
without their labels (Gururangan et al. 2020), and then learns the labels. One tenth of the sentences, by a hash, is held out from both.
"""

import argparse
import shutil
import time
import zlib
from pathlib import Path

import numpy as np
import torch
from common import export
from sklearn.metrics import accuracy_score
from tokenizers import Tokenizer
from torch.nn import functional as F
from transformers import BertForPreTraining, BertForSequenceClassification, get_linear_schedule_with_warmup

from .batches import Vocabulary, mask

BATCH, LENGTH, DROPOUT = 32, 64, 0.2
MLM_EPOCHS, MLM_LR = 20, 1e-3
EPOCHS, LR = 6, 3e-4
LABELS = {0: "negative", 1: "positive"}


def sentences(data: Path) -> list[tuple[str, int]]:
    """(sentence, label), each sentence once."""
    found = {}
    for label, name in enumerate(("rt-polarity.neg", "rt-polarity.pos")):
        for line in (data / name).read_text(encoding="utf-8").splitlines():
            found.setdefault(line.strip(), label)
    return [(text, label) for text, label in found.items() if text]


def is_held_out(text: str) -> bool:
    return zlib.crc32(text.encode()) % 10 == 0


def rows(tok: Tokenizer, pairs: list[tuple[str, int]]) -> tuple[np.ndarray, np.ndarray]:
    """([sentence LENGTH] ids padded with 0, labels)"""
    ids = np.zeros((len(pairs), LENGTH), dtype=np.int64)
    for i, encoding in enumerate(tok.encode_batch([text for text, _ in pairs])):
        kept = encoding.ids if len(encoding.ids) <= LENGTH else [*encoding.ids[: LENGTH - 1], encoding.ids[-1]]
        ids[i, : len(kept)] = kept
    return ids, np.array([label for _, label in pairs])


def epochs(n_rows: int, n_epochs: int, rng: np.random.Generator):
    """Batches of row numbers."""
    for _ in range(n_epochs):
        order = rng.permutation(n_rows)
        yield from (order[at : at + BATCH] for at in range(0, n_rows - BATCH + 1, BATCH))


def fit(model: torch.nn.Module, batches: list[np.ndarray], lr: float, loss_of) -> None:
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=0.05)
    schedule = get_linear_schedule_with_warmup(optimizer, len(batches) // 20, len(batches))
    model.train()
    mean = 0.0
    for step, batch in enumerate(batches, 1):
        loss = loss_of(batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        mean += loss.item()
        if step % 250 == 0:
            print(f"step {step} of {len(batches)}  loss {mean / 250:.3f}", flush=True)
            mean = 0.0
    model.eval()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("data", "base", "work", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    args = parser.parse_args()
    start = time.monotonic()
    torch.manual_seed(1)
    torch.set_num_threads(1)
    rng = np.random.default_rng(1)
    tok = Tokenizer.from_file(str(args.base / "tokenizer.json"))
    vocabulary = Vocabulary.of("bert-tiny", tok)
    pairs = sentences(args.data)
    ids, labels = rows(tok, [pair for pair in pairs if not is_held_out(pair[0])])
    held_ids, held_labels = rows(tok, [pair for pair in pairs if is_held_out(pair[0])])
    dropout = {"hidden_dropout_prob": DROPOUT, "attention_probs_dropout_prob": DROPOUT}

    reader = BertForPreTraining.from_pretrained(args.base, dtype=torch.float32, **dropout)

    def masked_words(batch: np.ndarray) -> torch.Tensor:
        rows = ids[batch][:, : (ids[batch] != 0).sum(1).max()]
        corrupted, places, wanted = mask(rows, rows >= vocabulary.first, vocabulary, rng, max(1, round(0.15 * rows.shape[1])))
        hidden = reader.bert(torch.from_numpy(corrupted), attention_mask=torch.from_numpy(rows != 0).long()).last_hidden_state
        at = hidden.gather(1, torch.from_numpy(places)[:, :, None].expand(-1, -1, hidden.shape[-1]))
        return F.cross_entropy(reader.cls.predictions(at).flatten(0, 1), torch.from_numpy(wanted).flatten(), ignore_index=-100)

    fit(reader, list(epochs(len(ids), MLM_EPOCHS, rng)), MLM_LR, masked_words)

    names = {"id2label": LABELS, "label2id": {name: i for i, name in LABELS.items()}}
    judge = BertForSequenceClassification.from_pretrained(args.base, dtype=torch.float32, **dropout, **names)
    judge.bert.load_state_dict(reader.bert.state_dict())

    def scores(rows: np.ndarray) -> torch.Tensor:
        rows = rows[:, : (rows != 0).sum(1).max()]
        return judge(torch.from_numpy(rows), attention_mask=torch.from_numpy(rows != 0).long()).logits

    def polarity(batch: np.ndarray) -> torch.Tensor:
        return F.cross_entropy(scores(ids[batch]), torch.from_numpy(labels[batch]), label_smoothing=0.1)

    batches = list(epochs(len(ids), EPOCHS, rng))
    fit(judge, batches, LR, polarity)

    for name in dropout:
        setattr(judge.config, name, 0.0)
    args.work.mkdir(parents=True, exist_ok=True)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copyfile(args.base / name, args.work / name)
    n_tokens = int((ids != 0).sum()) * (MLM_EPOCHS + EPOCHS)
    export.write(judge, args.work, args.out, {"steps": len(ids) // BATCH * (MLM_EPOCHS + EPOCHS), "tokens": n_tokens, "minutes": (time.monotonic() - start) / 60})
    judge = BertForSequenceClassification.from_pretrained(args.out, dtype=torch.float32).eval()
    with torch.no_grad():
        guesses = torch.cat([scores(held_ids[at : at + 256]).argmax(-1) for at in range(0, len(held_ids), 256)])
    accuracy = 100 * accuracy_score(held_labels, guesses)
    export.report(args.out, [export.metric("film reviews", "accuracy", accuracy, "%", len(held_labels))])
    print(f"held out: {accuracy:.1f} %")


if __name__ == "__main__":
    main()
