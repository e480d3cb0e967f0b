"""The hooks of encoder-only and decoder-only models, in the graph's order, from what a `Recorder` saw.

`golden_families.py` says which tensor each name stands for. What the reference keeps no tensor of is recomputed here, and every sum, norm and
product that links two hooks is checked.
"""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor, nn
from transformers.activations import ACT2FN
from transformers.models.llama.modeling_llama import apply_rotary_pos_emb

from reference.recorder import Recorder, masked_scores

Hooks = Iterator[tuple[str, Tensor]]


def same(a: Tensor, b: Tensor) -> None:
    """Equal but for rounding."""
    torch.testing.assert_close(a, b, atol=1e-5, rtol=1e-5)


class Attention(NamedTuple):
    """What entered and left one attention: q, z [batch pos head d_head], k, v [batch pos kv_head d_head], pattern; q and k after RoPE."""

    q: Tensor
    k: Tensor
    v: Tensor
    pattern: Tensor
    z: Tensor
    rot_q: Tensor | None = None
    rot_k: Tensor | None = None


def attention_hooks(attention: Attention, allowed: Tensor) -> Hooks:
    """Scores are q·k / √d_head; head h of q reads the key/value head h // (heads / kv_heads)."""
    q, k, v, pattern, z, rot_q, rot_k = attention
    yield from [("hook_q", q), ("hook_k", k), ("hook_v", v)]
    if rot_q is not None:
        yield from [("hook_rot_q", rot_q), ("hook_rot_k", rot_k)]
        q, k = rot_q, rot_k
    group = q.shape[2] // k.shape[2]
    k, v = k.repeat_interleave(group, dim=2), v.repeat_interleave(group, dim=2)
    unmasked = torch.einsum("bqhd,bkhd->bhqk", q, k) * q.shape[-1] ** -0.5
    scores = masked_scores(unmasked, allowed, pattern)
    same(torch.einsum("bhqk,bkhd->bqhd", pattern, v), z)
    yield from [("hook_attn_scores_unmasked", unmasked), ("hook_attn_scores", scores), ("hook_pattern", pattern), ("hook_z", z)]


class PostNormBlock(NamedTuple):
    """The modules of a BERT layer; `call` counts the earlier passes through them (ALBERT)."""

    query: nn.Module
    key: nn.Module
    value: nn.Module
    attention: nn.Module  # returns (…, pattern)
    attention_out: nn.Module
    ln1: nn.Module
    mlp_in: nn.Module
    mlp_out: nn.Module
    ln2: nn.Module
    call: int


def bert_blocks(encoder: nn.Module) -> Iterator[PostNormBlock]:
    """BERT, RoBERTa, ELECTRA."""
    for layer in encoder.layer:
        attention, out, mlp_out = layer.attention.self, layer.attention.output, layer.output
        linears = (attention.query, attention.key, attention.value)
        yield PostNormBlock(*linears, attention, out.dense, out.LayerNorm, layer.intermediate.dense, mlp_out.dense, mlp_out.LayerNorm, 0)


def albert_blocks(encoder: nn.Module) -> Iterator[PostNormBlock]:
    """One block for each pass: layers, and within each the inner layers of its group."""
    passes = Counter()
    config = encoder.config
    for index in range(config.num_hidden_layers):
        for layer in encoder.albert_layer_groups[index * config.num_hidden_groups // config.num_hidden_layers].albert_layers:
            attention = layer.attention
            linears = (attention.query, attention.key, attention.value)
            norms_and_mlp = (attention.LayerNorm, layer.ffn, layer.ffn_output, layer.full_layer_layer_norm)
            yield PostNormBlock(*linears, attention, attention.dense, *norms_and_mlp, passes[layer])
            passes[layer] += 1


def post_norm_block_hooks(recorder: Recorder, block: PostNormBlock, n_heads: int, act: str, allowed: Tensor) -> Hooks:
    """x → LN1(x + attention(x)) = m → LN2(m + mlp(m))."""
    call = block.call
    residual = recorder.entered(block.query, call)
    yield "hook_resid_pre", residual
    q, k, v = (recorder.left(linear, call).unflatten(-1, (n_heads, -1)) for linear in (block.query, block.key, block.value))
    pattern = recorder.outputs(block.attention, call)[1]
    z = recorder.entered(block.attention_out, call).unflatten(-1, (n_heads, -1))
    yield from under("attn", attention_hooks(Attention(q, k, v, pattern, z), allowed))
    out, middle = recorder.left(block.attention_out, call), recorder.left(block.ln1, call)
    same(block.ln1(residual + out), middle)
    same(recorder.entered(block.mlp_in, call), middle)
    yield from [("hook_attn_out", out), ("ln1.hook_normalized", middle), ("hook_resid_mid", middle)]
    before, after = recorder.left(block.mlp_in, call), recorder.entered(block.mlp_out, call)
    same(ACT2FN[act](before), after)
    out, residual = recorder.left(block.mlp_out, call), recorder.left(block.ln2, call)
    same(block.ln2(middle + out), residual)
    yield from [("mlp.hook_pre", before), ("mlp.hook_post", after), ("hook_mlp_out", out)]
    yield from [("ln2.hook_normalized", residual), ("hook_resid_post", residual)]


def encoder_hooks(recorder: Recorder, model: nn.Module, allowed: Tensor) -> Hooks:
    """`model` is the BertModel, RobertaModel, AlbertModel or ElectraModel."""
    config, embeddings = model.config, model.embeddings
    tables = (embeddings.word_embeddings, embeddings.position_embeddings, embeddings.token_type_embeddings)
    word, position, segment = (recorder.left(table) for table in tables)
    residual = embeddings.LayerNorm(word + segment + position)
    yield from [("hook_embed", word), ("hook_pos_embed", position), ("hook_token_type_embed", segment)]
    is_albert = config.model_type == "albert"
    if is_albert:
        residual = model.encoder.embedding_hidden_mapping_in(residual)
    elif hasattr(model, "embeddings_project"):
        residual = model.embeddings_project(residual)
    blocks = albert_blocks(model.encoder) if is_albert else bert_blocks(model.encoder)
    for index, block in enumerate(blocks):
        hooks = dict(post_norm_block_hooks(recorder, block, config.num_attention_heads, config.hidden_act, allowed))
        same(residual, hooks["hook_resid_pre"])
        residual = hooks["hook_resid_post"]
        yield from under(f"blocks.{index}", hooks.items())
    same(residual, recorder.left(model.encoder))


def gpt2_hooks(recorder: Recorder, model: nn.Module, allowed: Tensor) -> Hooks:
    """`model` is the GPT2LMHeadModel."""
    n_heads, body = model.config.n_head, model.transformer
    word, position = recorder.left(body.wte), recorder.left(body.wpe)
    yield from [("hook_embed", word), ("hook_pos_embed", position)]
    residual = word + position
    for index, layer in enumerate(body.h):
        q, k, v = (part.unflatten(-1, (n_heads, -1)) for part in recorder.left(layer.attn.c_attn).chunk(3, dim=-1))
        z = recorder.entered(layer.attn.c_proj).unflatten(-1, (n_heads, -1))
        attention = Attention(q, k, v, recorder.outputs(layer.attn)[1], z)
        before, after = recorder.left(layer.mlp.c_fc), recorder.entered(layer.mlp.c_proj)
        same(layer.mlp.act(before), after)
        mlp = [("hook_pre", before), ("hook_post", after)]
        block = PreNormBlock(layer, layer.ln_1, layer.attn, layer.ln_2, layer.mlp)
        yield from under(f"blocks.{index}", pre_norm_block_hooks(recorder, block, residual, attention_hooks(attention, allowed), mlp))
        residual = recorder.left(layer)
    yield from final_hooks(recorder, body.ln_f, residual)


def llama_hooks(recorder: Recorder, model: nn.Module, allowed: Tensor) -> Hooks:
    """`model` is the LlamaForCausalLM."""
    body = model.model
    residual = recorder.left(body.embed_tokens)
    yield "hook_embed", residual
    cos, sin = recorder.outputs(body.rotary_emb)
    for index, layer in enumerate(body.layers):
        parts, d_head = layer.self_attn, layer.self_attn.head_dim
        q, k, v = (recorder.left(linear).unflatten(-1, (-1, d_head)) for linear in (parts.q_proj, parts.k_proj, parts.v_proj))
        rotated = apply_rotary_pos_emb(q, k, cos, sin, unsqueeze_dim=2)
        z = recorder.entered(parts.o_proj).unflatten(-1, (-1, d_head))
        attention = Attention(q, k, v, recorder.outputs(parts)[1], z, *rotated)
        gate, up, after = recorder.left(layer.mlp.gate_proj), recorder.left(layer.mlp.up_proj), recorder.entered(layer.mlp.down_proj)
        same(layer.mlp.act_fn(gate) * up, after)
        mlp = [("hook_pre", gate), ("hook_pre_linear", up), ("hook_post", after)]
        block = PreNormBlock(layer, layer.input_layernorm, parts, layer.post_attention_layernorm, layer.mlp)
        yield from under(f"blocks.{index}", pre_norm_block_hooks(recorder, block, residual, attention_hooks(attention, allowed), mlp))
        residual = recorder.left(layer)
    yield from final_hooks(recorder, body.norm, residual)


class PreNormBlock(NamedTuple):
    """The modules of a GPT-2 or LLaMA layer."""

    layer: nn.Module
    ln1: nn.Module
    attention: nn.Module
    ln2: nn.Module
    mlp: nn.Module


def pre_norm_block_hooks(recorder: Recorder, block: PreNormBlock, residual: Tensor, attention: Hooks, mlp: list[tuple[str, Tensor]]) -> Hooks:
    """m = x + attention(LN1(x)) → m + mlp(LN2(m))."""
    same(recorder.entered(block.ln1), residual)
    yield from [("hook_resid_pre", residual), ("ln1.hook_normalized", recorder.left(block.ln1))]
    yield from under("attn", attention)
    middle = recorder.entered(block.ln2)
    same(residual + recorder.left(block.attention), middle)
    yield from [("hook_attn_out", recorder.left(block.attention)), ("hook_resid_mid", middle)]
    yield "ln2.hook_normalized", recorder.left(block.ln2)
    yield from under("mlp", mlp)
    same(middle + recorder.left(block.mlp), recorder.left(block.layer))
    yield from [("hook_mlp_out", recorder.left(block.mlp)), ("hook_resid_post", recorder.left(block.layer))]


def final_hooks(recorder: Recorder, norm: nn.Module, residual: Tensor) -> Hooks:
    """The norm before the output matrix."""
    same(recorder.entered(norm), residual)
    yield "ln_final.hook_normalized", recorder.left(norm)


def under(path: str, hooks: object) -> Hooks:
    """The hooks' names with a path before them."""
    return ((f"{path}.{name}", tensor) for name, tensor in hooks)
