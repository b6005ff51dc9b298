from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from toxapp.decisions.choose import best_f
from toxapp.decisions.curve import Counts, counts, cuts

quick = settings(deadline=None, database=None, max_examples=80)
rows = st.lists(
    st.tuples(st.sampled_from([0.0, 1.0, float("nan")]), st.integers(0, 20)),
    min_size=1,
    max_size=30,
)


def array(values: list[float]) -> NDArray[np.float32]:
    return np.array(values, np.float32)


def test_two_clear_groups_are_told_apart_with_what_it_costs() -> None:
    choice = best_f(array([0, 0, 0, 0, 1, 1]), array([0.1, 0.2, 0.3, 0.4, 0.8, 0.9]))
    assert choice.threshold == pytest.approx(0.6)
    assert choice.reason is None
    assert choice.expected == Counts(6, 2, 2, 2, 0, 0)


def test_a_text_without_a_target_has_no_say() -> None:
    choice = best_f(array([0, np.nan, 1]), array([0.2, 0.9, 0.6]))
    assert choice.threshold == pytest.approx(0.4)
    assert choice.expected == Counts(2, 1, 1, 1, 0, 0)


@pytest.mark.parametrize(
    ("targets", "scores", "reason"),
    [
        ([0, 0], [0.2, 0.6], "No text here carries this label"),
        ([0, 0.4], [0.2, 0.6], "No text here carries this label"),
        ([1, 0.5], [0.2, 0.6], "Every text here carries this label"),
        ([1, np.nan], [0.2, 0.6], "Every text here carries this label"),
        ([np.nan], [0.2], "No text here says whether it carries this label"),
        ([], [], "No text here says whether it carries this label"),
        ([0, 1], [0.3, 0.3], "Every text here scores the same for this label"),
        ([0, 1], [0.3, 0.3 + 1e-6], "Every text here scores the same for this label"),
        ([0, 1, np.nan], [0.3, 0.3, 0.9], "Every text here scores the same for this label"),
    ],
)
def test_a_label_that_leaves_nothing_to_choose_is_switched_off_with_the_reason(
    targets: list[float], scores: list[float], reason: str
) -> None:
    choice = best_f(array(targets), array(scores))
    assert choice.threshold is None
    assert choice.reason == f"{reason}, so no threshold can be chosen; it is switched off."
    assert choice.expected.flagged == 0


@quick
@given(rows, st.sampled_from([0.5, 1.0, 2.0]))
def test_every_threshold_is_a_cut_off_and_every_none_has_its_reason(
    pairs: list[tuple[float, int]], beta: float
) -> None:
    targets, scores = array([t for t, _ in pairs]), array([s / 20 for _, s in pairs])
    choice = best_f(targets, scores, beta=beta)
    assert (choice.threshold is None) == (choice.reason is not None)
    assert choice.expected == counts(targets, scores, choice.threshold)
    if choice.threshold is not None:
        assert choice.threshold in cuts(scores)
        assert choice.expected.flagged > 0


@quick
@given(rows, st.integers(0, 2**32 - 1))
def test_the_order_of_the_texts_changes_nothing(pairs: list[tuple[float, int]], seed: int) -> None:
    targets, scores = array([t for t, _ in pairs]), array([s / 20 for _, s in pairs])
    order = np.random.default_rng(seed).permutation(len(pairs))
    assert best_f(targets, scores) == best_f(targets[order], scores[order])
