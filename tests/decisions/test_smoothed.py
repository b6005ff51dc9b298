from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from toxapp.decisions.choose import best_f
from toxapp.decisions.curve import counts, curve
from toxapp.decisions.smoothed import candidates, chosen

Array = NDArray[np.float64]


def drawn(positives: int, negatives: int, seed: int) -> tuple[Array, Array]:
    """Targets and scores whose log-odds are normal, those of positives 2.5 higher and wider."""
    rng = np.random.default_rng(seed)
    odds = np.append(rng.normal(-1.5, 1.6, positives), rng.normal(-4, 1, negatives))
    return np.repeat([1.0, 0.0], [positives, negatives]), 1 / (1 + np.exp(-odds))


def plain(targets: Array, scores: Array, beta: float) -> float:
    """The cut-off that has the highest F-beta on these very texts."""
    found = curve(targets, scores)
    f = found.caught / (found.flagged + beta**2 * found.positives)
    return float(found.thresholds[np.flatnonzero(f == f.max())[-1]])


def f_beta(targets: Array, scores: Array, threshold: float | None, beta: float) -> float:
    here = counts(targets, scores, threshold)
    return (1 + beta**2) * here.caught / (here.flagged + beta**2 * here.positives)


@pytest.mark.parametrize("beta", [0.5, 1.0, 2.0])
@pytest.mark.parametrize(
    ("positives", "gain"), [(3, 0.005), (5, 0.005), (20, 0.002), (200, -0.002)]
)
def test_on_other_texts_it_beats_the_plain_maximum(
    positives: int, gain: float, beta: float
) -> None:
    """The mean over 60 draws: better on few positives, not worse on many."""
    other = drawn(1_000, 99_000, 999)
    gains = []
    for seed in range(60):
        texts = drawn(positives, 99 * positives, seed)
        smooth = f_beta(*other, best_f(*texts, beta=beta).threshold, beta)
        gains.append(smooth - f_beta(*other, plain(*texts, beta), beta))
    assert np.mean(gains) > gain


def test_a_single_positive_among_the_lowest_does_not_flag_half_of_all_texts() -> None:
    # The plain maximum flags the 50 texts from it on. Drawn to one text with 10 / 11, that is
    # exp(log 50 / 11) = 1.4 texts; even from all 100 it were 1.5.
    scores = np.linspace(0.005, 0.995, 100)
    targets = (np.arange(100) == 50).astype(float)
    assert counts(targets, scores, plain(targets, scores, 1)).flagged == 50
    assert best_f(targets, scores).expected.flagged in {1, 2}


def test_more_weight_on_recall_never_flags_fewer() -> None:
    texts = drawn(30, 2970, 4)
    flagged = [best_f(*texts, beta=beta).expected.flagged for beta in (0.25, 0.5, 1, 2, 4)]
    assert flagged == sorted(flagged)


def test_stretching_and_shifting_the_log_odds_flags_the_same_texts() -> None:
    targets, scores = drawn(12, 600, 5)
    odds = np.log(scores / (1 - scores))
    other = 1 / (1 + np.exp(-(0.6 * odds + 1)))
    first, second = best_f(targets, scores), best_f(targets, other)
    assert first.expected == second.expected


def test_scores_of_0_and_1_are_scores_like_others() -> None:
    targets, scores = np.array([0.0, 0, 0, 1, 1]), np.array([0.0, 0, 0, 1, 1])
    assert best_f(targets, scores).threshold == pytest.approx(0.5)


def test_each_weighting_is_chosen_for_as_if_it_were_alone() -> None:
    found = candidates(*drawn(8, 300, 6))
    weights = np.random.default_rng(7).integers(0, 3, (308, 5)).astype(float)
    weights[found.positive, 2] = 0
    at = chosen(found, weights)
    assert at.tolist() == [chosen(found, w[:, None])[0] for w in weights.T]
    assert at[2] == -1
    assert (np.delete(at, 2) >= 0).all()
