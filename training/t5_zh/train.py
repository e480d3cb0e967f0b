"""Trains a T5, which knows English and how to translate it to French, to translate English to Chinese.

    python -m t5_zh.train --work WORK --base ../www/models/t5-tiny --layers 4 --d-ff 256
    python -m t5_zh.train --work WORK --base LONGER    # a second run: begins with the first one's model, but for a layer of the encoder and a quarter of the neurons
"""

import argparse
import itertools
from collections.abc import Iterator
from pathlib import Path

import torch
from common import loop, shorten
from t5_tiny import batches
from tokenizers import Tokenizer
from torch.nn import functional as F
from transformers import T5Config, T5ForConditionalGeneration

from . import tokenizer

MIXTURE = {"translate": 1.0}
N_LAYERS, D_FF = 3, 192  # of the encoder, of every feed-forward part; fewer layers than in the decoder are too few for transformers' key/value cache
TOKENS, TOKENS_SHORTENED = 16_000_000, 12_000_000  # source and target, without padding
LABEL_SMOOTHING, DECAY_SHARE = 0.05, 0.5


def build(n_layers: int = N_LAYERS, d_ff: int = D_FF) -> T5ForConditionalGeneration:
    """t5-tiny's architecture with another vocabulary, a narrower feed-forward part and a shorter encoder: T5 v1.0, ReLU, tied embeddings, 16 buckets of distance up to 32."""
    config = T5Config(
        vocab_size=tokenizer.VOCAB_SIZE, d_model=128, d_kv=32, d_ff=d_ff, num_layers=n_layers, num_decoder_layers=3, num_heads=4,
        relative_attention_num_buckets=16, relative_attention_max_distance=32, dropout_rate=0.1, feed_forward_proj="relu",
        decoder_start_token_id=tokenizer.PAD, pad_token_id=tokenizer.PAD, eos_token_id=tokenizer.EOS,
    )  # fmt: skip
    return T5ForConditionalGeneration(config)


def narrowed(weights: shorten.Weights, d_ff: int) -> shorten.Weights:
    """The `d_ff` neurons of each feed-forward part that can say most: by the product of the norms of what they read and write."""
    narrow = dict(weights)
    for name in (name for name in weights if name.endswith(".wi.weight")):
        read, written = weights[name], weights[name.replace(".wi.", ".wo.")]  # [d_ff, d_model], [d_model, d_ff]
        kept = (read.norm(dim=1) * written.norm(dim=0)).topk(d_ff).indices
        narrow |= {name: read[kept], name.replace(".wi.", ".wo."): written[:, kept]}
    return narrow


def translated(tok: Tokenizer, base: Path, d_ff: int) -> shorten.Weights:
    """The weights in `base`, but for neurons beyond `d_ff`; a piece that it lacks, which a Chinese character is, begins near the mean of its pieces."""
    weights, base_tok = T5ForConditionalGeneration.from_pretrained(base, dtype=torch.float32).state_dict(), Tokenizer.from_file(str(base / "tokenizer.json"))
    table = weights["shared.weight"]
    rows = table.mean(0) + 0.5 * table.std(0) * torch.randn(tokenizer.VOCAB_SIZE, table.shape[1])
    for piece, i in tok.get_vocab().items():
        known = base_tok.token_to_id(piece) if base_tok.token_to_id(piece) is not None else base_tok.token_to_id("▁" + piece)
        if known is not None:
            rows[i] = table[known]
    return narrowed(weights, d_ff) | {name: rows for name in weights if weights[name].shape == table.shape}


def rows(tasks: dict[str, batches.Examples], seed: int) -> Iterator[loop.Batch]:
    for batch in batches.endless(tasks, seed, MIXTURE):
        yield {"source": batch.source, "decoder_ids": batch.decoder_ids, "target": batch.target, "n_tokens": torch.tensor(batch.n_tokens)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--layers", type=int, default=N_LAYERS, help="of the encoder")
    parser.add_argument("--d-ff", type=int, default=D_FF)
    args = parser.parse_args()
    torch.manual_seed(1)
    model = build(args.layers, args.d_ff)
    weights = translated(Tokenizer.from_file(str(args.work / "tokenizer.json")), args.base, args.d_ff)
    print(f"{sum(p.numel() for p in model.parameters())} parameters")

    def loss_of(batch: loop.Batch) -> torch.Tensor:
        is_source, is_token = batch["source"] != tokenizer.PAD, batch["target"] != tokenizer.PAD
        logits = model(input_ids=batch["source"], attention_mask=is_source.long(), decoder_input_ids=batch["decoder_ids"], use_cache=False).logits
        return F.cross_entropy(logits[is_token].float(), batch["target"][is_token], label_smoothing=LABEL_SMOOTHING)

    tasks = batches.load(args.work / "examples.npz", MIXTURE)
    some = list(itertools.islice(rows(tasks, 2), 6))
    budget, schedule = TOKENS, {"decay_share": DECAY_SHARE}
    if args.layers == N_LAYERS:
        budget, schedule = TOKENS_SHORTENED, shorten.schedule(model)
    shorten.begin(model.eval(), weights, "encoder.block", lambda: sum(map(loss_of, some)) / len(some))
    loop.train(model.train(), lambda seed: rows(tasks, seed), loss_of, budget, args.work / "checkpoint.pt", **schedule)


if __name__ == "__main__":
    main()
