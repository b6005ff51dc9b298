"""How well scores rank one label's texts, whatever the threshold: ROC AUC, average precision.

Both are sums over the distinct scores, for many weightings of the texts at once: weights of one
give the figure, the counts of a bootstrap's resamples its interval, by the same lines. (Importing
scikit-learn for the figure alone takes 2 s and 160 MB; it is the tests' oracle instead.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from toxapp.decisions.curve import Floats, known, ratio


@dataclass(frozen=True, eq=False)
class Ranking:
    """The texts with a known target, best score first; ties in any order.

    Attributes:
        order: (n_known,) positions among all texts.
        positive: (n_known,) float64, 1.0 or 0.0, in that order.
        last: (n_corners,) where in that order a distinct score ends, the scores being those that
            a positive has, the one before each of them, and the lowest: between them recall stands
            still, so both areas need no others.
    """

    order: NDArray[np.intp]
    positive: NDArray[np.float64]
    last: NDArray[np.intp]


def rank(targets: Floats, scores: Floats) -> Ranking:
    """Sort one label's texts, (n_texts,) each, by falling score; equal means equal to the bit.

    Raises:
        DataError: a score is not a number from 0 to 1.
    """
    positive, values = known(targets, scores)
    falling = np.argsort(-values, kind="stable")
    hits = positive[falling].astype(np.float64)
    return Ranking(
        order=np.flatnonzero(~np.isnan(targets))[falling],
        positive=hits,
        last=_corners(hits, values[falling]),
    )


def areas(
    ranking: Ranking, weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """ROC AUC and average precision for each weighting of the texts.

    ROC AUC is the chance that a positive outranks a negative, a tie counting half (the area under
    the polygon through every distinct score). Average precision is the mean over positives of the
    precision at their score, sum of (R_i - R_(i-1)) P_i without interpolation. Definitions:
    https://scikit-learn.org/stable/modules/model_evaluation.html#roc-metrics

    Args:
        ranking: of one label.
        weights: (n_texts, n_weightings) not negative; a text of weight 0 is not there.

    Returns:
        (n_weightings,) each, in [0, 1]. ROC AUC is nan without a positive or a negative, average
        precision without a positive; with positives alone it is 1, whatever the scores.
    """
    weight = weights[ranking.order]
    flagged = _running(weight, ranking.last)
    weight *= ranking.positive[:, None]
    caught = _running(weight, ranking.last)
    alarms = flagged - caught
    under = np.asarray(np.trapezoid(caught, alarms, axis=0))
    roc = ratio(under, caught[-1] * alarms[-1])
    # Where nothing is flagged yet nothing is caught either, so any precision there weighs nothing.
    gained = np.diff(caught, axis=0) * caught[1:] / np.maximum(flagged[1:], np.finfo(float).tiny)
    return roc, ratio(gained.sum(axis=0), caught[-1])


def _corners(hits: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.intp]:
    ends = np.flatnonzero(np.diff(values, append=-1.0))
    caught = np.cumsum(hits)[ends]
    rises = np.diff(caught, prepend=0.0) > 0
    corner: NDArray[np.intp] = ends[rises | np.append(rises[1:], np.ones(min(1, len(ends)), bool))]
    return corner


def _running(weight: NDArray[np.float64], last: NDArray[np.intp]) -> NDArray[np.float64]:
    """(1 + n_corners, n_weightings) the weight down to each corner, from 0 on."""
    total = np.zeros((1 + len(last), weight.shape[1]))
    # Summed by stretch first: running sums over all texts took five times as long.
    steps = np.add.reduceat(weight, np.append(0, last + 1)[:-1], axis=0)
    np.cumsum(steps, axis=0, out=total[1:])
    return total
