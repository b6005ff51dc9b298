"""The engine of linear classifiers: numpy alone, double precision.

A text's score is the same bit for bit whatever its company: its sums run over its own n-grams, in
the order of their columns.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from .bundle import Bundle
from .features import Vocabulary, chunks, sums, vectors
from .ngrams import Grams, occurrences

Scores = NDArray[np.float32]

# The arithmetic on a chunk's arrays lets other threads run, what lies between does not.
_MOST_THREADS = 4


@dataclass(frozen=True, eq=False)
class Contributions:
    """What the n-grams of one text add to its logits; with the bias they sum up to them.

    Attributes:
        begin: (n,) first character of the text that the n-gram covers.
        end: (n,) the one behind its last.
        weights: float64 (n, n_labels); an n-gram that occurs twice has half of its share in each.
    """

    begin: NDArray[np.intp]
    end: NDArray[np.intp]
    weights: NDArray[np.float64]


class LinearScorer:
    """Scores texts with the classifier of one bundle.

    Attributes:
        labels: names, in the order of the scores' columns.
        max_length: None, all of a text is read.
        bias: float64 (n_labels,), the logits of a text without any known n-gram.
    """

    def __init__(self, folder: Path, bundle: Bundle) -> None:
        self.labels = bundle.labels
        self.max_length = bundle.max_length
        grams = json.loads((folder / "linear.json").read_text(encoding="utf-8"))["grams"]
        arrays = load_file(folder / "model.safetensors")
        self._vocabulary = Vocabulary(Grams(**grams), arrays["columns"], arrays["idf"])
        self._weights = arrays["weights"]
        self.bias = arrays["bias"]

    def score(self, texts: Sequence[str], on_done: Callable[[int], None] | None = None) -> Scores:
        """Raw scores in [0, 1], float32 (n_texts, n_labels), in the texts' order.

        Args:
            texts: any number; an empty text is scored like any other, no texts give (0, n_labels).
            on_done: told after each batch how many texts are done.
        """
        scores = np.empty((len(texts), len(self.labels)), np.float32)
        parts = list(chunks(texts))
        pool = ThreadPoolExecutor(min(_MOST_THREADS, os.cpu_count() or 1))
        try:
            found = pool.map(lambda part: self._score(texts[part]), parts)
            for part, rows in zip(parts, found, strict=True):
                scores[part] = rows
                if on_done is not None:
                    on_done(part.stop)
        finally:
            pool.shutdown(cancel_futures=True)
        return scores

    def contributions(self, text: str) -> Contributions:
        """What each known n-gram of a text adds to each label's logit."""
        every = occurrences(text, self._vocabulary.grams)
        places = self._vocabulary.places[every.keys]
        known = places >= 0
        found = vectors([text], self._vocabulary)
        own = np.searchsorted(found.columns, places[known])
        shares = found.values / np.bincount(own, minlength=len(found.columns))
        weights = self._weights[places[known]] * shares[own, None]
        return Contributions(every.begin[known], every.end[known], weights)

    def _score(self, texts: Sequence[str]) -> Scores:
        found = vectors(texts, self._vocabulary)
        logits = sums(found, self._weights, len(texts)) + self.bias
        return probabilities(logits)


def probabilities(logits: NDArray[np.float64]) -> Scores:
    """The logistic function, without overflow."""
    small = np.exp(-np.abs(logits))
    scores: Scores = (np.where(logits >= 0, 1.0, small) / (1.0 + small)).astype(np.float32)
    return scores
