"""Scores and thresholds become decisions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def flagged(scores: NDArray[np.float32], thresholds: Sequence[float | None]) -> NDArray[np.bool_]:
    """Which labels a text is flagged for: score >= threshold.

    Compared in double precision: numpy would otherwise round the threshold to the scores' single
    precision, and a text could fall on either side depending on who asks.

    Args:
        scores: (n_texts, n_labels).
        thresholds: one per label; None switches a label off, so that it flags nothing.

    Returns:
        bool (n_texts, n_labels).
    """
    limits = np.array([np.inf if t is None else t for t in thresholds], np.float64)
    decisions: NDArray[np.bool_] = scores.astype(np.float64) >= limits
    return decisions


def decisions(
    scores: NDArray[np.float32],
    thresholds: Sequence[float | None],
    act: Sequence[float | None],
) -> NDArray[np.str_]:
    """Per text and label "clear", "flagged" (to be read) or "act".

    Args:
        scores: (n_texts, n_labels); NaN is clear, as nothing is known of it.
        thresholds: one per label; None switches a label off.
        act: one per label, above its threshold; None where it has no second cut-off.

    Returns:
        (n_texts, n_labels) of these words. A text to act on is flagged as well; see `flagged`.
    """
    read = np.where(flagged(scores, thresholds), "flagged", "clear")
    return np.where(flagged(scores, act), "act", read)
