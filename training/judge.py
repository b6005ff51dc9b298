"""The judge of a training by gradient: what the Trainer asks for the figures of an evaluation."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import EvalPrediction

from training.figures import Measured, measured


class Judge:
    """Measures the scores of an evaluation, and keeps what it found for who asks next.

    The Trainer prints and saves whatever figures it is given: it gets the two that it needs.

    Attributes:
        last: all figures of the last evaluation.
    """

    def __init__(self, labels: tuple[str, ...], best_by: str) -> None:
        self.last: Measured | None = None
        self._labels = labels
        self._best_by = best_by

    def __call__(self, found: EvalPrediction) -> dict[str, float]:
        """The loss in full precision, in place of the Trainer's, and what the best is chosen by."""
        assert isinstance(found.predictions, np.ndarray)
        assert isinstance(found.label_ids, np.ndarray)
        self.last = measured(found.label_ids, _sigmoid(found.predictions), self._labels)
        return {"loss": self.last.loss, "selection": self.last.selection(self._best_by)}


def _sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    scores: NDArray[np.float32] = torch.from_numpy(logits).float().sigmoid().numpy()
    return scores
