"""How often 95 % intervals cover the true figure, on texts whose true figures are known.

In each population the scores of positives and of negatives are beta-distributed, so precision,
recall, F1 and flagged share at a threshold have closed forms. Samples are drawn from it over and
over; the share of them whose interval covers the true figure should be 95 %.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from toxapp.decisions.curve import f1, ratio
from toxapp.decisions.intervals import Interval, wilson, wilson_f1

FIGURES = ("precision", "recall", "f1", "flagged_share")
SIZES = (5, 10, 20, 30, 50, 200, 1000)
LEAST, MOST = 92.0, 98.0
"""Per cent of samples that an interval that holds covers."""


@dataclass(frozen=True)
class Population:
    """Where texts come from.

    Attributes:
        name: what it stands for.
        rate: of the texts, positive.
        positive, negative: parameters of the beta distribution of their scores.
        threshold: fixed; a text is flagged when `score >= threshold`.
    """

    name: str
    rate: float
    positive: tuple[float, float]
    negative: tuple[float, float]
    threshold: float

    @property
    def cells(self) -> NDArray[np.float64]:
        """(4,) shares of the texts: caught, missed, false alarms, rightly clear; they add to 1."""
        recall = beta.sf(self.threshold, *self.positive)
        alarms = beta.sf(self.threshold, *self.negative)
        within = np.array([recall, 1 - recall, alarms, 1 - alarms])
        shares: NDArray[np.float64] = within * np.repeat([self.rate, 1 - self.rate], 2)
        return shares

    @property
    def truth(self) -> dict[str, float]:
        """The true figures."""
        return {name: float(x[0]) for name, x in _figures(self.cells[None]).items()}


POPULATIONS = (
    Population("rare", 0.01, (4, 3), (1, 14), 0.4),
    Population("weak", 0.05, (2, 3), (1, 9), 0.4),
    Population("common", 0.1, (5, 3), (1, 8), 0.35),
    Population("nearly flawless", 0.1, (5, 1.5), (1, 12), 0.4),
)


@dataclass(frozen=True)
class Row:
    """What the intervals of samples of one size cover, in per cent of the samples.

    Attributes:
        population: its name.
        positives: in a sample, on average; it has so many texts that the rate is the true one.
        truth: figure -> its true value.
        ours: figure -> per cent that our intervals cover; None where no sample has the figure.
        bootstrap: figure -> per cent that the middle 95 % of resamples cover.
        undefined: figure -> samples that have no such figure, which are left out.
    """

    population: str
    positives: int
    truth: dict[str, float]
    ours: dict[str, float | None]
    bootstrap: dict[str, float | None]
    undefined: dict[str, int]

    @property
    def holds(self) -> bool:
        """Whether our intervals of all figures cover between `LEAST` and `MOST`."""
        return all(x is not None and LEAST <= x <= MOST for x in self.ours.values())


def bench(
    populations: Sequence[Population] = POPULATIONS,
    sizes: Sequence[int] = SIZES,
    *,
    samples: int = 2000,
    resamples: int = 1000,
    seed: int = 0,
) -> list[Row]:
    """Draw samples of every size from every population and count what is covered.

    Args:
        populations: where from.
        sizes: positives in a sample, on average.
        samples: of each size; 2,000 tell a coverage to 0.5 points (one standard error).
        resamples: of the bootstrap of each sample.
        seed: of all drawing.
    """
    rng = np.random.default_rng(seed)
    return [_row(x, size, samples, resamples, rng) for x in populations for size in sizes]


def holds_from(rows: Sequence[Row]) -> int | None:
    """The fewest positives from which on our intervals hold in every population; None if never."""
    fails = max((row.positives for row in rows if not row.holds), default=0)
    return min((row.positives for row in rows if row.positives > fails), default=None)


def intervals(sample: NDArray[np.int64]) -> dict[str, Interval | None]:
    """Our intervals of one sample, from its (4,) counts in the order of `Population.cells`."""
    caught, missed, alarms, _ = (int(x) for x in sample)
    flagged = caught + alarms
    return {
        "precision": wilson(caught, flagged),
        "recall": wilson(caught, caught + missed),
        "f1": wilson_f1(caught, flagged, caught + missed),
        "flagged_share": wilson(flagged, int(sample.sum())),
    }


def _row(
    population: Population, size: int, samples: int, resamples: int, rng: np.random.Generator
) -> Row:
    truth = population.truth
    texts = round(size / population.rate)
    drawn = rng.multinomial(texts, population.cells, size=samples)
    ours = [intervals(sample) for sample in drawn]
    theirs = [_bootstrap(sample, resamples, rng) for sample in drawn]
    return Row(
        population=population.name,
        positives=size,
        truth=truth,
        ours=_covered(ours, truth),
        bootstrap=_covered(theirs, truth),
        undefined={name: sum(x[name] is None for x in ours) for name in FIGURES},
    )


def _bootstrap(
    sample: NDArray[np.int64], resamples: int, rng: np.random.Generator
) -> dict[str, Interval | None]:
    """The middle 95 % of each figure over resamples of one sample's texts."""
    texts = int(sample.sum())
    found = _figures(rng.multinomial(texts, sample / texts, size=resamples))
    return {name: _middle(values[~np.isnan(values)]) for name, values in found.items()}


def _middle(values: NDArray[np.float64]) -> Interval | None:
    if not values.size:
        return None
    values.sort()
    low, high = (values[round(x * (len(values) - 1))] for x in (0.025, 0.975))
    return float(low), float(high)


def _figures(cells: NDArray[np.float64] | NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
    """(n,) each, of (n, 4) counts or shares in the order of `Population.cells`."""
    caught, missed, alarms, _ = cells.T
    flagged, positives = caught + alarms, caught + missed
    return {
        "precision": ratio(caught, flagged),
        "recall": ratio(caught, positives),
        "f1": f1(caught, flagged, positives),
        "flagged_share": flagged / cells.sum(axis=1),
    }


def _covered(
    found: Sequence[Mapping[str, Interval | None]], truth: Mapping[str, float]
) -> dict[str, float | None]:
    """Figure -> per cent of the samples that have an interval, whose interval covers the truth."""
    shares: dict[str, float | None] = {}
    for name, value in truth.items():
        ends = [x[name] for x in found]
        covered = [pair[0] <= value <= pair[1] for pair in ends if pair]
        shares[name] = 100 * sum(covered) / len(covered) if covered else None
    return shares
