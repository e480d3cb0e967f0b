"""Writes what pre-training reads: tokenizer.json, sentences.npz (ids of every sentence, in the order of the stories) and held_out.json.

    python -m encoders.prepare --model bert-tiny --data DATA --work WORK

A text is a story, or one everyday sentence. Its sentences lie one after the other; `text_starts` counts sentences, `starts` ids.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from common import stories

from . import tokenizer

EVERYDAY = 60_000  # sentences


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    everyday = stories.everyday(args.data)
    texts = stories.stories(args.data) + everyday[:: len(everyday) // EVERYDAY]
    training = [text for text in texts if not stories.is_held_out(text)]
    tok = tokenizer.train(args.model, training)
    tokenizer.save(args.model, tok, args.work)
    split = [stories.sentences(text) for text in training]
    # A sentence after the first begins with the space before it, as it does in its text: byte-level tokens hold it.
    joined = [sentence if i == 0 else f" {sentence}" for parts in split for i, sentence in enumerate(parts)]
    rows = [encoding.ids for encoding in tok.encode_batch(joined, add_special_tokens=False)]
    starts, text_starts = np.cumsum([0] + [len(row) for row in rows]), np.cumsum([0] + [len(parts) for parts in split])
    np.savez(args.work / "sentences.npz", ids=np.concatenate(rows).astype(np.int64), starts=starts, text_starts=text_starts)
    held_out = [text for text in texts if stories.is_held_out(text)]
    (args.work / "held_out.json").write_text(json.dumps(held_out), encoding="utf-8")
    print(f"{len(training)} texts, {len(rows)} sentences, {starts[-1] / 1e6:.2f} M tokens, {len(held_out)} texts held out")
    print(tok.encode(training[0][:160]).tokens)


if __name__ == "__main__":
    main()
