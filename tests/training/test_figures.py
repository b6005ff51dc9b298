from __future__ import annotations

import math
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    f1_score,
    log_loss,
    roc_auc_score,
)

from toxapp.runs.settings import BEST_BY
from training.figures import Measured, gap, loss, measured, rates

LABELS = ("a", "b")
TARGETS = np.array([[1, 0], [0, 1], [1, 1], [0, 0], [0, 0]], np.float32)
SCORES = np.array([[0.9, 0.2], [0.6, 0.7], [0.4, 0.3], [0.1, 0.4], [0.2, 0.1]], np.float32)


def by_label(measure: object) -> float:
    assert callable(measure)
    return float(np.mean([measure(TARGETS[:, n], SCORES[:, n]) for n in range(2)]))


def test_figures_are_those_of_scikit_learn() -> None:
    found = measured(TARGETS, SCORES, LABELS)
    flags = SCORES >= 0.5
    assert found.mean_roc_auc == pytest.approx(by_label(roc_auc_score))
    assert found.mean_average_precision == pytest.approx(by_label(average_precision_score))
    assert found.micro_roc_auc == pytest.approx(roc_auc_score(TARGETS, SCORES, average="micro"))
    assert found.macro_f1_at_half == pytest.approx(f1_score(TARGETS, flags, average="macro"))
    assert found.micro_f1_at_half == pytest.approx(f1_score(TARGETS, flags, average="micro"))
    assert found.exact_match_at_half == pytest.approx(accuracy_score(TARGETS, flags))
    assert found.loss == pytest.approx(log_loss(TARGETS.ravel(), SCORES.ravel()), rel=1e-6)
    assert found.known() == vars(found)


def test_each_label_has_its_own_figures() -> None:
    # a: .9 and .6 are flagged, .9 and .4 carry it; b: .7 is flagged, .7 and .3 carry it.
    found = measured(TARGETS, SCORES, LABELS).labels
    assert list(found) == ["a", "b"]
    shares = [
        (f["texts"], f["positives"], f["rate"], f["precision"], f["recall"], f["f1"])
        for f in found.values()
    ]
    assert shares == [(5, 2, 0.4, 0.5, 0.5, 0.5), (5, 2, 0.4, 1.0, 0.5, pytest.approx(2 / 3))]
    assert found["a"]["roc_auc"] == pytest.approx(roc_auc_score(TARGETS[:, 0], SCORES[:, 0]))


def test_the_best_can_be_chosen_by_every_mean_figure() -> None:
    assert {f.name for f in fields(Measured)} - {"labels"} == set(BEST_BY)
    found = measured(TARGETS, SCORES, LABELS)
    for name in BEST_BY:
        assert found.selection(name) == (-found.loss if name == "loss" else getattr(found, name))


def test_the_gap_is_how_much_better_train_is_than_test() -> None:
    train = {"loss": 0.1, "mean_roc_auc": 0.9, "macro_f1_at_half": 0.5, "labels": {}}
    test: dict[str, Any] = {"loss": 0.3, "mean_roc_auc": 0.8, "macro_f1_at_half": None}
    assert gap(train, test) == {"loss": pytest.approx(0.2), "mean_roc_auc": pytest.approx(0.1)}


def test_rates_are_kept_off_0_and_1() -> None:
    targets = np.array([[1, 0, 0.5], [1, 0, np.nan], [1, 0, 1]], np.float32)
    assert rates(targets).tolist() == pytest.approx([4 / 5, 1 / 5, 2.5 / 4])


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
    good = measured(none, np.full((3, 1), 0.1, np.float32), ("a",))
    bad = measured(none, np.full((3, 1), 0.4, np.float32), ("a",))
    assert good.mean_roc_auc is None
    assert good.mean_average_precision is None
    best_by = "mean_average_precision"
    assert good.selection(best_by) == -good.loss > bad.selection(best_by)
    assert sorted(good.known()) == ["exact_match_at_half", "labels", "loss"]


def test_a_label_without_positives_is_left_out_of_the_means() -> None:
    targets, scores = np.c_[TARGETS, np.zeros(5)], np.c_[SCORES, np.full(5, 0.3)]
    found = measured(targets.astype(np.float32), scores.astype(np.float32), (*LABELS, "c"))
    two = measured(TARGETS, SCORES, LABELS)
    assert found.mean_average_precision == two.mean_average_precision
    assert found.mean_roc_auc == two.mean_roc_auc
