from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from toxapp.decisions import smoothed
from toxapp.decisions.choose import best_f
from toxapp.decisions.curve import counts
from toxapp.decisions.objectives import choose
from toxapp.decisions.stability import AT_ONCE, drawn, ranges, solver
from toxapp.decisions.wishes import Objective, parse

Array = NDArray[np.float32]

WISHES = ("precision=0.7", "recall=0.8", "cost=3", "cost=1/0", "cost=0", "flagged=0.1")


def texts(n: int, rate: float, seed: int) -> tuple[Array, Array]:
    """One label, (n, 1) each."""
    rng = np.random.default_rng(seed)
    targets = (rng.random((n, 1)) < rate).astype(np.float32)
    scores = np.clip(rng.normal(0.3 + 0.4 * targets, 0.15), 0, 1).astype(np.float32)
    return targets, scores


def wish(text: str) -> Objective:
    found = parse(text)
    assert isinstance(found, Objective)
    return found


def ends(targets: Array, scores: Array, text: str = "f1") -> tuple[float, float]:
    found = ranges(targets, scores, [wish(text)] * targets.shape[1], resamples=300)[0].ends
    assert found is not None
    return found


def solved(
    targets: Array, scores: Array, text: str, weights: NDArray[np.uint8]
) -> NDArray[np.float64]:
    """The thresholds of one label for each weighting."""
    return solver(targets[:, 0], scores[:, 0], wish(text))(weights)


@pytest.mark.parametrize("text", WISHES)
def test_solving_with_weights_flags_what_solving_the_drawn_texts_flags(text: str) -> None:
    targets, scores = texts(120, 0.2, 1)
    scores = np.round(scores, 2)  # with ties
    weights = next(drawn(120, 40, 0))
    for times, threshold in zip(weights.T, solved(targets, scores, text, weights), strict=True):
        again = np.repeat(np.arange(120), times)
        target, score = targets[again, 0], scores[again, 0]
        chosen = choose(target, score, wish(text))
        assert counts(target, score, float(threshold)).flagged == chosen.expected.flagged, text


@pytest.mark.parametrize("beta", ["0.5", "1", "2"])
def test_a_best_f_of_few_cut_offs_is_that_of_all(beta: str) -> None:
    targets, scores = texts(3000, 0.02, 2)  # rare, so that most cut-offs are not looked at
    weights = next(drawn(3000, AT_ONCE, 0))
    found = smoothed.candidates(targets[:, 0], scores[:, 0])
    rising = np.argsort(scores[:, 0], kind="stable")
    at = smoothed.chosen(found, weights[rising].astype(float), beta=float(beta))
    here = solved(targets, scores, f"fbeta={beta}", weights)
    np.testing.assert_array_equal(here, found.thresholds[at])


near = st.builds(lambda place, step: place / 8 + step * 1e-6, st.integers(0, 7), st.integers(0, 3))
some = st.lists(st.tuples(st.sampled_from([0, 1, np.nan]), near), min_size=2, max_size=25)


@settings(deadline=None, database=None, max_examples=60)
@example([(0, 0.0), (1, 0.125), (np.nan, 3e-6)], "fbeta=2")  # two cut-offs flag the same known text
@given(some, st.sampled_from((*WISHES, "f1", "fbeta=2")))
def test_with_weights_of_one_the_choice_is_the_rules_own(
    rows: list[tuple[float, float]], text: str
) -> None:
    targets, scores = (np.array([[x[n]] for x in rows], np.float32) for n in (0, 1))
    chosen = choose(targets[:, 0], scores[:, 0], wish(text))
    if chosen.threshold is None:
        assert ranges(targets, scores, [wish(text)], resamples=3)[0].reason
        return
    found = solved(targets, scores, text, np.ones((len(rows), 1), np.uint8))[0]
    assert counts(targets[:, 0], scores[:, 0], float(found)) == chosen.expected


def test_the_same_texts_are_drawn_for_all_labels() -> None:
    targets, scores = (np.repeat(x, 2, axis=1) for x in texts(300, 0.2, 3))
    twins = ranges(targets, scores, [wish("f1")] * 2, resamples=100)
    assert twins[0] == twins[1]


def test_more_texts_make_the_range_narrower() -> None:
    wide, narrow = (ends(*texts(n, 0.3, 2)) for n in (100, 5000))
    assert narrow[1] - narrow[0] < wide[1] - wide[0]


@pytest.mark.parametrize("text", ["fbeta=0.5", "f1", "fbeta=2", "precision=0.9", "recall=0.9"])
def test_the_chosen_threshold_lies_within_its_range(text: str) -> None:
    targets, scores = texts(2000, 0.2, 3)
    low, high = ends(targets, scores, text)
    chosen = choose(targets[:, 0], scores[:, 0], wish(text)).threshold
    assert chosen is not None
    assert low <= chosen <= high


def test_a_text_without_a_target_is_drawn_and_counted_nowhere() -> None:
    targets, scores = texts(400, 0.1, 4)
    targets[::2] = np.nan
    low, high = ends(targets, scores)
    chosen = best_f(targets[:, 0], scores[:, 0]).threshold
    assert chosen is not None
    assert low <= chosen <= high


def test_a_resample_has_as_many_texts_as_there_are() -> None:
    parts = list(drawn(30, AT_ONCE + 5, 0))
    assert [x.shape for x in parts] == [(30, AT_ONCE), (30, 5)]
    assert all((x.sum(axis=0) == 30).all() for x in parts)


@pytest.mark.parametrize("value", [0, 1, np.nan])
def test_a_label_for_which_nothing_can_be_chosen_says_why_there_is_no_range(value: float) -> None:
    scores = np.array([[0.1], [0.9]], np.float32)
    found = ranges(np.full((2, 1), value, np.float32), scores, [wish("f1")], resamples=5)[0]
    assert found.ends is None
    assert "so no threshold can be chosen" in (found.reason or "")


def test_constant_scores_one_text_and_no_text_have_no_range() -> None:
    same = np.array([[0], [1]], np.float32), np.full((2, 1), 0.5, np.float32)
    one = np.ones((1, 1), np.float32), np.full((1, 1), 0.5, np.float32)
    none = np.zeros((0, 1), np.float32), np.zeros((0, 1), np.float32)
    for targets, scores in (same, one, none):
        for text in ("f1", "cost=2"):
            assert ranges(targets, scores, [wish(text)], resamples=5)[0].reason
    assert ranges(*none, [wish("flagged=0.1")], resamples=5)[0].reason
