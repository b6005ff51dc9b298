"""How far two sets of texts lie apart: their scores or lengths, and shares of them.

The texts are other ones, so nothing is paired. Each difference comes with its size and with an
interval: of many texts any difference is significant, of few none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, sqrt
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toxapp.decisions.intervals import Interval, wilson

Values = NDArray[np.floating[Any]] | NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Distance:
    """How unlike the values of two sets are, wherever one cuts.

    Attributes:
        value: from 0 to 1, the Kolmogorov-Smirnov distance: the largest difference between the
            shares of both that lie above one and the same value. So no threshold's flagged share
            differs by more.
        interval: at least 95 %, by Dvoretzky, Kiefer, Wolfowitz and Massart (Annals of Probability
            18, 1990): it makes no assumption, and is rather too wide.
        p: of the two-sample Kolmogorov-Smirnov test, large samples.
    """

    value: float
    interval: Interval
    p: float


@dataclass(frozen=True)
class Share:
    """So many of so many texts.

    Attributes:
        part: counted.
        whole: of how many.
    """

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """From 0 to 1; None of nothing."""
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> Interval | None:
        """95 %, Wilson's; None of nothing."""
        return wilson(self.part, self.whole)


@dataclass(frozen=True)
class Gap:
    """A share on the texts of before, and on those of now.

    Attributes:
        before, now: the two; both are of something.
        value: now less before.
        interval: 95 % of it.
        strict: of it as well, wider: for so many comparisons together, see `gap`.
    """

    before: Share
    now: Share
    value: float
    interval: Interval
    strict: Interval


def distance(first: Values, second: Values) -> Distance | None:
    """How unlike two sets of values are; None where either is empty.

    Args:
        first: (n,) numbers, no NaN; ties make the p too large, never too small.
        second: (m,) likewise.
    """
    from scipy.stats import ks_2samp  # noqa: PLC0415 - takes half a second to load

    if not len(first) or not len(second):
        return None
    found = ks_2samp(first, second, method="asymp")
    value = float(found.statistic)
    reach = sum(sqrt(log(2 / 0.025) / (2 * len(values))) for values in (first, second))
    return Distance(value, (max(0.0, value - reach), min(1.0, value + reach)), float(found.pvalue))


def gap(before: Share, now: Share, *, comparisons: int = 1) -> Gap | None:
    """How a share differs between two sets of texts; None where either is a share of nothing.

    The interval is Newcombe's hybrid of Wilson's (Statistics in Medicine 17, 1998, method 10). Of
    `comparisons` together, the strict ones all hold with 95 % at least (Bonferroni).
    """
    if before.value is None or now.value is None:
        return None
    return Gap(
        before,
        now,
        now.value - before.value,
        _newcombe(before, now, 0.05),
        _newcombe(before, now, 0.05 / comparisons),
    )


def _newcombe(before: Share, now: Share, error: float) -> Interval:
    z = NormalDist().inv_cdf(1 - error / 2)
    ends: Sequence[Interval | None] = [wilson(x.part, x.whole, z=z) for x in (before, now)]
    assert ends[0] is not None and ends[1] is not None  # noqa: PT018 - shares of something
    (low_1, high_1), (low_2, high_2) = ends[0], ends[1]
    p_1, p_2 = before.part / before.whole, now.part / now.whole
    below = sqrt((p_2 - low_2) ** 2 + (high_1 - p_1) ** 2)
    above = sqrt((high_2 - p_2) ** 2 + (p_1 - low_1) ** 2)
    return p_2 - p_1 - below, p_2 - p_1 + above
