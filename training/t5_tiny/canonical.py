"""Chooses one French form for each English sentence: the one that a word-for-word model finds likeliest, in both directions.

Several forms of one sentence (tu or vous, synonyms) make the target ambiguous; a small model then spends its capacity on guessing
which was meant. The score is IBM model 1 (Brown et al. 1993, section 4.2), trained here on the pairs themselves, French given English
plus English given French, plus a share of the French words' own log frequency, so that common words win; a small bonus prefers "tu".
"""

import math
import re
from collections import Counter

import numpy as np

ITERATIONS = 5
TU_BONUS = 0.3  # nats per word
FREQUENCY_SHARE = 0.3
_TU = re.compile(r"\b(tu|te|toi|ton|ta|tes)\b|\bt'", re.IGNORECASE)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+'?|[^\w\s]", text.lower())


def scores(pairs: list[tuple[str, str]]) -> np.ndarray:
    """[pair] mean log p(French word | English words) of each pair, in nats per French word."""
    english_ids: dict[str, int] = {"": 0}
    french_ids: dict[str, int] = {}
    links_e, links_f, link_word = [], [], []
    word_pair, n_sources = [], []
    for pair, (english, french) in enumerate(pairs):
        source = [0] + [english_ids.setdefault(w, len(english_ids)) for w in _words(english)]
        for word in _words(french):
            target = french_ids.setdefault(word, len(french_ids))
            links_e.extend(source)
            links_f.extend([target] * len(source))
            link_word.extend([len(word_pair)] * len(source))
            word_pair.append(pair)
            n_sources.append(len(source))
    e = np.array(links_e, dtype=np.int64)
    word = np.array(link_word, dtype=np.int64)
    _, link = np.unique(e * len(french_ids) + np.array(links_f, dtype=np.int64), return_inverse=True)
    english_of_link = np.zeros(link.max() + 1, dtype=np.int64)
    english_of_link[link] = e
    probability = np.ones(len(english_of_link))
    for _ in range(ITERATIONS):
        joint = probability[link]
        total = np.bincount(word, joint)
        count = np.bincount(link, joint / total[word])
        probability = count / np.bincount(english_of_link, count)[english_of_link]
    total = np.bincount(word, probability[link]) / np.array(n_sources)
    pair_of_word = np.array(word_pair)
    return np.bincount(pair_of_word, np.log(total), len(pairs)) / np.bincount(pair_of_word, minlength=len(pairs))


def choose(french_of: dict[str, list[str]]) -> dict[str, list[str]]:
    """The same translations, each list ordered from the most literal form to the least."""
    pairs = [(english, french) for english, forms in french_of.items() for french in forms]
    counts = Counter(word for _, french in pairs for word in _words(french))
    total = counts.total()
    likelihood = scores(pairs) + scores([(french, english) for english, french in pairs])
    score = {}
    for pair, value in zip(pairs, likelihood):
        words = _words(pair[1])
        frequency = sum(math.log(counts[word] / total) for word in words) / len(words)
        score[pair] = value + FREQUENCY_SHARE * frequency + (TU_BONUS if _TU.search(pair[1]) else 0.0)
    return {english: sorted(forms, key=lambda french: -score[english, french]) for english, forms in french_of.items()}
