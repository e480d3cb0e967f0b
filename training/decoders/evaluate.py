"""Measures a shipped decoder on held-out texts, and writes samples to be read.

    python -m decoders.evaluate --model ../www/models/gpt2-tiny --work WORK [--samples FILE]

Bits per character do not depend on the tokenizer, so models with different vocabularies compare. Poems are judged by their form: lines
of equal length, and whether the second and fourth line rhyme by the final of their last syllable (pypinyin; modern pronunciation, while
the poets rhymed in that of the Tang), against pairs of lines drawn from different poems.
"""

import argparse
import json
import math
import random
import re
from pathlib import Path

import torch
from common.export import metric, report
from torch.nn import functional as F
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from . import requests

N_TEXTS, N_SAMPLES, N_POEMS, N_REQUESTS = 300, 50, 400, 200


@torch.no_grad()
def bits_per_character(model: PreTrainedModel, tok: PreTrainedTokenizerBase, texts: list[str]) -> tuple[float, float]:
    """(bits per character, nats per token) of texts cut to the model's context, end token included."""
    nats, n_characters, n_tokens = 0.0, 0, 0
    for text in texts:
        ids = [*tok(text)["input_ids"], tok.eos_token_id][: model.config.max_position_embeddings]
        rows = torch.tensor([ids])
        logits = model(rows).logits[0, :-1]
        nats += F.cross_entropy(logits, rows[0, 1:], reduction="sum").item()
        n_characters += len(tok.decode(ids[1:], skip_special_tokens=True))
        n_tokens += len(ids) - 1
    return nats / n_characters / math.log(2), nats / n_tokens


@torch.no_grad()
def sample(model: PreTrainedModel, tok: PreTrainedTokenizerBase, prompts: list[str], n_tokens: int, temperature: float = 0.8) -> list[str]:
    """A continuation of each prompt, prompt included."""
    torch.manual_seed(1)
    written = []
    for prompt in prompts:
        ids = torch.tensor([tok(prompt)["input_ids"]])
        out = model.generate(ids, attention_mask=torch.ones_like(ids), do_sample=True, temperature=temperature, top_k=0, max_new_tokens=n_tokens,
                             pad_token_id=tok.eos_token_id)  # fmt: skip
        written.append(tok.decode(out[0], skip_special_tokens=True))
    return written


@torch.no_grad()
def answers(model: PreTrainedModel, tok: PreTrainedTokenizerBase, asked: list[list[str]], with_words: bool = True, n_tokens: int = 200, at_once: int = 50) -> list[str]:
    """A story for each list of words, at temperature 0.8; without words, stories that nobody asked for, to compare with."""
    torch.manual_seed(1)
    tok.pad_token, tok.padding_side, written = tok.eos_token, "left", []
    for at in range(0, len(asked), at_once):
        prompts = [requests.prompt(words) if with_words else "" for words in asked[at : at + at_once]]
        given = tok(prompts, return_tensors="pt", padding=True, return_token_type_ids=False)
        out = model.generate(**given, do_sample=True, temperature=0.8, top_k=0, max_new_tokens=n_tokens, pad_token_id=tok.eos_token_id)
        written += tok.batch_decode(out[:, given["input_ids"].shape[1] :], skip_special_tokens=True)
    return written


def share_found(asked: list[list[str]], stories: list[str]) -> tuple[float, int]:
    """(per cent of the asked words that are in their stories, how many were asked for)."""
    found = [requests.has(story, word) for words, story in zip(asked, stories, strict=True) for word in words]
    return 100 * sum(found) / len(found), len(found)


def request_metrics(model: PreTrainedModel, tok: PreTrainedTokenizerBase, held_out: list[str], words: list[str]) -> list[dict]:
    """Requests of two or three words: of one held-out story, and drawn from all words; beside them the same words in stories that were not asked for any."""
    rng, known, rows = random.Random(1), set(words), []
    together = []
    for text in held_out:
        choice = sorted({word.lower() for word in requests.words_in(text)} & known)
        if len(choice) >= 3 and len(together) < N_REQUESTS:
            together.append(rng.sample(choice, rng.choice([2, 3])))
    apart = [rng.sample(words, rng.choice([2, 3])) for _ in range(N_REQUESTS)]
    for task, asked in (("words of a held-out story", together), ("words drawn at random", apart)):
        rows.append(metric(task, "asked words that are in the story", *_percent(share_found(asked, answers(model, tok, asked)))))
        rows.append(metric(task, "the same words in a story without a request", *_percent(share_found(asked, answers(model, tok, asked, with_words=False)))))
    return rows


def _percent(share: tuple[float, int]) -> tuple[float, str, int]:
    return share[0], "%", share[1]


def characters_per_token(tok: PreTrainedTokenizerBase, texts: list[str]) -> float:
    return sum(map(len, texts)) / sum(len(tok(text, add_special_tokens=False)["input_ids"]) for text in texts)


def lines_of(poem: str) -> list[str]:
    return [line for line in re.split("[，。]", poem) if line]


def rhymes(first: str, second: str) -> bool:
    """Whether two lines end in the same final, and not in the same character."""
    from pypinyin import Style, pinyin

    finals = [pinyin(line[-1], style=Style.FINALS)[0][0].removeprefix("i").removeprefix("u") for line in (first, second)]
    return first[-1] != second[-1] and finals[0] == finals[1]


def poem_metrics(poems: list[str], held_out: list[str]) -> list[dict]:
    """Form and rhyme of what the model wrote, and of real poems."""
    rng = random.Random(1)
    well_formed = [p for p in poems if len(lines_of(p)) == 4 and len({len(line) for line in lines_of(p)}) == 1 and len(lines_of(p)[0]) in (5, 7)]

    def share(pairs: list[tuple[str, str]]) -> float:
        return 100 * sum(rhymes(a, b) for a, b in pairs) / max(1, len(pairs))

    ours = [(lines_of(p)[1], lines_of(p)[3]) for p in well_formed]
    real = [(lines_of(p)[1], lines_of(p)[3]) for p in held_out]
    chance = [(a, rng.choice(ours)[1]) for a, _ in ours]
    return [
        metric("poems", "four lines of five or of seven characters", 100 * len(well_formed) / len(poems), "%", len(poems)),
        metric("poems", "second and fourth line rhyme", share(ours), "%", len(ours)),
        metric("poems", "the same with lines of different poems", share(chance), "%", len(chance)),
        metric("poems", "the same in held-out poems", share(real), "%", len(real)),
        metric("poems", "different first lines", 100 * len({lines_of(p)[0] for p in well_formed}) / max(1, len(well_formed)), "%", len(well_formed)),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--samples", type=Path)
    args = parser.parse_args()
    torch.set_num_threads(1)
    model, tok = AutoModelForCausalLM.from_pretrained(args.model, dtype=torch.float32).eval(), AutoTokenizer.from_pretrained(args.model)
    held_out = json.loads((args.work / "held_out.json").read_text(encoding="utf-8"))
    rng = random.Random(1)
    texts = rng.sample(held_out, min(N_TEXTS, len(held_out)))
    bits, nats = bits_per_character(model, tok, texts)
    metrics = [metric("held-out texts", "bits per character", bits, "", len(texts)), metric("held-out texts", "loss per token", nats, "nats", len(texts))]
    if args.model.name == "gpt2-poem":
        texts = [text for text in texts if tok.unk_token_id not in tok(text)["input_ids"]]
        written = sample(model, tok, [""] * N_POEMS, 40)
        metrics += poem_metrics(written, texts)
    else:
        openings = [" ".join(text.split()[:4]) for text in held_out if re.match("[A-Z]", text) and len(text) > 300][:N_SAMPLES]
        written = sample(model, tok, openings, 160)
    if args.model.name == "llama-tiny-zh":
        chinese = [text for text in held_out if re.fullmatch(r"[\u3000-\uffef]+", text)]
        smaller = AutoTokenizer.from_pretrained(args.model.parent / "llama-tiny")
        metrics += [
            metric("Chinese sentences", "characters per token", characters_per_token(tok, chinese), "", len(chinese)),
            metric("Chinese sentences", "characters per token, with llama-tiny's vocabulary", characters_per_token(smaller, chinese), "", len(chinese)),
        ]
    if args.model.name == "llama-tiny-instruct":
        metrics += request_metrics(model, tok, held_out, json.loads((args.work / "words.json").read_text(encoding="utf-8")))
    report(args.model, metrics)
    print(json.dumps(metrics, indent=1, ensure_ascii=False))
    if args.samples:
        args.samples.write_text("\n\n".join(written), encoding="utf-8")


if __name__ == "__main__":
    main()
