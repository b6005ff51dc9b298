"""The engine of text-to-text classifiers: torch in full precision on the CPU.

A label's score is the probability that the string which the model would write names it, among the
strings that name labels at all: summed over all of them where labels are few ("exact"), over the
most probable ones elsewhere ("beams"). A text goes through the model by itself, so its scores are
the same bit for bit whatever its company; a text's tree of strings fills the processor alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import T5ForConditionalGeneration
from transformers.utils import logging

from .bundle import Bundle
from .linear import probabilities
from .reader import Reader
from .strings import Marginals, Words
from .tokens import encode, open_tokenizer

Scores = NDArray[np.float32]

logging.disable_progress_bar()  # type: ignore[no-untyped-call]

_CHUNK_TEXTS = 4096
_REPORTED_TEXTS = 32


@dataclass(frozen=True, eq=False)
class Decoded:
    """The labels of the strings that the model writes, token by token the most probable one.

    Attributes:
        labels: bool (n_texts, n_labels).
        unknown: how many strings name no known label, nor that there is none.
    """

    labels: NDArray[np.bool_]
    unknown: int


@dataclass(frozen=True, eq=False)
class Read:
    """What one pass over the texts gives.

    Attributes:
        scores: raw, in [0, 1], float32 (n_texts, n_labels).
        outside: float32 (n_texts,), probability in [0, 1] of all strings that the scores do not
            rest on. These name no known labels; with beams also those that were too improbable to
            look at.
    """

    scores: Scores
    outside: Scores


class TextToTextScorer:
    """Scores texts with the classifier of one bundle.

    Attributes:
        labels: names, in the order of the scores' columns.
        max_length: tokens read of a text, those of the prefix included.
        method: "exact" or "beams".
    """

    def __init__(self, folder: Path, bundle: Bundle) -> None:
        assert bundle.max_length is not None
        self.labels = bundle.labels
        self.max_length: int = bundle.max_length
        self.method: str = bundle.details["method"]
        self._details = bundle.details
        self._tokenizer = open_tokenizer(folder / "tokenizer.json", self.max_length)
        model = T5ForConditionalGeneration.from_pretrained(
            folder,
            # Elsewhere faster: with a tree's mask torch's own attention was 5 times slower.
            attn_implementation="eager",
            dtype=torch.float32,
            use_safetensors=True,
            local_files_only=True,
        )
        found = bundle.details["words"]
        self._words = Words(
            tuple(map(tuple, found["labels"])), tuple(found["none"]), found["start"], found["end"]
        )
        self._reader = Reader(model, self._words, self.method)

    def score(self, texts: Sequence[str], on_done: Callable[[int], None] | None = None) -> Scores:
        """Raw scores in [0, 1], float32 (n_texts, n_labels), in the texts' order.

        Args:
            texts: any number; an empty text is scored like any other, no texts give (0, n_labels).
            on_done: told now and then how many texts are done.
        """
        return self.read(texts, on_done).scores

    def read(self, texts: Sequence[str], on_done: Callable[[int], None] | None = None) -> Read:
        """The scores, as `score` gives them, and how much probability lies outside them."""
        found = self._read(texts, on_done)
        missing = np.clip(-np.expm1(found.known), 0, 1).astype(np.float32)
        return Read(probabilities(found.logits), missing)

    def decoded(self, texts: Sequence[str]) -> Decoded:
        """What the model writes of each text, read as labels."""
        longest = sum(map(len, self._words.labels)) + len(self._words.none) + 1
        spelled = {word: n for n, word in enumerate(self._details["spelled"])}
        labels = np.zeros((len(texts), len(self.labels)), np.bool_)
        unknown = 0
        for row, ids in enumerate(self._inputs(texts)):
            written = self._tokenizer.decode(self._reader.write(ids, longest)).split()
            named = [spelled[word] for word in written if word in spelled]
            labels[row, named] = True
            unknown += not named and self._details["none"] not in written
        return Decoded(labels, unknown)

    def _read(
        self, texts: Sequence[str], on_done: Callable[[int], None] | None = None
    ) -> Marginals:
        logits = np.empty((len(texts), len(self.labels)))
        known = np.empty(len(texts))
        for start in range(0, len(texts), _CHUNK_TEXTS):
            chunk = self._inputs(texts[start : start + _CHUNK_TEXTS])
            for row, ids in enumerate(chunk, start):
                found = self._reader.read(ids, torch.ones_like(ids))
                logits[row], known[row] = found.logits[0], found.known[0]
                done = row + 1
                if on_done is not None and (done % _REPORTED_TEXTS == 0 or done == len(texts)):
                    on_done(done)
        return Marginals(logits, known)

    def _inputs(self, texts: Sequence[str]) -> list[torch.Tensor]:
        """Token ids of each text behind the prefix, (1, n_tokens)."""
        prefix = self._details["prefix"]
        found = encode(self._tokenizer, [prefix + text for text in texts])
        return [torch.from_numpy(ids.astype(np.int64))[None] for ids in found]
