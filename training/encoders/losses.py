"""What each architecture is pre-trained on."""

from collections.abc import Callable

import torch
from common.loop import Batch
from torch import Tensor, nn
from torch.nn import functional as F

from .batches import IGNORED


PAIRS_WEIGHT = 0.5  # of the loss of the pairs: its few labels make a noisy gradient, in which what words learn from far away gets lost


def _at(hidden: Tensor, places: Tensor) -> Tensor:
    """[row, pos, d] at [row, n] → [row, n, d]"""
    return hidden.gather(1, places[:, :, None].expand(-1, -1, hidden.shape[-1]))


def _mlm(logits: Tensor, labels: Tensor) -> Tensor:
    return F.cross_entropy(logits.flatten(0, 1).float(), labels.flatten(), ignore_index=IGNORED)


def _pairs(logits: Tensor, order: Tensor) -> Tensor:
    """Weighted mean over the rows that are pairs."""
    return PAIRS_WEIGHT * F.cross_entropy(logits.float(), order, ignore_index=IGNORED, reduction="sum") / (order != IGNORED).sum().clamp(min=1)


def _encode(model: nn.Module, ids: Tensor, batch: Batch) -> tuple[Tensor, Tensor | None]:
    """(hidden states, pooled [CLS] where the model has a pooler)"""
    segments = {} if model.config.type_vocab_size == 1 else {"token_type_ids": batch["segments"]}
    output = model.base_model(ids, attention_mask=batch["attended"], **segments)
    return output.last_hidden_state, getattr(output, "pooler_output", None)


def loss(name: str, model: nn.Module) -> Callable[[Batch], Tensor]:
    """batch → loss; of ELECTRA's pair, the generator's and the discriminator's"""

    def bert(batch: Batch) -> Tensor:
        hidden, pooled = _encode(model, batch["ids"], batch)
        heads = model.cls
        return _mlm(heads.predictions(_at(hidden, batch["places"])), batch["labels"]) + _pairs(heads.seq_relationship(pooled), batch["order"])

    def albert(batch: Batch) -> Tensor:
        hidden, pooled = _encode(model, batch["ids"], batch)
        return _mlm(model.predictions(_at(hidden, batch["places"])), batch["labels"]) + _pairs(model.sop_classifier(pooled), batch["order"])

    def roberta(batch: Batch) -> Tensor:
        hidden, _ = _encode(model, batch["ids"], batch)
        return _mlm(model.lm_head(_at(hidden, batch["places"])), batch["labels"])

    def electra(batch: Batch) -> Tensor:
        generator, discriminator = model.generator, model.discriminator
        hidden, _ = _encode(generator, batch["ids"], batch)
        predicted = generator.generator_predictions(_at(hidden, batch["places"]))
        logits = generator.generator_lm_head(predicted).float()
        with torch.no_grad():  # a draw from the softmax, by the Gumbel maximum
            sampled = (logits - torch.log(-torch.log(torch.rand_like(logits).clamp(1e-9, 1 - 1e-7)))).argmax(-1)
            sampled = torch.where(batch["labels"] == IGNORED, batch["original"].gather(1, batch["places"]), sampled)
            replaced = batch["ids"].scatter(1, batch["places"], sampled)
            is_replaced = (replaced != batch["original"]).float()
        words = model.words(replaced)
        hidden = discriminator.electra(inputs_embeds=words, attention_mask=batch["attended"], token_type_ids=batch["segments"]).last_hidden_state
        scores = discriminator.discriminator_predictions(hidden).float()
        attended = batch["attended"].float()
        rtd = (F.binary_cross_entropy_with_logits(scores, is_replaced, reduction="none") * attended).sum() / attended.sum()
        # No λ between the two (Clark et al. 2020, section 3.2): they share no gradient, and neither Muon nor AdamW heeds its scale.
        return torch.stack([_mlm(logits, batch["labels"]), rtd])

    return {"bert-tiny": bert, "albert-tiny": albert, "roberta-tiny": roberta, "electra-tiny": electra}[name]
