"""Two classifiers on the same texts: whether one is better, or the texts happened to suit it.

Texts that both decide alike say nothing of which is better, so what is compared is paired: the
decisions that differ (McNemar), and differences of figures on the same resamples. What this does
not cover: another training of either, labels that are wrong, texts from elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, erfc, sqrt

import numpy as np
from numpy.typing import NDArray

from toxapp.decisions.curve import CUT, Floats
from toxapp.decisions.intervals import LABEL_FIGURES, Interval, Resampled, middle_95

FEW = 25
"""So many decisions that differ, and the exact test gives way to its approximation."""

_ROUNDING = 1e-12
_UNKNOWN = "No text here says whether it carries this label."


@dataclass(frozen=True)
class Changes:
    """How the second classifier's decisions on one label differ from the first's.

    Attributes:
        texts: with a known target.
        found: positives that the second alone flags.
        lost: positives that the first alone flags.
        new_alarms: texts without the label that the second alone flags.
        dropped_alarms: texts without the label that the first alone flags.
        p: McNemar's; the chance of right decisions differing so much or more between two
            classifiers that are right equally often. 1.0 where they are right on the same texts.
        reason: why p is None, one sentence.
    """

    texts: int
    found: int
    lost: int
    new_alarms: int
    dropped_alarms: int
    p: float | None
    reason: str | None


@dataclass(frozen=True)
class Difference:
    """The second's figure less the first's.

    Attributes:
        value: None where either has no such figure.
        interval: 95 %, from paired resamples; None where none of them has the figure for both.
        p: two-sided, from the same resamples: twice the smaller share of differences on one side
            of 0, with 0 on both sides, as (count + 1) / (resamples + 1), at most 1. So it is below
            0.05 where the interval excludes 0, but for rounding.
        reason: why the value is None, one sentence.
    """

    value: float | None
    interval: Interval | None
    p: float | None
    reason: str | None

    @property
    def better(self) -> int:
        """1 where the second is better, -1 where the first is; 0 while the interval holds 0."""
        if self.interval is None:
            return 0
        return int(self.interval[0] > 0) - int(self.interval[1] < 0)


def changes(targets: Floats, first: NDArray[np.bool_], second: NDArray[np.bool_]) -> Changes:
    """What changed between two classifiers' decisions on one label.

    Args:
        targets: (n_texts,) 1, 0, a fraction (positive from 0.5 on) or NaN (left out).
        first: (n_texts,) whether the first classifier flags the text.
        second: (n_texts,) whether the second does.
    """
    if not targets.shape == first.shape == second.shape:
        raise ValueError(f"one label's arrays: {targets.shape}, {first.shape}, {second.shape}")
    positive, negative = targets >= CUT, targets < CUT
    gained, dropped = second & ~first, first & ~second
    found, lost = int((positive & gained).sum()), int((positive & dropped).sum())
    new, gone = int((negative & gained).sum()), int((negative & dropped).sum())
    texts = int((~np.isnan(targets)).sum())
    p = mcnemar(lost + new, found + gone) if texts else None
    return Changes(texts, found, lost, new, gone, p, None if texts else _UNKNOWN)


def mcnemar(only_first: int, only_second: int) -> float:
    """The two-sided p of McNemar's test: are two classifiers right equally often?

    Below `FEW` texts exactly, by the binomial distribution with 1/2; from there on by chi-square
    with one degree of freedom and Edwards' correction, (|b - c| - 1)^2 / (b + c). McNemar 1947,
    Psychometrika 12, 153-157; Edwards 1948, Psychometrika 13, 185-187; for classifiers: Dietterich
    1998, Neural Computation 10, 1895-1923.

    Args:
        only_first: texts on which the first is right and the second wrong.
        only_second: texts on which it is the other way round.

    Returns:
        From 0 to 1; 1.0 where there is no such text.
    """
    n, fewer = only_first + only_second, min(only_first, only_second)
    if n < FEW:
        return min(1.0, 2 * sum(comb(n, k) for k in range(fewer + 1)) / (1 << n))
    # The correction may not turn the sign: half a text less than no difference is none.
    distance = max(0, abs(only_first - only_second) - 1)
    return erfc(sqrt(distance**2 / n / 2))  # the upper tail of chi-square with one degree


def holm(ps: Sequence[float | None]) -> list[float | None]:
    """The p of each test corrected for there being several, by Holm 1979, Scand. J. Stat. 6, 65-70.

    Args:
        ps: of the tests, in any order; None is no test and stays None.

    Returns:
        In the same order, never below the p itself, at most 1: the k-th smallest of n times
        n - k + 1, or the one before it where that is more.
    """
    known = sorted((p, place) for place, p in enumerate(ps) if p is not None)
    corrected: list[float | None] = [None] * len(ps)
    highest = 0.0
    for rank, (p, place) in enumerate(known):
        highest = max(highest, min(1.0, p * (len(known) - rank)))
        corrected[place] = highest
    return corrected


def label_differences(first: Resampled, second: Resampled) -> list[dict[str, Difference]]:
    """Per label, in their order: figure -> how much more the second has of it.

    The figures are those of `LABEL_FIGURES`: all of them better where they are higher.
    """
    _alike(first, second)
    gaps = second.labels - first.labels
    values = second.observed - first.observed
    return [
        {name: difference(*pair) for name, *pair in zip(LABEL_FIGURES, value, gap, strict=True)}
        for value, gap in zip(values, gaps, strict=True)
    ]


def mean_differences(first: Resampled, second: Resampled) -> dict[str, Difference]:
    """Mean -> how much more the second has of it, for the means that both have."""
    _alike(first, second)
    return {
        name: difference(
            second.means_observed[name] - value, second.means[name] - first.means[name]
        )
        for name, value in first.means_observed.items()
        if name in second.means_observed
    }


def _alike(first: Resampled, second: Resampled) -> None:
    if first.drawn != second.drawn or first.labels.shape != second.labels.shape:
        raise ValueError(f"resampled differently: {first.drawn}, {second.drawn}")


def difference(value: float, drawn: NDArray[np.float64]) -> Difference:
    """One difference; nan is undefined for one of the two."""
    if np.isnan(value):
        return Difference(None, None, None, "One of the two has no such figure here.")
    known = drawn[~np.isnan(drawn)]
    if not known.size:
        return Difference(float(value), None, None, None)
    # What rounding leaves of two equal sums is no difference.
    side = min((known <= _ROUNDING).sum(), (known >= -_ROUNDING).sum())
    p = min(1.0, 2 * (int(side) + 1) / (known.size + 1))
    return Difference(float(value), middle_95(known), p, None)
