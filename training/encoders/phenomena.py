"""What the inside of a shipped encoder or decoder shows, measured: which layers work, where heads look, what context is worth, agreement, pronouns.

    python -m encoders.phenomena --model ../www/models/bert-tiny --work WORK [--checkpoint WORK/checkpoint.pt]

WORK is the recipe's folder, for its held-out texts. `--checkpoint` measures a run's averaged weights in the place of the shipped ones. Nouns and names of the
generated sentences are those that `common/templates.py` keeps out of training, and no form of sentence here is one of its own.
"""

import argparse
import json
import random
import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import torch
import transformers
from common import loop, stories, templates
from common.export import phenomenon
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import AutoConfig, PreTrainedModel

N_WINDOWS, N_SENTENCES = 150, 300
WINDOW = 126  # tokens beside the first and the last
# {s} is a subject with an attractor, {v} the verb.
FRAMES = ["{s} {v} very beautiful.", "I think {s} {v} old now.", "We all know that {s} {v} mine.", "After the storm, {s} {v} all wet.", "Everyone says {s} {v} too big for us."]
ATTRACTORS = ["{a} {p} {b}", "{a} {p} {b}", "{a} {p} {b} {p} {c}", "{a} which {d} near {b}"]


class Encoder:
    """A masked language model with its tokenizer: word logits and attention of ids, with layers' attention switched off at will."""

    def __init__(self, folder: Path, checkpoint: Path | None = None) -> None:
        config = AutoConfig.from_pretrained(folder, attn_implementation="eager")
        kind = getattr(transformers, config.architectures[0])
        if checkpoint:
            self.model = kind(config)
            self.model.load_state_dict(loop.averaged(checkpoint)[0])
        else:
            self.model = kind.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
        self.model.eval()
        self.tok = Tokenizer.from_file(str(folder / "tokenizer.json"))
        names = {"[CLS]": "cls", "[SEP]": "sep", "[MASK]": "mask", "<s>": "cls", "</s>": "sep", "<mask>": "mask"}
        self.special = {role: self.tok.token_to_id(name) for name, role in names.items() if self.tok.token_to_id(name) is not None}
        self.byte_level = "Ġthe" in self.tok.get_vocab()

    def text(self, i: int) -> str:
        """A token's characters, without marks of word pieces."""
        return self.tok.id_to_token(i).lstrip("Ġ").removeprefix("##")

    @torch.no_grad()
    def run(self, ids: Tensor, off: int | None = None, patterns: bool = False) -> tuple[Tensor, Tensor]:
        """[row pos] → (word logits [row pos d_vocab], patterns [layer row head query key]); layer `off`'s attention writes the same everywhere, its mean over the text."""
        blocks = [module for name, module in self.model.named_modules() if name.endswith("attention.output.dense")]
        hook = blocks[off].register_forward_hook(lambda module, given, output: output.mean(1, keepdim=True).expand_as(output)) if off is not None else None
        output = self.model(ids, output_attentions=patterns)
        if hook:
            hook.remove()
        logits = output.prediction_logits if hasattr(output, "prediction_logits") else output.logits
        return logits, torch.stack(output.attentions) if patterns else torch.empty(0)


def windows(encoder: Encoder, texts: list[str], rng: random.Random) -> list[tuple[list[list[int]], int]]:
    """(ids of whole sentences that together fill a window, which of them is looked at), of held-out stories, as much of each as fits."""
    found = []
    for text in texts:
        parts = stories.sentences(text)
        joined = [part if i == 0 else f" {part}" for i, part in enumerate(parts)]
        ids = [encoding.ids for encoding in encoder.tok.encode_batch(joined, add_special_tokens=False)]
        start, end, room = rng.randrange(max(1, len(ids) - 8)), 0, WINDOW
        end = start
        while end < len(ids) and len(ids[end]) <= room:
            room -= len(ids[end])
            end += 1
        if WINDOW - room >= 80:
            found.append((ids[start:end], rng.randrange(end - start)))
    return found


def is_word(encoder: Encoder, ids: list[int], at: int) -> bool:
    """True where a whole word is one token."""
    begins = lambda i: i >= len(ids) or not re.match(r"[A-Za-z]", encoder.text(ids[i])) or (  # noqa: E731
        encoder.tok.id_to_token(ids[i]).startswith("Ġ") if encoder.byte_level else not encoder.tok.id_to_token(ids[i]).startswith("##"))  # fmt: skip
    return bool(re.fullmatch(r"[A-Za-z]{2,}", encoder.text(ids[at]))) and begins(at) and begins(at + 1)


def context(encoder: Encoder, texts: list[str], n_words: int = 2000, shown: list[str] | None = None) -> dict[str, float]:
    """The same masked words with their sentence alone and with 128 tokens of their story around it: share that comes first, among five, loss.

    The first hundred go to `shown`, with five guesses each way, to be read.
    """
    rng, right = random.Random(1), defaultdict(list)
    cls, sep, mask = (encoder.special[name] for name in ("cls", "sep", "mask"))
    while len(right["alone"]) < n_words:
        for sentences, at in windows(encoder, texts, rng):
            words = [i for i in range(len(sentences[at])) if is_word(encoder, sentences[at], i)]
            if len(sentences[at]) < 4 or not words:
                continue
            word = rng.choice(words)
            masked = [*sentences[at]]
            truth, masked[word] = masked[word], mask
            before = [i for part in sentences[:at] for i in part]
            after = [i for part in sentences[at + 1 :] for i in part]
            for name, ids, place in (("alone", masked, word + 1), ("context", before + masked + after, len(before) + word + 1)):
                logits = encoder.run(torch.tensor([[cls, *ids, sep]]))[0][0, place]
                best = logits.topk(5).indices.tolist()
                right[name].append((best[0] == truth, truth in best, -logits.log_softmax(-1)[truth].item()))
                if shown is not None and len(right[name]) <= 100:
                    guesses = " ".join(encoder.tok.id_to_token(i) for i in best)
                    shown.append(f"{name}: {encoder.tok.decode(ids, skip_special_tokens=False)}\n    {encoder.tok.id_to_token(truth)} ← {guesses}")
            if len(right["alone"]) == n_words:
                break
    mean = lambda name, i: sum(float(row[i]) for row in right[name]) / n_words  # noqa: E731
    return {f"{name} {what}": mean(name, i) for name in right for i, what in enumerate(("first", "five", "loss"))}


def layers(encoder: Encoder, texts: list[str]) -> tuple[list[float], list[list[float]], list[list[float]]]:
    """(nats that each layer's attention is worth, each head's share on punctuation [layer head], on the last token) over masked windows."""
    rng = random.Random(2)
    found = windows(encoder, texts, rng)[:N_WINDOWS]
    cls, sep, mask = (encoder.special[name] for name in ("cls", "sep", "mask"))
    n_layers = encoder.model.config.num_hidden_layers
    losses, n_places, n_queries = torch.zeros(n_layers + 1), 0, 0
    shares = {"marks": 0, "last": 0, "before": 0, "after": 0}
    for sentences, _ in found:
        ids = torch.tensor([[cls, *(i for part in sentences for i in part), sep]])
        places = [i for i in range(1, ids.shape[1] - 1) if rng.random() < 0.15]
        corrupted = ids.clone()
        corrupted[0, places] = mask
        for off in (None, *range(n_layers)):
            logits = encoder.run(corrupted, off)[0][0, places].log_softmax(-1)
            losses[n_layers if off is None else off] -= logits.gather(1, ids[0, places, None]).sum()
        n_places += len(places)
        patterns = encoder.run(ids, patterns=True)[1][:, 0]  # layer head query key
        marks = torch.tensor([not re.search(r"[A-Za-z0-9]", encoder.text(i)) for i in ids[0].tolist()])
        shares["marks"] = shares["marks"] + patterns[..., marks].sum(-1).sum(-1)
        shares["last"] = shares["last"] + patterns[..., -1].sum(-1)
        shares["before"] = shares["before"] + patterns.diagonal(-1, 2, 3).sum(-1)
        shares["after"] = shares["after"] + patterns.diagonal(1, 2, 3).sum(-1)
        n_queries += ids.shape[1]
    each = losses / n_places
    worth = [round(float(x), 3) for x in each[:-1] - each[-1]]
    return {"worth": worth, "loss": [round(float(each[-1]), 3)]} | {name: (total / n_queries).tolist() for name, total in shares.items()}


def attractors(rng: random.Random, nouns: list[tuple[str, str]]) -> tuple[str, list[str]]:
    """(a sentence with {v} for its verb, the fitting form and the other one): the nearest noun has the other number."""
    a, b, c = rng.sample(nouns, 3)
    number = rng.randrange(2)
    words = rng.choice(ATTRACTORS).format(
        a=f"the {a[number]}", b=f"the {b[1 - number]}", c=f"the {c[1 - number]}", p=rng.choice(["behind", "near", "under", "beside", "with", "from"]), d=("stands", "stand")[number]
    )
    # A second noun phrase repeats the first one's preposition, which is no matter.
    forms = rng.choice([("is", "are"), ("was", "were")])
    text = rng.choice(FRAMES).replace("{s}", words)
    return text[0].upper() + text[1:], [forms[number], forms[1 - number]]


def agreement(score: Callable[[str, list[str]], list[float]], nouns: list[tuple[str, str]], n: int = N_SENTENCES) -> float:
    """Share of sentences with an attractor whose verb scores higher in the fitting form. `score` is given a sentence with {v} and both forms."""
    rng, right = random.Random(3), 0
    for _ in range(n):
        text, forms = attractors(rng, nouns)
        scores = score(text, forms)
        right += scores[0] > scores[1]
    return right / n


def masked_score(encoder: Encoder) -> Callable[[str, list[str]], list[float]]:
    def score(text: str, forms: list[str]) -> list[float]:
        before, after = text.split(" {v}")
        mask = encoder.tok.id_to_token(encoder.special["mask"])
        ids = encoder.tok.encode(f"{before}{mask if encoder.byte_level else ' ' + mask}{after}").ids
        logits = encoder.run(torch.tensor([ids]))[0][0, ids.index(encoder.special["mask"])]
        return [float(logits[encoder.tok.token_to_id(f"Ġ{form}" if encoder.byte_level else form)]) for form in forms]

    return score


PRONOUNS = [
    "{a} and {b} walked to the river because {p} wanted to swim.",
    "{a} smiled at {b} and then {p} ran to the door.",
    "In the evening, {a} called {b}. Soon {p} came out with a lamp.",
    "{a} was playing near {b} when {p} heard a noise.",
    "{a} did not see {b}, but {p} was there.",
]


def pronoun_heads(patterns_of: Callable[[str], tuple[list[str], Tensor]], girls: list[str], boys: list[str], n: int = N_SENTENCES) -> list[list[float]]:
    """[layer head]: share of sentences in which a pronoun looks more at the name that fits than at the other. `patterns_of` gives tokens and patterns."""
    rng, right, counted = random.Random(4), 0, 0
    while counted < n:
        girl, boy, which = rng.choice(girls), rng.choice(boys), rng.randrange(2)
        a, b = rng.sample([girl, boy], 2)
        tokens, patterns = patterns_of(rng.choice(PRONOUNS).format(a=a, b=b, p=("she", "he")[which]))
        lower = [token.lower() for token in tokens]
        fits, other = ((girl, boy), (boy, girl))[which]
        if fits.lower() not in lower or other.lower() not in lower:
            continue  # a name in pieces
        at = lower.index(("she", "he")[which])
        right = right + (patterns[:, :, at, lower.index(fits.lower())] > patterns[:, :, at, lower.index(other.lower())]).float()
        counted += 1
    return [[round(float(x), 3) for x in row] for row in right / n]


def whole(tok_words: set[str], names: list[str]) -> list[str]:
    return [name for name in names if name in tok_words or name.lower() in tok_words or f"Ġ{name}" in tok_words or f"▁{name}" in tok_words]


def encoder_patterns(encoder: Encoder) -> Callable[[str], tuple[list[str], Tensor]]:
    def patterns_of(text: str) -> tuple[list[str], Tensor]:
        ids = encoder.tok.encode(text).ids
        return [encoder.text(i) for i in ids], encoder.run(torch.tensor([ids]), patterns=True)[1][:, 0]

    return patterns_of


def best(shares: list[list[float]]) -> tuple[float, int, int]:
    """(the highest, its layer, its head)"""
    return max((share, layer, head) for layer, row in enumerate(shares) for head, share in enumerate(row))


def measure(encoder: Encoder, texts: list[str]) -> list[dict]:
    """The rows for metrics.json, the head to look at first before the others."""
    inside, words = layers(encoder, texts), set(encoder.tok.get_vocab())
    girls, boys = (whole(words, names) for names in (templates.GIRLS, templates.BOYS))
    pronoun, at, head = best(pronoun_heads(encoder_patterns(encoder), girls, boys))
    rows = []
    for name, told in (("before", "weight on the token before"), ("after", "weight on the next token"), ("last", "weight on the last token, where a text ends")):
        share, where, which = best(inside[name])
        rows.append(phenomenon(name, told, share, N_WINDOWS, where, which))
    rows.insert(2, phenomenon("pronoun", "“she” and “he” look more at the name that fits than at the other: share of sentences", pronoun, N_SENTENCES, at, head))
    unseen = agreement(masked_score(encoder), templates.UNSEEN)
    rows.append(phenomenon("agreement", "verb agrees with a subject across a noun of the other number, nouns that no recipe generates sentences with: share", unseen, N_SENTENCES))
    rows.append(phenomenon("marks", "largest share of a head's weight on punctuation", best(inside["marks"])[0], N_WINDOWS, *best(inside["marks"])[1:]))
    for layer, nats in enumerate(inside["worth"]):
        rows.append(phenomenon(f"layer {layer + 1}", "nats that a masked token loses where the layer's attention writes the same, its mean, at every place", nats, N_WINDOWS, layer))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--words", type=int, default=2000)
    args = parser.parse_args()
    torch.set_num_threads(1)
    encoder = Encoder(args.model, args.checkpoint)
    texts = long_texts(args.work)
    for row in measure(encoder, texts):
        print(row)
    print({name: round(value, 3) for name, value in context(encoder, texts, args.words).items()})


def long_texts(work: Path) -> list[str]:
    """Held-out stories."""
    return [text for text in json.loads((work / "held_out.json").read_text(encoding="utf-8")) if len(text) > 300]


if __name__ == "__main__":
    main()
