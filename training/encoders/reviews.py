"""Film-review sentences (Pang & Lee 2005), their split, the words that bert-tiny lacks, and a linear judge of words and word pairs."""

import json
import re
import zlib
from collections import Counter
from pathlib import Path

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from tokenizers import Tokenizer



def sentences(data: Path) -> list[tuple[str, int]]:
    """(sentence, label), each sentence once."""
    found = {}
    for label, name in enumerate(("rt-polarity.neg", "rt-polarity.pos")):
        for line in (data / name).read_text(encoding="utf-8").splitlines():
            found.setdefault(line.strip(), label)
    return [(text, label) for text, label in found.items() if text]


def is_held_out(text: str) -> bool:
    return zlib.crc32(text.encode()) % 10 == 0


def with_words(tok: Tokenizer, texts: list[str], n_most: int, least: int = 3) -> Tokenizer:
    """`tok` with the most frequent words of `texts` that it would cut, as pieces of their own."""
    state = json.loads(tok.to_str())
    vocab = state["model"]["vocab"]
    counts = Counter(word for text in texts for word, _ in tok.pre_tokenizer.pre_tokenize_str(tok.normalizer.normalize_str(text)))
    new = [word for word, n in counts.most_common() if n >= least and word not in vocab][:n_most]
    vocab |= {word: len(vocab) + i for i, word in enumerate(new)}
    return Tokenizer.from_str(json.dumps(state))


class WordJudge:
    """Logistic regression over words and pairs of neighbours, each scaled by its naive-Bayes log-odds (Wang & Manning 2012)."""

    def __init__(self, texts: list[str], labels: np.ndarray, strength: float = 0.3) -> None:
        self.counter = CountVectorizer(ngram_range=(1, 2), token_pattern=r"\S+", binary=True)
        seen = self.counter.fit_transform(texts)
        counts = [np.asarray(seen[labels == label].sum(0)).ravel() + 1 for label in (0, 1)]
        self.log_odds = np.log(counts[1] / counts[1].sum()) - np.log(counts[0] / counts[0].sum())
        self.model = LogisticRegression(C=strength, max_iter=300).fit(seen @ sparse.diags(self.log_odds), labels)

    def __call__(self, texts: list[str]) -> np.ndarray:
        """Probability that each text is positive."""
        return self.model.predict_proba(self.counter.transform(texts) @ sparse.diags(self.log_odds))[:, 1]

    def weight(self, word: str) -> float:
        """What a word adds to the log-odds; 0 for one that it has not met."""
        at = self.counter.vocabulary_.get(word)
        return 0.0 if at is None else float(self.model.coef_[0, at] * self.log_odds[at])


def recombined(texts: list[str], n: int, rng: np.random.Generator) -> list[str]:
    """Sentences of parts of others, with a part in common with a sentence or none."""
    parts = [part.strip() for text in texts for part in re.findall(r"[^,;:()]+[,;:()]*", text) if len(part.split()) >= 3]
    lengths = rng.choice([1, 2, 3], p=[0.3, 0.4, 0.3], size=n)
    return [" ".join(parts[i] for i in rng.integers(len(parts), size=length)) for length in lengths]
