"""How far a chosen threshold would wander, had other texts of the same source been labelled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from toxapp.decisions.curve import Floats, cuts, known, ratio
from toxapp.decisions.intervals import CELLS, Interval, draw


def best_f1_interval(
    targets: Floats, scores: Floats, *, resamples: int = 300, seed: int = 0
) -> Interval | None:
    """The 95 % percentile interval of the best-F1 threshold over resamples of the texts.

    A resample without a positive chooses nothing and is left out. Percentile intervals are too
    narrow below about ten positives.

    Args:
        targets: (n_texts,) 1, 0, a fraction (positive from 0.5 on) or NaN (left out).
        scores: (n_texts,) in [0, 1].
        resamples: how many.
        seed: of the drawing.

    Returns:
        Two thresholds, or None where no resample has a positive and a negative to choose by.

    Raises:
        DataError: a score is not a number from 0 to 1.
    """
    positive, values = known(targets, scores)
    if not positive.any() or positive.all():
        return None
    thresholds = cuts(scores)
    rising = np.argsort(values, kind="stable")
    first = np.searchsorted(values[rising], thresholds)
    rng = np.random.default_rng(seed)
    size = max(1, CELLS // len(values))
    chosen = [
        _best(positive[rising], first, draw(rng, len(values), min(size, resamples - start)))
        for start in range(0, resamples, size)
    ]
    at = np.concatenate(chosen)
    low, high = np.percentile(thresholds[at[at >= 0]], (2.5, 97.5))
    return float(low), float(high)


def _best(
    positive: NDArray[np.bool_], first: NDArray[np.intp], weights: NDArray[np.float64]
) -> NDArray[np.intp]:
    """Which cut-off each resample chooses, (n_resamples,); -1 where it has no positive.

    Args:
        positive: (n_texts,) in rising order of the scores.
        first: (k,) position of the first text that each cut-off flags.
        weights: (n_texts, n_resamples), how often each text is in each resample.
    """
    flagged = _from(weights, first)
    caught = _from(weights * positive[:, None], first)
    positives = (weights * positive[:, None]).sum(axis=0)
    f1 = ratio(2 * caught, flagged + positives)
    # The highest of equals, as best_f1 chooses.
    best = len(first) - 1 - np.argmax(np.nan_to_num(f1[::-1]), axis=0)
    return np.where(positives > 0, best, -1)


def _from(weights: NDArray[np.float64], first: NDArray[np.intp]) -> NDArray[np.float64]:
    """(k, n_resamples) the weight of all texts from each position on."""
    running = np.concatenate([np.zeros((1, weights.shape[1])), np.cumsum(weights, axis=0)])
    behind: NDArray[np.float64] = running[-1] - running[first]
    return behind
