"""Trains a T5 to translate English to Chinese.

    python -m t5_zh.train --work WORK
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import torch
from common import loop
from t5_tiny import batches
from torch.nn import functional as F
from transformers import T5Config, T5ForConditionalGeneration

from . import tokenizer

MIXTURE = {"translate": 1.0}
TOKENS = 20_000_000  # source and target, without padding
LABEL_SMOOTHING = 0.05


def build() -> T5ForConditionalGeneration:
    """T5 v1.0: ReLU, tied embeddings, 16 buckets of distance up to 32."""
    config = T5Config(
        vocab_size=tokenizer.VOCAB_SIZE, d_model=128, d_kv=32, d_ff=384, num_layers=3, num_decoder_layers=3, num_heads=4,
        relative_attention_num_buckets=16, relative_attention_max_distance=32, dropout_rate=0.1, feed_forward_proj="relu",
        decoder_start_token_id=tokenizer.PAD, pad_token_id=tokenizer.PAD, eos_token_id=tokenizer.EOS,
    )  # fmt: skip
    return T5ForConditionalGeneration(config)


def rows(tasks: dict[str, batches.Examples], seed: int) -> Iterator[loop.Batch]:
    for batch in batches.endless(tasks, seed, MIXTURE):
        yield {"source": batch.source, "decoder_ids": batch.decoder_ids, "target": batch.target, "n_tokens": torch.tensor(batch.n_tokens)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    args = parser.parse_args()
    torch.manual_seed(1)
    model = build().train()
    print(f"{sum(p.numel() for p in model.parameters())} parameters")

    def loss_of(batch: loop.Batch) -> torch.Tensor:
        is_source, is_token = batch["source"] != tokenizer.PAD, batch["target"] != tokenizer.PAD
        logits = model(input_ids=batch["source"], attention_mask=is_source.long(), decoder_input_ids=batch["decoder_ids"], use_cache=False).logits
        return F.cross_entropy(logits[is_token].float(), batch["target"][is_token], label_smoothing=LABEL_SMOOTHING)

    tasks = batches.load(args.work / "examples.npz", MIXTURE)
    loop.train(model, lambda seed: rows(tasks, seed), loss_of, TOKENS, args.work / "checkpoint.pt")


if __name__ == "__main__":
    main()
