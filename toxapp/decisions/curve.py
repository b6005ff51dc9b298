"""What every cut-off would flag, catch and miss for one label, exactly, from the sorted scores.

    score   0    .1      .4 .4    .7          1      a text is flagged when score >= threshold
    cut-off   ^     ^         ^       ^              in the gaps between distinct scores

Numpy alone, because pages draw with it. It knows nothing of rules, splits or how scores came about.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toxapp.decisions.ascending import behind, by_score, checked, cut, edge, reaching
from toxapp.errors import SettingsError

CUT = 0.5
"""A target counts as positive from here on (`>=`), so a fraction of raters means their majority."""

RESOLUTION = 2e-6
"""Scores this close count as one value: twice what engines and batches may make a score differ by.

An engine gives a text the same score within 1e-6 whatever the batch. A cut between two scores
closer than this would stand within 1e-6 of both, and the batch would decide who is flagged.
"""

Floats = NDArray[np.floating[Any]]
Numbers = NDArray[np.floating[Any]] | NDArray[np.integer[Any]]


@dataclass(frozen=True, eq=False)
class Curve:
    """What each candidate cut-off does to the texts whose target is known.

    Attributes:
        thresholds: (k,) float64, ascending; see `cuts`.
        flagged: (k,) int64, texts with `score >= threshold`; it never rises.
        caught: (k,) int64, positives among the flagged.
        positives: texts whose target is at least `CUT`.
        negatives: texts whose target is below it.
        scores: (positives + negatives,) ascending, of the texts whose target is known.
        hits: (positives,) ascending, those of the positives.
    """

    thresholds: NDArray[np.float64]
    flagged: NDArray[np.int64]
    caught: NDArray[np.int64]
    positives: int
    negatives: int
    scores: Floats
    hits: Floats

    @property
    def precision(self) -> NDArray[np.float64]:
        """(k,) caught / flagged; nan where nothing is flagged."""
        return ratio(self.caught, self.flagged)

    @property
    def recall(self) -> NDArray[np.float64]:
        """(k,) caught / positives, never rising; nan without a positive."""
        return ratio(self.caught, np.full_like(self.caught, self.positives))

    @property
    def f1(self) -> NDArray[np.float64]:
        """(k,) F1, 0 where nothing is caught; nan without a positive."""
        return f1(self.caught, self.flagged, np.full_like(self.caught, self.positives))

    def at(self, threshold: float | None) -> Counts:
        """The counts at any threshold, a candidate or not, found by bisection; see `counts`."""
        texts, positives = len(self.scores), self.positives
        if threshold is None:
            return Counts(texts, positives, 0, 0, positives, 0)
        lowest = edge(threshold, self.scores)
        flagged = texts - int(self.scores.searchsorted(lowest))
        caught = positives - int(self.hits.searchsorted(lowest))
        return Counts(texts, positives, flagged, caught, positives - caught, flagged - caught)


@dataclass(frozen=True)
class Counts:
    """What one threshold does to the texts whose target is known.

    Attributes:
        texts: with a known target.
        positives: caught + missed.
        flagged: caught + false_alarms.
        caught: positives that are flagged.
        missed: positives that are not.
        false_alarms: flagged texts that are no positives.
    """

    texts: int
    positives: int
    flagged: int
    caught: int
    missed: int
    false_alarms: int

    @property
    def precision(self) -> float | None:
        """The share of the flagged that are positives; None where nothing is flagged."""
        return self.caught / self.flagged if self.flagged else None

    @property
    def recall(self) -> float | None:
        """The share of the positives that are flagged; None without a positive."""
        return self.caught / self.positives if self.positives else None

    @property
    def f1(self) -> float | None:
        """The harmonic mean of both, 0.0 where nothing is caught; None without a positive."""
        return 2 * self.caught / (self.flagged + self.positives) if self.positives else None


def curve(targets: Floats, scores: Floats) -> Curve:
    """What each cut-off of `cuts(scores)` flags and catches, counted in the sorted scores.

    A text without a target is in no count, but no cut-off stands on its score either.

    Args:
        targets: (n_texts,) 1, 0, a fraction (positive from `CUT` on) or NaN (missing).
        scores: (n_texts,) in [0, 1]; float32 is quickest.

    Raises:
        DataError: a score is not a number from 0 to 1.
    """
    _require_pairs(targets, scores)
    found = by_score(checked(scores), targets >= CUT, ~np.isnan(targets))
    thresholds, first = cut(found.scores.astype(np.float64), resolution=RESOLUTION)
    flagged, caught = (behind(x, first) for x in (found.known, found.positive))
    hits = found.scores[found.positive]
    negatives = int(found.known.sum()) - len(hits)
    texts = found.scores[found.known]
    return Curve(thresholds, flagged, caught, len(hits), negatives, texts, hits)


def counts(targets: Floats, scores: Floats, threshold: float | None) -> Counts:
    """What one threshold does to the texts whose target is known.

    Args:
        targets: (n_texts,) as for `curve`.
        scores: (n_texts,) in [0, 1].
        threshold: see `decide`.

    Raises:
        DataError: a score is not a number from 0 to 1.
    """
    positive, values = known(targets, scores)
    flags = decide(values, threshold)
    positives, flagged, caught = (int(x.sum()) for x in (positive, flags, positive & flags))
    return Counts(len(values), positives, flagged, caught, positives - caught, flagged - caught)


def decide(scores: Floats, threshold: float | None) -> NDArray[np.bool_]:
    """(n_texts,) whether each text is flagged: `score >= threshold`, compared in float64.

    None is a label that is switched off: it flags nothing. Compared as they come, numpy would
    round the threshold to the float32 of a score, and flag 0.69999999 at 0.7.
    """
    lowest = np.inf if threshold is None else threshold
    flags: NDArray[np.bool_] = scores.astype(np.float64) >= lowest
    return flags


def cuts(scores: Floats) -> NDArray[np.float64]:
    """The cut-offs worth considering, one for every set of texts that a threshold can flag.

    They are the midpoints between neighbouring distinct scores, where a score within `RESOLUTION`
    of the next lower one is the same value (so a chain of close scores is one value), with one
    below all scores, half-way to 0, and one above all, half-way to 1. Where the lowest score is
    as good as 0, the first is 0.0, which no score can fall below; where the highest is as good as
    1, none in [0, 1] is above it: nothing is flagged only by switching the label off.

    Args:
        scores: (n_texts,) in [0, 1].

    Returns:
        (k,) float64, ascending, more than `RESOLUTION / 2` from every score except for a 0.0;
        empty without scores.

    Raises:
        DataError: a score is not a number from 0 to 1.
    """
    return cut(np.sort(checked(scores).astype(np.float64)), resolution=RESOLUTION)[0]


def settle(scores: Floats, threshold: float) -> float:
    """The threshold to save for a typed one: itself, unless a score stands within `RESOLUTION`.

    Then it is the cut-off (see `cuts`) that changes the decision on the fewest of these texts, the
    nearest of two that change equally many, the lower of two equally near. Settling twice changes
    nothing, nor does settling a cut-off.

    Args:
        scores: (n_texts,) in [0, 1]; without any, every threshold is as good.
        threshold: as typed, in [0, 1].

    Raises:
        SettingsError: the threshold is not a number from 0 to 1.
        DataError: a score is not a number from 0 to 1.
    """
    if not 0 <= threshold <= 1:
        raise SettingsError(f"A threshold is a number from 0 to 1; found {threshold:g}.")
    values = np.sort(checked(scores).astype(np.float64))
    if not values.size or np.abs(values - threshold).min() > RESOLUTION:
        return threshold
    candidates = cuts(values)
    moved = np.abs(reaching(values, candidates) - reaching(values, np.array([threshold])))
    return float(candidates[np.lexsort((np.abs(candidates - threshold), moved))[0]])


def known(targets: Floats, scores: Floats) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Of the texts whose target is known, in their order: whether it is positive, and the score.

    Args:
        targets: (n_texts,) 1, 0, a fraction or NaN (missing).
        scores: (n_texts,) in [0, 1].

    Returns:
        (n_known,) bool and (n_known,) float64.
    """
    _require_pairs(targets, scores)
    there = ~np.isnan(targets)
    return targets[there] >= CUT, checked(scores)[there].astype(np.float64)


def ratio(part: Numbers, whole: Numbers) -> NDArray[np.float64]:
    """`part / whole`, element by element of equal shapes; nan where `whole` is 0."""
    quotient = np.full(part.shape, np.nan)
    np.divide(part, whole, out=quotient, where=whole != 0)
    return quotient


def f1(caught: Numbers, flagged: Numbers, positives: Numbers) -> NDArray[np.float64]:
    """2 caught / (flagged + positives), element by element; nan without positives."""
    return ratio(2 * caught, np.where(positives > 0, flagged + positives, 0))


def _require_pairs(targets: Floats, scores: Floats) -> None:
    if targets.ndim != 1 or targets.shape != scores.shape:
        raise ValueError(f"one label's targets and scores: {targets.shape}, {scores.shape}")
