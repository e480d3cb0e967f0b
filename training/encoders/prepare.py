"""Writes what pre-training reads: tokenizer.json, sentences.npz (ids of every sentence, in the order of the stories) and held_out.json.

    python -m encoders.prepare --model bert-tiny --data DATA --work WORK [--base ../www/models/bert-tiny]

`--base` gives its tokenizer. A text is a story, one everyday sentence, or generated (`common/templates.py`); the tokenizer learns from the first two.
"""

import argparse
import json
from pathlib import Path

from common import stories, templates
from tokenizers import Tokenizer

from . import tokenizer
from .batches import Corpus

EVERYDAY = 60_000  # sentences
GENERATED = 100_000  # texts of one to four sentences; a tenth of all tokens that training reads, as only the shortest rows begin with them


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--base", type=Path)
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    everyday = stories.everyday(args.data)
    texts = stories.stories(args.data) + everyday[:: len(everyday) // EVERYDAY]
    training = [text for text in texts if not stories.is_held_out(text)]
    tok = Tokenizer.from_file(str(args.base / "tokenizer.json")) if args.base else tokenizer.train(args.model, training)
    tokenizer.save(args.model, tok, args.work)
    generated = [text for text in templates.texts(GENERATED, 1) if not stories.is_held_out(text)]
    corpus = Corpus.of(training + generated, tok)
    corpus.n_found = len(training)
    corpus.save(args.work / "sentences.npz")
    held_out = [text for text in texts if stories.is_held_out(text)]
    (args.work / "held_out.json").write_text(json.dumps(held_out), encoding="utf-8")
    print(f"{len(training)} texts, {len(corpus.starts) - 1} sentences, {corpus.starts[-1] / 1e6:.2f} M tokens, {len(held_out)} texts held out")
    print(tok.encode(training[0][:160]).tokens)


if __name__ == "__main__":
    main()
