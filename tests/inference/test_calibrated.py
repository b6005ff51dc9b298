from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toxapp.inference.calibrated import apply, probabilities

ISOTONIC = {"method": "isotonic", "raw": [0, 0.2, 0.8, 1], "probability": [0, 0.4, 0.5, 1]}
HALVED = {"method": "temperature", "slope": 0.5, "intercept": 0.0}
SHIFTED = {"method": "platt", "slope": 1.0, "intercept": float(np.log(3))}

quick = settings(deadline=None, database=None, max_examples=60)


def test_each_method_comes_to_what_one_counts_by_hand() -> None:
    # The odds 4:1 halved in their logarithm are 2:1; the odds 1:1 times 3 are 3:1.
    assert probabilities(np.array([0.8]), HALVED) == pytest.approx([2 / 3])
    assert probabilities(np.array([0.5]), SHIFTED) == pytest.approx([3 / 4])
    found = probabilities(np.array([0.1, 0.2, 0.5, 0.9]), ISOTONIC)
    assert found == pytest.approx([0.2, 0.4, 0.45, 0.75])


@pytest.mark.parametrize("calibration", [ISOTONIC, HALVED, SHIFTED])
def test_scores_of_zero_and_one_stay_and_a_missing_score_stays_missing(
    calibration: dict[str, object],
) -> None:
    found = probabilities(np.array([0.0, 1.0, np.nan]), calibration)
    assert found[:2].tolist() == [0.0, 1.0]
    assert np.isnan(found[2])


def test_a_label_without_a_calibration_keeps_its_raw_scores() -> None:
    scores = np.array([[0.8, 0.8], [0.1, np.nan]], np.float32)
    shown = apply(scores, {"rude": HALVED}, ("spam", "rude"))
    assert shown.dtype == np.float32
    assert shown[:, 0].tolist() == scores[:, 0].tolist()
    assert shown[0, 1] == pytest.approx(2 / 3)
    assert scores[0, 1] == np.float32(0.8)  # the caller's array is left alone
    assert apply(scores[:0], {"rude": HALVED}, ("spam", "rude")).shape == (0, 2)


def test_another_method_is_refused() -> None:
    with pytest.raises(ValueError, match="beta"):
        probabilities(np.array([0.5]), {"method": "beta"})


@quick
@given(
    slope=st.floats(0.05, 8),
    intercept=st.floats(-6, 6),
    at=st.lists(st.integers(1, 98), min_size=2, max_size=20, unique=True),
)
def test_a_higher_score_has_a_higher_probability(
    slope: float, intercept: float, at: list[int]
) -> None:
    scores = np.array(sorted(at)) / 100
    line = {"method": "platt", "slope": slope, "intercept": intercept}
    for calibration in (line, ISOTONIC):
        found = probabilities(scores, calibration)
        assert (np.diff(found) > 0).all()
        assert ((found > 0) & (found <= 1)).all()
