"""Tiny random checkpoints as Hugging Face publishes them, with weights large enough that every part of the model shows in its numbers."""

import json
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import PreTrainedModel
from transformers.pytorch_utils import Conv1D

QUERY_KEY_GAIN = 1.5  # × 1/√fan_in: scores with a deviation of about 2, far from uniform attention
WORD, POSITION_AND_SEGMENT = 0.8, 0.5  # deviation of embedding rows
WORD_TIED = 0.2  # in a decoder with one matrix for both ends, which would otherwise repeat its input for ever


@torch.no_grad()
def randomize(model: PreTrainedModel) -> None:
    """Norms around 1 with a bias, all biases away from 0, the padding rows of embeddings too."""
    filled = set()
    word = WORD_TIED if model.can_generate() and model.config.tie_word_embeddings else WORD
    for path, module in model.named_modules():
        for name, parameter in module.named_parameters(recurse=False):
            if id(parameter) in filled:
                continue
            filled.add(id(parameter))
            if "norm" in type(module).__name__.lower():
                parameter.uniform_(0.5, 1.5) if name == "weight" else parameter.uniform_(-0.5, 0.5)
            elif isinstance(module, nn.Embedding):
                parameter.normal_(0, POSITION_AND_SEGMENT if "position" in path or "token_type" in path or "wpe" in path else word)
            elif name == "weight":
                fan_in = parameter.shape[0] if isinstance(module, Conv1D) else parameter.shape[1]
                parameter.normal_(0, fan_in**-0.5)
                if path.endswith(("query", "key", "q_proj", "k_proj")):
                    parameter.mul_(QUERY_KEY_GAIN)
                elif path.endswith("c_attn"):
                    parameter[:, : 2 * parameter.shape[0]].mul_(QUERY_KEY_GAIN)
            else:
                parameter.normal_(0, 0.3)


def write(model: PreTrainedModel, dtype: torch.dtype, folder: Path) -> None:
    """config.json and model.safetensors, nothing else."""
    model.to(dtype).save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)


def rewrite_tensors(folder: Path, change: Callable[[dict[str, Tensor]], dict[str, Tensor]], target: Path | None = None) -> None:
    """The checkpoint of `folder` with other names or more tensors, in place or in another folder."""
    tensors = {name: tensor.contiguous() for name, tensor in change(load_file(folder / "model.safetensors")).items()}
    save_file(tensors, (target or folder) / "model.safetensors", {"format": "pt"})


def rewrite_config(folder: Path, drop: set[str], add: dict, target: Path | None = None) -> None:
    """The config.json of `folder` without some keys and with others, in place or in another folder."""
    config = json.loads((folder / "config.json").read_text())
    config = {key: value for key, value in config.items() if key not in drop} | add
    ((target or folder) / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


def bert_of_2018(folder: Path) -> None:
    """bert-base-uncased's file: gamma and beta, and the heads that BertForMaskedLM has no use for."""

    def change(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
        d_model, dtype = tensors["cls.predictions.transform.dense.bias"].shape[0], tensors["cls.predictions.bias"].dtype
        unused = {"bert.pooler.dense.weight": (d_model, d_model), "bert.pooler.dense.bias": (d_model,)}
        unused |= {"cls.seq_relationship.weight": (2, d_model), "cls.seq_relationship.bias": (2,)}
        old = {"LayerNorm.weight": "LayerNorm.gamma", "LayerNorm.bias": "LayerNorm.beta"}
        renamed = {}
        for name, tensor in tensors.items():
            ending = next((ending for ending in old if name.endswith(ending)), "")
            renamed[name.removesuffix(ending) + old.get(ending, "")] = tensor
        return renamed | {name: torch.randn(shape).to(dtype) for name, shape in unused.items()}

    rewrite_tensors(folder, change)
    newer = {"dtype", "tie_word_embeddings", "add_cross_attention", "is_decoder", "classifier_dropout", "use_cache", "bos_token_id", "eos_token_id"}
    rewrite_config(folder, newer, {})


def with_position_ids(folder: Path) -> None:
    """all-MiniLM's file: a BertModel with the buffer of int64 that older versions of transformers saved."""
    n_positions = json.loads((folder / "config.json").read_text())["max_position_embeddings"]
    rewrite_tensors(folder, lambda tensors: tensors | {"embeddings.position_ids": torch.arange(n_positions)[None]})


def gpt2_without_prefix(folder: Path) -> None:
    """The published gpt2's file beside ours, in `gpt2-no-prefix`: names start with `h.0.`, and each layer keeps its causal mask."""
    target = folder.with_name(f"{folder.name}-no-prefix")
    target.mkdir(parents=True, exist_ok=True)
    config = json.loads((folder / "config.json").read_text())
    triangle = torch.ones(config["n_positions"], config["n_positions"]).tril()[None, None]

    def change(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
        masks = {f"h.{layer}.attn.bias": triangle.clone() for layer in range(config["n_layer"])}
        return {name.removeprefix("transformer."): tensor for name, tensor in tensors.items()} | masks

    rewrite_tensors(folder, change, target)
    newer = {"add_cross_attention", "dtype", "pad_token_id", "reorder_and_upcast_attn", "scale_attn_by_inverse_layer_idx"}
    newer |= {"scale_attn_weights", "tie_word_embeddings", "use_cache"}
    rewrite_config(folder, newer, {"n_ctx": config["n_positions"]}, target)


def llama_of_2023(folder: Path) -> None:
    """LLaMA 1's config.json: no word of RoPE, of key/value heads or of d_head; all have their defaults."""
    newer = {"rope_parameters", "head_dim", "num_key_value_heads", "attention_bias", "attention_dropout", "mlp_bias", "dtype", "pretraining_tp"}
    rewrite_config(folder, newer, {"torch_dtype": "float16"})


def llama_of_2024(folder: Path) -> None:
    """LLaMA 3's published config.json: `rope_theta` beside `rope_scaling`. `config-transformers5.json` says the same as `rope_parameters`."""
    newest = (folder / "config.json").read_text()
    (folder / "config-transformers5.json").write_text(newest)
    rope = dict(json.loads(newest)["rope_parameters"])
    rewrite_config(folder, {"rope_parameters", "dtype"}, {"rope_theta": rope.pop("rope_theta"), "rope_scaling": rope, "torch_dtype": "bfloat16"})
