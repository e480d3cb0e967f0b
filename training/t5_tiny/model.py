"""T5 v1.0 in plain PyTorch, with Hugging Face's parameter names, so that its state dict is the checkpoint.

Read beside Raffel et al. 2020, section 2.1, and `transformers`' modeling_t5.py, whose numbers it equals (export.py asserts it).
ReLU feed-forward, tied embeddings with logits scaled by d_model^-0.5, no dropout, attention not divided by √d_kv.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

CONFIG = {
    "vocab_size": 3600,
    "d_model": 128,
    "d_kv": 32,
    "d_ff": 384,
    "num_layers": 4,
    "num_decoder_layers": 3,
    "num_heads": 4,
    "relative_attention_num_buckets": 16,
    "relative_attention_max_distance": 32,
    "feed_forward_proj": "relu",
    "layer_norm_epsilon": 1e-6,
}
MASKED = -1.0e30


def relative_buckets(n_query: int, n_key: int, bidirectional: bool) -> Tensor:
    """[query_pos, key_pos] bucket of each distance: exact while near, logarithmic further away."""
    n_buckets, max_distance = CONFIG["relative_attention_num_buckets"], CONFIG["relative_attention_max_distance"]
    distance = torch.arange(n_key)[None, :] - torch.arange(n_query)[:, None]
    bucket = torch.zeros_like(distance)
    if bidirectional:
        n_buckets //= 2
        bucket = (distance > 0).long() * n_buckets
        distance = distance.abs()
    else:
        distance = (-distance).clamp(min=0)
    exact = n_buckets // 2
    far = exact + (torch.log(distance.float().clamp(min=1) / exact) / math.log(max_distance / exact) * (n_buckets - exact)).long()
    return bucket + torch.where(distance < exact, distance, far.clamp(max=n_buckets - 1))


class Norm(nn.Module):
    """Root-mean-square norm: x / rms(x) · weight."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(CONFIG["d_model"]))

    def forward(self, x: Tensor) -> Tensor:
        return self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + CONFIG["layer_norm_epsilon"]))


class Attention(nn.Module):
    """Multi-head attention; `bias` [batch or 1, head, query_pos, key_pos] holds position bias and mask."""

    def __init__(self, has_position_bias: bool) -> None:
        super().__init__()
        d_model, d_kv, n_heads = CONFIG["d_model"], CONFIG["d_kv"], CONFIG["num_heads"]
        self.q, self.k, self.v = (nn.Linear(d_model, n_heads * d_kv, bias=False) for _ in range(3))
        self.o = nn.Linear(n_heads * d_kv, d_model, bias=False)
        nn.init.normal_(self.q.weight, std=(d_model * d_kv) ** -0.5)
        for layer in (self.k, self.v, self.o):
            nn.init.normal_(layer.weight, std=d_model**-0.5)
        if has_position_bias:
            self.relative_attention_bias = nn.Embedding(CONFIG["relative_attention_num_buckets"], n_heads)
            nn.init.normal_(self.relative_attention_bias.weight, std=0.1)

    def _heads(self, x: Tensor) -> Tensor:
        return x.view(x.shape[0], x.shape[1], CONFIG["num_heads"], CONFIG["d_kv"]).transpose(1, 2)

    def forward(self, x: Tensor, memory: Tensor, bias: Tensor) -> Tensor:
        q, k, v = self._heads(self.q(x)), self._heads(self.k(memory)), self._heads(self.v(memory))  # batch head pos d_head
        scores = q @ k.transpose(-1, -2) + bias  # batch head query_pos key_pos
        z = torch.softmax(scores.float(), dim=-1).to(v.dtype) @ v  # batch head pos d_head
        return self.o(z.transpose(1, 2).reshape(x.shape[0], x.shape[1], -1))


class SelfAttentionLayer(nn.Module):
    """x + SelfAttention(norm(x))."""

    def __init__(self, has_position_bias: bool) -> None:
        super().__init__()
        self.SelfAttention = Attention(has_position_bias)
        self.layer_norm = Norm()

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        normalized = self.layer_norm(x)
        return x + self.SelfAttention(normalized, normalized, bias)


class CrossAttentionLayer(nn.Module):
    """x + EncDecAttention(norm(x), memory)."""

    def __init__(self) -> None:
        super().__init__()
        self.EncDecAttention = Attention(has_position_bias=False)
        self.layer_norm = Norm()

    def forward(self, x: Tensor, memory: Tensor, bias: Tensor) -> Tensor:
        return x + self.EncDecAttention(self.layer_norm(x), memory, bias)


class FeedForwardLayer(nn.Module):
    """x + wo(relu(wi(norm(x))))."""

    def __init__(self) -> None:
        super().__init__()
        d_model, d_ff = CONFIG["d_model"], CONFIG["d_ff"]
        self.DenseReluDense = nn.ModuleDict({"wi": nn.Linear(d_model, d_ff, bias=False), "wo": nn.Linear(d_ff, d_model, bias=False)})
        self.layer_norm = Norm()
        nn.init.normal_(self.DenseReluDense["wi"].weight, std=d_model**-0.5)
        nn.init.normal_(self.DenseReluDense["wo"].weight, std=d_ff**-0.5)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.DenseReluDense["wo"](F.relu(self.DenseReluDense["wi"](self.layer_norm(x))))


class Block(nn.Module):
    """One layer of the encoder (two sublayers) or of the decoder (three)."""

    def __init__(self, sublayers: list[nn.Module]) -> None:
        super().__init__()
        self.layer = nn.ModuleList(sublayers)


class Stack(nn.Module):
    """Blocks and the norm after them; the first block owns the position bias that all share."""

    def __init__(self, blocks: list[Block]) -> None:
        super().__init__()
        self.block = nn.ModuleList(blocks)
        self.final_layer_norm = Norm()

    def position_bias(self, buckets: Tensor) -> Tensor:
        """[query_pos, key_pos] buckets → [1, head, query_pos, key_pos]."""
        return self.block[0].layer[0].SelfAttention.relative_attention_bias(buckets).permute(2, 0, 1)[None]


class T5(nn.Module):
    """Encoder, decoder and the embedding that both ends share."""

    def __init__(self) -> None:
        super().__init__()
        self.shared = nn.Embedding(CONFIG["vocab_size"], CONFIG["d_model"])
        nn.init.normal_(self.shared.weight, std=1.0)
        self.encoder = Stack([Block([SelfAttentionLayer(i == 0), FeedForwardLayer()]) for i in range(CONFIG["num_layers"])])
        self.decoder = Stack(
            [Block([SelfAttentionLayer(i == 0), CrossAttentionLayer(), FeedForwardLayer()]) for i in range(CONFIG["num_decoder_layers"])]
        )

    def forward(self, source: Tensor, decoder_ids: Tensor, encoder_buckets: Tensor, decoder_buckets: Tensor) -> Tensor:
        """Ids [batch, pos], padded with 0 on the right, and relative buckets [query_pos, key_pos] → hidden states [batch, pos, d_model].

        The hidden states carry the factor d_model^-0.5: `hidden @ shared.weight.T` are the logits.
        """
        padding = torch.where(source == 0, MASKED, 0.0)[:, None, None, :]  # batch 1 1 key_pos
        x = self.shared(source)  # batch pos d_model
        bias = self.encoder.position_bias(encoder_buckets) + padding
        for block in self.encoder.block:
            x = block.layer[1](block.layer[0](x, bias))
        memory = self.encoder.final_layer_norm(x)

        n = decoder_ids.shape[1]
        causal = torch.full((n, n), MASKED).triu(1)  # query_pos key_pos
        y = self.shared(decoder_ids)  # batch pos d_model
        bias = self.decoder.position_bias(decoder_buckets) + causal
        for block in self.decoder.block:
            y = block.layer[2](block.layer[1](block.layer[0](y, bias), memory, padding))
        return self.decoder.final_layer_norm(y) * CONFIG["d_model"] ** -0.5
