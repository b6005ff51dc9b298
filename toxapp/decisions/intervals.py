"""How sure a figure is: 95 % intervals for shares and, by resampling texts, for all other figures.

They cover the chance of having drawn these texts and not others from where they come from. What
they do not cover: another training of the same model, labels that are wrong, texts from elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from toxapp.decisions.curve import Floats, decide, f1, ratio
from toxapp.decisions.ranking import Ranking, areas, rank

Interval = tuple[float, float]

Z = 1.959963984540054
"""The 97.5 % quantile of the normal distribution."""

FEW = 50
"""Positives below which a figure is said to be rough, in words, beside its interval."""

HOLDS_FROM = 10
"""Positives below which the 95 % intervals of shares and F1 no longer cover 92 to 98 %.

`python -m toxapp bench coverage` prints what they cover on texts whose true figures are known."""

CELLS = 200_000
"""Texts times resamples at a time: 1.6 MB an array, which caches hold; more is slower."""

LABEL_FIGURES = ("f1", "roc_auc", "average_precision", "precision", "recall")
_SHARES = ("precision", "recall", "f1")  # their intervals are Wilson's
MEANS = ("macro_f1", "mean_roc_auc", "mean_average_precision")


@dataclass(frozen=True)
class Intervals:
    """95 % intervals by figure; a figure that is undefined on all texts has none.

    Attributes:
        labels: per label, in their order: "roc_auc", "average_precision".
        means: "macro_f1", "micro_f1", "mean_roc_auc", "mean_average_precision".
    """

    labels: tuple[dict[str, Interval], ...]
    means: dict[str, Interval]


@dataclass(frozen=True, eq=False)
class _Label:
    """One label, ready for any weighting of the texts.

    Attributes:
        ranking: its texts by score.
        tally: (3, n_texts) 1.0 or 0.0: is a positive, is flagged, is caught.
    """

    ranking: Ranking
    tally: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Drawn:
    """Figures for each weighting of the texts; nan where undefined.

    Attributes:
        labels: (n_labels, 5, n_weightings) in the order of `LABEL_FIGURES`.
        micro_f1: (n_weightings,)
    """

    labels: NDArray[np.float64]
    micro_f1: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Resampled:
    """Figures of one classifier on the same texts, as they are and resampled; nan where undefined.

    Two of the same texts, seed and number of resamples were resampled alike: the n-th resample of
    one is the n-th of the other, so that their differences are paired.

    Attributes:
        observed: (n_labels, 5) in the order of `LABEL_FIGURES`.
        labels: (n_labels, 5, n_resamples) likewise.
        means_observed: mean -> its value, for those that any label has, and "micro_f1".
        means: mean -> (n_resamples,)
        drawn: (n_texts, n_resamples, seed)
    """

    observed: NDArray[np.float64]
    labels: NDArray[np.float64]
    means_observed: dict[str, float]
    means: dict[str, NDArray[np.float64]]
    drawn: tuple[int, int, int]


def wilson(successes: int, trials: int, *, z: float = Z) -> Interval | None:
    """The score interval of a share, in [0, 1], 95 % by the usual z; None without trials.

    Sound for few trials and at 0 and 1, where the usual +- 1.96 standard errors has no width.
    (p + z^2/2n +- z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n): Wilson 1927, JASA 22, 209-212.
    """
    if not trials:
        return None
    share, square = successes / trials, z * z / trials
    middle = share + square / 2
    reach = sqrt(square * (share * (1 - share) + square / 4))
    low, high = (middle - reach) / (1 + square), (middle + reach) / (1 + square)
    return low, high if successes < trials else 1.0  # rounding would leave it just below


def wilson_f1(caught: int, flagged: int, positives: int) -> Interval | None:
    """The 95 % interval of one label's F1, in [0, 1]; None without a positive.

    Of the texts that are flagged or positive, u in all, those caught are a share J, and F1 is
    2J / (1 + J), which rises with J: so the ends of Wilson's interval for J are those of F1. With
    50 positives, precision and recall 0.98, it covers the true F1 in 95 % of samples; the middle
    95 % of a bootstrap, as no resample of texts without a fault has one, in 87 %.
    """
    ends = wilson(caught, flagged + positives - caught) if positives else None
    return ends and (2 * ends[0] / (1 + ends[0]), 2 * ends[1] / (1 + ends[1]))


def bootstrap(
    targets: Floats,
    scores: Floats,
    thresholds: Sequence[float | None],
    *,
    resamples: int = 1000,
    seed: int = 0,
) -> Intervals:
    """95 % percentile intervals (Efron 1979) from resampling whole texts, with replacement.

    A resample draws the same texts for all labels, as labels of a text go together. One in which
    a figure is undefined (it drew no positive) is left out for that figure, and for a mean if one
    of the labels that the mean is over is undefined in it. Thresholds stay as they are. On few
    positives (below ten or so) percentile intervals come out too narrow: show the count beside.

    Args:
        targets: (n_texts, n_labels) 1, 0, a fraction or NaN (missing: left out for its label).
        scores: (n_texts, n_labels) in [0, 1].
        thresholds: per label; None flags nothing.
        resamples: how many to draw; at least 1.
        seed: equal seeds, texts and order of texts give equal intervals.

    Raises:
        DataError: a score is not a number from 0 to 1.
    """
    if not len(targets):
        return Intervals(tuple({} for _ in thresholds), {})
    return intervals(resample(targets, scores, thresholds, resamples=resamples, seed=seed))


def resample(
    targets: Floats,
    scores: Floats,
    thresholds: Sequence[float | None],
    *,
    resamples: int = 1000,
    seed: int = 0,
) -> Resampled:
    """The figures on the texts, at least one, and on resamples of them; see `bootstrap`.

    Raises:
        DataError: a score is not a number from 0 to 1.
    """
    n_texts = len(targets)
    labels = [_prepare(t, s, c) for t, s, c in zip(targets.T, scores.T, thresholds, strict=True)]
    whole = _draw_figures(labels, np.ones((n_texts, 1)))
    chunks = [_draw_figures(labels, w) for w in _weightings(n_texts, resamples, seed)]
    drawn = _Drawn(
        np.concatenate([c.labels for c in chunks], axis=2),
        np.concatenate([c.micro_f1 for c in chunks]),
    )
    defined = ~np.isnan(whole.labels[:, :, 0])
    return Resampled(
        observed=whole.labels[:, :, 0],
        labels=drawn.labels,
        means_observed={n: float(v[0]) for n, v in _means(whole, defined).items()},
        means=_means(drawn, defined),
        drawn=(n_texts, resamples, seed),
    )


def intervals(found: Resampled) -> Intervals:
    """The middle 95 % of the resamples; precision, recall and F1 have Wilson's instead."""
    per_label = (dict(zip(LABEL_FIGURES, d, strict=True)) for d in found.labels)
    kept = ({n: v for n, v in d.items() if n not in _SHARES} for d in per_label)
    return Intervals(tuple(_percentiles(d) for d in kept), _percentiles(found.means))


def draw(rng: np.random.Generator, n_texts: int, resamples: int) -> NDArray[np.float64]:
    """(n_texts, resamples) how often each text is in each resample of `n_texts` texts."""
    texts = rng.integers(n_texts, size=(resamples, n_texts))
    cells = texts * resamples + np.arange(resamples)[:, None]
    times = np.bincount(cells.ravel(), minlength=n_texts * resamples)
    return times.reshape(n_texts, resamples).astype(np.float64)


def _weightings(n_texts: int, resamples: int, seed: int) -> Iterator[NDArray[np.float64]]:
    rng = np.random.default_rng(seed)
    size = max(1, CELLS // n_texts)
    for start in range(0, resamples, size):
        yield draw(rng, n_texts, min(size, resamples - start))


def _prepare(targets: Floats, scores: Floats, threshold: float | None) -> _Label:
    ranking = rank(targets, scores)
    positive, order = ranking.positive, ranking.order
    flags = decide(scores[order], threshold)
    tally = np.zeros((3, len(targets)))
    tally[:, order] = positive, flags, positive * flags
    return _Label(ranking, tally)


def _draw_figures(labels: Sequence[_Label], weights: NDArray[np.float64]) -> _Drawn:
    tallies = np.stack([label.tally @ weights for label in labels], axis=1)
    positives, flagged, caught = tallies
    pairs = [areas(label.ranking, weights) for label in labels]
    columns = [
        f1(caught, flagged, positives),
        *(np.stack(x) for x in zip(*pairs, strict=True)),
        ratio(caught, flagged),
        ratio(caught, positives),
    ]
    return _Drawn(np.stack(columns, axis=1), f1(*(tallies[[2, 1, 0]].sum(axis=1))))


def _means(drawn: _Drawn, defined: NDArray[np.bool_]) -> dict[str, NDArray[np.float64]]:
    """Over the labels for which a figure is defined on all texts; a mean over none is left out."""
    return {"micro_f1": drawn.micro_f1} | {
        name: drawn.labels[defined[:, i], i].mean(axis=0)
        for i, name in enumerate(MEANS)
        if defined[:, i].any()
    }


def _percentiles(figures: dict[str, NDArray[np.float64]]) -> dict[str, Interval]:
    found = {name: values[~np.isnan(values)] for name, values in figures.items()}
    return {name: middle_95(values) for name, values in found.items() if values.size}


def middle_95(values: NDArray[np.float64]) -> Interval:
    """What the middle 95 % of some values, none of them nan, lie between."""
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)
