"""Figures of all labels at once, over pairs of a text and a label, or over whole texts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from toxapp.decisions.curve import CUT, Floats, decide
from toxapp.decisions.ranking import areas, rank


def micro_roc_auc(targets: Floats, scores: Floats) -> float | None:
    """The chance that a positive pair of text and label outscores a negative one, of any labels.

    Args:
        targets: (n_texts, n_labels) 1, 0, a fraction (positive from 0.5 on) or NaN (left out).
        scores: (n_texts, n_labels) in [0, 1].

    Returns:
        From 0 to 1, a tie counting half; None without a positive or without a negative pair.

    Raises:
        DataError: a score is not a number from 0 to 1.
    """
    every = rank(targets.ravel(), scores.ravel())
    if not every.order.size:
        return None
    found = float(areas(every, np.ones((targets.size, 1)))[0][0])
    return None if np.isnan(found) else found


def exact_match(
    targets: Floats, scores: Floats, thresholds: Sequence[float | None]
) -> float | None:
    """The share of texts for which every known label is decided rightly.

    Args:
        targets: (n_texts, n_labels) 1, 0, a fraction (positive from 0.5 on) or NaN (left out).
        scores: (n_texts, n_labels) in [0, 1].
        thresholds: per label; None flags nothing.

    Returns:
        From 0 to 1, over the texts of which any label is known; None where there is none.
    """
    known = ~np.isnan(targets)
    texts = known.any(axis=1)
    if not texts.any():
        return None
    flags = np.column_stack([decide(s, t) for s, t in zip(scores.T, thresholds, strict=True)])
    right = (flags == (targets >= CUT)) | ~known
    return float(right.all(axis=1)[texts].mean())
