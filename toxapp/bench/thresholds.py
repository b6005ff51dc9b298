"""How long curves, points on them and intervals take, against scikit-learn and numpy.

curves      every cut-off of every label: numpy's argsort of the same columns, scikit-learn's
            precision_recall_curve per label, and f1_score at 19 thresholds of a grid
a point     the counts at one threshold: scikit-learn's precision_recall_fscore_support
resamples   figures and thresholds of resampled texts, against a loop of scikit-learn
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import (
    average_precision_score,
    f1_score,
    precision_recall_curve,
    precision_recall_fscore_support,
    roc_auc_score,
)

from toxapp.bench.measure import Row, compare
from toxapp.decisions.curve import CUT, curve
from toxapp.decisions.intervals import bootstrap
from toxapp.decisions.stability import ranges
from toxapp.decisions.wishes import Objective
from toxapp.errors import DataError
from toxapp.runs import run

RATES = (0.1, 0.01, 0.05, 0.003, 0.05, 0.01)
GRID = np.linspace(0.05, 0.95, 19)
POINTS = 1000
_NAIVE = 2  # resamples of the loop that is then multiplied

Texts = tuple[NDArray[np.float32], NDArray[np.float32]]


@dataclass(frozen=True)
class Result:
    """What the benchmark found.

    Attributes:
        rows: the timings.
        labels: columns.
        curve_texts: of the curves against argsort; the rest is of `texts`.
        texts: of all else.
        resamples: of the intervals.
        load: the machine's load average over a minute, before and after: above its cores, all
            times are too long, and ratios of the bests are what to look at.
    """

    rows: list[Row]
    labels: int
    curve_texts: int
    texts: int
    resamples: int
    load: tuple[float, float]


def bench(
    run_id: str | None, *, curve_texts: int, texts: int, resamples: int, rounds: int
) -> Result:
    """Time ours and the baselines in turn.

    Args:
        run_id: whose validation and test scores to take; None: six made labels.
        curve_texts: how many to make for the curves against argsort; of a run all are taken.
        texts: how many to make for all else, likewise.
        resamples: of the intervals, once; the loop makes two, which are multiplied.
        rounds: how often all else is timed.
    """
    before = os.getloadavg()[0]
    some = _scored(run_id) if run_id else made(texts)
    many = some if run_id else made(curve_texts)
    rows = [
        *_curves(many, rounds),
        *_grid(some, rounds),
        *_points(some, rounds),
        *_resamples(some, resamples),
    ]
    load = before, os.getloadavg()[0]
    return Result(rows, some[0].shape[1], len(many[0]), len(some[0]), resamples, load)


def made(texts: int) -> Texts:
    """Targets and scores of six labels, common and rare; a column's numbers lie together."""
    rng = np.random.default_rng(0)
    targets = rng.random((texts, len(RATES))) < RATES
    odds = rng.normal(-5, 1.5, targets.shape) + targets * rng.normal(4.5, 1.5, targets.shape)
    scores = 1 / (1 + np.exp(-odds))
    return np.asfortranarray(targets.astype(np.float32)), np.asfortranarray(scores, np.float32)


def _scored(run_id: str) -> Texts:
    """A run's texts with all targets known, for scikit-learn knows no others."""
    found = [run.scored(run.load(run_id), split) for split in ("validation", "test")]
    targets, scores = (
        np.asfortranarray(np.concatenate(parts))
        for parts in ([x.targets for x in found], [x.scores for x in found])
    )
    known = ~np.isnan(targets).any(axis=1)
    positive = targets[known] >= CUT
    if not len(positive) or not positive.any(axis=0).all():
        message = f"The run {run_id} has a label without a positive among its scored texts; "
        raise DataError(f"{message}choose a run in which every label has some.")
    return np.asfortranarray(positive.astype(np.float32)), np.asfortranarray(scores[known])


def _curves(texts: Texts, rounds: int) -> list[Row]:
    size = f"{texts[0].shape[1]} labels x {len(texts[0]):,} texts"
    base = f"numpy argsort, {size}"
    return compare(
        base,
        {
            base: _each(texts, lambda _, s: np.argsort(s)),
            f"curves, {size}": _each(texts, curve),
            f"scikit-learn precision_recall_curve, {size}": _each(texts, precision_recall_curve),
        },
        rounds=rounds,
    )


def _grid(texts: Texts, rounds: int) -> list[Row]:
    size = f"{texts[0].shape[1]} labels x {len(texts[0]):,} texts"
    base = f"f1_score at {len(GRID)} thresholds, {size}"
    return compare(
        base,
        {
            base: _each(texts, lambda t, s: [f1_score(t, s >= x, zero_division=0) for x in GRID]),
            f"every threshold, {size}": _each(texts, lambda t, s: curve(t, s).f1),
        },
        rounds=rounds,
    )


def _points(texts: Texts, rounds: int) -> list[Row]:
    """A point's time, from `POINTS` of ours and one of scikit-learn's a round."""
    target, score = texts[0][:, 0], texts[1][:, 0]
    found = curve(target, score)
    wanted = np.random.default_rng(0).random(POINTS).tolist()
    base = "scikit-learn precision_recall_fscore_support, one point"
    rows = compare(
        base,
        {
            base: lambda: _discard(
                precision_recall_fscore_support(
                    target, score >= wanted[0], average="binary", zero_division=0
                )
            ),
            "a point on the curve": lambda: _discard([found.at(x) for x in wanted]),
        },
        rounds=rounds,
    )
    return _rescaled(rows, "a point on the curve", 1 / POINTS)


def _resamples(texts: Texts, resamples: int) -> list[Row]:
    targets, scores = texts
    halves, wishes = [CUT] * targets.shape[1], [Objective("fbeta")] * targets.shape[1]
    base = f"a loop of scikit-learn, {resamples:,} resamples, multiplied from {_NAIVE}"
    figures = f"F1, ROC AUC, average precision, {resamples:,} resamples"
    wander = f"thresholds of best F1, {resamples:,} resamples"
    rows = compare(
        base,
        {
            base: lambda: _loop(texts),
            figures: lambda: _discard(bootstrap(targets, scores, halves, resamples=resamples)),
            wander: lambda: _discard(ranges(targets, scores, wishes, resamples=resamples)),
        },
        rounds=1,
    )
    return _rescaled(rows, base, resamples / _NAIVE)


def _loop(texts: Texts) -> None:
    """Resample rows and compute each label's figures and best-F1 threshold with scikit-learn."""
    targets, scores = texts
    rng = np.random.default_rng(0)
    for _ in range(_NAIVE):
        drawn = rng.integers(len(targets), size=len(targets))
        for target, score in zip(targets[drawn].T, scores[drawn].T, strict=True):
            f1_score(target, score >= CUT, zero_division=0)
            roc_auc_score(target, score)
            average_precision_score(target, score)
            precision, recall, thresholds = precision_recall_curve(target, score)
            f = precision * recall / np.maximum(precision + recall, 1e-300)
            _discard(thresholds[np.argmax(f[:-1])])


def _rescaled(rows: list[Row], name: str, factor: float) -> list[Row]:
    """The rows with the seconds of one multiplied, and all ratios anew."""
    scaled = [
        replace(x, best=x.best * factor, median=x.median * factor) if x.name == name else x
        for x in rows
    ]
    base = next(x.best for x in scaled if x.name == x.baseline)
    return [replace(x, ratio=x.best / base) for x in scaled]


def _each(
    texts: Texts, work: Callable[[NDArray[np.float32], NDArray[np.float32]], object]
) -> Callable[[], None]:
    """Do it for every label."""

    def all_labels() -> None:
        for target, score in zip(texts[0].T, texts[1].T, strict=True):
            work(target, score)

    return all_labels


def _discard(_: object) -> None:
    """Only the time counts."""
