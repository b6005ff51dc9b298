"""The cut-off of one label that meets a wish, or comes nearest to it and says so.

Wishes other than F are met by exact counts over every distinct score of these texts: on other
texts the figure will lie on either side of the one wished for.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toxapp.decisions.choose import Choice, best_f, reason_for_none
from toxapp.decisions.curve import Curve, Floats, counts, curve, decide
from toxapp.decisions.wishes import Objective

_NONE_HIGHER = "No text scores higher than at the threshold"


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
    return _solved(targets, scores, objective, above=-1.0)


def choose_act(
    targets: Floats, scores: Floats, objective: Objective, threshold: float | None
) -> Choice:
    """The second cut-off that meets the wish, among those that leave a flagged text to be read.

    Recall and cost are those of acting alone: a positive that is only read counts as missed.

    Args:
        targets: (n_texts,) as for `choose`.
        scores: (n_texts,) in [0, 1].
        objective: the wish.
        threshold: the first cut-off; None is switched off.

    Returns:
        No cut-off, with the reason, where the label is off, no text scores above the threshold,
        the best F-beta, which is smoothed, is not above it, or the precision cannot be had: the
        best that can be is told, but who asks for 95 % does not want to act on 70 %.

    Raises:
        DataError: a score is not a number from 0 to 1.
    """
    if threshold is None:
        return _none_to_act("The label is switched off", targets, scores)
    read = scores[decide(scores, threshold)].astype(np.float64)
    lowest = float(read.min()) if read.size else 1.0  # at or below it all would be acted upon
    found = choose(targets, scores, objective)
    if found.threshold is not None and found.threshold <= lowest:
        if objective.kind == "fbeta":
            words = f"The {objective.words} leads to {found.threshold:.4g}, which is not above the "
            return _none_to_act(f"{words}threshold {threshold:.4g}", targets, scores)
        found = _solved(targets, scores, objective, above=lowest)
    best = found.expected
    short = best.precision is not None and best.precision < objective.value
    if objective.kind == "precision" and short:
        words = f"No cut-off has a precision of {objective.value:g} here (the best has "
        words += f"{best.precision:.3g}, with a recall of {best.recall:.3g})"
        return _none_to_act(words, targets, scores)
    return found


def _none_to_act(cause: str, targets: Floats, scores: Floats) -> Choice:
    reason = f"{cause}, so there is no cut-off to act from."
    return Choice(None, reason, counts(targets, scores, None))


def _solved(targets: Floats, scores: Floats, objective: Objective, *, above: float) -> Choice:
    if objective.kind == "flagged":
        return _flagged(targets, scores, objective.value, above)
    whole = curve(targets, scores)
    reason = reason_for_none(whole)
    if reason:
        return Choice(None, reason, counts(targets, scores, None))
    found = _higher(whole, above)
    if not found.flagged.any():
        return _none_to_act(_NONE_HIGHER, targets, scores)
    solve = {"precision": _precision, "recall": _recall, "cost": _cost}[objective.kind]
    threshold, note = solve(found, objective)
    return _settled(targets, scores, threshold, note)


def _higher(found: Curve, above: float) -> Curve:
    """The candidates above a threshold."""
    kept = found.thresholds > above
    return replace(
        found,
        thresholds=found.thresholds[kept],
        flagged=found.flagged[kept],
        caught=found.caught[kept],
    )


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
    # Over all cut-offs the lowest flags every text, so any recall can be had; above another, not.
    met = (found.recall >= wish.value) & (found.flagged > 0)
    if met.any():
        precision = np.where(met, found.precision, -1.0)
        return float(found.thresholds[np.argmax(precision)]), None
    return float(found.thresholds[0]), (
        f"No cut-off above the threshold has a recall of {wish.value:g} here; the best has "
        f"{found.recall[0]:.3g}, and is taken."
    )


def _cost(found: Curve, wish: Objective) -> tuple[float, str | None]:
    missed, alarms = found.positives - found.caught, found.flagged - found.caught
    costs = wish.value * missed + wish.false_alarm * alarms
    nothing = wish.value * found.positives
    if nothing <= costs.min():
        above = found.thresholds[-1] if found.flagged[-1] == 0 else np.inf
        return float(above), "Flagging nothing costs least here."
    return _last(found, -costs), None


def _flagged(targets: Floats, scores: Floats, share: float, above: float) -> Choice:
    if not len(scores):
        reason = "There is no text here, so no threshold can be chosen; it is switched off."
        return Choice(None, reason, counts(targets, scores, None))
    every = _higher(curve(np.zeros(len(scores)), scores), above)
    if not every.flagged.any():
        return _none_to_act(_NONE_HIGHER, targets, scores)
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
