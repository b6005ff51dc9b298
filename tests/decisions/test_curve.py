from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import f1_score, precision_score, recall_score

import toxapp
from toxapp.decisions.curve import RESOLUTION, Counts, counts, curve, cuts, decide, settle
from toxapp.errors import DataError, SettingsError

Texts = tuple[NDArray[np.float32], NDArray[np.float32]]

quick = settings(deadline=None, database=None, max_examples=80)

# Few places and steps of half the resolution: ties, close neighbours and chains are the rule.
near_scores = st.builds(
    lambda place, step: min(place / 8 + step * RESOLUTION / 2, 1.0),
    st.integers(0, 8),
    st.integers(0, 5),
)
any_targets = st.sampled_from([0.0, 1.0, 0.5, 1 / 3, float("nan")])
rows = st.lists(st.tuples(any_targets, near_scores), min_size=1, max_size=40)


def arrays(*values: list[float]) -> Texts:
    targets, scores = (np.array(v, np.float32) for v in values)
    return targets, scores


def texts_of(pairs: list[tuple[float, float]]) -> Texts:
    return arrays([t for t, _ in pairs], [s for _, s in pairs])


def test_five_texts_give_the_curve_worked_out_by_hand() -> None:
    found = curve(*arrays([0, 0, 1, 0, 1], [0.1, 0.4, 0.4, 0.6, 0.8]))
    assert found.thresholds == pytest.approx([0.05, 0.25, 0.5, 0.7, 0.9])
    assert found.flagged.tolist() == [5, 4, 2, 1, 0]
    assert found.caught.tolist() == [2, 2, 1, 1, 0]
    assert (found.positives, found.negatives) == (2, 3)
    np.testing.assert_allclose(found.precision, [2 / 5, 2 / 4, 1 / 2, 1, np.nan])
    np.testing.assert_allclose(found.recall, [1, 1, 0.5, 0.5, 0])
    np.testing.assert_allclose(found.f1, [4 / 7, 4 / 6, 2 / 4, 2 / 3, 0])


def test_a_text_without_a_target_is_counted_nowhere_but_no_cut_stands_on_its_score() -> None:
    found = curve(*arrays([0, np.nan, 1], [0.2, 0.4, 0.6]))
    assert found.thresholds == pytest.approx([0.1, 0.3, 0.5, 0.8])
    assert found.flagged.tolist() == [2, 1, 1, 0]
    assert (found.positives, found.negatives) == (1, 1)


def test_a_fraction_is_positive_from_one_half_on() -> None:
    targets, scores = arrays([0.49, 0.5, 1 / 3, 2 / 3], [0.9, 0.9, 0.9, 0.9])
    assert counts(targets, scores, 0.5) == Counts(4, 2, 4, 2, 0, 2)


def test_without_a_positive_recall_and_f1_are_undefined_and_precision_is_not() -> None:
    found = curve(*arrays([0, 0], [0.2, 0.6]))
    assert np.isnan(found.recall).all()
    assert np.isnan(found.f1).all()
    np.testing.assert_array_equal(found.precision, [0, 0, np.nan])


def test_without_texts_there_is_no_cut() -> None:
    found = curve(*arrays([], []))
    assert found.thresholds.size == found.flagged.size == found.f1.size == 0
    assert (found.positives, found.negatives) == (0, 0)


def test_scores_closer_than_the_resolution_are_one_value_and_so_is_a_chain_of_them() -> None:
    scores = np.array([0.2, 0.2 + 1.5e-6, 0.2 + 3e-6, 0.6], np.float32)
    assert cuts(scores) == pytest.approx([0.1, (0.2 + 3e-6 + 0.6) / 2, 0.8])


def test_scores_further_apart_than_the_resolution_have_a_cut_between_them() -> None:
    scores = np.array([0.2, 0.2 + 3e-6], np.float32)
    assert cuts(scores) == pytest.approx([0.1, 0.2 + 1.5e-6, 0.6 + 1.5e-6], abs=1e-7)


def test_below_a_score_of_zero_the_cut_is_zero_and_above_a_score_of_one_there_is_none() -> None:
    assert cuts(np.array([0, 1], np.float32)).tolist() == [0.0, 0.5]
    assert cuts(np.array([1e-6, 1 - 1e-6], np.float32)) == pytest.approx([0.0, 0.5])


def test_a_score_is_compared_with_the_threshold_in_float64() -> None:
    """A float32 of 0.7 is 0.69999999; numpy would round a threshold of 0.7 down to it."""
    targets, scores = arrays([1, 1], [0.7, 0.71])
    assert decide(scores, 0.7).tolist() == [False, True]
    assert decide(scores, float(scores[0])).tolist() == [True, True]
    assert counts(targets, scores, 0.7).flagged == 1


def test_a_switched_off_label_flags_nothing_and_misses_every_positive() -> None:
    off = counts(*arrays([1, 0, np.nan], [0.9, 0.9, 0.9]), None)
    assert off == Counts(texts=2, positives=1, flagged=0, caught=0, missed=1, false_alarms=0)
    assert (off.precision, off.recall, off.f1) == (None, 0.0, 0.0)


def test_shares_of_counts_are_none_where_they_are_undefined() -> None:
    nothing = counts(*arrays([0], [0.1]), 0.5)
    assert (nothing.precision, nothing.recall, nothing.f1) == (None, None, None)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -0.1, 1.5])
def test_a_score_that_is_no_probability_is_refused_with_what_was_found(wrong: float) -> None:
    targets, scores = arrays([1, 0], [0.5, wrong])
    with pytest.raises(DataError, match=rf"1 of 2 scores .* \(found {wrong:g}\)"):
        curve(targets, scores)


def test_arrays_of_different_lengths_or_of_many_labels_are_a_bug_of_the_caller() -> None:
    with pytest.raises(ValueError, match="one label's"):
        counts(np.zeros(2, np.float32), np.zeros(3, np.float32), 0.5)
    with pytest.raises(ValueError, match="one label's"):
        counts(np.zeros((2, 2), np.float32), np.zeros((2, 2), np.float32), 0.5)


def test_a_typed_threshold_away_from_all_scores_is_kept_as_typed() -> None:
    scores = np.array([0.2, 0.6], np.float32)
    assert settle(scores, 0.5) == 0.5
    assert settle(np.array([], np.float32), 0.5) == 0.5


def test_a_typed_threshold_on_a_score_moves_into_the_gap_that_decides_the_same() -> None:
    scores = np.array([0.25, 0.5, 0.75], np.float32)
    assert settle(scores, 0.5) == 0.375  # the text of 0.5 is flagged before and after
    assert settle(scores, 0.5 + 1e-6) == 0.625  # and here it is not


def test_in_a_chain_of_close_scores_the_typed_threshold_moves_as_few_texts_as_it_can() -> None:
    scores = np.array([0.5, 0.5 + 1e-6, 0.5 + 2e-6, 0.9], np.float32)
    assert settle(scores, 0.5 + 0.5e-6) == pytest.approx(0.25)  # one text changes side, not two
    assert settle(scores, 0.5 + 1.5e-6) == pytest.approx(0.7 + 1e-6)


def test_the_ends_of_the_range_can_be_typed_though_scores_stand_there() -> None:
    scores = np.array([0, 0.5, 1], np.float32)
    assert settle(scores, 0.0) == 0.0
    assert settle(scores, 1.0) == 0.75


@pytest.mark.parametrize("typed", [-0.1, 1.01, float("nan")])
def test_a_threshold_outside_the_range_is_refused(typed: float) -> None:
    with pytest.raises(SettingsError, match="from 0 to 1"):
        settle(np.array([0.5], np.float32), typed)


@quick
@given(rows)
def test_recall_and_flagged_never_rise_with_the_threshold(pairs: list[tuple[float, float]]) -> None:
    found = curve(*texts_of(pairs))
    assert (np.diff(found.thresholds) > 0).all()
    assert (np.diff(found.flagged) <= 0).all()
    assert (np.diff(found.caught) <= 0).all()


@quick
@given(rows)
def test_counts_at_a_candidate_are_the_curves(pairs: list[tuple[float, float]]) -> None:
    targets, scores = texts_of(pairs)
    found = curve(targets, scores)
    here = [counts(targets, scores, t) for t in found.thresholds.tolist()]
    assert [c.flagged for c in here] == found.flagged.tolist()
    assert [c.caught for c in here] == found.caught.tolist()
    for count, f1 in zip(here, found.f1.tolist(), strict=True):
        assert count.f1 == f1 or (count.f1 is None and np.isnan(f1))


@quick
@given(rows)
def test_no_cut_stands_within_what_an_engine_may_differ_by(
    pairs: list[tuple[float, float]],
) -> None:
    _, scores = texts_of(pairs)
    found = cuts(scores)
    away = np.abs(found[:, None] - scores.astype(np.float64)).min(axis=1)
    assert ((away > 1e-6) | (found == 0.0)).all()
    assert ((found >= 0) & (found < 1)).all()


@quick
@given(rows, st.randoms(use_true_random=False))
def test_the_order_of_the_texts_changes_nothing(
    pairs: list[tuple[float, float]], random: Random
) -> None:
    shuffled = list(pairs)
    random.shuffle(shuffled)
    first, second = curve(*texts_of(pairs)), curve(*texts_of(shuffled))
    assert first.thresholds.tolist() == second.thresholds.tolist()
    assert first.flagged.tolist() == second.flagged.tolist()
    assert first.caught.tolist() == second.caught.tolist()


@quick
@given(rows, near_scores)
def test_settling_twice_changes_nothing_and_no_other_cut_moves_fewer_texts(
    pairs: list[tuple[float, float]], typed: float
) -> None:
    _, scores = texts_of(pairs)
    values = scores.astype(np.float64)
    settled = settle(scores, typed)
    assert settle(scores, settled) == settled

    def moved(threshold: float) -> int:
        return int(((values >= threshold) != (values >= typed)).sum())

    assert all(moved(settled) <= moved(c) for c in cuts(scores).tolist())


def test_scikit_learn_finds_the_same_shares_at_every_cut() -> None:
    rng = np.random.default_rng(3)
    targets = (rng.random(200) < 0.3).astype(np.float32)
    scores = np.round(rng.random(200), 2).astype(np.float32)
    found = curve(targets, scores)
    for i, threshold in enumerate(found.thresholds[:-1]):
        flags = scores.astype(np.float64) >= threshold
        assert found.precision[i] == pytest.approx(precision_score(targets, flags))
        assert found.recall[i] == pytest.approx(recall_score(targets, flags))
        assert found.f1[i] == pytest.approx(f1_score(targets, flags))


def test_all_of_it_is_imported_without_scikit_learn_scipy_pandas_or_torch() -> None:
    """Pages import it, and scikit-learn alone takes two seconds."""
    program = (
        "import sys, toxapp.decisions.choose, toxapp.decisions.figures\n"
        "print([m for m in ('sklearn', 'scipy', 'pandas', 'torch') if m in sys.modules])"
    )
    root = Path(toxapp.__file__).parents[1]
    done = subprocess.check_output([sys.executable, "-c", program], cwd=root, timeout=60)
    assert done.decode().strip() == "[]"


@quick
@given(rows, st.one_of(st.floats(0, 1), near_scores, st.none(), st.just(float("inf"))))
def test_a_point_of_the_curve_is_counted_as_without_it(
    pairs: list[tuple[float, float]], threshold: float | None
) -> None:
    targets, scores = texts_of(pairs)
    for numbers in (scores, scores.astype(np.float64)):
        found = curve(targets, numbers)
        for at in (threshold, float(scores[0]), *found.thresholds[:2].tolist()):
            assert found.at(at) == counts(targets, numbers, at)


@quick
@given(rows)
def test_scores_packed_with_their_targets_give_the_curve_of_an_argsort(
    pairs: list[tuple[float, float]],
) -> None:
    targets, scores = texts_of(pairs)
    scores[scores == 0] *= -1  # a zero with a sign sorts where a zero does
    packed, sorted_ = curve(targets, scores), curve(targets, scores.astype(np.float64))
    for name in ("thresholds", "flagged", "caught", "positives", "negatives"):
        np.testing.assert_array_equal(getattr(packed, name), getattr(sorted_, name), name)


def test_a_point_is_found_at_thresholds_that_float32_would_round_onto_a_score() -> None:
    found = curve(*arrays([1, 0], [0.7, 0.71]))
    assert found.at(0.7).flagged == 1
    assert found.at(float(np.float32(0.7))).flagged == 2
    assert found.at(None) == Counts(2, 1, 0, 0, 1, 0)
