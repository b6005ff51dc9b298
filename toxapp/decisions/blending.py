"""How much each of several classifiers should count when their scores are combined.

Scores are combined as a weighted mean of their logits, label by label. The weights are those of a
logistic regression of the targets on the logits (stacking: Wolpert 1992), none below 0, drawn
towards equal weights, the more so the fewer texts carry the label.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

# Logits of scores that single precision rounds to 0 or 1.
_CLOSEST = 1e-7
# How many texts' worth of evidence equal weights are given.
_PRIOR = 4.0
_SMALL = 1.0

Weights = NDArray[np.float64]


def logits(scores: NDArray[np.float32]) -> NDArray[np.float64]:
    """log(p / (1 - p)) of scores in [0, 1], those within 1e-7 of the ends taken as there."""
    kept = np.clip(scores.astype(np.float64), _CLOSEST, 1 - _CLOSEST)
    found: NDArray[np.float64] = np.log(kept) - np.log1p(-kept)
    return found


def weights(scores: NDArray[np.float32], targets: NDArray[np.float32]) -> Weights:
    """The weight of every classifier for every label.

    Args:
        scores: (n_classifiers, n_texts, n_labels) in [0, 1], of texts that none was trained on.
        targets: (n_texts, n_labels), NaN where missing; fractions count as such.

    Returns:
        (n_classifiers, n_labels), not negative, each column summing to 1; equal weights for a
        label that has no positive or no negative text.
    """
    count, _, labels = scores.shape
    found = np.full((count, labels), 1 / count)
    for label in range(labels):
        known = ~np.isnan(targets[:, label])
        truth = targets[known, label].astype(np.float64)
        if known.any() and (truth >= 0.5).any() and (truth < 0.5).any():
            found[:, label] = _of_label(logits(scores[:, known, label]), truth)
    return found


def _of_label(known: NDArray[np.float64], truth: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights (n_classifiers,) from logits (n_classifiers, n) and targets (n,)."""
    count = len(known)

    def loss(free: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        bias, slopes = free[0], free[1:]
        sums = bias + slopes @ known
        apart = slopes - slopes.mean()
        cost = np.logaddexp(0, sums).sum() - truth @ sums
        # The second keeps two that say the same, or the opposite, from growing without bound.
        pulled = _PRIOR * apart @ apart + _SMALL * slopes @ slopes
        missed = expit(sums) - truth
        slope = known @ missed + 2 * _PRIOR * apart + 2 * _SMALL * slopes
        return float(cost + pulled), np.concatenate(([missed.sum()], slope))

    start = np.concatenate(([0.0], np.full(count, 1 / count)))
    bounds = [(None, None), *[(0.0, None)] * count]
    precise = {"ftol": 1e-12, "gtol": 1e-6}
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options=precise)
    slopes = found.x[1:]
    total = slopes.sum()
    return slopes / total if total > 0 else np.full(count, 1 / count)
