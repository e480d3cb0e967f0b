"""Writes what training reads: tokenizer.json, stream.npz (ids of every text, one after the other) and held_out.json.

    python -m decoders.prepare --model gpt2-tiny --data DATA --work WORK
"""

import argparse
import json
from pathlib import Path

import numpy as np

from . import texts, tokenizer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    training, held_out = texts.texts_of(args.model, args.data)
    tok = tokenizer.train(args.model, training)
    tokenizer.save(args.model, tok, args.work)
    end, unknown = tokenizer.end_id(args.model, tok), tok.token_to_id("<unk>")
    rows = [[*encoding.ids, end] for encoding in tok.encode_batch(training)]
    rows = [row for row in rows if unknown is None or unknown not in row]
    np.savez(args.work / "stream.npz", ids=np.concatenate(rows).astype(np.uint16), starts=np.cumsum([0] + [len(row) for row in rows]))
    (args.work / "held_out.json").write_text(json.dumps(held_out, ensure_ascii=False), encoding="utf-8")
    n_tokens, n_characters = sum(map(len, rows)), sum(map(len, training))
    print(f"{len(rows)} texts, {n_tokens / 1e6:.2f} M tokens, {n_characters / n_tokens:.2f} characters a token, vocabulary {tok.get_vocab_size()}")
    print(tok.encode(training[0][:200]).tokens)


if __name__ == "__main__":
    main()
