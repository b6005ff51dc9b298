from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from toxapp.bench.steadiness import steadiness
from toxapp.errors import DataError


def texts(rate: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """20,000 texts whose log-odds are normal, those of positives 2.5 higher and wider."""
    rng = np.random.default_rng(0)
    targets = rng.random(20_000) < rate
    odds = np.where(targets, rng.normal(-1.5, 1.6, 20_000), rng.normal(-4, 1, 20_000))
    return targets.astype(np.float32), (1 / (1 + np.exp(-odds))).astype(np.float32)


@pytest.mark.parametrize("positives", [3, 5, 10, 20])
def test_the_smoothed_choice_loses_less_than_the_plain_maximum(positives: int) -> None:
    found = steadiness(*texts(0.02), positives, draws=40)
    assert 0 < found.smoothed < found.plain
    assert found.smoothed_spread < found.plain_spread


def test_draws_that_leave_nothing_to_choose_by_are_not_counted() -> None:
    found = steadiness(*texts(0.02), 1, draws=40)
    assert 10 < found.draws < 40  # one in e of them has no positive


def test_scores_that_tell_all_apart_lose_nothing() -> None:
    targets = np.tile(np.array([1, 0, 0, 0], np.float32), 50)
    found = steadiness(targets, 0.2 + 0.6 * targets, 10)
    assert (found.plain, found.smoothed, found.draws) == (0.0, 0.0, 20)


def test_too_few_positives_are_a_sentence() -> None:
    targets, scores = np.array([1.0, 0, np.nan, 1]), np.array([0.9, 0.1, 0.2, 0.8])
    with pytest.raises(DataError, match=r"takes 4, half.*these texts have 2"):
        steadiness(targets, scores, 2)
