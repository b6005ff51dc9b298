"""How the raw scores of one label become probabilities: three ways to fit it.

    temperature   the log-odds times a slope                        Guo et al. 2017, ICML
    platt         the log-odds times a slope, plus an intercept     Platt 1999
    isotonic      straight lines between the blocks of an isotonic regression, through the middle
                  of each, so that it rises strictly                Oron and Flournoy 2017

A fit is a plain dict, as a rule keeps it and `toxapp.inference.calibrated` applies it. All targets
are drawn a little to the middle first, as Platt does: 1 becomes (n+ + 1) / (n+ + 2) and 0 becomes
1 / (n- + 2), of n+ positives and n- negatives. So texts told apart without a fault do not lead to
an endless slope, and no probability is 0 or 1 but at the scores 0 and 1.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression, minimize

from toxapp.decisions.curve import Floats, known
from toxapp.decisions.reliability import FINEST
from toxapp.errors import DataError

Method = Literal["none", "temperature", "platt", "isotonic"]
METHODS: tuple[Method, ...] = ("none", "temperature", "platt", "isotonic")
"""From the simplest on."""

FEWEST = 20
"""Positives, and negatives, below which none is fitted.

Measured on drawn texts of known probability (log-odds normal, 5 % positive; slope 0.6: too sure;
shifted by 1: too low; bent: no line mends it; 40 draws, 24 of bent). How much of the log loss that
a faultless calibration would save is saved by what `toxapp.evaluation.calibration` chooses, and in
how many draws it made raw scores worse that were faultless:

positives        5        10       20       50
too sure         15 %     46 %     87 %     98 %
too low          18 %     35 %     72 %
bent                       8 %     37 %     73 %
faultless worse  10 %      8 %      8 %      2 %

At 10 most of the gain is left where it is; from 20 on most of it is had. The mean loss where raw
scores were faultless is 0.001 at 20 and below 0.0001 at 50.
"""

_SAME = 1e-12  # blocks that differ by rounding alone are one

Fit = dict[str, Any]
Bools = NDArray[np.bool_]
Array = NDArray[np.float64]


def why_not(targets: Floats, scores: Floats) -> str | None:
    """Why no calibration can be fitted to these texts, one sentence; None where one can.

    Raises:
        DataError: a score is not a number from 0 to 1.
    """
    positive, values = known(targets, scores)
    fewer = min(int(positive.sum()), int((~positive).sum()))
    if fewer < FEWEST:
        carry = "carry" if positive.sum() <= (~positive).sum() else "are known not to carry"
        return (
            f"Only {fewer} texts here {carry} this label, and a calibration needs {FEWEST}: label "
            "more of them; until then its raw scores are shown."
        )
    if np.ptp(values) == 0:
        return "Every text here scores the same for this label, so there is nothing to calibrate."
    if values[positive].mean() <= values[~positive].mean():
        return (
            "Texts that carry this label score no higher here than those that do not, so its "
            "scores cannot be made probabilities."
        )
    return None


def fit(targets: Floats, scores: Floats, method: Method) -> Fit | None:
    """A calibration fitted to one label's texts; None for "none".

    Args:
        targets: (n_texts,) 1, 0, a fraction (positive from 0.5 on) or NaN (left out).
        scores: (n_texts,) in [0, 1].
        method: the way.

    Raises:
        DataError: the texts do not allow it (`why_not`), or a score is not a number from 0 to 1.
    """
    reason = why_not(targets, scores)
    if reason:
        raise DataError(reason)
    return fitted(*known(targets, scores), method)


def fitted(positive: Bools, values: Array, method: Method) -> Fit | None:
    """As `fit`, of texts as `known` has them: all that allow it, or some of such."""
    n_positive, n_negative = int(positive.sum()), int((~positive).sum())
    drawn = np.where(positive, (n_positive + 1) / (n_positive + 2), 1 / (n_negative + 2))
    if method == "none":
        return None
    if method == "isotonic":
        return _isotonic(values, drawn)
    slope, intercept = _line(values, drawn, free=method == "platt")
    return {"method": method, "slope": slope, "intercept": intercept}


def _line(values: Array, drawn: Array, *, free: bool) -> tuple[float, float]:
    """Slope above 0 and intercept, 0 unless free, of least log loss; the problem is convex."""
    inside = np.clip(values, FINEST, 1 - FINEST)
    odds = np.log(inside) - np.log1p(-inside)

    def loss(line: Array) -> tuple[float, Array]:
        raised = line[0] * odds + line[1]
        error = np.exp(-np.logaddexp(0, -raised)) - drawn
        gradient = np.array([(error * odds).mean(), error.mean() if free else 0.0])
        return float((np.logaddexp(0, raised) - drawn * raised).mean()), gradient

    bounds = [(1e-3, 1e3), (-50, 50) if free else (0, 0)]
    found = minimize(
        loss, np.array([1.0, 0.0]), jac=True, bounds=bounds, method="L-BFGS-B",
        options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 500},
    )  # fmt: skip
    return float(found.x[0]), float(found.x[1])


def _isotonic(values: Array, drawn: Array) -> Fit:
    distinct, at, weight = np.unique(values, return_inverse=True, return_counts=True)
    mean = np.bincount(at, drawn) / weight
    stairs = isotonic_regression(mean, weights=weight).x
    first = np.flatnonzero(np.diff(stairs, prepend=-1) > _SAME)
    raw = np.add.reduceat(distinct * weight, first) / np.add.reduceat(weight, first)
    probability = stairs[first]
    if raw[0] > 0:
        raw, probability = np.append(0.0, raw), np.append(0.0, probability)
    if raw[-1] < 1:
        raw, probability = np.append(raw, 1.0), np.append(probability, 1.0)
    return {"method": "isotonic", "raw": raw.tolist(), "probability": probability.tolist()}
