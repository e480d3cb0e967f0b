"""Measures puzzle-tiny on puzzles that a hash kept out of training, and its heads on random tokens that repeat themselves.

    python -m puzzles.evaluate --model ../www/models/puzzle-tiny [--failures FILE]

An answer is right where every character of it and its end are what the model would write. A head's prefix score (Olsson et al. 2022) is the
weight that it gives, from each token of the second turn, to the token behind the same one in the first turn.
"""

import argparse
import random
from pathlib import Path

import torch
from common.export import metric, phenomenon, report
from tokenizers import Tokenizer
from torch import Tensor
from transformers import GPT2LMHeadModel

from . import tasks

N_EACH, N_REPEATED, STRETCH = 1000, 100, 25


@torch.no_grad()
def solved(gpt: GPT2LMHeadModel, tok: Tokenizer, task: str, failures: list[str]) -> float:
    """Share of held-out puzzles that greedy decoding answers; of questions that are few, each counts as often as it is drawn."""
    rng, right = random.Random(1), 0
    for _ in range(N_EACH):
        question, answer = tasks.example(task, rng, held_out=True)
        ids = torch.tensor([[*tok.encode(question + answer).ids, 0]])
        start = len(question)  # the begin token stands before the question
        guessed = gpt(ids).logits[0, start:-1].argmax(-1)  # each place knows the right answer before it: all are right exactly where writing is
        if torch.equal(guessed, ids[0, start + 1 :]):
            right += 1
        else:
            failures.append(f"{question}{tok.decode(guessed.tolist())}    {answer}")
    return right / N_EACH


@torch.no_grad()
def prefix_scores(gpt: GPT2LMHeadModel, tok: Tokenizer, distinct: bool, length: int = STRETCH) -> Tensor:
    """[layer head]: mean prefix score on `length` random characters, twice."""
    rng, total = random.Random(2), 0
    pool = tasks.LETTERS + tasks.DIGITS
    for _ in range(N_REPEATED):
        unit = "".join(rng.sample(pool, length) if distinct else rng.choices(pool, k=length))
        ids = torch.tensor([tok.encode(unit + unit).ids])
        patterns = torch.stack(gpt(ids, output_attentions=True).attentions)[:, 0]  # layer head query key
        second = torch.arange(length + 1, 2 * length)  # places of the second turn but its last, behind the begin token
        total = total + patterns[:, :, second, second - length + 1].mean(-1)
    return total / N_REPEATED


@torch.no_grad()
def previous_scores(gpt: GPT2LMHeadModel, tok: Tokenizer) -> Tensor:
    """[layer head]: mean weight on the token before, on the same kind of text."""
    rng, total = random.Random(3), 0
    for _ in range(N_REPEATED):
        unit = "".join(rng.sample(tasks.LETTERS + tasks.DIGITS, STRETCH))
        patterns = torch.stack(gpt(torch.tensor([tok.encode(unit + unit).ids]), output_attentions=True).attentions)[:, 0]
        total = total + patterns.diagonal(-1, 2, 3)[..., 1:].mean(-1)
    return total / N_REPEATED


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--failures", type=Path, help="puzzles that were answered wrong, with the right answers, to be read")
    args = parser.parse_args()
    torch.set_num_threads(1)
    gpt = GPT2LMHeadModel.from_pretrained(args.model, dtype=torch.float32, attn_implementation="eager").eval()
    tok, failures = Tokenizer.from_file(str(args.model / "tokenizer.json")), []
    metrics = [metric(task, "answered right", 100 * solved(gpt, tok, task, failures), "%", N_EACH) for task in tasks.TASKS]
    phenomena = []
    for distinct in (True, False):
        scores = prefix_scores(gpt, tok, distinct)
        layer, head = divmod(int(scores.argmax()), scores.shape[1])
        told = f"{STRETCH} random characters{', all different' if distinct else ''}, twice: weight from a character's second time on what followed its first time"
        phenomena.append(phenomenon("induction" if distinct else "induction among repeats", told, scores.max().item(), N_REPEATED, layer, head))
    before = previous_scores(gpt, tok)
    layer, head = divmod(int(before.argmax()), before.shape[1])
    phenomena.append(phenomenon("previous token", "the same: weight on the character before", before.max().item(), N_REPEATED, layer, head))
    for row in metrics + phenomena:
        print(row)
    report(args.model, metrics, phenomena=phenomena)
    if args.failures:
        args.failures.write_text("\n".join(failures), encoding="utf-8")


if __name__ == "__main__":
    main()
