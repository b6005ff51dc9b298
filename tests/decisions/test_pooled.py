from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, roc_auc_score

from toxapp.decisions.pooled import exact_match, micro_roc_auc

NAN = math.nan
TARGETS = np.array([[1, 0], [0, 1], [1, NAN], [NAN, NAN], [0, 0]], np.float32)
SCORES = np.array([[0.9, 0.2], [0.6, 0.7], [0.4, 0.3], [0.1, 0.4], [0.2, 0.2]], np.float32)


def test_micro_figures_are_those_of_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    targets = (rng.random((200, 3)) < 0.3).astype(np.float32)
    scores = np.round(rng.random((200, 3)), 2).astype(np.float32)
    expected = roc_auc_score(targets, scores, average="micro")
    assert micro_roc_auc(targets, scores) == pytest.approx(expected)
    assert exact_match(targets, scores, [0.5] * 3) == pytest.approx(
        accuracy_score(targets, scores >= 0.5)
    )


def test_missing_targets_are_left_out() -> None:
    # Positives .9 .7 .4 against negatives .2 .6 .2 .2: only .4 < .6 is the wrong way round.
    assert micro_roc_auc(TARGETS, SCORES) == pytest.approx(11 / 12)
    # Right: the first and the last; wrong: the second (a false alarm) and the third (missed).
    assert exact_match(TARGETS, SCORES, [0.5, 0.5]) == 0.5


def test_a_label_that_is_off_flags_nothing() -> None:
    assert exact_match(TARGETS, SCORES, [None, 0.5]) == 0.5
    assert exact_match(TARGETS, SCORES, [0.3, None]) == 0.75


def test_a_fraction_is_positive_from_a_half_on() -> None:
    soft = np.array([[0.5], [0.49]], np.float32)
    assert exact_match(soft, np.array([[0.6], [0.1]], np.float32), [0.5]) == 1.0


def test_what_is_undefined_is_none() -> None:
    unknown = np.full((2, 2), NAN, np.float32)
    scores = np.full((2, 2), 0.5, np.float32)
    assert micro_roc_auc(unknown, scores) is None
    assert micro_roc_auc(np.zeros((2, 2), np.float32), scores) is None
    assert micro_roc_auc(np.ones((2, 2), np.float32), scores) is None
    assert exact_match(unknown, scores, [0.5, 0.5]) is None
