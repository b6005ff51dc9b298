import numpy as np
import pytest
from numpy.typing import NDArray

from toxapp.decisions import smoothed
from toxapp.decisions.choose import best_f
from toxapp.decisions.intervals import draw
from toxapp.decisions.stability import best_f_range

Array = NDArray[np.float32]


def _texts(n: int, rate: float, seed: int) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    targets = (rng.random(n) < rate).astype(np.float32)
    scores = np.clip(rng.normal(0.3 + 0.4 * targets, 0.15), 0, 1).astype(np.float32)
    return targets, scores


def test_the_range_is_that_of_choosing_on_every_resample_by_hand() -> None:
    targets, scores = _texts(60, 0.3, 1)
    found = smoothed.candidates(targets, scores)
    weights = draw(np.random.default_rng(0), 60, 50)
    chosen = [int(smoothed.chosen(found, w[:, None])[0]) for w in weights.T]
    expected = np.percentile(found.thresholds[chosen], (2.5, 97.5))
    assert best_f_range(targets, scores, resamples=50, seed=0) == pytest.approx(tuple(expected))


def test_more_texts_make_the_range_narrower() -> None:
    widths = []
    for n in (100, 5000):
        ends = best_f_range(*_texts(n, 0.3, 2))
        assert ends is not None
        widths.append(ends[1] - ends[0])
    assert widths[1] < widths[0]


@pytest.mark.parametrize("beta", [0.5, 1.0, 2.0])
def test_the_chosen_threshold_lies_within_its_range(beta: float) -> None:
    targets, scores = _texts(2000, 0.2, 3)
    ends = best_f_range(targets, scores, beta=beta)
    chosen = best_f(targets, scores, beta=beta).threshold
    assert ends is not None
    assert chosen is not None
    assert ends[0] <= chosen <= ends[1]


def test_the_order_of_the_texts_changes_nothing() -> None:
    targets, scores = _texts(200, 0.1, 4)
    order = np.random.default_rng(5).permutation(200)
    assert best_f_range(targets, scores) == best_f_range(targets[order], scores[order])


def test_texts_without_a_target_are_left_out() -> None:
    targets, scores = _texts(200, 0.1, 4)
    wider = np.append(targets, np.float32("nan")), np.append(scores, scores[:1])
    assert best_f_range(*wider) == best_f_range(targets, scores)


def test_a_label_for_which_nothing_can_be_chosen_has_no_range() -> None:
    scores = np.array([0.1, 0.9], np.float32)
    for value in (0, 1, np.nan):
        assert best_f_range(np.full(2, value, np.float32), scores) is None
    assert best_f_range(np.array([0, 1], np.float32), np.full(2, 0.5, np.float32)) is None
