"""Tunes llama-tiny to follow a request: "Words: dog, rain. Story:" is to be followed by a story that has these words.

    python -m decoders.instruct --data DATA --base ../www/models/llama-tiny --work WORK [--tokens 8000000]

Requests are built from the stories: a story's own words, asked for before it. The loss stands on the story's tokens alone, and weighs more on an asked word
where it comes first, because those few tokens are what can be learned from the request. Half of the rows are short, so that asked words are dense; a fifth of the
batches are plain stories, so that the model goes on without a request as well as before.
"""

import argparse
import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from common import loop
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional as F
from transformers import LlamaForCausalLM

from . import models, requests, texts, tokenizer, train

MODEL = "llama-tiny"
TOKENS = 8_000_000
PLAIN_SHARE, SHORT_SHARE, SHORT = 0.2, 0.5, 96  # of batches, of the others; ids in a short row
ASKED_WEIGHT = 5.0  # of the loss on an asked word
PEAK, DECAY_SHARE = 0.5, 0.7  # of the rates, of the tokens


def row(rng: random.Random, reader: requests.Reader, story: requests.Story, length: int) -> tuple[list[int], list[float]]:
    """(`length` + 1 ids, the weight of each but the first): a request, then as much of the story as fits, from its beginning."""
    room = length - 30
    words = requests.draw(rng, story, 0, room)
    asked = reader.prompt_ids([word for word, _, _ in words])
    ids = [*asked, *story.ids][: length + 1]
    weights = [0.0] * len(asked) + [1.0] * (len(ids) - len(asked))
    for _, start, stop in words:
        weights[len(asked) + start : len(asked) + stop] = [ASKED_WEIGHT] * (stop - start)
    n_missing = length + 1 - len(ids)
    return ids + [reader.end] * n_missing, (weights + [0.0] * n_missing)[1 : length + 1]


def batches(work: Path, reader: requests.Reader, stories: list[requests.Story], seed: int) -> Iterator[loop.Batch]:
    """Batches of requests with long or short rows, and of plain stories."""
    rng, context = random.Random(seed), models.CONTEXT[MODEL]
    plain = train.batches(work, context, seed)
    while True:
        order = rng.sample(range(len(stories)), len(stories))
        while order:
            if rng.random() < PLAIN_SHARE:
                batch = next(plain)
                yield batch | {"weights": torch.ones(batch["ids"].shape[0], context)}
                continue
            length = SHORT if rng.random() < SHORT_SHARE else context
            n_rows = train.BATCH_TOKENS // length
            if len(order) < n_rows:
                break
            rows = [row(rng, reader, stories[order.pop()], length) for _ in range(n_rows)]
            ids, weights = torch.tensor([ids for ids, _ in rows]), torch.tensor([weights for _, weights in rows])
            yield {"ids": ids, "weights": weights, "n_tokens": torch.tensor(n_rows * length)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("data", "base", "work"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--tokens", type=int, default=TOKENS)
    args = parser.parse_args()
    torch.manual_seed(1)
    args.work.mkdir(parents=True, exist_ok=True)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copyfile(args.base / name, args.work / name)
    tok = Tokenizer.from_file(str(args.base / "tokenizer.json"))
    training, held_out = texts.texts_of(MODEL, args.data)
    words = requests.askable(training)
    (args.work / "words.json").write_text(json.dumps(words), encoding="utf-8")
    (args.work / "held_out.json").write_text(json.dumps(held_out), encoding="utf-8")
    reader = requests.Reader(tok, words, tokenizer.end_id(MODEL, tok))
    stories = [reader.story(text) for text in training]
    begin = tok.encode("").ids
    ids = [[*begin, *story.ids] for story in stories]
    np.savez(args.work / "stream.npz", ids=np.concatenate(ids).astype(np.uint16), starts=np.cumsum([0] + [len(found) for found in ids]))
    print(f"{len(stories)} stories, {len(words)} words to ask for: {' '.join(words[::40])}", flush=True)
    example = row(random.Random(1), reader, stories[0], SHORT)
    print(tok.decode(example[0]), [(tok.id_to_token(i), weight) for i, weight in zip(example[0][1:], example[1]) if weight > 1], flush=True)

    model = LlamaForCausalLM.from_pretrained(args.base, dtype=torch.float32)

    def loss_of(batch: loop.Batch) -> Tensor:
        hidden = model.base_model(batch["ids"][:, :-1], use_cache=False).last_hidden_state
        losses = F.cross_entropy(model.lm_head(hidden).flatten(0, 1), batch["ids"][:, 1:].flatten(), reduction="none")
        weights = batch["weights"].flatten()
        return (losses * weights).sum() / weights.sum()

    compiled = torch.compile(loss_of, dynamic=False)
    stream = lambda seed: batches(args.work, reader, stories, seed)  # noqa: E731
    loop.train(model, stream, compiled, args.tokens, args.work / "checkpoint.pt", decay_share=DECAY_SHARE, parts={model: lambda share: PEAK}, seed=3)


if __name__ == "__main__":
    main()
