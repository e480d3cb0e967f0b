"""Writes the T5 goldens: two tiny random checkpoints, and every hook that `transformers` computes on them.

    python training/golden.py --out tests/goldens

`models/<name>/` is a checkpoint as Hugging Face publishes them; `<name>.safetensors` holds, for each case, the inputs
`caseN/input.{ids,attention_mask,decoder_ids}`, every hook under its name (`caseN/encoder.0.attn.hook_q`), `caseN/logits` and
`caseN/greedy`, all as f32 with the batch axis first. Values come from hooks on the reference's own modules; where the reference keeps
no tensor of its own (the scores), they are recomputed from its tensors and held against its pattern.

What sets the two apart: T5 v1.0 has ReLU, one embedding for both ends and logits scaled by d_model^-0.5; v1.1 has a gated GELU (tanh form)
and an output matrix of its own without that factor. `tie_word_embeddings: false` means no factor, also where a checkpoint stores no
`lm_head.weight`; `scale_decoder_outputs`, which transformers 5 writes, wins over it.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from transformers import T5Config, T5ForConditionalGeneration

from reference.recorder import N_GREEDY, Recorder, masked_scores, save_cases

SHARED_CONFIG = {
    "architectures": ["T5ForConditionalGeneration"],
    "model_type": "t5",
    "vocab_size": 61,
    "d_model": 24,
    "d_kv": 7,
    "d_ff": 37,
    "num_heads": 3,
    "num_layers": 2,
    "num_decoder_layers": 3,
    "relative_attention_num_buckets": 8,
    "relative_attention_max_distance": 20,
    "layer_norm_epsilon": 1e-6,
    "dropout_rate": 0.1,
    "is_encoder_decoder": True,
    "decoder_start_token_id": 0,
    "pad_token_id": 0,
    "eos_token_id": 1,
}
VARIANTS = {
    "t5-v1_0": ("t5-v1_0-relu", {"feed_forward_proj": "relu"}, torch.float32, 12),
    "t5-v1_1": ("t5-v1_1-gated", {"feed_forward_proj": "gated-gelu", "tie_word_embeddings": False}, torch.bfloat16, 9),
}  # folder → golden file, config, stored dtype, seed
CASES = [(13, 4, 5), (1, 0, 1), (33, 0, 17)]  # source length, padded positions at its end, decoder length


def random_checkpoint(config: dict, dtype: torch.dtype, folder: Path) -> None:
    """Writes config.json and model.safetensors with weights large enough that attention is far from uniform."""
    model = T5ForConditionalGeneration(T5Config(**config))
    is_tied = config.get("tie_word_embeddings", True)
    if not is_tied:
        model.lm_head.weight = nn.Parameter(torch.empty_like(model.shared.weight))
    tensors = {}
    for name, parameter in model.named_parameters():
        if "layer_norm" in name:
            tensors[name] = torch.empty_like(parameter).uniform_(0.5, 1.5)
        elif "relative_attention_bias" in name:
            tensors[name] = torch.randn_like(parameter) * 1.5
        elif name in ("shared.weight", "lm_head.weight"):
            tensors[name] = torch.randn_like(parameter)
        elif name.endswith((".q.weight", ".k.weight")):
            tensors[name] = torch.randn_like(parameter) * 0.25
        else:
            tensors[name] = torch.randn_like(parameter) * 0.6
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    save_file({name: tensor.detach().to(dtype).contiguous() for name, tensor in tensors.items()}, folder / "model.safetensors", {"format": "pt"})


def attention_hooks(recorder: Recorder, attention: nn.Module, n_heads: int, allowed: Tensor) -> Iterator[tuple[str, Tensor]]:
    """q, k, v, z [batch pos head d_head]; scores and pattern [batch head query_pos key_pos]. `allowed` broadcasts to the scores."""
    q, k, v = (recorder.left(linear).unflatten(-1, (n_heads, -1)) for linear in (attention.q, attention.k, attention.v))
    _, position_bias, pattern = recorder.outputs(attention)
    unmasked = torch.einsum("bqhd,bkhd->bhqk", q, k) + position_bias
    scores = masked_scores(unmasked, allowed, pattern)
    yield from [("hook_q", q), ("hook_k", k), ("hook_v", v), ("hook_attn_scores_unmasked", unmasked), ("hook_attn_scores", scores)]
    yield from [("hook_pattern", pattern), ("hook_z", recorder.entered(attention.o).unflatten(-1, (n_heads, -1)))]


def mlp_hooks(recorder: Recorder, mlp: nn.Module) -> Iterator[tuple[str, Tensor]]:
    """[batch pos d_mlp] before the activation, the gate's linear partner, and what enters the last matrix."""
    is_gated = hasattr(mlp, "wi_0")
    yield "hook_pre", recorder.left(mlp.wi_0 if is_gated else mlp.wi)
    if is_gated:
        yield "hook_pre_linear", recorder.left(mlp.wi_1)
    yield "hook_post", recorder.entered(mlp.wo)


def stack_hooks(recorder: Recorder, stack: nn.Module, n_heads: int, self_allowed: Tensor, cross_allowed: Tensor) -> Iterator[tuple[str, Tensor]]:
    """Every hook of the encoder or the decoder, in the graph's order."""
    yield "hook_embed", recorder.left(stack.embed_tokens)
    residual = recorder.left(stack.embed_tokens)
    for index, block in enumerate(stack.block):

        def under(path: str, hooks: Iterator[tuple[str, Tensor]], prefix: str = f"{index}.") -> Iterator[tuple[str, Tensor]]:
            return ((f"{prefix}{path}.{name}", tensor) for name, tensor in hooks)

        yield f"{index}.hook_resid_pre", residual
        layer = block.layer[0]
        yield f"{index}.ln1.hook_normalized", recorder.left(layer.layer_norm)
        yield from under("attn", attention_hooks(recorder, layer.SelfAttention, n_heads, self_allowed))
        yield f"{index}.hook_attn_out", recorder.left(layer.SelfAttention)
        yield f"{index}.hook_resid_mid", recorder.left(layer)
        if len(block.layer) == 3:
            layer = block.layer[1]
            yield f"{index}.ln2.hook_normalized", recorder.left(layer.layer_norm)
            yield from under("cross_attn", attention_hooks(recorder, layer.EncDecAttention, n_heads, cross_allowed))
            yield f"{index}.hook_cross_attn_out", recorder.left(layer.EncDecAttention)
            yield f"{index}.hook_resid_mid_cross", recorder.left(layer)
        layer = block.layer[-1]
        yield f"{index}.ln{len(block.layer)}.hook_normalized", recorder.left(layer.layer_norm)
        yield from under("mlp", mlp_hooks(recorder, layer.DenseReluDense))
        yield f"{index}.hook_mlp_out", recorder.left(layer.DenseReluDense)
        residual = recorder.left(layer)
        yield f"{index}.hook_resid_post", residual
    yield "ln_final.hook_normalized", recorder.left(stack.final_layer_norm)


@torch.no_grad()
def every_hook(model: T5ForConditionalGeneration, ids: Tensor, mask: Tensor, decoder_ids: Tensor) -> dict[str, Tensor]:
    """Hooks of both stacks, and logits."""
    recorder = Recorder()
    inputs = {"input_ids": ids, "attention_mask": mask, "decoder_input_ids": decoder_ids}
    logits = recorder.run(model, **inputs, use_cache=False, output_attentions=True).logits
    padding = mask.bool()[:, None, None, :]  # batch 1 1 key_pos
    causal = torch.ones(decoder_ids.shape[1], decoder_ids.shape[1]).tril().bool()[None, None]  # 1 1 query_pos key_pos
    tensors = {}
    for side, allowed in (("encoder", padding), ("decoder", causal)):
        hooks = stack_hooks(recorder, getattr(model, side), model.config.num_heads, allowed, padding)
        tensors |= {f"{side}.{name}": tensor for name, tensor in hooks}
    return tensors | {"logits": logits}


@torch.no_grad()
def case_tensors(model: T5ForConditionalGeneration, n_source: int, n_padded: int, n_target: int) -> dict[str, Tensor]:
    """Inputs, hooks, logits and greedy tokens of one random case."""
    ids = torch.randint(2, model.config.vocab_size, (1, n_source))
    mask = torch.ones_like(ids)
    if n_padded:
        ids[:, -n_padded:] = 0
        mask[:, -n_padded:] = 0
    decoder_ids = torch.randint(2, model.config.vocab_size, (1, n_target))
    decoder_ids[:, 0] = model.config.decoder_start_token_id
    tensors = {"input.ids": ids, "input.attention_mask": mask, "input.decoder_ids": decoder_ids} | every_hook(model, ids, mask, decoder_ids)
    top = tensors["logits"].topk(2).values
    assert (top[..., 0] - top[..., 1]).min() > 1e-3, "two logits are too close to call; choose another seed"
    # transformers 5.23 sizes its cache by the encoder's layers and fails where the decoder has more, hence no cache.
    greedy = model.generate(input_ids=ids, attention_mask=mask, max_new_tokens=N_GREEDY, do_sample=False, num_beams=1, use_cache=False)
    assert greedy.shape[1] == N_GREEDY + 1, "an early end; choose another seed"
    return tensors | {"greedy": greedy[:, 1:]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    for folder, (golden, config, dtype, seed) in VARIANTS.items():
        torch.manual_seed(seed)
        path = args.out / "models" / folder
        random_checkpoint(SHARED_CONFIG | config, dtype, path)
        model = T5ForConditionalGeneration.from_pretrained(path, dtype=torch.float32, attn_implementation="eager").eval()
        assert (model.lm_head.weight is model.shared.weight) == config.get("tie_word_embeddings", True)
        tensors = save_cases([case_tensors(model, *case) for case in CASES], args.out / f"{golden}.safetensors")
        print(golden, len(tensors), "tensors", [tensors[f"case{i}/greedy"].int().tolist() for i in range(len(CASES))])


if __name__ == "__main__":
    main()
