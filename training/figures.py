"""What a training measures of itself between epochs: how well the scores rank the texts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from toxapp.decisions.figures import figures


@dataclass(frozen=True)
class Ranking:
    """Figures that need no threshold; None where no label has both kinds of texts.

    Attributes:
        loss: mean binary cross-entropy over the known targets.
        mean_roc_auc, mean_average_precision: over the labels for which they are defined.
        macro_f1_at_half: F1 at a threshold of 0.5, mean over the labels.
    """

    loss: float
    mean_roc_auc: float | None
    mean_average_precision: float | None
    macro_f1_at_half: float | None

    @property
    def selection(self) -> float:
        """What the best weights are chosen by: mean average precision, else the loss, negated."""
        precision = self.mean_average_precision
        return -self.loss if precision is None else precision

    def known(self) -> dict[str, float]:
        """The figures that are defined, by name."""
        return {name: value for name, value in vars(self).items() if value is not None}


def ranking(targets: NDArray[np.float32], scores: NDArray[np.float32]) -> Ranking:
    """Figures of scores (n_texts, n_labels) against targets of that shape, NaN where missing."""
    names = [str(n) for n in range(targets.shape[1])]
    found = figures(targets, scores, names, [0.5] * len(names))
    return Ranking(
        loss(targets, scores),
        found.mean_roc_auc,
        found.mean_average_precision,
        found.macro_f1_at_half,
    )


def loss(targets: NDArray[np.float32], scores: NDArray[np.float32]) -> float:
    """Mean binary cross-entropy over the known targets, scores kept 1e-7 off 0 and 1."""
    known = ~np.isnan(targets)
    if not known.any():
        return 0.0
    score = np.clip(scores[known].astype(np.float64), 1e-7, 1 - 1e-7)
    target = targets[known].astype(np.float64)
    return float(-(target * np.log(score) + (1 - target) * np.log(1 - score)).mean())
