from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import auc, average_precision_score, roc_auc_score

from toxapp.decisions.outline import MOST, outline


def test_few_texts_are_drawn_point_by_point() -> None:
    found = outline(np.array([1.0, 0.0, 1.0, 0.0]), np.array([0.9, 0.7, 0.5, 0.1]))
    assert found.roc == [(1, 1), (0.5, 1), (0.5, 0.5), (0, 0.5), (0, 0)]
    assert found.precision_recall == [(1, 0.5), (1, 0.66667), (0.5, 0.5), (0.5, 1)]


def test_thinned_lines_keep_their_areas() -> None:
    rng = np.random.default_rng(0)
    targets = (rng.random(20_000) < 0.05).astype(np.float32)
    scores = (0.4 * targets + 0.6 * rng.random(20_000)).astype(np.float32)
    found = outline(targets, scores)
    assert len(found.roc) <= MOST
    assert len(found.precision_recall) <= MOST
    roc, pairs = np.array(found.roc), np.array(found.precision_recall)
    assert auc(roc[:, 0], roc[:, 1]) == pytest.approx(roc_auc_score(targets, scores), abs=0.01)
    expected = average_precision_score(targets, scores)
    assert auc(pairs[:, 0], pairs[:, 1]) == pytest.approx(expected, abs=0.02)
    assert (np.diff(pairs[:, 0]) <= 0).all()


def test_what_is_undefined_is_not_drawn() -> None:
    scores = np.array([0.2, 0.8])
    nobody, every = outline(np.zeros(2), scores), outline(np.ones(2), scores)
    assert (nobody.roc, nobody.precision_recall) == ([], [])
    assert every.roc == []
    assert every.precision_recall == [(1, 1), (0.5, 1)]
    assert outline(np.array([np.nan, np.nan]), scores).roc == []
    assert outline(np.empty(0), np.empty(0)).precision_recall == []
