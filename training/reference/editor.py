"""Runs a `transformers` model and gives the tensor of each hook to a function, which may change it: forward hooks on the reference's modules. Autograd runs back through them.

Scores and pattern are no module's output, so the softmax of the eager attention is watched: it meets the scores of each attention in the order of the layers. What the
reference masks is exactly -1e30 there, and a row in which everything is masked has a pattern of zeros: that is what these hooks mean here.
"""

from collections.abc import Callable, Iterator
from unittest import mock

import torch
from torch import Tensor, nn

from reference.recorder import MASKED

ATTENTION = ["batch", "head", "query_pos", "key_pos"]
AXES = {
    "hook_q": ["batch", "pos", "head", "d_head"],
    "hook_z": ["batch", "pos", "head", "d_head"],
    "hook_k": ["batch", "pos", "kv_head", "d_head"],
    "hook_v": ["batch", "pos", "kv_head", "d_head"],
    "hook_attn_scores": ATTENTION,
    "hook_pattern": ATTENTION,
    "hook_pre": ["batch", "pos", "d_mlp"],
    "hook_pre_linear": ["batch", "pos", "d_mlp"],
    "hook_post": ["batch", "pos", "d_mlp"],
    "logits": ["batch", "pos", "d_vocab"],
}


def axes_of(hook: str) -> list[str]:
    """The axes of a hook's tensor."""
    return AXES.get(hook.rsplit(".", 1)[-1], ["batch", "pos", "d_model"])


class Editor:
    """`change(hook, tensor)` returns what the rest of the model reads; `seen` holds it. `loss` is that of the last run, where labels were among its inputs."""

    def __init__(self, model: nn.Module, change: Callable[[str, Tensor], Tensor]) -> None:
        self.seen: dict[str, Tensor] = {}
        self.loss: Tensor | None = None
        self._model, self._change = model, change
        self._handles: list[torch.utils.hooks.RemovableHandle] = []
        self._attentions: list[str] = []

    def run(self, **inputs: Tensor) -> Tensor:
        """The logits."""
        family = {"gpt2": self._gpt2, "llama": self._llama, "t5": self._t5, "bert": self._bert}[self._model.config.model_type]
        family(self._model)
        softmax, names = nn.functional.softmax, iter(self._attentions)
        with mock.patch.object(nn.functional, "softmax", lambda scores, dim=-1, dtype=None: self._attend(next(names), scores, softmax)):
            options = {"use_cache": False} if self._model.can_generate() else {}
            output = self._model(**inputs, **options)
        assert next(names, None) is None, "every attention was met"
        for handle in self._handles:
            handle.remove()
        self.loss = output.loss if "labels" in inputs else None
        return self._visit("logits", output.logits)

    def _visit(self, hook: str, tensor: Tensor) -> Tensor:
        self.seen[hook] = self._change(hook, tensor)
        return self.seen[hook]

    def _attend(self, name: str, scores: Tensor, softmax: Callable[..., Tensor]) -> Tensor:
        scores = self._visit(f"{name}.hook_attn_scores", torch.where(scores < MASKED, MASKED, scores))
        pattern = softmax(scores, dim=-1).masked_fill(scores.amax(-1, keepdim=True) <= MASKED, 0.0)
        return self._visit(f"{name}.hook_pattern", pattern)

    def _left(self, module: nn.Module, hook: str, heads: int | None = None) -> None:
        """The module's output, or the first of its outputs."""

        def changed(_module: nn.Module, _inputs: tuple, output: object) -> object:
            if isinstance(output, Tensor):
                return self._split(hook, output, heads)
            return (self._split(hook, output[0], heads), *output[1:])

        self._handles.append(module.register_forward_hook(changed))

    def _entered(self, module: nn.Module, hook: str, heads: int | None = None) -> None:
        """The module's only input."""
        self._handles.append(module.register_forward_pre_hook(lambda _module, inputs: (self._split(hook, inputs[0], heads),)))

    def _split(self, hook: str, tensor: Tensor, heads: int | None) -> Tensor:
        return self._visit(hook, tensor.unflatten(-1, (heads, -1))).flatten(-2) if heads else self._visit(hook, tensor)

    def _gpt2(self, model: nn.Module) -> None:
        n_heads = model.config.n_head
        self._left(model.transformer.wte, "hook_embed")
        for index, layer in enumerate(model.transformer.h):
            at = f"blocks.{index}"
            self._left(layer.ln_1, f"{at}.ln1.hook_normalized")

            def projected(_module: nn.Module, _inputs: tuple, output: Tensor, at: str = at) -> Tensor:
                parts = zip("qkv", output.chunk(3, dim=-1), strict=True)
                return torch.cat([self._split(f"{at}.attn.hook_{name}", part, n_heads) for name, part in parts], dim=-1)

            self._handles.append(layer.attn.c_attn.register_forward_hook(projected))
            self._attentions.append(f"{at}.attn")
            self._entered(layer.attn.c_proj, f"{at}.attn.hook_z", n_heads)
            self._left(layer.attn.c_proj, f"{at}.hook_attn_out")
            self._left(layer.mlp.c_fc, f"{at}.mlp.hook_pre")
            self._entered(layer.mlp.c_proj, f"{at}.mlp.hook_post")
            self._left(layer.mlp.c_proj, f"{at}.hook_mlp_out")
            self._left(layer, f"{at}.hook_resid_post")
        self._left(model.transformer.ln_f, "ln_final.hook_normalized")

    def _llama(self, model: nn.Module) -> None:
        heads, kv_heads = model.config.num_attention_heads, model.config.num_key_value_heads
        self._left(model.model.embed_tokens, "hook_embed")
        for index, layer in enumerate(model.model.layers):
            at = f"blocks.{index}"
            self._left(layer.input_layernorm, f"{at}.ln1.hook_normalized")
            for name, linear, n in (("q", "q_proj", heads), ("k", "k_proj", kv_heads), ("v", "v_proj", kv_heads)):
                self._left(getattr(layer.self_attn, linear), f"{at}.attn.hook_{name}", n)
            self._attentions.append(f"{at}.attn")
            self._entered(layer.self_attn.o_proj, f"{at}.attn.hook_z", heads)
            self._left(layer.self_attn.o_proj, f"{at}.hook_attn_out")
            self._left(layer.mlp.gate_proj, f"{at}.mlp.hook_pre")
            self._left(layer.mlp.up_proj, f"{at}.mlp.hook_pre_linear")
            self._entered(layer.mlp.down_proj, f"{at}.mlp.hook_post")
            self._left(layer.mlp.down_proj, f"{at}.hook_mlp_out")
            self._left(layer, f"{at}.hook_resid_post")
        self._left(model.model.norm, "ln_final.hook_normalized")

    def _bert(self, model: nn.Module) -> None:
        n_heads = model.config.num_attention_heads
        self._left(model.bert.embeddings.word_embeddings, "hook_embed")
        for index, layer in enumerate(model.bert.encoder.layer):
            at, attention = f"blocks.{index}", layer.attention
            for name in ("query", "key", "value"):
                self._left(getattr(attention.self, name), f"{at}.attn.hook_{name[0]}", n_heads)
            self._attentions.append(f"{at}.attn")
            self._entered(attention.output.dense, f"{at}.attn.hook_z", n_heads)
            self._left(attention.output.dense, f"{at}.hook_attn_out")
            self._left(attention.output.LayerNorm, f"{at}.hook_resid_mid")
            self._left(layer.intermediate.dense, f"{at}.mlp.hook_pre")
            self._entered(layer.output.dense, f"{at}.mlp.hook_post")
            self._left(layer.output.dense, f"{at}.hook_mlp_out")
            self._left(layer.output.LayerNorm, f"{at}.hook_resid_post")

    def _t5(self, model: nn.Module) -> None:
        for side in ("encoder", "decoder"):
            for index, block in enumerate(getattr(model, side).block):
                self._t5_block(f"{side}.{index}", block, model.config.num_heads)
            self._left(getattr(model, side).final_layer_norm, f"{side}.ln_final.hook_normalized")

    def _t5_block(self, at: str, block: nn.Module, n_heads: int) -> None:
        *attentions, mlp = block.layer
        places = iter((("attn", "hook_attn_out", "hook_resid_mid"), ("cross_attn", "hook_cross_attn_out", "hook_resid_mid_cross")))
        for layer, (name, out, residual) in zip(attentions, places, strict=False):
            attention = layer.SelfAttention if name == "attn" else layer.EncDecAttention
            for part in "qkv":
                self._left(getattr(attention, part), f"{at}.{name}.hook_{part}", n_heads)
            self._attentions.append(f"{at}.{name}")
            self._entered(attention.o, f"{at}.{name}.hook_z", n_heads)
            self._left(attention.o, f"{at}.{out}")
            self._left(layer, f"{at}.{residual}")
        self._entered(mlp.DenseReluDense.wo, f"{at}.mlp.hook_post")
        self._left(mlp.DenseReluDense, f"{at}.hook_mlp_out")
        self._left(mlp, f"{at}.hook_resid_post")


def indices(tensor: Tensor, axes: list[str], at: dict[str, int | list[int]]) -> Iterator[Tensor]:
    """For each axis of `at`, which of its elements are meant; an index beyond the tensor means none."""
    for axis, chosen in at.items():
        dim = axes.index(axis)
        chosen = torch.tensor([chosen] if isinstance(chosen, int) else chosen)
        yield torch.isin(torch.arange(tensor.shape[dim]), chosen).view([-1 if d == dim else 1 for d in range(len(axes))])


def edited(tensor: Tensor, hook: str, intervention: dict, patch: Tensor | None) -> Tensor:
    """What an intervention makes of the hook's tensor. `patch` holds the first positions of a text that may have grown since."""
    chosen = torch.ones_like(tensor, dtype=torch.bool)
    for part in indices(tensor, axes_of(hook), intervention.get("at", {})):
        chosen = chosen & part
    if patch is not None:
        new = tensor.clone()
        region = tuple(slice(0, min(a, b)) for a, b in zip(tensor.shape, patch.shape, strict=True))
        new[region] = patch[region]
    elif "set" in intervention:
        new = torch.full_like(tensor, intervention["set"])
    elif "scale" in intervention:
        new = tensor * intervention["scale"]
    else:
        new = tensor + intervention["add"]
    return torch.where(chosen, new, tensor)
