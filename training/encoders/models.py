"""The architectures, as `transformers` classes of one width, and but for ELECTRA of one depth: what is trained is what is shipped."""

from torch import Tensor, nn
from transformers import (
    AlbertConfig, AlbertForPreTraining, BertConfig, BertForPreTraining, ElectraConfig, ElectraForMaskedLM, ElectraForPreTraining,
    PreTrainedModel, RobertaConfig, RobertaForMaskedLM,
)  # fmt: skip

from .tokenizer import VOCAB_SIZE

WIDTH, LAYERS, HEADS, LENGTH = 128, 4, 4, 128
TOKENS = 18_000_000  # 14 to 20 for each parameter, as Hoffmann et al. (2022) have it
TOKENS_FURTHER = 12_000_000  # of a second run
ELECTRA_LAYERS = 3  # of the discriminator
ELECTRA_TOKENS = 4_600_000  # of the pair, which begins with the weights of bert-tiny
ELECTRA_TOKENS_SHORTENED = 6_000_000  # of the pair after the discriminator lost a layer

_SHARED = {
    "vocab_size": VOCAB_SIZE, "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0, "attn_implementation": "sdpa",
}  # fmt: skip
_SIZE = {"hidden_size": WIDTH, "num_hidden_layers": LAYERS, "num_attention_heads": HEADS, "intermediate_size": 4 * WIDTH}


class ElectraPair(nn.Module):
    """Generator and discriminator with one table of words (Clark et al. 2020, section 3.1); the generator has one layer.

    The discriminator adds what it learns about words by itself: gradient-disentangled sharing (He et al. 2021, DeBERTaV3, section 3.3). Where
    both moved one table, at these learning rates, neither learned anything.
    """

    def __init__(self, n_layers: int = ELECTRA_LAYERS) -> None:
        super().__init__()
        shared = _SHARED | _SIZE | {"embedding_size": WIDTH, "max_position_embeddings": LENGTH}
        self.generator = ElectraForMaskedLM(ElectraConfig(**shared | {"num_hidden_layers": 1}))
        self.discriminator = ElectraForPreTraining(ElectraConfig(**shared | {"num_hidden_layers": n_layers}))

    def begin(self, bert: BertForPreTraining) -> None:
        """The discriminator from BERT's layers, the generator from the lowest one and the head; the table of words is BERT's and stays.

        One layer alone fills in badly at first, which makes its words easy to find. Against a generator that was good from the start (two layers:
        2.6 nats) the discriminator did not get beyond a ROC AUC of 0.62 in 900 thousand tokens.
        """
        state = {name.removeprefix("bert."): tensor for name, tensor in bert.state_dict().items()}
        generator, discriminator = self.generator.electra, self.discriminator.electra
        generator.load_state_dict({name: state[name] for name in generator.state_dict()})
        generator.embeddings.word_embeddings.weight.requires_grad_(False)
        head = self.generator.generator_predictions
        head.load_state_dict({name: state[f"cls.predictions.transform.{name}"] for name in head.state_dict()})
        self.generator.generator_lm_head.bias.data.copy_(state["cls.predictions.bias"])
        discriminator.load_state_dict({name: state[name] for name in discriminator.state_dict()})
        nn.init.zeros_(discriminator.embeddings.word_embeddings.weight)  # the addition

    def weights_of(self, generator: ElectraForMaskedLM, discriminator: ElectraForPreTraining) -> dict[str, Tensor]:
        """The pair's weights from two exported halves, whose tables of words `merge` had added up."""
        generator_weights, discriminator_weights = generator.state_dict(), discriminator.state_dict()
        table = "electra.embeddings.word_embeddings.weight"
        discriminator_weights[table] = discriminator_weights[table] - generator_weights[table]
        halves = {"generator": generator_weights, "discriminator": discriminator_weights}
        return {f"{half}.{name}": tensor for half, weights in halves.items() for name, tensor in weights.items()}

    def words(self, ids: Tensor) -> Tensor:
        """[row pos] → [row pos d_embedding], as the discriminator reads them."""
        table, addition = self.generator.electra.embeddings.word_embeddings, self.discriminator.electra.embeddings.word_embeddings
        return table(ids).detach() + addition(ids)

    def merge(self) -> None:
        """Puts both tables into the discriminator's, which then stands by itself."""
        table, addition = self.generator.electra.embeddings.word_embeddings, self.discriminator.electra.embeddings.word_embeddings
        addition.weight.data += table.weight.data


def build(name: str, electra_layers: int = ELECTRA_LAYERS) -> PreTrainedModel | ElectraPair:
    """The untrained model; `electra_layers` are those of a discriminator."""
    if name == "bert-tiny":
        return BertForPreTraining(BertConfig(**_SHARED, **_SIZE, max_position_embeddings=LENGTH))
    if name == "roberta-tiny":
        ids = {"pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2}  # positions begin at pad_token_id + 1
        return RobertaForMaskedLM(RobertaConfig(**_SHARED, **_SIZE, max_position_embeddings=LENGTH + 2, type_vocab_size=1, **ids))
    if name == "albert-tiny":
        factorised = {"embedding_size": WIDTH // 4, "classifier_dropout_prob": 0.0, "hidden_act": "gelu"}
        return AlbertForPreTraining(AlbertConfig(**_SHARED, **_SIZE, **factorised, max_position_embeddings=LENGTH, pad_token_id=0))
    if name == "electra-tiny":
        return ElectraPair(electra_layers)
    raise SystemExit(f"{name} is not one of bert-tiny, roberta-tiny, albert-tiny, electra-tiny")
