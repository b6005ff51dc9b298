"""The engine of small networks: numpy and the tokenizer, double precision.

A text's score does not move with its company: its embeddings are summed by themselves, in the
order of its tokens, and nothing is padded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from .bundle import Bundle
from .linear import probabilities
from .tokens import Ids, encode, open_tokenizer

Scores = NDArray[np.float32]
Numbers = NDArray[np.float64]

_CHUNK_TEXTS = 1024
_BATCH_TOKENS = 16_384


class SmallScorer:
    """Scores texts with the classifier of one bundle.

    Attributes:
        labels: names, in the order of the scores' columns.
        max_length: tokens read of a text.
    """

    def __init__(self, folder: Path, bundle: Bundle) -> None:
        assert bundle.max_length is not None
        self.labels = bundle.labels
        self.max_length: int = bundle.max_length
        self._with_maximum = bundle.details["pooling"] != "mean"
        self._tokenizer = open_tokenizer(folder / "tokenizer.json", self.max_length)
        arrays = load_file(folder / "model.safetensors")
        self._embeddings = arrays["embeddings.weight"]
        names = [*(f"dense.{n}" for n in range(bundle.details["dense_layers"])), "classifier"]
        self._layers = [
            (arrays[f"{name}.weight"].astype(np.float64).T, arrays[f"{name}.bias"])
            for name in names
        ]

    def score(self, texts: Sequence[str], on_done: Callable[[int], None] | None = None) -> Scores:
        """Raw scores in [0, 1], float32 (n_texts, n_labels), in the texts' order.

        Args:
            texts: any number; an empty text is scored like any other, no texts give (0, n_labels).
            on_done: told after each batch how many texts are done.
        """
        scores = np.empty((len(texts), len(self.labels)), np.float32)
        for start in range(0, len(texts), _CHUNK_TEXTS):
            chunk = encode(self._tokenizer, texts[start : start + _CHUNK_TEXTS])
            for part in _parts([len(ids) for ids in chunk]):
                done = start + part.stop
                scores[start + part.start : done] = self._forward(chunk[part])
                if on_done is not None:
                    on_done(done)
        return scores

    def _forward(self, ids: list[Ids]) -> Scores:
        numbers = self._pooled(ids)
        for weights, bias in self._layers[:-1]:
            numbers = np.maximum(numbers @ weights + bias, 0.0)
        weights, bias = self._layers[-1]
        return probabilities(numbers @ weights + bias)

    def _pooled(self, ids: list[Ids]) -> Numbers:
        """Mean and, where asked for, maximum of each text's embeddings; 0 for one of no tokens."""
        width = self._embeddings.shape[1]
        pooled = np.zeros((len(ids), width * (2 if self._with_maximum else 1)))
        for row, tokens in enumerate(ids):
            if len(tokens):
                found = self._embeddings[tokens]
                pooled[row, :width] = found.sum(axis=0, dtype=np.float64) / len(tokens)
                if self._with_maximum:
                    pooled[row, width:] = found.max(axis=0)
        return pooled


def _parts(lengths: Sequence[int]) -> Iterator[slice]:
    """The texts of a chunk in parts of at most `_BATCH_TOKENS` tokens, or of a single text."""
    begin = tokens = 0
    for index, length in enumerate(lengths):
        if index > begin and tokens + length > _BATCH_TOKENS:
            yield slice(begin, index)
            begin, tokens = index, 0
        tokens += length
    yield slice(begin, len(lengths))
