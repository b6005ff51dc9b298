from __future__ import annotations

import numpy as np
import pytest

from toxapp.models.quantised import inputs_step, rounded, shares, widest


def test_each_row_of_a_matrix_has_its_own_step() -> None:
    whole, steps = rounded(np.array([[1.27, -0.5, 0.0], [0.0, 254.0, 2.0]], np.float32))
    assert whole.tolist() == [[127, -50, 0], [0, 127, 1]]
    assert steps.ravel() == pytest.approx([0.01, 2.0])


def test_a_row_of_zeros_stays_zero() -> None:
    whole, steps = rounded(np.zeros((1, 3), np.float32))
    assert not whole.any()
    assert np.isfinite(1 / steps).all()


def test_channels_are_made_more_alike_by_the_root_of_their_size() -> None:
    found = (np.array([-4.0, -0.1], np.float32), np.array([1.0, 0.25], np.float32))
    assert shares(found).tolist() == pytest.approx([2.0, 0.5])


def test_zero_is_one_of_the_steps_on_both_kinds_of_range() -> None:
    one = np.ones(1, np.float32)
    low, high = inputs_step((np.array([-0.17], np.float32), np.array([5.0], np.float32)), one)
    step = (high - low) / 255
    assert low / step == pytest.approx(round(low / step))
    assert low == pytest.approx(-0.17, abs=step)
    low, high = inputs_step((np.array([-3.0], np.float32), np.array([2.54], np.float32)), one)
    assert high == pytest.approx(3.0)
    assert low == pytest.approx(-128 * 3 / 127)


def test_a_range_is_of_all_texts_together() -> None:
    def text(low: float, high: float) -> list[np.ndarray]:
        return [np.array([low], np.float32), np.array([high], np.float32)]

    found = widest([text(-1, 2), text(-3, 1)], ("read",))
    assert [end.tolist() for end in found["read"]] == [[-3], [2]]
