"""How far a chosen threshold would wander, had other texts of the same source been labelled."""

from __future__ import annotations

import numpy as np

from toxapp.decisions import smoothed
from toxapp.decisions.choose import reason_for_none
from toxapp.decisions.curve import Floats, curve
from toxapp.decisions.intervals import CELLS, Interval, draw


def best_f_range(
    targets: Floats, scores: Floats, *, beta: float = 1.0, resamples: int = 300, seed: int = 0
) -> Interval | None:
    """The middle 95 % of the best-F thresholds that resamples of the texts choose.

    It is a range over resamples, not an interval that covers a true value: below about ten
    positives it is too narrow. The criterion is that of `choose.best_f`, with the kernel of all
    texts throughout. A resample without a positive chooses nothing and is left out.

    Args:
        targets: (n_texts,) 1, 0, a fraction (positive from 0.5 on) or NaN (left out).
        scores: (n_texts,) in [0, 1].
        beta: how much more recall counts than precision; above 0.
        resamples: how many.
        seed: of the drawing; the order of the texts changes nothing.

    Returns:
        Two thresholds, or None where no threshold can be chosen.

    Raises:
        DataError: a score is not a number from 0 to 1.
    """
    if reason_for_none(curve(targets, scores)):
        return None
    found = smoothed.candidates(targets, scores)
    n_texts = len(found.positive)
    rng = np.random.default_rng(seed)
    size = max(1, CELLS // n_texts)
    chosen = [
        smoothed.chosen(found, draw(rng, n_texts, min(size, resamples - start)), beta=beta)
        for start in range(0, resamples, size)
    ]
    at = np.concatenate(chosen)
    if not (at >= 0).any():
        return None
    low, high = np.percentile(found.thresholds[at[at >= 0]], (2.5, 97.5))
    return float(low), float(high)
