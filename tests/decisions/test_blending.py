"""Weights of a blend: found where the truth is planted, equal where nothing is known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import expit

from toxapp.decisions.blending import Weights, logits, weights

Floats = NDArray[np.float32]


def scores_of(*columns: NDArray[np.float64]) -> Floats:
    """One label's scores (n_classifiers, n, 1) from logits."""
    return np.stack([expit(column)[:, None] for column in columns]).astype(np.float32)


def combined(scores: Floats, weights: Weights) -> Floats:
    """As a blend's engine combines them."""
    mean = np.einsum("kl,knl->nl", weights, logits(scores))
    return np.asarray(expit(mean), np.float32)


def test_logits_are_those_of_the_scores_and_finite_at_the_ends() -> None:
    found = logits(np.array([0.5, 0.75, 0.0, 1.0], np.float32))
    assert found[:2] == pytest.approx([0, np.log(3)])
    assert np.isfinite(found).all()
    assert found[2] == pytest.approx(-found[3], rel=1e-2)


def test_a_classifier_of_noise_counts_next_to_nothing() -> None:
    chance = np.random.default_rng(0)
    truth = chance.normal(size=4_000)
    targets = (chance.random(4_000) < expit(2 * truth)).astype(np.float32)[:, None]
    noise = chance.normal(size=4_000)
    found = weights(scores_of(2 * truth, noise), targets)
    assert found[0, 0] > 0.97
    assert found.sum(axis=0) == pytest.approx(1)
    assert (found >= 0).all()


def test_a_classifier_that_is_mostly_wrong_is_never_turned_round() -> None:
    chance = np.random.default_rng(1)
    truth = chance.normal(size=2_000)
    targets = (chance.random(2_000) < expit(truth)).astype(np.float32)[:, None]
    found = weights(scores_of(truth, -truth), targets)
    assert found[0, 0] > 0.99
    assert found[1, 0] >= 0


def test_two_that_err_apart_are_better_together() -> None:
    chance = np.random.default_rng(2)
    truth = chance.normal(size=6_000) * 2
    targets = (truth > 0).astype(np.float32)[:, None]
    one, other = (truth + chance.normal(size=6_000) * 2 for _ in range(2))
    both = scores_of(one, other)
    found = weights(both, targets)
    assert found[:, 0] == pytest.approx([0.5, 0.5], abs=0.05)

    def wrong(scores: Floats) -> float:
        return float(((scores[:, 0] >= 0.5) != (targets[:, 0] == 1)).mean())

    assert wrong(combined(both, found)) < min(wrong(both[0]), wrong(both[1]))


@pytest.mark.parametrize("target", [0.0, 1.0, np.nan])
def test_without_both_kinds_of_texts_weights_are_equal(target: float) -> None:
    scores = np.random.default_rng(3).random((3, 20, 1), np.float32)
    found = weights(scores, np.full((20, 1), target, np.float32))
    assert found[:, 0].tolist() == pytest.approx([1 / 3] * 3)


def test_few_positives_move_the_weights_less_than_many() -> None:
    chance = np.random.default_rng(4)
    truth, noise = chance.normal(size=5_000), chance.normal(size=5_000)
    targets = (truth > 1.5).astype(np.float32)[:, None]
    few = np.concatenate(
        [np.flatnonzero(targets[:, 0])[:2], np.flatnonzero(targets[:, 0] == 0)[:8]]
    )
    scores = scores_of(truth, noise)
    assert 0.5 <= weights(scores[:, few], targets[few])[0, 0] < weights(scores, targets)[0, 0]


def test_missing_targets_count_for_nothing() -> None:
    chance = np.random.default_rng(5)
    scores = chance.random((2, 300, 1), np.float32)
    targets = (chance.random((300, 1)) < 0.3).astype(np.float32)
    whole = weights(scores[:, :200], targets[:200])
    targets[200:] = np.nan
    assert weights(scores, targets) == pytest.approx(whole)
