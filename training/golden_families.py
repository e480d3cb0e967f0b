"""Writes the goldens of all architectures but T5: tiny random checkpoints, and every hook that `transformers` computes on them.

    python training/golden_families.py --out tests/goldens [--only NAME]

`models/<name>/` is a checkpoint as Hugging Face publishes them (stored as f32, f16 or bf16, run in f32); `<name>.safetensors` holds for each case
`caseN/input.ids`, `caseN/input.attention_mask`, `caseN/input.token_type_ids` (where the model has segments), every hook under its name
(`caseN/blocks.0.attn.hook_q`) and `caseN/logits`, as f32 with the batch axis first. Decoder-only models add `caseN/greedy`, twelve new ids, to the
cases without padding that leave room for them.

Cases: padded at the end; one token; a middle length (two segments); the full length of the position table. RoBERTa has two more, with padding ids
inside: masked, and unmasked as when nobody gives a mask. Decoder-only models are padded at the end as well, so no row is fully masked.

What each name stands for, where more than one reading is possible:

- `hook_embed`, `hook_pos_embed`, `hook_token_type_embed`: rows as they come from the tables, before they are summed; in ALBERT and the ELECTRA
  generator embedding_size wide. Their sum after LayerNorm, and after the projection to d_model where there is one, is `blocks.0.hook_resid_pre`.
  RoBERTa has one segment, so no `input.token_type_ids`, but its row is part of the sum and hence a hook. LLaMA has `hook_embed` only.
- Post-LN (BERT, RoBERTa, ALBERT, ELECTRA): `hook_attn_out` and `hook_mlp_out` are the matrices' outputs before the residual is added;
  `hook_resid_mid` is what enters the MLP, after the sum and ln1, and equals `ln1.hook_normalized`; `hook_resid_post` is what leaves the block,
  after ln2, and equals `ln2.hook_normalized`. TransformerLens differs: its BertBlock takes both residual hooks before the norm.
- `ln*.hook_normalized` is after scale and bias, as in TransformerLens.
- `attn.hook_q`, `hook_k`, `hook_v` are before RoPE with their biases; k and v have kv_heads heads and are not repeated. GPT-2's one matrix is split.
- `attn.hook_attn_scores_unmasked` is q·k / √d_head (of the rotated q and k), `hook_attn_scores` has exactly -1.0e30 where the mask forbids.
- `mlp.hook_pre`, `mlp.hook_post`: before and after the activation; in LLaMA the gate before it and the product that enters the last matrix, with the
  other factor in `mlp.hook_pre_linear`.
- ALBERT's blocks count passes: `blocks.{layer × inner_group_num + inner}`.
- `logits` is [batch pos d_vocab], for sequence classification [batch label], for the ELECTRA discriminator [batch pos] (before the sigmoid).
  Pre-training heads add `nsp_logits` (BERT) and `sop_logits` (ALBERT), [batch label]. `bert-model` has no logits: its result is the last
  `hook_resid_post`. Poolers and the insides of heads have no hook.

What each checkpoint is for stands beside it in `VARIANTS`. `gpt2-no-prefix` has no golden of its own: it holds gpt2's numbers under the published
names. `llama3/config-transformers5.json` says what its config.json says in the newer words.
"""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import torch
import transformers
from torch import Tensor
from transformers import PreTrainedModel

from reference import checkpoints, hooks
from reference.recorder import N_GREEDY, Recorder, save_cases

ENCODER = {"num_hidden_layers": 2, "intermediate_size": 37, "max_position_embeddings": 40}
LLAMA = {"num_hidden_layers": 2, "intermediate_size": 37}
LLAMA3_ROPE = {"rope_type": "llama3", "rope_theta": 500000.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0}
F32, F16, BF16 = torch.float32, torch.float16, torch.bfloat16


class Variant(NamedTuple):
    """A checkpoint; `published` rewrites what transformers 5 saved into a form found in the wild."""

    architecture: str
    config: dict
    dtype: torch.dtype
    seed: int
    published: Callable[[Path], None] | None = None


def sizes(d_model: int, n_heads: int, d_vocab: int, **others: object) -> dict:
    """The sizes of an encoder-only model or of LLaMA."""
    return {"hidden_size": d_model, "num_attention_heads": n_heads, "vocab_size": d_vocab, **others}


VARIANTS = {
    # d_head 9; NSP beside the language model's head
    "bert-pretraining": Variant("BertForPreTraining", ENCODER | sizes(27, 3, 61), F32, 1),
    # gamma and beta, tanh GELU, unused heads in the file
    "bert-mlm": Variant("BertForMaskedLM", ENCODER | sizes(25, 5, 67, hidden_act="gelu_new"), F16, 2, checkpoints.bert_of_2018),
    "bert-classification": Variant("BertForSequenceClassification", ENCODER | sizes(33, 3, 71, num_labels=3), BF16, 3),
    # a bare encoder without the prefix `bert.`, and an int64 buffer in the file
    "bert-model": Variant("BertModel", ENCODER | sizes(26, 2, 73), F16, 4, checkpoints.with_position_ids),
    # positions from 2 on; the head's GELU is fixed and not hidden_act
    "roberta-mlm": Variant(
        "RobertaForMaskedLM",
        ENCODER | sizes(27, 3, 79, hidden_act="relu", max_position_embeddings=42, type_vocab_size=1, pad_token_id=1, layer_norm_eps=1e-5),
        F32,
        5,
    ),
    "roberta-classification": Variant(
        "RobertaForSequenceClassification",
        ENCODER | sizes(28, 4, 61, num_labels=3, max_position_embeddings=42, type_vocab_size=1, pad_token_id=1, layer_norm_eps=1e-5),
        F16,
        6,
    ),
    # two groups of two layers
    "albert-mlm": Variant(
        "AlbertForMaskedLM",
        ENCODER
        | sizes(26, 2, 67, embedding_size=8, num_hidden_layers=4, num_hidden_groups=2, inner_group_num=1, hidden_act="gelu_new")
        | {"max_position_embeddings": 29},
        F32,
        7,
    ),
    # one group of two inner layers, passed twice
    "albert-pretraining": Variant(
        "AlbertForPreTraining",
        ENCODER | sizes(27, 3, 61, embedding_size=9, num_hidden_groups=1, inner_group_num=2, hidden_act="gelu", max_position_embeddings=29),
        BF16,
        8,
    ),
    # an embedding projection; the head's GELU is fixed and not hidden_act
    "electra-mlm": Variant("ElectraForMaskedLM", ENCODER | sizes(27, 3, 71, embedding_size=17, hidden_act="relu"), F32, 9),
    # no embedding projection
    "electra-discriminator": Variant("ElectraForPreTraining", ENCODER | sizes(25, 5, 73, embedding_size=25), F16, 10),
    "gpt2": Variant(
        "GPT2LMHeadModel",
        {"vocab_size": 61, "n_positions": 40, "n_embd": 27, "n_layer": 2, "n_head": 3, "n_inner": 37, "bos_token_id": 60, "eos_token_id": 60},
        F32,
        11,
        checkpoints.gpt2_without_prefix,
    ),
    # multi-head attention, an untied output matrix, a config that says nothing of RoPE
    "llama1": Variant("LlamaForCausalLM", LLAMA | sizes(30, 5, 83, max_position_embeddings=40), F16, 17, checkpoints.llama_of_2023),
    # three query heads for each key/value head; `rope_parameters`
    "llama2-gqa": Variant(
        "LlamaForCausalLM", LLAMA | sizes(36, 6, 89, num_key_value_heads=2, max_position_embeddings=33, rms_norm_eps=1e-5), BF16, 11
    ),
    # heads wider in all than d_model, llama3 scaling, one matrix for both ends; `rope_scaling`
    "llama3": Variant(
        "LlamaForCausalLM",
        LLAMA
        | sizes(36, 9, 97, num_key_value_heads=3, head_dim=6, max_position_embeddings=31, rms_norm_eps=1e-5, tie_word_embeddings=True)
        | {"rope_parameters": LLAMA3_ROPE | {"original_max_position_embeddings": 16}},
        BF16,
        14,
        checkpoints.llama_of_2024,
    ),
    # one key/value head for all, an odd number of heads; an original length at which all three bands of llama3 scaling occur
    "llama3-mqa": Variant(
        "LlamaForCausalLM",
        LLAMA
        | sizes(35, 5, 79, num_key_value_heads=1, head_dim=12, max_position_embeddings=37, rms_norm_eps=1e-5)
        | {"rope_parameters": LLAMA3_ROPE | {"original_max_position_embeddings": 64}},
        F32,
        15,
    ),
}


class Case(NamedTuple):
    """An input of `n_tokens`, the last `n_padded` of them padding; the second segment starts at `n_first`."""

    n_tokens: int
    n_padded: int = 0
    n_first: int | None = None
    padding_inside: tuple[int, ...] = ()
    is_inside_masked: bool = True


def cases(model: PreTrainedModel) -> list[Case]:
    """Padded, one token, a middle length, the full length."""
    family, config = model.config.model_type, model.config
    if family in ("gpt2", "llama"):
        return [Case(11, 4), Case(1), Case(13 if family == "gpt2" else 17), Case(config.max_position_embeddings)]
    if family == "roberta":
        inside = [Case(9, padding_inside=(0, 4)), Case(7, padding_inside=(1, 2), is_inside_masked=False)]
        return [Case(11, 4), Case(1), *inside, Case(config.max_position_embeddings - config.pad_token_id - 1)]
    n_positions = config.max_position_embeddings
    return [Case(11, 4), Case(1), Case(9, n_first=4), Case(n_positions, n_first=n_positions // 2 + 1)]


def case_inputs(model: PreTrainedModel, case: Case) -> dict[str, Tensor]:
    """Random ids above the special ones."""
    padding = model.config.pad_token_id or 0
    ids = torch.randint(5, model.config.vocab_size - 1, (1, case.n_tokens))
    mask = torch.ones_like(ids)
    for position in (*range(case.n_tokens - case.n_padded, case.n_tokens), *case.padding_inside):
        ids[:, position] = padding
        mask[:, position] = int(position in case.padding_inside and not case.is_inside_masked)
    inputs = {"input_ids": ids, "attention_mask": mask}
    if getattr(model.config, "type_vocab_size", 1) > 1:
        inputs["token_type_ids"] = (torch.arange(case.n_tokens)[None] >= (case.n_tokens if case.n_first is None else case.n_first)).long()
    return inputs


def case_hooks(recorder: Recorder, model: PreTrainedModel, mask: Tensor) -> hooks.Hooks:
    """The family's hooks under the mask it uses."""
    padding = mask.bool()[:, None, None, :]  # batch 1 1 key_pos
    causal = torch.ones(mask.shape[1], mask.shape[1]).tril().bool()[None, None]  # 1 1 query_pos key_pos
    match model.config.model_type:
        case "gpt2":
            return hooks.gpt2_hooks(recorder, model, padding & causal)
        case "llama":
            return hooks.llama_hooks(recorder, model, padding & causal)
        case _:
            return hooks.encoder_hooks(recorder, model.base_model, padding)


def head_outputs(output: object) -> dict[str, Tensor]:
    """The heads' outputs under our names."""
    names = {"logits": "logits", "prediction_logits": "logits", "seq_relationship_logits": "nsp_logits", "sop_logits": "sop_logits"}
    return {ours: output[theirs] for theirs, ours in names.items() if theirs in output}


def greedy(model: PreTrainedModel, inputs: dict[str, Tensor]) -> Tensor:
    """The new ids, the same with and without the cache."""
    options = {"max_new_tokens": N_GREEDY, "do_sample": False, "num_beams": 1, "pad_token_id": 0}
    output = model.generate(**inputs, **options, use_cache=True, output_logits=True, return_dict_in_generate=True)
    assert torch.equal(output.sequences, model.generate(**inputs, **options, use_cache=False))
    top = torch.stack(output.logits).topk(2).values
    assert (top[..., 0] - top[..., 1]).min() > 1e-2, "two logits are too close to call; choose another seed"
    ids = output.sequences[:, inputs["input_ids"].shape[1] :]
    assert ids.shape[1] == N_GREEDY and model.config.eos_token_id not in ids, "an early end; choose another seed"
    assert len(ids.unique()) >= 4, "too few different tokens; choose another seed"
    return ids


@torch.no_grad()
def every_hook(model: PreTrainedModel, inputs: dict[str, Tensor]) -> dict[str, Tensor]:
    """The family's hooks and the heads' outputs."""
    recorder = Recorder()
    output = recorder.run(model, **inputs, output_attentions=True, **({"use_cache": False} if model.can_generate() else {}))
    return dict(case_hooks(recorder, model, inputs["attention_mask"])) | head_outputs(output)


@torch.no_grad()
def case_tensors(model: PreTrainedModel, case: Case) -> dict[str, Tensor]:
    """Inputs, hooks, heads and greedy tokens of one random case."""
    inputs = case_inputs(model, case)
    tensors = {f"input.{name.removeprefix('input_')}": tensor for name, tensor in inputs.items()} | every_hook(model, inputs)
    if model.can_generate() and not case.n_padded and case.n_tokens + N_GREEDY <= model.config.max_position_embeddings:
        tensors["greedy"] = greedy(model, inputs)
    assert all(tensor.isfinite().all() for tensor in tensors.values())
    return tensors


def load(architecture: type[PreTrainedModel], folder: Path) -> PreTrainedModel:
    """The checkpoint as the reference reads it, with nothing missing."""
    model, info = architecture.from_pretrained(folder, dtype=F32, attn_implementation="eager", output_loading_info=True)
    assert not info["missing_keys"] and not info["mismatched_keys"], info
    return model.eval()


def write(name: str, variant: Variant, out: Path) -> None:
    """The checkpoint and its golden."""
    torch.manual_seed(variant.seed)
    folder = out / "models" / name
    architecture = getattr(transformers, variant.architecture)
    model = architecture(architecture.config_class(**variant.config))
    checkpoints.randomize(model)
    checkpoints.write(model, variant.dtype, folder)
    if variant.published:
        variant.published(folder)
    model = load(architecture, folder)
    tensors = save_cases([case_tensors(model, case) for case in cases(model)], out / f"{name}.safetensors")
    if name == "gpt2":
        twin = load(architecture, out / "models/gpt2-no-prefix")
        assert all(torch.equal(a, b) for a, b in zip(model.parameters(), twin.parameters(), strict=True))
    newer = folder / "config-transformers5.json"
    if newer.exists():
        twin = architecture(architecture.config_class.from_json_file(newer))
        assert torch.equal(model.model.rotary_emb.inv_freq, twin.model.rotary_emb.inv_freq)
    full = tensors[f"case{len(cases(model)) - 1}/blocks.0.attn.hook_pattern"]
    print(name, len(tensors), "tensors", (out / f"{name}.safetensors").stat().st_size // 1000, "kB, mean of a row's largest weight", end=" ")
    print(f"{full.amax(-1).mean():.2f}", *(f"{key} {ids.int().tolist()}" for key, ids in tensors.items() if key.endswith("greedy")))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", choices=VARIANTS, help="one checkpoint")
    args = parser.parse_args()
    torch.set_num_threads(1)
    for name, variant in VARIANTS.items():
        if args.only in (None, name):
            write(name, variant, args.out)


if __name__ == "__main__":
    main()
