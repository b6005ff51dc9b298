"""A label's ROC and precision-recall curves, thinned to what a screen can show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from toxapp.decisions.curve import Floats, curve

Points = list[tuple[float, float]]

MOST = 120
"""Points of a drawn line; one more is not seen in a chart 360 pixels wide."""


@dataclass(frozen=True)
class Outline:
    """Two lines of at most `MOST` points, from the lowest cut-off to the highest.

    Attributes:
        roc: (share of the negatives flagged, recall), down to (0, 0); empty without a positive or
            without a negative.
        precision_recall: (recall, precision), as far as anything is flagged; empty without a
            positive.
    """

    roc: Points
    precision_recall: Points


def outline(targets: Floats, scores: Floats) -> Outline:
    """Both curves of one label over every cut-off, thinned evenly along the line.

    Args:
        targets: (n_texts,) 1, 0, a fraction (positive from 0.5 on) or NaN (left out).
        scores: (n_texts,) in [0, 1].

    Raises:
        DataError: a score is not a number from 0 to 1.
    """
    found = curve(targets, scores)
    if not found.positives:
        return Outline([], [])
    some = found.flagged > 0
    recall, precision = found.recall[some], found.precision[some]
    alarms = (found.flagged - found.caught)[some]
    roc = found.negatives and _thinned(
        np.append(alarms, 0) / found.negatives, np.append(recall, 0.0)
    )
    return Outline(roc or [], _thinned(recall, precision))


def _thinned(x: NDArray[np.float64], y: NDArray[np.float64]) -> Points:
    """The first and last point and, between them, those nearest to equal steps along the line."""
    if not x.size:
        return []
    along = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y)))])
    steps = np.searchsorted(along, np.linspace(0, along[-1], MOST))
    kept = np.unique(np.concatenate([[0], steps, [len(x) - 1]]).clip(max=len(x) - 1))
    kept = kept[np.linspace(0, len(kept) - 1, min(MOST, len(kept))).round().astype(int)]
    return [(round(float(a), 5), round(float(b), 5)) for a, b in zip(x[kept], y[kept], strict=True)]
