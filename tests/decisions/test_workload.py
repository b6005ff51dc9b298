from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from toxapp.decisions.workload import Workload, workload
from toxapp.errors import DataError

NAN = float("nan")
Rows = Sequence[Sequence[float]]


def arrays(targets: Rows, scores: Rows) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Both of two labels."""
    first, second = (np.array(x, np.float32).reshape(len(x), 2) for x in (targets, scores))
    return first, second


def test_a_text_that_two_labels_flag_is_read_once() -> None:
    #                 both     the other one  neither carried  missed      clear
    targets = [[1, 1], [0, 1], [0, 0], [1, 0], [0, 0]]
    scores = [[0.9, 0.9], [0.8, 0.1], [0.7, 0.7], [0.2, 0.3], [0.1, 0.1]]
    found = workload(*arrays(targets, scores), [0.5, 0.6])
    assert found == Workload(5, 3, 600.0, harmful=3, caught=2, false_alarms=1)
    assert (found.caught_share, found.false_alarm_share, found.unknown) == (2 / 3, 1 / 3, 0)
    assert found.a_day(20_000) == 12_000


def test_a_missing_target_makes_a_text_neither_harmful_nor_a_false_alarm() -> None:
    targets: Rows = [[NAN, 0], [NAN, 1], [0, 0], [NAN, NAN]]
    found = workload(*arrays(targets, [[0.9, 0.9]] * 4), [0.5, 0.5])
    assert (found.harmful, found.caught, found.false_alarms, found.unknown) == (1, 1, 1, 2)
    assert found.false_alarm_share == 1 / 2


def test_half_of_the_raters_make_a_text_harmful_and_a_score_on_the_threshold_is_flagged() -> None:
    found = workload(*arrays([[0.5, 0], [0.49, 0]], [[0.5, 0], [0.5, 0]]), [0.5, 0.5])
    assert (found.flagged, found.caught, found.false_alarms) == (2, 1, 1)


def test_with_every_label_switched_off_nothing_is_read() -> None:
    found = workload(*arrays([[1, 0]], [[1, 1]]), [None, None])
    assert (found.flagged, found.caught_share, found.false_alarm_share) == (0, 0.0, None)


def test_without_texts_all_shares_are_none() -> None:
    found = workload(*arrays([], []), [0.5, None])
    assert found == Workload(0, 0, None, 0, 0, 0)
    assert (found.a_day(100), found.caught_share, found.false_alarm_share) == (None, None, None)


def test_a_score_that_is_none_is_a_sentence() -> None:
    with pytest.raises(DataError, match=r"1 of 2 scores .* \(found nan\)"):
        workload(*arrays([[1, 0], [0, 0]], [[0.5, NAN], [0.5, 0.5]]), [0.5, 0.5])


def test_a_threshold_too_few_is_a_bug_of_the_caller() -> None:
    with pytest.raises(ValueError, match="1 thresholds"):
        workload(*arrays([[1, 0]], [[1, 1]]), [0.5])


row = st.tuples(st.sampled_from([0.0, 1.0, NAN]), st.sampled_from([0.1, 0.5, 0.9]))


@settings(deadline=None, database=None, max_examples=60)
@given(st.lists(st.tuples(row, row), min_size=1, max_size=12), st.sampled_from([0.3, 0.5, 0.7]))
def test_a_higher_threshold_never_reads_more_nor_catches_more(
    rows: list[tuple[tuple[float, float], tuple[float, float]]], threshold: float
) -> None:
    columns = arrays([[a[0], b[0]] for a, b in rows], [[a[1], b[1]] for a, b in rows])
    low, high = (workload(*columns, [t, 0.5]) for t in (threshold, threshold + 0.2))
    assert high.flagged <= low.flagged <= low.texts
    assert high.caught <= low.caught <= low.harmful
    assert low.caught + low.false_alarms + low.unknown == low.flagged
