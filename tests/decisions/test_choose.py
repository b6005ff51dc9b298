from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from toxapp.decisions.choose import best_f1
from toxapp.decisions.curve import RESOLUTION, Counts, counts

quick = settings(deadline=None, database=None, max_examples=80)
rows = st.lists(
    st.tuples(st.sampled_from([0.0, 1.0, float("nan")]), st.integers(0, 20)),
    min_size=1,
    max_size=30,
)


def array(values: list[float]) -> NDArray[np.float32]:
    return np.array(values, np.float32)


def test_the_threshold_with_the_best_f1_is_chosen_with_what_it_costs() -> None:
    choice = best_f1(array([0, 0, 1, 0, 1, 1]), array([0.1, 0.2, 0.4, 0.6, 0.8, 0.9]))
    # From 0.4 on: 3 of 4 right, F1 6/7; from 0.8 on: 2 of 2 right, F1 4/5.
    assert choice.threshold == pytest.approx(0.3)
    assert choice.reason is None
    assert choice.expected == Counts(6, 3, 4, 3, 0, 1)


def test_among_equals_the_one_that_flags_the_fewest_is_taken() -> None:
    # All flagged: 2*2/(4+2); only the highest flagged: 2*1/(1+2): both 2/3.
    choice = best_f1(array([1, 0, 0, 1]), array([0.2, 0.4, 0.6, 0.8]))
    assert choice.threshold == pytest.approx(0.7)


def test_a_text_without_a_target_has_no_say() -> None:
    choice = best_f1(array([0, np.nan, 1]), array([0.2, 0.9, 0.6]))
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
    choice = best_f1(array(targets), array(scores))
    assert choice.threshold is None
    assert choice.reason == f"{reason}, so no threshold can be chosen; it is switched off."
    assert choice.expected.flagged == 0


@quick
@given(rows, st.floats(0, 1))
def test_no_other_threshold_has_a_better_f1(pairs: list[tuple[float, int]], other: float) -> None:
    targets, scores = array([t for t, _ in pairs]), array([s / 20 for _, s in pairs])
    choice = best_f1(targets, scores)
    if choice.threshold is None:
        assert choice.reason
        return
    best = counts(targets, scores, choice.threshold).f1
    against = [other, *(s / 20 for s in range(21)), *scores.astype(np.float64).tolist()]
    rivals = [counts(targets, scores, t).f1 for t in against]
    assert best is not None
    assert all(f1 is not None and f1 <= best for f1 in rivals)
    assert np.abs(scores.astype(np.float64) - choice.threshold).min() > RESOLUTION / 2 or (
        choice.threshold == 0.0
    )


@quick
@given(rows, st.integers(0, 2**32 - 1))
def test_the_order_of_the_texts_changes_nothing(pairs: list[tuple[float, int]], seed: int) -> None:
    targets, scores = array([t for t, _ in pairs]), array([s / 20 for _, s in pairs])
    order = np.random.default_rng(seed).permutation(len(pairs))
    assert best_f1(targets, scores) == best_f1(targets[order], scores[order])
