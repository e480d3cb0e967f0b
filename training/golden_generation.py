"""Writes what `transformers` generates with settings of generation_config.json, on tiny checkpoints of `golden.py` and `golden_families.py`.

    python training/golden_generation.py --out tests/goldens

`generation.json` is a list of cases: the model's folder; `settings`, its generation_config.json (null where there is no such file); `config`, fields added
to its config.json; the input; how many beams and new tokens are asked for (null: the settings decide); and the ids after the prompt, up to the end token.
Without beams, `probabilities` are those of the chosen tokens, after the settings have acted on the scores.
"""

import argparse
import json
import shutil
import tempfile
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, T5ForConditionalGeneration

GPT2, T5 = "gpt2", "t5-v1_0"
PROMPT = [5, 9, 2, 30]
REPEATING = [5, 9, 5, 10, 5, 15, 9, 5]
SOURCE = [7, 33, 12, 50, 2, 19, 1]
GPT2_END, T5_ENDS = {"eos_token_id": 60}, {"eos_token_id": 1, "decoder_start_token_id": 0, "pad_token_id": 0}


def case(model, settings, ids, new=12, beams=1, config=None, mask=None):
    return {"model": model, "settings": settings, "config": config or {}, "ids": ids, "attention_mask": mask or [1] * len(ids), "beams": beams, "max_new_tokens": new}


def rules() -> list[dict]:
    """Each setting by itself on a decoder and on an encoder-decoder, greedily and among beams; and some of them together."""
    both = [
        {"repetition_penalty": 1.8},
        {"encoder_repetition_penalty": 2.5},
        {"no_repeat_ngram_size": 2},
        {"no_repeat_ngram_size": 1},
        {"encoder_no_repeat_ngram_size": 1},
        {"bad_words_ids": [[44], [5], [10, 10], [12, 5]]},
        {"sequence_bias": [[[44], -3.0], [[5], -2.5], [[17, 2], 4.0], [[12], 1.5]]},
        {"suppress_tokens": [44, 5, 12]},
        {"begin_suppress_tokens": [44, 12]},
        {"begin_suppress_tokens": [44, 12], "forced_bos_token_id": 12},
        {"forced_bos_token_id": 23},
        {"forced_eos_token_id": 33},
        {"forced_eos_token_id": [33], "remove_invalid_values": True},
        {"min_length": 9},
        {"min_new_tokens": 7, "min_length": 30},
        {"exponential_decay_length_penalty": [2, 1.6]},
        {"renormalize_logits": True, "suppress_tokens": [44, 5]},
        {"repetition_penalty": 1.3, "no_repeat_ngram_size": 3, "bad_words_ids": [[17]], "min_new_tokens": 4, "renormalize_logits": True},
    ]
    cases = []
    for settings in both:
        # Ends that these texts meet, so that settings which put off an end show.
        early = {"eos_token_id": [60, 15, 10]} if "min_length" in settings or "min_new_tokens" in settings else GPT2_END
        cases += [case(GPT2, early | settings, ids, beams=beams) for ids in (PROMPT, [5]) for beams in (1, 3)]
        cases += [case(T5, T5_ENDS | settings | ({"eos_token_id": [1, 17]} if early is not GPT2_END else {}), SOURCE, beams=beams) for beams in (1, 3)]
    cases += [case(GPT2, GPT2_END | {"repetition_penalty": 2.0}, [5, 5, *PROMPT], mask=[0, 0, 1, 1, 1, 1])]
    cases += [case(GPT2, GPT2_END | {"no_repeat_ngram_size": 2}, REPEATING)]
    return cases


def ends_and_lengths() -> list[dict]:
    """Which file counts, which ids begin and end a text, and how long it gets."""
    return [
        case(GPT2, None, PROMPT, config={"repetition_penalty": 1.5, "eos_token_id": 10}),
        case(GPT2, {"eos_token_id": 15}, PROMPT, config={"repetition_penalty": 1.5, "no_repeat_ngram_size": 1, "eos_token_id": 12}),
        case(GPT2, {}, PROMPT, config={"eos_token_id": 15}),
        case(GPT2, {"eos_token_id": -1, "pad_token_id": -1}, PROMPT, config={"eos_token_id": 15}),
        case(GPT2, {"eos_token_id": [59, 15]}, PROMPT),
        case(GPT2, {"eos_token_id": 60, "max_length": 9}, PROMPT, new=None),
        case(GPT2, {"eos_token_id": 60, "max_length": 9, "max_new_tokens": 3}, PROMPT, new=None),
        case(GPT2, {"eos_token_id": 60, "max_length": 9, "forced_eos_token_id": 60}, PROMPT, new=None),
        case(GPT2, {"eos_token_id": 60, "max_length": 9, "forced_eos_token_id": 60}, PROMPT, new=7),
        case(GPT2, None, PROMPT, new=None, config={"max_length": 11, "suppress_tokens": [-1, 5]}),
        case(T5, {"bos_token_id": 7, "eos_token_id": 17}, SOURCE),
        case(T5, T5_ENDS | {"max_length": 6}, SOURCE, new=None),
        case(T5, None, SOURCE, config={"task_specific_params": {"summarization": {"min_length": 30, "no_repeat_ngram_size": 1}}}),
    ]


def beams() -> list[dict]:
    """How a search compares lengths, and when it ends."""
    cases = []
    for early_stopping in (False, True, "never"):
        for length_penalty in (-1.0, 0.0, 0.5, 2.0):
            settings = {"early_stopping": early_stopping, "length_penalty": length_penalty}
            cases += [case(GPT2, {"eos_token_id": [15, 10, 51]} | settings, PROMPT, beams=beams) for beams in (2, 4)]
            cases += [case(T5, T5_ENDS | {"eos_token_id": [1, 17, 2]} | settings, SOURCE, beams=4)]
    return cases


@torch.no_grad()
def answer(folder: Path, case: dict) -> dict:
    """The case with what the reference writes."""
    kind = T5ForConditionalGeneration if case["model"] == T5 else AutoModelForCausalLM
    model = kind.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    asked = {} if case["max_new_tokens"] is None else {"max_new_tokens": case["max_new_tokens"]}
    ids, mask = torch.tensor([case["ids"]]), torch.tensor([case["attention_mask"]])
    # transformers 5.23 sizes its cache by the encoder's layers and fails where the decoder has more, hence no cache.
    said = model.generate(input_ids=ids, attention_mask=mask, num_beams=case["beams"], use_cache=False, do_sample=False, output_scores=True,
                          return_dict_in_generate=True, **asked)  # fmt: skip
    prompt = 1 if case["model"] == T5 else len(case["ids"])
    chosen = said.sequences[0, prompt:].tolist()
    ends = model.generation_config.eos_token_id
    ends = ends if isinstance(ends, list) else [ends]
    end = next((i + 1 for i, token in enumerate(chosen) if token in ends), len(chosen))
    probabilities = [scores[0].softmax(-1)[token].item() for scores, token in zip(said.scores, chosen)] if case["beams"] == 1 else []
    return case | {"chosen": chosen[:end], "probabilities": [round(p, 7) for p in probabilities[:end]]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    answered = []
    for case in rules() + ends_and_lengths() + beams():
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            published = args.out / "models" / case["model"]
            config = json.loads((published / "config.json").read_text()) | case["config"]
            (folder / "config.json").write_text(json.dumps(config))
            if case["settings"] is not None:
                (folder / "generation_config.json").write_text(json.dumps(case["settings"]))
            shutil.copy(published / "model.safetensors", folder)
            answered.append(answer(folder, case))
        print(answered[-1])
    (args.out / "generation.json").write_text("[\n" + ",\n".join(f"  {json.dumps(case)}" for case in answered) + "\n]\n")


if __name__ == "__main__":
    main()
