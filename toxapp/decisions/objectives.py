"""The cut-off of one label that meets a wish, or comes nearest to it and says so.

Wishes other than F are met by exact counts over every distinct score of these texts: on other
texts the figure will lie on either side of the one wished for.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from toxapp.decisions.choose import Choice, best_f, reason_for_none
from toxapp.decisions.curve import Curve, Floats, counts, curve
from toxapp.decisions.wishes import Objective


def choose(targets: Floats, scores: Floats, objective: Objective) -> Choice:
    """The threshold that meets the wish, or comes nearest and says so in its note.

    Args:
        targets: (n_texts,) 1, 0, a fraction (positive from 0.5 on) or NaN (missing: in no count,
            except for a flagged share, which is that of all texts).
        scores: (n_texts,) in [0, 1].
        objective: the wish.

    Returns:
        No threshold where these texts cannot tell one cut-off from another (see
        `choose.best_f`; a flagged share needs no targets), or where nothing is to be flagged and
        the highest score is 1, above which no threshold stands.

    Raises:
        DataError: a score is not a number from 0 to 1.
    """
    if objective.kind == "fbeta":
        return best_f(targets, scores, beta=objective.value)
    if objective.kind == "flagged":
        return _flagged(targets, scores, objective.value)
    found = curve(targets, scores)
    reason = reason_for_none(found)
    if reason:
        return Choice(None, reason, counts(targets, scores, None))
    solve = {"precision": _precision, "recall": _recall, "cost": _cost}[objective.kind]
    threshold, note = solve(found, objective)
    return _settled(targets, scores, threshold, note)


def _precision(found: Curve, wish: Objective) -> tuple[float, str | None]:
    # nan, where nothing is flagged, meets no wish.
    met = found.precision >= wish.value
    if met.any():
        return _last(found, np.where(met, found.caught, -1)), None
    highest = np.nanmax(found.precision)
    threshold = _last(found, np.where(found.precision == highest, found.caught, -1))
    recall = found.recall[found.thresholds == threshold][0]
    return threshold, (
        f"No cut-off has a precision of {wish.value:g} here; the best has {highest:.3g}, "
        f"with a recall of {recall:.3g}, and is taken."
    )


def _recall(found: Curve, wish: Objective) -> tuple[float, str | None]:
    # The lowest cut-off flags every text, so any recall can be had.
    met = (found.recall >= wish.value) & (found.flagged > 0)
    precision = np.where(met, found.precision, -1.0)
    best = np.flatnonzero(precision == precision.max())
    return float(found.thresholds[best[0]]), None


def _cost(found: Curve, wish: Objective) -> tuple[float, str | None]:
    missed, alarms = found.positives - found.caught, found.flagged - found.caught
    costs = wish.value * missed + wish.false_alarm * alarms
    nothing = wish.value * found.positives
    if nothing <= costs.min():
        above = found.thresholds[-1] if found.flagged[-1] == 0 else np.inf
        return float(above), "Flagging nothing costs least here."
    return _last(found, -costs), None


def _flagged(targets: Floats, scores: Floats, share: float) -> Choice:
    if not len(scores):
        reason = "There is no text here, so no threshold can be chosen; it is switched off."
        return Choice(None, reason, counts(targets, scores, None))
    every = curve(np.zeros(len(scores)), scores)
    shares = every.flagged / len(scores)
    met = np.flatnonzero(shares <= share)
    threshold = float(every.thresholds[met[0]]) if met.size else np.inf
    fewest = shares[shares > 0].min()
    note = None
    if fewest > share > 0:
        note = (
            f"Nothing is flagged: the texts with the highest score are {100 * fewest:.3g} % of "
            f"all, and no cut-off flags fewer."
        )
    return _settled(targets, scores, threshold, note)


def _settled(targets: Floats, scores: Floats, threshold: float, note: str | None) -> Choice:
    if np.isfinite(threshold):
        return Choice(threshold, None, counts(targets, scores, threshold), note)
    reason = "The highest score is 1, above which no threshold stands; it is switched off."
    reason = f"{note} {reason}" if note else reason
    return Choice(None, reason, counts(targets, scores, None))


def _last(found: Curve, values: NDArray[Any]) -> float:
    """The highest of the thresholds with the highest value: it flags the fewest."""
    return float(found.thresholds[np.flatnonzero(values == values.max())[-1]])
