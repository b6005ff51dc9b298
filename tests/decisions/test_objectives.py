from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_curve

from toxapp.decisions.choose import best_f
from toxapp.decisions.curve import RESOLUTION, Counts, counts, cuts
from toxapp.decisions.objectives import choose, choose_act
from toxapp.decisions.wishes import Objective

quick = settings(deadline=None, database=None, max_examples=80)
rows = st.lists(
    st.tuples(st.sampled_from([0.0, 1.0, float("nan")]), st.integers(0, 20)),
    min_size=1,
    max_size=30,
)
shares = st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0])


def array(values: list[float]) -> NDArray[np.float32]:
    return np.array(values, np.float32)


def both(pairs: list[tuple[float, int]]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    return array([t for t, _ in pairs]), array([s / 20 for _, s in pairs])


#                 recall 1/3    1/3    2/3    2/3    2/3    1     of three positives
#              precision 1/1    1/2    2/3    2/4    2/5    3/6
TARGETS = array([1, 0, 1, 0, 0, 1])
SCORES = array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4])


@pytest.mark.parametrize(
    ("wish", "threshold", "flagged"),
    [
        (Objective("precision", 0.5), 0.2, 6),  # half are right when all are flagged
        (Objective("precision", 0.6), 0.65, 3),
        (Objective("precision", 0.7), 0.85, 1),
        (Objective("precision", 1.0), 0.85, 1),
        (Objective("recall", 0.5), 0.65, 3),
        (Objective("recall", 0.3), 0.85, 1),
        (Objective("recall", 1.0), 0.2, 6),
        (Objective("flagged", 0.5), 0.65, 3),  # exactly half may be
        (Objective("flagged", 0.49), 0.75, 2),
        (Objective("flagged", 1.0), 0.2, 6),
        (Objective("flagged", 0.0), 0.95, 0),
        # Misses at 1.5, false alarms at 1: nothing 4.5, 1: 3, 3: 2.5, 6: 3.
        (Objective("cost", 1.5), 0.65, 3),
        # At 3 and 1: 9, 6, 4, 3.
        (Objective("cost", 3), 0.2, 6),
        # At 3 and 2: nothing 9, 1: 6, 3: 5, 6: 6.
        (Objective("cost", 3, 2), 0.65, 3),
        # At 1 and 1: nothing 3, 1: 2, 3: 2; of equals the one that flags the fewest.
        (Objective("cost", 1), 0.85, 1),
    ],
)
def test_wishes_come_to_what_one_counts_by_hand(
    wish: Objective, threshold: float, flagged: int
) -> None:
    choice = choose(TARGETS, SCORES, wish)
    assert choice.threshold == pytest.approx(threshold)
    assert choice.expected.flagged == flagged
    assert (choice.reason, choice.note) == (None, None)


def test_a_dear_miss_flags_more_and_a_dear_false_alarm_fewer() -> None:
    """The ratio of costs is easily taken upside down."""
    dear_miss = choose(TARGETS, SCORES, Objective("cost", 10, 1)).expected
    dear_alarm = choose(TARGETS, SCORES, Objective("cost", 1, 10)).expected
    assert dear_miss.missed == 0
    assert dear_alarm.false_alarms == 0


def test_best_f_is_the_smoothed_one() -> None:
    assert choose(TARGETS, SCORES, Objective("fbeta", 2)) == best_f(TARGETS, SCORES, beta=2)


def test_a_precision_that_cannot_be_had_says_the_best_that_can_be() -> None:
    choice = choose(array([0, 1, 1, 0]), array([0.9, 0.8, 0.7, 0.1]), Objective("precision", 0.9))
    assert choice.threshold == pytest.approx(0.4)
    assert choice.note == (
        "No cut-off has a precision of 0.9 here; the best has 0.667, with a recall of 1, "
        "and is taken."
    )


def test_where_ties_are_more_than_the_share_allows_nothing_is_flagged_and_it_says_so() -> None:
    scores = array([0.9, 0.9, 0.2, 0.1])
    choice = choose(array([1, 0, 0, 0]), scores, Objective("flagged", 0.25))
    assert choice.threshold == pytest.approx(0.95)
    assert choice.expected.flagged == 0
    assert choice.note is not None
    assert "the texts with the highest score are 50 % of all" in choice.note


def test_a_label_whose_highest_score_is_1_is_switched_off_to_flag_nothing() -> None:
    scores = array([1, 1, 0.2, 0.1])
    choice = choose(array([1, 0, 0, 0]), scores, Objective("flagged", 0.25))
    assert choice.threshold is None
    assert choice.reason is not None
    assert "50 % of all" in choice.reason
    assert "The highest score is 1" in choice.reason


def test_where_flagging_costs_more_than_it_saves_nothing_is_flagged_and_it_says_so() -> None:
    choice = choose(array([0, 1, 0]), array([0.9, 0.8, 0.1]), Objective("cost", 0.5))
    assert choice.threshold == pytest.approx(0.95)
    assert choice.expected.flagged == 0
    assert choice.note == "Flagging nothing costs least here."
    off = choose(array([0, 1, 0]), array([1, 0.8, 0.1]), Objective("cost", 0.5))
    assert (off.threshold, off.expected) == (None, Counts(3, 1, 0, 0, 1, 0))


def test_a_flagged_share_is_that_of_all_texts_and_needs_no_targets() -> None:
    scores = array([0.9, 0.8, 0.7, 0.6])
    choice = choose(array([np.nan] * 4), scores, Objective("flagged", 0.5))
    assert choice.threshold == pytest.approx(0.75)
    assert choice.expected == Counts(0, 0, 0, 0, 0, 0)


@pytest.mark.parametrize("kind", ["precision", "recall", "cost"])
@pytest.mark.parametrize(
    ("targets", "scores", "reason"),
    [
        ([0, 0], [0.2, 0.6], "No text here carries this label"),
        ([1, np.nan], [0.2, 0.6], "Every text here carries this label"),
        ([np.nan], [0.2], "No text here says whether"),
        ([0, 1], [0.3, 0.3], "Every text here scores the same"),
    ],
)
def test_texts_that_cannot_tell_cut_offs_apart_give_a_sentence(
    kind: str, targets: list[float], scores: list[float], reason: str
) -> None:
    wishes = {"precision": Objective("precision"), "recall": Objective("recall")}
    choice = choose(array(targets), array(scores), wishes.get(kind, Objective("cost")))
    assert choice.threshold is None
    assert reason in (choice.reason or "")
    none = choose(array([]), array([]), Objective("flagged", 0.5))
    assert (none.threshold, "There is no text here" in (none.reason or "")) == (None, True)


@quick
@given(rows, shares, shares)
def test_no_other_threshold_comes_nearer_to_the_wish(
    pairs: list[tuple[float, int]], value: float, alarm: float
) -> None:
    """Against every distinct score, and above them all."""
    targets, scores = both(pairs)
    every = [counts(targets, scores, t) for t in [*np.unique(scores).tolist(), None]]
    shares_right = [x.precision for x in every if x.precision is not None]
    for kind in ("precision", "recall", "cost"):
        wish = Objective("cost", value, alarm) if kind == "cost" else _of(kind, value)
        choice = choose(targets, scores, wish)
        got = choice.expected
        if choice.threshold is None:
            assert choice.reason
        elif kind == "cost":
            least = min(value * x.missed + alarm * x.false_alarms for x in every)
            assert value * got.missed + alarm * got.false_alarms == pytest.approx(least)
        elif kind == "recall":
            met = [x.precision or 0 for x in every if (x.recall or 0) >= value and x.flagged]
            assert (got.recall or 0) >= value
            assert got.precision == max(met)
        else:
            reach = min(value, max(shares_right))
            assert (got.precision or 0) >= reach
            assert (choice.note is not None) == (value > reach)
            met = [x.caught for x in every if (x.precision or -1) >= reach]
            assert got.caught == max(met, default=0)


def _of(kind: str, value: float) -> Objective:
    return Objective("precision", value) if kind == "precision" else Objective("recall", value)


@quick
@given(rows, shares)
def test_as_many_are_flagged_as_the_share_allows(
    pairs: list[tuple[float, int]], share: float
) -> None:
    targets, scores = both(pairs)
    choice = choose(targets, scores, Objective("flagged", share))
    values = scores.astype(float)
    allowed = [n for t in np.unique(values) if (n := (values >= t).sum()) <= share * len(values)]
    flagged = 0 if choice.threshold is None else int((values >= choice.threshold).sum())
    assert flagged == max(allowed, default=0)
    if choice.threshold:
        assert choice.threshold in cuts(scores)
        assert np.abs(values - choice.threshold).min() > RESOLUTION / 2


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("value", [0.2, 0.5, 0.8])
def test_precision_and_recall_are_those_of_scikit_learn(seed: int, value: float) -> None:
    rng = np.random.default_rng(seed)
    targets = (rng.random(500) < 0.2).astype(np.float32)
    scores = np.clip(rng.normal(0.3 + 0.2 * targets, 0.15), 0.01, 0.99).astype(np.float32)
    precision, recall, _ = precision_recall_curve(targets, scores)
    precise = choose(targets, scores, Objective("precision", value))
    # The curve's last point is no threshold's: a precision of 1 at a recall of 0.
    met = precision[:-1] >= value
    if met.any():
        assert precise.expected.recall == pytest.approx(recall[:-1][met].max())
    recalled = choose(targets, scores, Objective("recall", value))
    assert recalled.expected.precision == pytest.approx(precision[:-1][recall[:-1] >= value].max())


@pytest.mark.parametrize(
    ("wish", "threshold", "act", "flagged"),
    [
        (Objective("precision", 0.6), 0.2, 0.65, 3),
        (Objective("precision", 0.6), 0.75, 0.85, 1),  # the best lies below the threshold
        (Objective("recall", 0.5), 0.2, 0.65, 3),
        (Objective("flagged", 0.5), 0.2, 0.65, 3),
        (Objective("flagged", 1.0), 0.45, 0.55, 4),  # the next one above
        (Objective("cost", 1), 0.2, 0.85, 1),
    ],
)
def test_the_second_cut_off_is_the_best_above_the_first(
    wish: Objective, threshold: float, act: float, flagged: int
) -> None:
    choice = choose_act(TARGETS, SCORES, wish, threshold)
    assert choice.threshold == pytest.approx(act)
    assert choice.expected.flagged == flagged


@pytest.mark.parametrize(
    ("wish", "threshold", "why"),
    [
        (Objective("precision", 0.7), None, "The label is switched off, so there is no cut-off"),
        (Objective("precision", 0.9), 0.9, "No text scores higher than at the threshold"),
        (Objective("fbeta", 2), 0.85, "The best F2, smoothed leads to"),
    ],
)
def test_where_there_is_nothing_to_act_from_it_says_why(
    wish: Objective, threshold: float | None, why: str
) -> None:
    choice = choose_act(TARGETS, SCORES, wish, threshold)
    assert choice.threshold is None
    assert (choice.reason or "").startswith(why)
    assert (choice.reason or "").endswith("so there is no cut-off to act from.")


def test_nothing_is_acted_upon_at_less_than_the_precision_that_was_asked_for() -> None:
    """The threshold takes the nearest there is; to act on it would do what nobody wished."""
    targets = array([0, 1, 1, 0])
    scores = array([0.9, 0.8, 0.7, 0.6])
    assert choose(targets, scores, Objective("precision", 0.9)).threshold is not None
    choice = choose_act(targets, scores, Objective("precision", 0.9), 0.1)
    assert choice.threshold is None
    assert "(the best has 0.667, with a recall of 1)" in (choice.reason or "")
    none = choose_act(array([0, 0, 1]), array([0.9, 0.8, 0.1]), Objective("precision", 0.9), 0.5)
    assert (none.threshold, "(the best has 0, " in (none.reason or "")) == (None, True)


def test_a_recall_that_lies_below_the_threshold_gives_the_next_cut_off_and_says_so() -> None:
    choice = choose_act(TARGETS, SCORES, Objective("recall", 1.0), 0.65)
    assert choice.threshold == pytest.approx(0.75)
    assert "has a recall of 1 here; the best has 0.333" in (choice.note or "")


@quick
@given(rows, shares, st.integers(0, 20))
def test_a_second_cut_off_is_above_the_first_or_there_is_none_with_a_reason(
    pairs: list[tuple[float, int]], value: float, at: int
) -> None:
    targets, scores = both(pairs)
    for kind in ("precision", "recall", "flagged", "cost", "fbeta"):
        wish = Objective(kind, value or 0.5)
        choice = choose_act(targets, scores, wish, at / 20)
        if choice.threshold is None:
            assert choice.reason
        else:
            assert choice.threshold > at / 20
            assert choice.expected == counts(targets, scores, choice.threshold)
