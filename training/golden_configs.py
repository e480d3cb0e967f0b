"""Writes how `transformers` reads config.json: for each class, files that leave fields out, use other names, contradict themselves or say null.

    python training/golden_configs.py --out tests/goldens

`configs.json` is a list of cases: `config` is a file's content, `reads` what the class ends with (absent where it refuses the file). The names in `reads`:
`layers` and `decoder_layers`, `d_model`, `d_embed` (the embedding's width), `heads`, `kv_heads`, `d_head`, `d_mlp`, `gated`, `activation` (as the engine
calls it), `eps`, `vocab`, `positions`, `first_position`, `token_types`, `scales` (of the scores, of the first two layers), `tied`, `scaled_head`, `buckets`,
`bias` and `mlp_bias`, `frequencies` (of rotary positions), `eos`, `pad`, `start`. What is null does not exist or is not needed.
"""

import argparse
import json
from pathlib import Path

import torch
import transformers
from transformers import PreTrainedConfig
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding

ACTIVATIONS = {"relu": "relu", "gelu": "gelu_erf", "gelu_new": "gelu_tanh", "silu": "silu", "tanh": "tanh"}
CLASSES = {
    "bert": ("BertConfig", "BertForMaskedLM"),
    "roberta": ("RobertaConfig", "RobertaForMaskedLM"),
    "albert": ("AlbertConfig", "AlbertForMaskedLM"),
    "electra": ("ElectraConfig", "ElectraForMaskedLM"),
    "t5": ("T5Config", "T5ForConditionalGeneration"),
    "mt5": ("MT5Config", "MT5ForConditionalGeneration"),
    "gpt2": ("GPT2Config", "GPT2LMHeadModel"),
    "llama": ("LlamaConfig", "LlamaForCausalLM"),
}
SMALL = {"vocab_size": 61, "hidden_size": 24, "num_attention_heads": 2, "intermediate_size": 37, "num_hidden_layers": 2}
ENCODERS = [
    {},
    SMALL,
    SMALL | {"hidden_act": "relu", "layer_norm_eps": 1e-5, "max_position_embeddings": 40, "type_vocab_size": 3},
    SMALL | {"embedding_size": 8},
    SMALL | {"pad_token_id": -1, "eos_token_id": -1, "bos_token_id": None},
    SMALL | {"tie_word_embeddings": False},
    SMALL | {"tie_word_embeddings": None},
    SMALL | {"hidden_act": None},
    SMALL | {"hidden_size": None},
    SMALL | {"num_attention_heads": 2.0},
    SMALL | {"layer_norm_eps": "1e-5"},
]
LINEAR = {"type": "linear", "factor": 2.0}
LLAMA3 = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0}
OWN = {"vocab_size": 61, "d_model": 24, "d_kv": 7, "d_ff": 37, "num_layers": 3, "num_heads": 3}
GPT2 = {"vocab_size": 61, "n_embd": 24, "n_head": 2, "n_layer": 2, "n_positions": 40}
CASES = {
    "bert": ENCODERS,
    "roberta": [*ENCODERS, SMALL | {"pad_token_id": 0}, SMALL | {"pad_token_id": 5}, SMALL | {"pad_token_id": 61}],
    "albert": [*ENCODERS, SMALL | {"num_hidden_groups": 2}, SMALL | {"num_hidden_groups": None}, SMALL | {"is_decoder": None}],
    "electra": [*ENCODERS, SMALL | {"embedding_size": None}],
    "t5": [
        {},
        OWN,
        {"hidden_size": 24, "num_attention_heads": 3, "num_hidden_layers": 2, "head_dim": 7, "vocab_size": 61},
        OWN | {"hidden_size": 20, "num_attention_heads": 2, "num_hidden_layers": 2, "head_dim": 5},
        OWN | {"num_decoder_layers": 2, "num_hidden_layers": 4},
        OWN | {"num_decoder_layers": None},
        *(OWN | {"feed_forward_proj": word} for word in ("gated-gelu", "gated-silu", "gelu", "a-relu", "gated-a-relu", None)),
        OWN | {"feed_forward_proj": "gated-gelu", "dense_act_fn": "gelu"},
        OWN | {"dense_act_fn": "silu"},
        OWN | {"is_gated_act": True},
        OWN | {"feed_forward_proj": "gated-gelu", "is_gated_act": None},
        OWN | {"tie_word_embeddings": False},
        OWN | {"tie_word_embeddings": False, "scale_decoder_outputs": True},
        OWN | {"tie_word_embeddings": None},
        OWN | {"scale_decoder_outputs": False},
        OWN | {"scale_decoder_outputs": None},
        OWN | {"bos_token_id": 5},
        OWN | {"bos_token_id": 5, "decoder_start_token_id": 4},
        OWN | {"bos_token_id": 5, "decoder_start_token_id": None},
        OWN | {"eos_token_id": None, "pad_token_id": None, "decoder_start_token_id": 0},
        OWN | {"eos_token_id": [1, 3], "pad_token_id": -1, "decoder_start_token_id": 0},
        OWN | {"layer_norm_epsilon": 1e-5, "relative_attention_num_buckets": 8, "relative_attention_max_distance": 20},
        OWN | {"d_ff": None},
    ],
    "mt5": [
        {},
        OWN,
        OWN | {"num_hidden_layers": 2},
        OWN | {"tie_word_embeddings": False},
        OWN | {"scale_decoder_outputs": True},
        OWN | {"bos_token_id": 5},
        OWN | {"bos_token_id": 5, "decoder_start_token_id": None},
    ],
    "gpt2": [
        {},
        GPT2,
        {"vocab_size": 61, "hidden_size": 24, "num_attention_heads": 4, "num_hidden_layers": 3, "max_position_embeddings": 40},
        GPT2 | {"hidden_size": 20, "num_attention_heads": 4, "num_hidden_layers": 3, "max_position_embeddings": 30},
        GPT2 | {"n_inner": None},
        GPT2 | {"n_inner": 37},
        GPT2 | {"intermediate_size": 37},
        GPT2 | {"scale_attn_weights": False},
        GPT2 | {"scale_attn_by_inverse_layer_idx": True, "reorder_and_upcast_attn": True},
        GPT2 | {"tie_word_embeddings": False, "activation_function": "relu", "layer_norm_epsilon": 1e-6},
        GPT2 | {"pad_token_id": -1, "bos_token_id": -1, "eos_token_id": -1},
        GPT2 | {"pad_token_id": 3, "eos_token_id": [4, 5]},
        GPT2 | {"n_head": None},
        GPT2 | {"num_attention_heads": None},
        GPT2 | {"num_attention_heads": "2"},
        GPT2 | {"n_head": 5},
        GPT2 | {"scale_attn_weights": None},
    ],
    "llama": [
        {},
        SMALL,
        SMALL | {"num_key_value_heads": None, "head_dim": None},
        SMALL | {"num_key_value_heads": 1, "head_dim": 8},
        SMALL | {"tie_word_embeddings": True, "pretraining_tp": 4, "hidden_act": "gelu", "rms_norm_eps": 1e-5},
        SMALL | {"tie_word_embeddings": None},
        SMALL | {"attention_bias": True},
        SMALL | {"mlp_bias": True},
        SMALL | {"pad_token_id": -1, "eos_token_id": [2, -1]},
        SMALL | {"rope_theta": 500.0},
        SMALL | {"rope_scaling": None, "rope_parameters": None},
        SMALL | {"rope_scaling": LINEAR, "rope_theta": 500.0},
        SMALL | {"rope_scaling": LINEAR | {"rope_theta": 300.0}, "rope_theta": 500.0, "rope_parameters": {"rope_type": "default", "rope_theta": 700.0}},
        SMALL | {"rope_scaling": {}, "rope_parameters": {"rope_theta": 700.0}, "rope_theta": 500.0},
        SMALL | {"rope_parameters": {"rope_theta": 700.0, "rope_type": "linear", "type": "llama3", "factor": 3}},
        SMALL | {"rope_scaling": {"factor": 8.0}},
        SMALL | {"rope_scaling": {"type": "dynamic", "factor": 8.0}},
        SMALL | {"rope_scaling": LLAMA3, "max_position_embeddings": 64},
        SMALL | {"rope_scaling": LLAMA3 | {"original_max_position_embeddings": 16}, "max_position_embeddings": 64},
        SMALL
        | {"rope_scaling": LLAMA3 | {"original_max_position_embeddings": 16}, "original_max_position_embeddings": 32, "max_position_embeddings": 64},
        SMALL | {"rope_scaling": {"type": "linear"}},
        SMALL | {"rope_scaling": {"type": "dynamic"}},
        SMALL | {"rope_theta": None},
        SMALL | {"hidden_size": 25},
        SMALL | {"head_dim": 7},
    ],
}


def ids(value: int | list[int] | None) -> list[int]:
    """One id or several; those below 0 stand for none."""
    listed = value if isinstance(value, list) else [value]
    return [id for id in listed if id is not None and id >= 0]


def encoder(c: PreTrainedConfig) -> dict:
    is_roberta = c.model_type == "roberta"
    return {
        "layers": c.num_hidden_layers,
        "d_model": c.hidden_size,
        "d_embed": c.embedding_size if c.model_type in ("albert", "electra") else c.hidden_size,
        "heads": c.num_attention_heads,
        "kv_heads": c.num_attention_heads,
        "d_head": c.hidden_size // c.num_attention_heads,
        "d_mlp": c.intermediate_size,
        "activation": ACTIVATIONS[c.hidden_act],
        "eps": c.layer_norm_eps,
        "positions": c.max_position_embeddings,
        "first_position": c.pad_token_id + 1 if is_roberta else 0,
        "token_types": c.type_vocab_size,
        "scales": [(c.hidden_size // c.num_attention_heads) ** -0.5] * 2,
        "tied": c.tie_word_embeddings,
    }


def t5(c: PreTrainedConfig) -> dict:
    start = getattr(c, "decoder_start_token_id", None)
    return {
        "layers": c.num_layers,
        "decoder_layers": c.num_decoder_layers,
        "d_model": c.d_model,
        "d_embed": c.d_model,
        "heads": c.num_heads,
        "kv_heads": c.num_heads,
        "d_head": c.d_kv,
        "d_mlp": c.d_ff,
        "gated": bool(c.is_gated_act),
        "activation": ACTIVATIONS[c.dense_act_fn],
        "eps": c.layer_norm_epsilon,
        "scales": [1.0, 1.0],
        "scaled_head": c.model_type == "t5" and c.scale_decoder_outputs,
        "buckets": c.relative_attention_num_buckets,
        "eos": ids(c.eos_token_id),
        "start": start if start is not None else getattr(c, "bos_token_id", None),
    }


def gpt2(c: PreTrainedConfig) -> dict:
    with torch.device("meta"):
        blocks = transformers.GPT2Model(c).h
    return {
        "layers": c.n_layer,
        "d_model": c.n_embd,
        "d_embed": c.n_embd,
        "heads": c.n_head,
        "kv_heads": c.n_head,
        "d_head": c.n_embd // c.n_head,
        "d_mlp": blocks[0].mlp.c_fc.nf,
        "activation": ACTIVATIONS[c.activation_function],
        "eps": c.layer_norm_epsilon,
        "positions": c.n_positions,
        "scales": [block.attn.scaling for block in blocks[:2]],
        "tied": c.tie_word_embeddings,
        "eos": ids(c.eos_token_id),
    }


def llama(c: PreTrainedConfig) -> dict:
    return {
        "layers": c.num_hidden_layers,
        "d_model": c.hidden_size,
        "d_embed": c.hidden_size,
        "heads": c.num_attention_heads,
        "kv_heads": c.num_key_value_heads,
        "d_head": c.head_dim,
        "d_mlp": c.intermediate_size,
        "gated": True,
        "activation": ACTIVATIONS[c.hidden_act],
        "eps": c.rms_norm_eps,
        "positions": c.max_position_embeddings,
        "scales": [c.head_dim**-0.5] * 2,
        "tied": c.tie_word_embeddings,
        "bias": c.attention_bias,
        "mlp_bias": c.mlp_bias,
        "frequencies": LlamaRotaryEmbedding(c).inv_freq.tolist(),
        "eos": ids(c.eos_token_id),
    }


READERS = {"t5": t5, "mt5": t5, "gpt2": gpt2, "llama": llama}


def read(model_type: str, fields: dict) -> dict:
    """What the class ends with; raises where it, or the model, refuses the file."""
    config_class, model_class = CLASSES[model_type]
    config = getattr(transformers, config_class).from_dict(json.loads(json.dumps(fields)))
    with torch.device("meta"):
        getattr(transformers, model_class)(config)
    pad = config.pad_token_id
    common = {"vocab": config.vocab_size, "pad": pad if pad is not None and pad >= 0 else None}
    return READERS.get(model_type, encoder)(config) | common


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    cases = []
    for model_type, files in CASES.items():
        for fields in files:
            case = {"config": {"model_type": model_type, "architectures": [CLASSES[model_type][1]]} | fields}
            try:
                case["reads"] = read(model_type, fields)
            except Exception as fault:  # noqa: BLE001: whatever the reference raises is its refusal
                print(case["config"], "is refused:", repr(fault)[:160])
            cases.append(case)
    (args.out / "configs.json").write_text("[\n" + ",\n".join(f"  {json.dumps(case)}" for case in cases) + "\n]\n")


if __name__ == "__main__":
    main()
