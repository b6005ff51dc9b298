from __future__ import annotations

import numpy as np

from toxapp.inference.verdict import decisions, flagged


def test_a_score_on_its_threshold_is_flagged_and_the_next_lower_one_is_not() -> None:
    score = np.float32(0.7)
    scores = np.array([[np.nextafter(score, np.float32(0))], [score], [0.9]], np.float32)
    assert flagged(scores, [float(score)]).tolist() == [[False], [True], [True]]


def test_the_comparison_is_in_double_precision() -> None:
    """float32(0.7) is 0.69999999: numpy would round the threshold down to it and flag."""
    scores = np.array([[0.7]], np.float32)
    assert float(scores[0, 0]) < 0.7
    assert not flagged(scores, [0.7])[0, 0]
    assert flagged(scores, [float(scores[0, 0])])[0, 0]
    assert not flagged(scores, [float(scores[0, 0]) + 1e-12])[0, 0]


def test_a_label_that_is_switched_off_flags_nothing() -> None:
    scores = np.array([[1.0, 1.0], [0.0, 1.0]], np.float32)
    assert flagged(scores, [None, 1.0]).tolist() == [[False, True], [False, True]]


def test_each_label_has_its_own_threshold() -> None:
    scores = np.array([[0.5, 0.5, 0.5]], np.float32)
    assert flagged(scores, [0.4, 0.5, 0.6]).tolist() == [[True, True, False]]


def test_zero_flags_everything_that_has_a_score() -> None:
    scores = np.array([[0.0], [1.0], [np.nan]], np.float32)
    assert flagged(scores, [0.0]).tolist() == [[True], [True], [False]]


def test_no_texts_give_no_decisions_of_the_same_width() -> None:
    found = flagged(np.empty((0, 2), np.float32), [0.5, None])
    assert found.shape == (0, 2)
    assert found.dtype == np.bool_


def test_between_the_two_cut_offs_a_text_is_read_and_from_the_second_on_acted_upon() -> None:
    scores = np.array([[0.1], [0.25], [0.5], [0.75], [np.nan]], np.float32)
    words = ["clear", "flagged", "flagged", "act", "clear"]
    assert decisions(scores, [0.25], [0.75])[:, 0].tolist() == words
    assert decisions(scores, [0.25], [None])[3, 0] == "flagged"
    assert decisions(scores, [None], [None])[:, 0].tolist() == ["clear"] * 5
    assert decisions(scores[:0], [0.25], [0.75]).shape == (0, 1)
