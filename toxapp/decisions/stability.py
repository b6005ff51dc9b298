"""How far a solved threshold would wander, had other texts of the same source been labelled.

The wish is solved anew on resamples of the texts, the same for all labels, by weighing them: a
text's weight is how often it was drawn. The cut-offs stay those of all texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from toxapp.decisions import reweighed
from toxapp.decisions.choose import reason_for_none
from toxapp.decisions.curve import Floats, curve
from toxapp.decisions.intervals import Interval, middle_95
from toxapp.decisions.wishes import Objective

AT_ONCE = 64
"""Resamples at a time: a text's weights then lie in one cache line."""

Weights = NDArray[np.uint8]
Solver = Callable[[Weights], NDArray[np.float64]]


@dataclass(frozen=True)
class Wandering:
    """Where the threshold of one label lay in the resamples.

    Attributes:
        ends: the middle 95 % of the thresholds: a range over resamples, not an interval that
            covers a true value; None without a threshold.
        resamples: in which a threshold could be chosen.
        reason: why there is no range, one sentence; else None.
    """

    ends: Interval | None
    resamples: int = 0
    reason: str | None = None


def ranges(
    targets: Floats,
    scores: Floats,
    wishes: Sequence[Objective],
    *,
    resamples: int = 1000,
    seed: int = 0,
) -> tuple[Wandering, ...]:
    """The range of each label's threshold over resamples of whole texts.

    Below about ten positives it is too narrow. A best F-beta keeps the kernel of all texts. A
    resample without a positive chooses nothing and is left out; one in which nothing is to be
    flagged counts as the cut-off above all scores, or 1.

    Args:
        targets: (n_texts, n_labels) 1, 0, a fraction (positive from 0.5 on) or NaN (drawn, but
            in no count except for a flagged share, as in `objectives.choose`).
        scores: (n_texts, n_labels) in [0, 1].
        wishes: per label, what its threshold is solved for.
        resamples: how many to draw; at least 1.
        seed: equal seeds, texts and order of texts give equal ranges.

    Raises:
        DataError: a score is not a number from 0 to 1.
    """
    columns = list(zip(targets.T, scores.T, wishes, strict=True))
    reasons = [_reason(*column) for column in columns]
    solvers = {n: solver(*columns[n]) for n, reason in enumerate(reasons) if not reason}
    found: dict[int, list[NDArray[np.float64]]] = {n: [] for n in solvers}
    if solvers:
        for weights in drawn(len(scores), resamples, seed):
            for n, solve in solvers.items():
                found[n].append(solve(weights))
    return tuple(
        _wandering(np.concatenate(found[n])) if n in found else Wandering(None, reason=reason)
        for n, reason in enumerate(reasons)
    )


def drawn(n_texts: int, resamples: int, seed: int) -> Iterator[Weights]:
    """How often each text is in each resample, some resamples at a time: (n_texts, <= AT_ONCE).

    A text is in a resample of many 1 +- 1 times; more than 255 never happens.
    """
    rng = np.random.default_rng(seed)
    for start in range(0, resamples, AT_ONCE):
        size = min(AT_ONCE, resamples - start)
        times = np.empty((size, n_texts), np.uint8)
        for row in times:
            row[:] = np.bincount(rng.integers(n_texts, size=n_texts), minlength=n_texts)
        yield np.ascontiguousarray(times.T)


def _reason(targets: Floats, scores: Floats, wish: Objective) -> str | None:
    if wish.kind == "flagged":
        return None if len(scores) else "There is no text here, so no threshold can be chosen."
    return reason_for_none(curve(targets, scores))


def solver(targets: Floats, scores: Floats, wish: Objective) -> Solver:
    """What gives one label's threshold for each weighting; for labels that have a threshold."""
    if wish.kind == "fbeta":
        return reweighed.Smoothed(targets, scores, wish.value).solve
    if wish.kind == "flagged":
        return reweighed.Share(scores, wish.value).solve
    texts = reweighed.corners(targets, scores)
    solve = {
        "precision": reweighed.precise,
        "recall": reweighed.recalling,
        "cost": reweighed.cheapest,
    }[wish.kind]
    return lambda weights: solve(texts, texts.tally(weights), wish)


def _wandering(thresholds: NDArray[np.float64]) -> Wandering:
    kept = thresholds[~np.isnan(thresholds)]
    if not kept.size:
        return Wandering(None, reason="No resample of these texts has a positive.")
    return Wandering(middle_95(kept), len(kept))
