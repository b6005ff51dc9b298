"""The engine of encoders: torch in full precision on the CPU.

Scores of a text agree within 1e-6 whatever texts share its batch: nothing is quantised, padding
is masked exactly, and how far a text is padded depends on its own length alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoModelForSequenceClassification
from transformers.utils import logging

from .bundle import Bundle
from .tokens import Ids, batched, open_tokenizer, pad

Scores = NDArray[np.float32]

logging.disable_progress_bar()  # type: ignore[no-untyped-call]


class EncoderScorer:
    """Scores texts with the classifier of one bundle.

    Attributes:
        labels: names, in the order of the scores' columns.
        max_length: tokens read of a text.
    """

    def __init__(self, folder: Path, bundle: Bundle) -> None:
        assert bundle.max_length is not None
        self.labels = bundle.labels
        self.max_length: int = bundle.max_length
        self._inputs = tuple(bundle.details["inputs"])
        self._pad_id = int(bundle.details["pad_id"])
        # Somebody else's classifier may know other labels, and make its scores another way.
        self._softmax = bundle.details.get("activation") == "softmax"
        self._outputs = bundle.details.get("outputs", list(range(len(bundle.labels))))
        self._tokenizer = open_tokenizer(folder / "tokenizer.json", self.max_length)
        self._model = AutoModelForSequenceClassification.from_pretrained(
            folder, dtype=torch.float32, use_safetensors=True, local_files_only=True
        ).eval()

    def score(self, texts: Sequence[str], on_done: Callable[[int], None] | None = None) -> Scores:
        """Raw scores in [0, 1], float32 (n_texts, n_labels), in the texts' order.

        Args:
            texts: any number; an empty text is scored like any other, no texts give (0, n_labels).
            on_done: told after each batch how many texts are done.
        """
        scores = np.empty((len(texts), len(self.labels)), np.float32)
        done = 0
        for places, ids, length in batched(self._tokenizer, texts, self.max_length):
            scores[places] = self._forward(ids, length)
            done += len(places)
            if on_done is not None:
                on_done(done)
        return scores

    def _forward(self, ids: list[Ids], length: int) -> Scores:
        padded, mask = pad(ids, self._pad_id, length)
        arrays = {
            "input_ids": torch.from_numpy(padded),
            "attention_mask": torch.from_numpy(mask),
            "token_type_ids": torch.zeros(padded.shape, dtype=torch.int64),
        }
        with torch.inference_mode():
            logits = self._model(**{name: arrays[name] for name in self._inputs}).logits
        kept = logits.float()
        made: Scores = (kept.softmax(dim=1) if self._softmax else kept.sigmoid()).numpy()
        # A label without an output scores 0: the last column, which is added for it.
        whole = np.concatenate([made, np.zeros((len(made), 1), np.float32)], axis=1)
        scores: Scores = whole[:, [-1 if n is None else n for n in self._outputs]]
        return scores
