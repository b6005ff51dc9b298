"""Differences between two sets of texts, with how sure they are."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import ks_2samp

from toxapp.decisions.shift import Share, distance, gap


def test_the_distance_is_the_largest_difference_of_shares_above_one_value() -> None:
    apart = distance(np.array([0.1, 0.2, 0.3, 0.9]), np.array([0.25, 0.8, 0.85, 0.95]))
    assert apart is not None
    assert apart.value == 0.5  # above 0.3: one of four, and three of four
    same = distance(np.arange(50), np.arange(50))
    assert same is not None
    assert (same.value, same.interval[0], same.p) == (0, 0, 1)
    assert distance(np.empty(0), np.arange(3)) is None
    rng = np.random.default_rng(0)
    first, second = rng.random(3000), rng.random(2000) ** 1.5
    found = distance(first, second)
    assert found is not None
    assert found.value == pytest.approx(ks_2samp(first, second).statistic)
    truth = max(q - q**1.5 for q in np.linspace(0, 1, 1001) ** 1.5)  # P(below) is x, and x**(1/1.5)
    assert found.interval[0] < truth < found.interval[1] < 0.3


def test_the_interval_of_a_gap_is_newcombes() -> None:
    # R. G. Newcombe, Statistics in Medicine 17 (1998), 873-890, table II (a), method 10.
    found = gap(Share(48, 80), Share(56, 70))
    assert found is not None
    assert found.value == pytest.approx(0.2)
    assert found.interval == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert found.strict == found.interval
    many = gap(Share(48, 80), Share(56, 70), comparisons=12)
    assert many is not None
    assert many.interval == found.interval
    assert many.strict[0] < 0 < found.interval[0] < found.interval[1] < many.strict[1]
    assert gap(Share(0, 0), Share(1, 2)) is None
    none = gap(Share(0, 10), Share(0, 10))
    assert none is not None
    assert none.interval == pytest.approx((-0.2775, 0.2775), abs=5e-5)  # Wilson's 0 of 10
