from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, f1_score, log_loss, roc_auc_score

from training.figures import Ranking, loss, ranking

TARGETS = np.array([[1, 0], [0, 1], [1, 1], [0, 0], [0, 0]], np.float32)
SCORES = np.array([[0.9, 0.2], [0.6, 0.7], [0.4, 0.3], [0.1, 0.4], [0.2, 0.1]], np.float32)


def by_label(measure: object) -> float:
    assert callable(measure)
    return float(np.mean([measure(TARGETS[:, n], SCORES[:, n]) for n in range(2)]))


def test_figures_are_those_of_scikit_learn() -> None:
    found = ranking(TARGETS, SCORES)
    assert found.mean_roc_auc == pytest.approx(by_label(roc_auc_score))
    assert found.mean_average_precision == pytest.approx(by_label(average_precision_score))
    assert found.macro_f1_at_half == pytest.approx(by_label(lambda t, s: f1_score(t, s >= 0.5)))
    assert found.loss == pytest.approx(log_loss(TARGETS.ravel(), SCORES.ravel()), rel=1e-6)
    assert found.selection == found.mean_average_precision
    assert found.known() == vars(found)


def test_the_loss_is_the_mean_over_known_targets() -> None:
    targets = np.array([[1, np.nan], [0.5, 0]], np.float32)
    scores = np.array([[0.5, 0.9], [0.5, 0.5]], np.float32)
    assert loss(targets, scores) == pytest.approx(math.log(2))


def test_a_score_of_0_for_a_positive_gives_a_finite_loss() -> None:
    found = loss(np.array([[1]], np.float32), np.array([[0]], np.float32))
    assert found == pytest.approx(-math.log(1e-7))


def test_without_any_known_target_the_loss_is_0() -> None:
    assert loss(np.full((2, 1), np.nan, np.float32), np.full((2, 1), 0.5, np.float32)) == 0


def test_without_positives_the_best_weights_are_those_of_the_lowest_loss() -> None:
    none = np.zeros((3, 1), np.float32)
    good = ranking(none, np.full((3, 1), 0.1, np.float32))
    bad = ranking(none, np.full((3, 1), 0.4, np.float32))
    assert good.mean_roc_auc is None
    assert good.mean_average_precision is None
    assert good.selection == -good.loss > bad.selection
    assert good.known() == {"loss": good.loss}


def test_a_label_without_positives_is_left_out_of_the_means() -> None:
    targets, scores = np.c_[TARGETS, np.zeros(5)], np.c_[SCORES, np.full(5, 0.3)]
    found = ranking(targets.astype(np.float32), scores.astype(np.float32))
    two = ranking(TARGETS, SCORES)
    assert found.mean_average_precision == two.mean_average_precision
    assert found.mean_roc_auc == two.mean_roc_auc


def test_only_the_order_of_the_scores_counts_in_the_choice_of_the_best_weights() -> None:
    assert Ranking(9.0, 0.5, 0.8, 0.0).selection > Ranking(0.1, 0.9, 0.7, 1.0).selection
