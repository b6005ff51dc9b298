"""Thresholds that meet a wish when texts weigh differently: a bootstrap's resamples, all at once.

With weights of one they are those of `objectives.choose`.
Only cut-offs just below a positive are looked at: any other flags more and catches no more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toxapp.decisions import smoothed
from toxapp.decisions.curve import CUT, Floats, cuts, ratio
from toxapp.decisions.wishes import Objective

Whole = NDArray[np.integer[Any]]
Thresholds = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Tally:
    """What each corner flags and catches in each weighting, never rising along the first axis.

    Attributes:
        flagged: (k, n_weightings) weight of the texts flagged.
        caught: (k, n_weightings) weight of the positives among them; the first catches all.
    """

    flagged: Whole
    caught: Whole


@dataclass(frozen=True, eq=False)
class Corners:
    """One label's cut-offs just below a positive, and the texts that these flag.

    Attributes:
        thresholds: (k,) ascending, at least one.
        above: the cut-off above all scores; 1.0 where none is.
        order: (m,) numbers of the texts that the lowest flags, by rising score.
        first: (k,) where in that order each begins.
        hits: (p,) numbers of the positives, by rising score.
        first_hit: (k,) where in that order each begins.
    """

    thresholds: Thresholds
    above: float
    order: NDArray[np.intp]
    first: NDArray[np.intp]
    hits: NDArray[np.intp]
    first_hit: NDArray[np.intp]

    def tally(self, weights: Whole) -> Tally:
        """What they flag and catch of texts with weights (n_texts, n_weightings)."""
        flagged = from_on(weights[self.order], self.first)
        return Tally(flagged, from_on(weights[self.hits], self.first_hit))


def corners(targets: Floats, scores: Floats) -> Corners:
    """The corners of one label with at least one positive; (n_texts,) each, NaN left out."""
    order = _rising(scores, np.flatnonzero(~np.isnan(targets)))
    thresholds = cuts(scores)
    first = np.searchsorted(scores[order].astype(np.float64), thresholds)
    at = np.flatnonzero(targets[order] >= CUT)
    first_hit = np.searchsorted(at, first)
    kept = np.diff(first_hit, append=len(at)) > 0
    lowest = first[kept][0]
    return Corners(
        thresholds=thresholds[kept],
        above=_above(thresholds, scores),
        order=order[lowest:],
        first=first[kept] - lowest,
        hits=order[at],
        first_hit=first_hit[kept],
    )


def precise(found: Corners, tally: Tally, wish: Objective) -> Thresholds:
    """(n_weightings,) the most recall of those with the precision wished for, else the highest."""
    precision = ratio(tally.caught, tally.flagged)
    precision[tally.flagged == 0] = -1.0
    met = precision >= wish.value
    met |= ~met.any(axis=0) & (precision == precision.max(axis=0))
    best = _last_of_highest(np.where(met, tally.caught, -1))
    return _where_positive(tally, found.thresholds[best])


def recalling(found: Corners, tally: Tally, wish: Objective) -> Thresholds:
    """(n_weightings,) the most precision of those with the recall wished for."""
    recall = ratio(tally.caught, np.broadcast_to(tally.caught[0], tally.caught.shape))
    met = (recall >= wish.value) & (tally.flagged > 0)
    best = np.argmax(np.where(met, ratio(tally.caught, tally.flagged), -1.0), axis=0)
    return _where_positive(tally, found.thresholds[_highest_alike(tally.flagged, best)])


def cheapest(found: Corners, tally: Tally, wish: Objective) -> Thresholds:
    """(n_weightings,) the least cost; `above` where flagging nothing costs no more."""
    missed, alarms = tally.caught[0] - tally.caught, tally.flagged - tally.caught
    costs = wish.value * missed + wish.false_alarm * alarms
    nothing = wish.value * tally.caught[0] <= costs.min(axis=0)
    best = found.thresholds[_last_of_highest(-costs)]
    return _where_positive(tally, np.where(nothing, found.above, best))


class Share:
    """The lowest cut-off that flags at most a share of all texts, whatever their targets."""

    def __init__(self, scores: Floats, share: float) -> None:
        """Prepare (n_texts,) scores, at least one."""
        self._share = share
        self._order = _rising(scores, np.arange(len(scores)))
        self._thresholds = cuts(scores)
        self._first = np.searchsorted(scores[self._order].astype(np.float64), self._thresholds)
        self._above = _above(self._thresholds, scores)

    def solve(self, weights: Whole) -> Thresholds:
        """(n_weightings,) the threshold for each; weights (n_texts, n_weightings)."""
        allowed = self._share * len(weights)
        # Lower than 8 standard deviations is as good as never reached; if it is, all are looked at.
        start = len(weights) - int(allowed + 8 * np.sqrt(allowed) + 50)
        flagged, thresholds = self._flagged(weights, start)
        if start > 0 and (flagged[0] <= allowed).any():
            flagged, thresholds = self._flagged(weights, 0)
        met = flagged / len(weights) <= self._share
        best = _highest_alike(flagged, np.argmax(met, axis=0))
        return np.where(met.any(axis=0), thresholds[best], self._above)

    def _flagged(self, weights: Whole, start: int) -> tuple[NDArray[np.int64], Thresholds]:
        """What cut-offs flag, those that flag texts from a position on, and the highest."""
        kept = self._first >= start
        kept[-1] = True
        first = self._first[kept]
        texts = weights[self._order[first[0] :]]
        return from_on(texts, first - first[0]), self._thresholds[kept]


class Smoothed:
    """The best F-beta, steadied; see `smoothed.chosen`."""

    def __init__(self, targets: Floats, scores: Floats, beta: float) -> None:
        """Prepare (n_texts,) each, for which a threshold can be chosen."""
        self._beta = beta
        self._all = smoothed.candidates(targets, scores)
        self._order = _rising(scores, np.flatnonzero(~np.isnan(targets)))
        self._hits = self._order[self._all.positive]
        flagged, _, enough = self._solved(np.ones((len(targets), 1), np.uint8), 0)
        likely = int((flagged[:, 0] > 1.5 * enough[0]).sum())
        self._start = min(likely, len(flagged) - 1)

    def solve(self, weights: Whole) -> Thresholds:
        """(n_weightings,) the threshold for each; weights (n_texts, n_weightings)."""
        start = self._start
        flagged, at, enough = self._solved(weights, start)
        if start and (flagged[0] < enough).any():
            start = 0
            _, at, _ = self._solved(weights, 0)
        return np.where(at >= 0, self._all.thresholds[start + at], np.nan)

    def _solved(
        self, weights: Whole, start: int
    ) -> tuple[NDArray[np.int64], NDArray[np.intp], NDArray[np.float64]]:
        """What cut-offs from a position on flag, the best one, and how much is enough to flag.

        None catches more than all k positives: where F is f (without its factor 1 + b^2), one that
        flags more than k / f - b^2 k has less. Nor does the drawing lead beyond b k.
        """
        upper = smoothed.upper(self._all, start)
        lowest = upper.first[0]
        flagged = from_on(weights[self._order[lowest:]], upper.first - lowest)
        hits = weights[self._hits]
        at, f = smoothed.best(upper, hits, flagged, beta=self._beta)
        k = hits.sum(axis=0, dtype=np.float64)
        enough = np.maximum(k / np.maximum(f, 1e-300) - self._beta**2 * k, self._beta * k)
        return flagged, at, enough


def from_on(weights: Whole, first: NDArray[np.intp]) -> NDArray[np.int64]:
    """(k, n_weightings) the weight of all texts from each of (k,) rising positions on."""
    summed = np.zeros((len(first), weights.shape[1]), np.int64)
    inside = first < len(weights)
    if inside.any():
        stretches = np.add.reduceat(weights, first[inside], axis=0, dtype=np.int64)
        # Where two begin at one text, as texts without a target lie between, the first is empty;
        # reduceat would count that text for both.
        stretches[:-1][np.diff(first[inside]) == 0] = 0
        summed[inside] = stretches
    running: NDArray[np.int64] = np.cumsum(summed[::-1], axis=0)[::-1]
    return running


def _rising(scores: Floats, texts: NDArray[np.intp]) -> NDArray[np.intp]:
    order: NDArray[np.intp] = texts[np.argsort(scores[texts], kind="stable")]
    return order


def _above(thresholds: Thresholds, scores: Floats) -> float:
    return float(thresholds[-1]) if thresholds[-1] > scores.max() else 1.0


def _where_positive(tally: Tally, thresholds: Thresholds) -> Thresholds:
    """The thresholds, nan where no positive has weight."""
    return np.where(tally.caught[0] > 0, thresholds, np.nan)


def _highest_alike(flagged: Whole, at: NDArray[np.intp]) -> NDArray[np.intp]:
    """The highest position that flags as much: texts between the two have no weight."""
    wanted = np.take_along_axis(flagged, at[None], axis=0)
    alike: NDArray[np.intp] = (flagged >= wanted).sum(axis=0) - 1
    return alike


def _last_of_highest(values: NDArray[Any]) -> NDArray[np.intp]:
    last: NDArray[np.intp] = len(values) - 1 - np.argmax(values[::-1], axis=0)
    return last
