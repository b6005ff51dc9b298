from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, roc_auc_score

from toxapp.decisions.ranking import areas, rank


def both(targets: list[float], scores: list[float]) -> tuple[float, float]:
    columns = np.array(targets, np.float32), np.array(scores, np.float32)
    roc, average = areas(rank(*columns), np.ones((len(targets), 1)))
    return float(roc[0]), float(average[0])


def test_four_texts_give_the_areas_worked_out_by_hand() -> None:
    # Of the pairs (positive, negative) three are in order; precision at the positives: 1/1, 2/3.
    assert both([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1]) == pytest.approx((3 / 4, (1 + 2 / 3) / 2))


def test_a_tie_counts_half() -> None:
    assert both([1, 0], [0.5, 0.5]) == pytest.approx((0.5, 0.5))


def test_areas_are_undefined_without_what_they_compare() -> None:
    for targets in ([0.0, 0.0], [np.nan, np.nan], []):
        assert np.isnan(both(targets, [0.2, 0.6][: len(targets)])).all()
    roc, average = both([1, 1], [0.2, 0.6])
    assert np.isnan(roc)
    assert average == 1.0


def with_missing_and_ties(seed: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    rng = np.random.default_rng(seed)
    targets = (rng.random(150) < 0.2).astype(np.float32)
    scores = np.clip(np.round(0.4 * targets + 0.6 * rng.random(150), 1), 0, 1)
    targets[rng.random(150) < 0.1] = np.nan
    return targets, scores.astype(np.float32)


@pytest.mark.parametrize("seed", range(5))
def test_scikit_learn_finds_the_same_for_every_weighting(seed: int) -> None:
    targets, scores = with_missing_and_ties(seed)
    known = ~np.isnan(targets)
    weights = np.random.default_rng(seed).integers(0, 3, size=(len(targets), 4)).astype(np.float64)
    roc, average = areas(rank(targets, scores), weights)
    for i, weight in enumerate(weights.T):
        given = targets[known], scores[known]
        assert roc[i] == pytest.approx(roc_auc_score(*given, sample_weight=weight[known]))
        expected = average_precision_score(*given, sample_weight=weight[known])
        assert average[i] == pytest.approx(expected)


def test_a_text_of_weight_zero_is_not_there_and_weights_are_left_as_they_were() -> None:
    targets, scores = with_missing_and_ties(9)
    weights = np.ones((len(targets), 1))
    weights[:50] = 0
    before = weights.copy()
    roc, average = areas(rank(targets, scores), weights)
    fewer = areas(rank(targets[50:], scores[50:]), weights[50:])
    np.testing.assert_allclose((roc, average), fewer)
    assert (weights == before).all()


def test_the_order_of_the_texts_changes_nothing() -> None:
    targets, scores = with_missing_and_ties(2)
    order = np.random.default_rng(0).permutation(len(targets))
    ones = np.ones((len(targets), 1))
    assert areas(rank(targets, scores), ones) == areas(rank(targets[order], scores[order]), ones)
