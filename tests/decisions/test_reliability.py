from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss, log_loss

from toxapp.decisions.intervals import wilson
from toxapp.decisions.reliability import reliability
from toxapp.errors import DataError

quick = settings(deadline=None, database=None, max_examples=60)
rows = st.lists(st.tuples(st.booleans(), st.integers(0, 1000)), min_size=2, max_size=60)


@quick
@given(rows)
def test_bins_brier_score_and_log_loss_are_those_of_scikit_learn(
    pairs: list[tuple[bool, int]],
) -> None:
    targets = np.array([float(t) for t, _ in pairs])
    scores = np.array([s / 1000 for _, s in pairs])
    found = reliability(targets, scores)
    share, mean = calibration_curve(targets, scores, n_bins=10)
    assert [b.share for b in found.bins] == pytest.approx(share.tolist())
    assert [b.mean for b in found.bins] == pytest.approx(mean.tolist())
    assert found.brier == pytest.approx(brier_score_loss(targets, scores, pos_label=1))
    inside = np.clip(scores, 1e-7, 1 - 1e-7)
    assert found.log_loss == pytest.approx(log_loss(targets, inside, labels=[0, 1]), abs=1e-6)
    assert sum(b.texts for b in found.bins) == found.texts == len(pairs)
    assert sum(b.positives for b in found.bins) == found.positives


def test_the_calibration_error_can_be_counted_by_hand() -> None:
    """Three texts at .15, of which one carries it, one at .95 that does: (3 * .183 + .05) / 4."""
    found = reliability(np.array([1.0, 0, 0, 1]), np.array([0.15, 0.15, 0.15, 0.95]))
    assert found.ece == pytest.approx((3 * (1 / 3 - 0.15) + 0.05) / 4)
    assert [(round(b.low, 9), round(b.high, 9)) for b in found.bins] == [(0.1, 0.2), (0.9, 1.0)]
    assert [(b.texts, b.positives) for b in found.bins] == [(3, 1), (1, 1)]
    assert found.bins[0].interval == wilson(1, 3)


def test_a_score_on_an_edge_belongs_to_the_bin_below_and_zero_to_the_first() -> None:
    found = reliability(np.zeros(4), np.array([0.0, 0.1, 0.1000001, 1.0]))
    assert [(round(b.high, 1), b.texts) for b in found.bins] == [(0.1, 2), (0.2, 1), (1.0, 1)]


def test_what_chance_alone_would_show_is_what_faultless_probabilities_show() -> None:
    rng = np.random.default_rng(1)
    scores = rng.random(400)
    drawn = [reliability((rng.random(400) < scores).astype(float), scores).ece for _ in range(200)]
    expected = reliability(np.zeros(400), scores).ece_by_chance
    assert np.mean([e for e in drawn if e is not None]) == pytest.approx(expected, rel=0.05)


def test_missing_targets_are_in_no_bin_and_fractions_count_from_a_half_on() -> None:
    found = reliability(np.array([np.nan, 0.5, 0.49]), np.array([0.9, 0.8, 0.2]))
    assert (found.texts, found.positives) == (2, 1)
    assert [b.texts for b in found.bins] == [1, 1]


@pytest.mark.parametrize("targets", [[], [float("nan")] * 2])
def test_without_a_known_target_there_is_no_figure(targets: list[float]) -> None:
    found = reliability(np.array(targets), np.full(len(targets), 0.5))
    assert (found.texts, found.bins) == (0, ())
    assert (found.ece, found.ece_by_chance, found.brier, found.log_loss) == (None,) * 4


def test_a_score_that_is_no_number_is_a_sentence() -> None:
    with pytest.raises(DataError, match="not numbers from 0 to 1"):
        reliability(np.array([1.0, 0]), np.array([np.nan, 0.5]))
