"""Whether scores can be read as probabilities: of the texts scored 0.7, do 70 % carry the label?

It judges numbers in [0, 1], raw or calibrated, and knows nothing of how they came about.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sqrt

import numpy as np
from numpy.typing import NDArray

from toxapp.decisions.curve import Floats, known
from toxapp.decisions.intervals import Interval, wilson

BINS = 10
"""Of equal width, each with its upper end: (0.1, 0.2]; the first holds 0, too."""

FINEST = 1e-7
"""Probabilities are taken to be this far from 0 and 1 at least where a logarithm is taken."""


@dataclass(frozen=True)
class Bin:
    """Texts of like scores.

    Attributes:
        low, high: what the scores are above, and at most.
        texts: so many, at least one.
        positives: of them.
        mean: of the scores.
        share: positives / texts.
        interval: 95 % (Wilson) of the share.
    """

    low: float
    high: float
    texts: int
    positives: int
    mean: float
    share: float
    interval: Interval


@dataclass(frozen=True)
class Reliability:
    """How far probabilities can be taken at their word, on the texts whose target is known.

    Attributes:
        texts, positives: so many.
        bins: those with texts, by rising score; their texts add up to `texts`.
        ece: expected calibration error: the mean over texts of how far a bin's mean score is from
            its share of positives (Naeini et al. 2015; Guo et al. 2017); None without texts.
        ece_by_chance: what probabilities without fault would have here on average, for lack of
            texts: sum over bins of sqrt(2/pi sum p (1 - p)) / texts. An `ece` near it is no fault.
        brier: the mean of (probability - target)^2; None without texts.
        log_loss: the mean of -log of the probability given to what was true; None without texts.
    """

    texts: int
    positives: int
    bins: tuple[Bin, ...]
    ece: float | None
    ece_by_chance: float | None
    brier: float | None
    log_loss: float | None


def reliability(targets: Floats, probabilities: Floats) -> Reliability:
    """The reliability diagram of one label, with its figures.

    Args:
        targets: (n_texts,) 1, 0, a fraction (positive from 0.5 on) or NaN (left out).
        probabilities: (n_texts,) in [0, 1].

    Raises:
        DataError: a probability is not a number from 0 to 1.
    """
    positive, values = known(targets, probabilities)
    if not values.size:
        return Reliability(0, 0, (), None, None, None, None)
    edges = np.linspace(0, 1, BINS + 1)
    at = np.searchsorted(edges[1:-1], values, side="left")
    bins = [_bin(edges, n, positive[at == n], values[at == n]) for n in np.unique(at)]
    chance = [sqrt(2 / pi * (values[at == n] * (1 - values[at == n])).sum()) for n in np.unique(at)]
    return Reliability(
        texts=len(values),
        positives=int(positive.sum()),
        bins=tuple(bins),
        ece=sum(b.texts * abs(b.mean - b.share) for b in bins) / len(values),
        ece_by_chance=sum(chance) / len(values),
        brier=float(((values - positive) ** 2).mean()),
        log_loss=float(log_losses(positive, values).mean()),
    )


def log_losses(positive: NDArray[np.bool_], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n_texts,) -log of the probability given to what was true, at most -log `FINEST`."""
    given = np.where(positive, values, 1 - values)
    return -np.log(np.maximum(given, FINEST))


def _bin(
    edges: NDArray[np.float64], n: int, positive: NDArray[np.bool_], values: NDArray[np.float64]
) -> Bin:
    caught = int(positive.sum())
    interval = wilson(caught, len(values))
    assert interval is not None, "a bin of no texts"
    return Bin(
        low=float(edges[n]),
        high=float(edges[n + 1]),
        texts=len(values),
        positives=caught,
        mean=float(values.mean()),
        share=caught / len(values),
        interval=interval,
    )
