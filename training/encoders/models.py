"""The architectures, as `transformers` classes of one width and depth: what is trained is what is shipped."""

from torch import Tensor, nn
from transformers import (
    AlbertConfig, AlbertForPreTraining, BertConfig, BertForPreTraining, ElectraConfig, ElectraForMaskedLM, ElectraForPreTraining,
    PreTrainedModel, RobertaConfig, RobertaForMaskedLM,
)  # fmt: skip

from .tokenizer import VOCAB_SIZE

WIDTH, LAYERS, HEADS, LENGTH = 128, 4, 4, 128
TOKENS = 24_000_000  # about 20 for each parameter of bert-tiny (Hoffmann et al. 2022)
ELECTRA_TOKENS = 15_000_000  # of the pair, each of which is seen by two models

_SHARED = {
    "vocab_size": VOCAB_SIZE, "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0, "attn_implementation": "sdpa",
}  # fmt: skip
_SIZE = {"hidden_size": WIDTH, "num_hidden_layers": LAYERS, "num_attention_heads": HEADS, "intermediate_size": 4 * WIDTH}


class ElectraPair(nn.Module):
    """Generator and discriminator with one table of words (Clark et al. 2020, section 3.1); the generator is half as wide inside.

    The shared table learns from the generator alone, and the discriminator adds what it learns about words by itself: gradient-disentangled
    sharing (He et al. 2021, DeBERTaV3, section 3.3). Where both moved one table, at these learning rates, the fifty times stronger gradient of the
    discriminator kept either from learning anything.
    """

    def __init__(self) -> None:
        super().__init__()
        shared = _SHARED | {"embedding_size": WIDTH, "max_position_embeddings": LENGTH, "num_hidden_layers": LAYERS}
        half = {"hidden_size": WIDTH // 2, "num_attention_heads": HEADS // 2, "intermediate_size": 2 * WIDTH}
        self.generator = ElectraForMaskedLM(ElectraConfig(**shared, **half))
        whole = {"hidden_size": WIDTH, "num_attention_heads": HEADS, "intermediate_size": 4 * WIDTH}
        self.discriminator = ElectraForPreTraining(ElectraConfig(**shared, **whole))
        nn.init.zeros_(self.discriminator.electra.embeddings.word_embeddings.weight)  # the addition

    def words(self, ids: Tensor) -> Tensor:
        """[row pos] → [row pos d_embedding], as the discriminator reads them."""
        table, addition = self.generator.electra.embeddings.word_embeddings, self.discriminator.electra.embeddings.word_embeddings
        return table(ids).detach() + addition(ids)

    def merge(self) -> None:
        """Puts both tables into the discriminator's, which then stands by itself."""
        table, addition = self.generator.electra.embeddings.word_embeddings, self.discriminator.electra.embeddings.word_embeddings
        addition.weight.data += table.weight.data


def build(name: str) -> PreTrainedModel | ElectraPair:
    """The untrained model."""
    if name == "bert-tiny":
        return BertForPreTraining(BertConfig(**_SHARED, **_SIZE, max_position_embeddings=LENGTH))
    if name == "roberta-tiny":
        ids = {"pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2}  # positions begin at pad_token_id + 1
        return RobertaForMaskedLM(RobertaConfig(**_SHARED, **_SIZE, max_position_embeddings=LENGTH + 2, type_vocab_size=1, **ids))
    if name == "albert-tiny":
        factorised = {"embedding_size": WIDTH // 4, "classifier_dropout_prob": 0.0, "hidden_act": "gelu"}
        return AlbertForPreTraining(AlbertConfig(**_SHARED, **_SIZE, **factorised, max_position_embeddings=LENGTH, pad_token_id=0))
    if name == "electra-tiny":
        return ElectraPair()
    raise SystemExit(f"{name} is not one of bert-tiny, roberta-tiny, albert-tiny, electra-tiny")
