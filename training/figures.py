"""What a training measures of itself: how well the scores rank the texts, and what 0.5 flags."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toxapp.decisions.figures import LabelFigures, figures
from toxapp.decisions.pooled import exact_match, micro_roc_auc


@dataclass(frozen=True)
class Measured:
    """Figures of one split; those that are undefined are None.

    Attributes:
        loss: mean binary cross-entropy over the known targets.
        mean_roc_auc, mean_average_precision: over the labels for which they are defined.
        micro_roc_auc: of all pairs of a text and a label.
        macro_f1_at_half: F1 at a threshold of 0.5, mean over the labels.
        micro_f1_at_half: of all labels' decisions at 0.5 pooled.
        exact_match_at_half: share of texts with every known label right at 0.5.
        labels: label -> "texts" with a known target, "positives", "rate", "precision", "recall"
            and "f1" at 0.5, "roc_auc", "average_precision".
    """

    loss: float
    mean_roc_auc: float | None
    mean_average_precision: float | None
    micro_roc_auc: float | None
    macro_f1_at_half: float | None
    micro_f1_at_half: float | None
    exact_match_at_half: float | None
    labels: dict[str, dict[str, float | None]] = field(default_factory=dict)

    def selection(self, best_by: str) -> float:
        """What the best weights are chosen by, higher is better.

        Args:
            best_by: a figure's name; where that is undefined, the loss stands in, negated.
        """
        value: float | None = getattr(self, best_by)
        return -self.loss if value is None or best_by == "loss" else value

    def known(self) -> dict[str, Any]:
        """The figures that are defined, by name."""
        return {name: value for name, value in vars(self).items() if value is not None}


def measured(
    targets: NDArray[np.float32], scores: NDArray[np.float32], labels: tuple[str, ...]
) -> Measured:
    """Figures of scores (n_texts, n_labels) against targets of that shape, NaN where missing."""
    halves = [0.5] * len(labels)
    found = figures(targets, scores, labels, halves)
    return Measured(
        loss=loss(targets, scores),
        mean_roc_auc=found.mean_roc_auc,
        mean_average_precision=found.mean_average_precision,
        micro_roc_auc=micro_roc_auc(targets, scores),
        macro_f1_at_half=found.macro_f1_at_half,
        micro_f1_at_half=found.micro_f1,
        exact_match_at_half=exact_match(targets, scores, halves),
        labels={name: _of_label(each) for name, each in found.labels.items()},
    )


def gap(train: dict[str, Any], test: dict[str, Any]) -> dict[str, float]:
    """How much better each mean figure is on train than on test; the loss the other way round.

    Args:
        train: figures by name, as `Measured.known` gives them.
        test: likewise. A figure that either lacks is left out.
    """
    both = [n for n in train if isinstance(train[n], float) and isinstance(test.get(n), float)]
    return {n: (test[n] - train[n]) if n == "loss" else (train[n] - test[n]) for n in both}


def loss(targets: NDArray[np.float32], scores: NDArray[np.float32]) -> float:
    """Mean binary cross-entropy over the known targets, scores kept 1e-7 off 0 and 1."""
    known = ~np.isnan(targets)
    if not known.any():
        return 0.0
    score = np.clip(scores[known].astype(np.float64), 1e-7, 1 - 1e-7)
    target = targets[known].astype(np.float64)
    return float(-(target * np.log(score) + (1 - target) * np.log(1 - score)).mean())


def rates(targets: NDArray[np.float32]) -> NDArray[np.float64]:
    """How often each label is carried (n_labels,), kept off 0 and 1 by one text of either kind."""
    known = (~np.isnan(targets)).sum(axis=0)
    found: NDArray[np.float64] = (np.nansum(targets, axis=0, dtype=np.float64) + 1) / (known + 2)
    return found


def _of_label(found: LabelFigures) -> dict[str, float | None]:
    return {
        "texts": found.texts,
        "positives": found.positives,
        "rate": found.positives / found.texts if found.texts else None,
        "precision": found.precision,
        "recall": found.recall,
        "f1": found.f1,
        "roc_auc": found.roc_auc,
        "average_precision": found.average_precision,
    }
