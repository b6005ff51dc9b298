"""What a threshold chosen on few positives loses on other texts: the smoothed F against the plain.

The plain maximum is the cut-off with the highest F on the very texts that it is chosen on.
`python -m toxapp bench steadiness RUN` compares the two on the scores that a run keeps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from toxapp.data import store
from toxapp.decisions.choose import best_f
from toxapp.decisions.curve import CUT, Curve, Floats, counts, curve
from toxapp.errors import DataError
from toxapp.runs import run


@dataclass(frozen=True)
class Steadiness:
    """F lost against the best cut-off of the texts that were not drawn.

    Attributes:
        positives: drawn, on average.
        draws: that had a positive and a negative, so that a threshold could be chosen.
        plain, smoothed: mean over the draws.
        plain_spread, smoothed_spread: standard deviation over the draws.
        better: draws in which the smoothed one lost less; those that lost the same are in neither.
        worse: draws in which it lost more.
    """

    positives: int
    draws: int
    plain: float
    plain_spread: float
    smoothed: float
    smoothed_spread: float
    better: int
    worse: int


def steadiness(
    targets: Floats, scores: Floats, positives: int, *, draws: int = 20, beta: float = 1.0
) -> Steadiness:
    """Choose on a few texts, measure on all others, many times.

    Args:
        targets: (n_texts,) 1, 0, a fraction (positive from 0.5 on) or NaN (left out).
        scores: (n_texts,) in [0, 1].
        positives: to choose by, on average; so many texts are drawn that the rate is kept.
        draws: seeded by their number, from 0 on.
        beta: how much more recall counts than precision.

    Raises:
        DataError: half of the texts have fewer positives than that.
    """
    known = ~np.isnan(targets)
    targets, scores = targets[known], scores[known]
    found = int((targets >= 0.5).sum())
    if found < 2 * positives:
        raise DataError(
            f"Choosing by {positives} positives takes {2 * positives}, half of them to measure "
            f"on; these texts have {found}."
        )
    size = round(positives * len(targets) / found)
    lost = [_lost(targets, scores, size, seed, beta) for seed in range(draws)]
    plain, smoothed = np.array([pair for pair in lost if pair] or [(np.nan, np.nan)]).T
    return Steadiness(
        positives=positives,
        draws=sum(pair is not None for pair in lost),
        plain=float(plain.mean()),
        plain_spread=float(plain.std()),
        smoothed=float(smoothed.mean()),
        smoothed_spread=float(smoothed.std()),
        better=int((smoothed < plain).sum()),
        worse=int((smoothed > plain).sum()),
    )


@dataclass(frozen=True)
class OfRun:
    """The same for the labels of a run.

    Attributes:
        labels: label -> one for each number of positives that it has twice as many of.
        mean: number of positives -> over the labels that have it.
        left_out: label -> why, one sentence, for those that have none.
    """

    labels: dict[str, list[Steadiness]]
    mean: dict[int, Mean]
    left_out: dict[str, str]


@dataclass(frozen=True)
class Mean:
    """F lost, mean over labels, and draws of all of them together."""

    labels: int
    plain: float
    smoothed: float
    better: int
    worse: int


def of_run(run_id: str, positives: Sequence[int], *, draws: int = 20, beta: float = 1.0) -> OfRun:
    """What both choices lose on a run's own validation and test scores, taken together.

    Args:
        run_id: a run that has scores.
        positives: to choose by, each of them in turn.
        draws: of each; seeded by their number.
        beta: how much more recall counts than precision.
    """
    chosen = run.load(run_id)
    labels = store.load(chosen.settings.dataset).labels
    parts = [run.scored(chosen, split) for split in ("validation", "test")]
    targets = np.concatenate([x.targets for x in parts])
    scores = np.concatenate([x.scores for x in parts])
    rows, left_out = {}, {}
    for label, target, score in zip(labels, targets.T, scores.T, strict=True):
        has = int((target >= CUT).sum())
        tried = [k for k in positives if 2 * k <= has]
        if tried:
            found = [steadiness(target, score, k, draws=draws, beta=beta) for k in tried]
            rows[label] = [x for x in found if x.draws]
        else:
            left_out[label] = f"It has {has} positives; {2 * min(positives)} are needed at least."
    means = {k: [x for each in rows.values() for x in each if x.positives == k] for k in positives}
    return OfRun(rows, {k: _mean(found) for k, found in means.items() if found}, left_out)


def _mean(found: Sequence[Steadiness]) -> Mean:
    return Mean(
        labels=len(found),
        plain=float(np.mean([x.plain for x in found])),
        smoothed=float(np.mean([x.smoothed for x in found])),
        better=sum(x.better for x in found),
        worse=sum(x.worse for x in found),
    )


def _lost(
    targets: Floats, scores: Floats, size: int, seed: int, beta: float
) -> tuple[float, float] | None:
    drawn = np.zeros(len(targets), bool)
    drawn[np.random.default_rng(seed).permutation(len(targets))[:size]] = True
    smooth = best_f(targets[drawn], scores[drawn], beta=beta).threshold
    if smooth is None:
        return None
    here = curve(targets[drawn], scores[drawn])
    f = _f(here, beta)
    plain = float(here.thresholds[np.flatnonzero(f == f.max())[-1]])
    targets, scores = targets[~drawn], scores[~drawn]
    best = float(_f(curve(targets, scores), beta).max())
    reached = [_f_at(targets, scores, threshold, beta) for threshold in (plain, smooth)]
    return best - reached[0], best - reached[1]


def _f(found: Curve, beta: float) -> NDArray[np.float64]:
    weight = beta**2
    f: NDArray[np.float64] = (
        (1 + weight) * found.caught / (found.flagged + weight * found.positives)
    )
    return f


def _f_at(targets: Floats, scores: Floats, threshold: float, beta: float) -> float:
    here = counts(targets, scores, threshold)
    return (1 + beta**2) * here.caught / (here.flagged + beta**2 * here.positives)
