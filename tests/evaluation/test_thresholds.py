from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import f1_score, precision_score, recall_score

from tests.evaluation.sides import guessed, labelled
from toxapp.decisions.choose import best_f
from toxapp.decisions.curve import RESOLUTION
from toxapp.decisions.wishes import Objective, parse
from toxapp.errors import DataError, JobError, NotFoundError, SettingsError
from toxapp.evaluation.acting import BY_HAND, with_act_for
from toxapp.evaluation.calibration import studied
from toxapp.evaluation.thresholds import (
    BEST_F1,
    best_f1_rule,
    moved_rule,
    rule_for,
    solved_rule,
)
from toxapp.runs import rules, run
from toxapp.runs.run import Run, Scored

LABELS = ("rude", "spam", "never")


def scored(targets: list[list[float]], scores: list[list[float]]) -> Scored:
    return Scored(
        np.arange(2, len(targets) + 2), np.array(targets, np.float32), np.array(scores, np.float32)
    )


#        rude spam never
SMALL = scored(
    [[1, 1, 0], [1, 0, 0], [0, 1, 0], [0, 0, 0]],
    [[0.9, 0.2, 0.1], [0.7, 0.4, 0.3], [0.3, 0.6, 0.2], [0.1, 0.8, 0.4]],
)


def test_each_label_gets_its_best_f1_on_these_texts() -> None:
    rule = best_f1_rule(LABELS, SMALL)
    assert rule.thresholds["rude"] == pytest.approx(0.5)  # catches both, flags nothing else
    # F1 is highest, 4/6, when all four are flagged: on two positives that is nothing to go by.
    assert rule.thresholds["spam"] == pytest.approx(0.5)
    assert rule.objective == dict.fromkeys(LABELS, BEST_F1)
    assert (rule.split, rule.number, rule.by) == ("validation", 0, "training")


def test_a_label_that_none_carries_is_switched_off_with_the_reason() -> None:
    rule = best_f1_rule(LABELS, SMALL)
    assert rule.thresholds["never"] is None
    assert list(rule.reasons) == ["never"]
    assert "No text here carries this label" in rule.reasons["never"]
    assert "never" not in rule.threshold_intervals
    assert rule.expected["never"]["f1"] is None


def test_what_a_rule_expects_can_be_counted_by_hand() -> None:
    rule = best_f1_rule(LABELS, SMALL)
    rude, spam = rule.expected["rude"], rule.expected["spam"]
    counts = ("positives", "flagged", "caught", "missed", "false_alarms")
    assert [rude[name] for name in counts] == [2, 2, 2, 0, 0]
    assert [spam[name] for name in counts] == [2, 2, 1, 1, 1]
    shares = ("precision", "recall", "f1")
    assert [rude[name] for name in shares] == [1.0, 1.0, 1.0]
    assert [spam[name] for name in shares] == pytest.approx([0.5, 0.5, 0.5])
    low, high = rule.intervals["spam"]["precision"]
    assert 0 < low < 0.5 < high < 1


def test_missing_targets_are_in_no_count() -> None:
    nan = float("nan")
    found = scored([[1], [nan], [0], [nan]], [[0.9], [0.1], [0.4], [0.95]])
    rule = best_f1_rule(("rude",), found)
    assert rule.expected["rude"]["flagged"] == 1
    assert 0.4 < (rule.thresholds["rude"] or 0) < 0.9


def test_a_rule_tells_what_all_labels_together_ask_to_be_read() -> None:
    read = best_f1_rule(LABELS, SMALL).workload
    assert (read["texts"], read["flagged"], read["harmful"], read["caught"]) == (4, 4, 3, 3)


NAN = float("nan")
DEGENERATE = {
    "no positive": ([0, 0, 0], [0.1, 0.5, 0.9]),
    "no negative": ([1, 1, 1], [0.1, 0.5, 0.9]),
    "constant scores": ([0, 1, 1], [0.5, 0.5, 0.5]),
    "one text": ([1], [0.7]),
    "missing targets": ([NAN, NAN, NAN], [0.1, 0.5, 0.9]),
    "no text": ([], []),
}


@pytest.mark.parametrize("case", DEGENERATE)
@pytest.mark.parametrize(
    "wish", ["f1", "precision=0.9", "recall=0.9", "cost=5", "budget=1/2", "flagged=0.4"]
)
def test_texts_that_leave_no_choice_give_a_sentence_and_no_threshold(wish: str, case: str) -> None:
    targets, scores = (np.array(x, np.float32)[:, None] for x in DEGENERATE[case])
    texts = Scored(np.arange(len(targets)), targets, scores)
    rule = rule_for(parse(wish), ("rude",), texts, by="Ada")
    reason = rule.reasons.get("rude", "")
    if wish == "flagged=0.4" and len(scores) > 1:  # a share of the texts needs no targets
        assert (rule.thresholds["rude"] or 0) > 0.5
        return
    if wish != "flagged=0.4" or not len(scores):
        assert rule.thresholds["rude"] is None
        assert reason.endswith("it is switched off.")
    acting = with_act_for(rule, Objective("precision", 0.9), ("rude",), texts)
    assert acting.act == {}
    assert acting.act_reasons["rude"].endswith((".", "off."))
    told = studied(targets[:, 0], scores[:, 0], "auto")
    assert (told.refused, told.words.endswith(".")) == (True, True)


@pytest.mark.parametrize("wish", ["f1", "recall=0.9", "flagged=0.4", "budget=1/2"])
def test_scores_that_are_no_numbers_are_refused_in_a_sentence(wish: str) -> None:
    texts = scored([[1], [0], [1]], [[0.5], [NAN], [0.2]])
    with pytest.raises(DataError, match=r"1 of 3 scores are not numbers from 0 to 1"):
        rule_for(parse(wish), ("rude",), texts, by="Ada")


@pytest.mark.slow
def test_the_runs_first_rule_has_the_smoothed_best_f1(trained: Run) -> None:
    found = run.scored(trained, "validation")
    rule = rules.in_force(trained.folder)
    for column, label in enumerate(("rude", "spam")):
        truth, scores = found.targets[:, column], found.scores[:, column]
        threshold = rule.thresholds[label]
        assert threshold == best_f(truth, scores).threshold
        assert threshold is not None
        values = scores.astype(float)
        assert np.abs(values - threshold).min() > RESOLUTION / 2
        expected = f1_score(truth, values >= threshold)
        assert rule.expected[label]["f1"] == pytest.approx(expected)
        low, high = rule.threshold_intervals[label]
        assert low <= high


def test_a_wish_for_every_label_is_recorded_in_words() -> None:
    rule = rule_for(parse("recall=1"), LABELS, SMALL, by="Ada")
    assert rule.objective == dict.fromkeys(LABELS, "recall at least 1, then most precision")
    assert rule.thresholds == {
        "rude": pytest.approx(0.5),
        "spam": pytest.approx(0.1),
        "never": None,
    }
    low, high = rule.threshold_intervals["rude"]
    assert low <= (rule.thresholds["rude"] or 0) <= high
    assert "never" not in rule.threshold_intervals
    assert rule.by == "Ada"


def test_a_wish_that_cannot_be_met_says_so_beside_the_label() -> None:
    rule = rule_for(parse("precision=0.9"), LABELS, SMALL, by="Ada")
    assert "rude" not in rule.reasons
    assert rule.reasons["spam"].startswith("No cut-off has a precision of 0.9 here; the best has")
    assert rule.thresholds["spam"] is not None


def test_a_budget_is_shared_by_all_labels() -> None:
    """Two texts of four may be read: the rude ones, of which one is spam, too; or by price."""
    rule = rule_for(parse("budget=50/100"), LABELS, SMALL, by="Ada")
    assert [rule.expected[x]["caught"] for x in ("rude", "spam")] == [2, 0]
    assert rule.objective["spam"] == "50 of 100 texts read, over all labels"
    assert "better spent on the other labels" in rule.reasons["spam"]
    assert rule.threshold_intervals == {}  # each depends on the others'
    dear = rule_for(parse("budget=50/100,spam=9"), LABELS, SMALL, by="Ada")
    assert [dear.expected[x]["caught"] for x in ("rude", "spam")] == [0, 1]
    with pytest.raises(SettingsError, match="no label 'hate' in this run; it has: rude, spam"):
        rule_for(parse("budget=50/100,hate=9"), LABELS, SMALL, by="Ada")


@pytest.mark.slow
def test_a_moved_rule_says_what_it_does_and_is_not_saved(trained: Run) -> None:
    before = rules.in_force(trained.folder)
    found = moved_rule(trained, {"rude": 0.15}, by="Ada")
    assert rules.numbers(trained.folder) == [1]
    assert found.thresholds == {**before.thresholds, "rude": 0.15}
    assert found.objective == {**before.objective, "rude": BY_HAND}
    assert (found.by, found.number, found.split) == ("Ada", 0, "validation")
    data = run.scored(trained, "validation")
    truth, flags = data.targets[:, 0], data.scores[:, 0].astype(float) >= 0.15
    expected = found.expected["rude"]
    assert expected["flagged"] == flags.sum()
    assert expected["precision"] == pytest.approx(precision_score(truth, flags))
    assert expected["recall"] == pytest.approx(recall_score(truth, flags))
    assert found.expected["spam"] == before.expected["spam"]


@pytest.mark.slow
def test_the_interval_of_a_best_threshold_goes_with_the_threshold(trained: Run) -> None:
    before = rules.in_force(trained.folder)
    found = moved_rule(trained, {"rude": 0.15}, by="Ada")
    assert "rude" not in found.threshold_intervals
    assert found.threshold_intervals["spam"] == before.threshold_intervals["spam"]


@pytest.mark.slow
def test_a_rule_moved_to_where_it_was_is_the_same(trained: Run) -> None:
    before = rules.in_force(trained.folder)
    found = moved_rule(trained, {"rude": before.thresholds["rude"]}, by="Ada")
    assert found.thresholds == before.thresholds
    assert found.objective == before.objective
    assert found.expected == before.expected


@pytest.mark.slow
def test_a_threshold_put_on_a_score_is_moved_into_the_gap_beside_it(trained: Run) -> None:
    scores = run.scored(trained, "validation").scores[:, 0].astype(float)
    score = float(np.sort(scores)[len(scores) // 2])
    threshold = moved_rule(trained, {"rude": score}, by="Ada").thresholds["rude"]
    assert threshold is not None
    assert threshold != score
    assert np.abs(scores - threshold).min() > RESOLUTION / 2
    assert (scores >= threshold).sum() == (scores >= score).sum()


@pytest.mark.slow
def test_a_label_switched_off_flags_nothing_and_can_be_switched_on_again(trained: Run) -> None:
    off = moved_rule(trained, {"rude": None}, by="Ada")
    assert off.thresholds["rude"] is None
    assert off.expected["rude"]["flagged"] == 0
    assert off.expected["rude"]["precision"] is None
    rules.save(trained.folder, off)
    again = moved_rule(trained, {"rude": 0.15}, by="Ada")
    assert (again.thresholds["rude"], again.objective["rude"]) == (0.15, BY_HAND)


@pytest.mark.slow
def test_a_reason_lasts_as_long_as_the_label_is_off(trained: Run) -> None:
    before = rules.in_force(trained.folder)
    assert moved_rule(trained, {"rude": 0.15}, by="Ada").reasons == before.reasons
    assert moved_rule(trained, {"never": 0.15}, by="Ada").reasons == {}


@pytest.mark.slow
def test_moves_start_from_the_rule_that_is_given(trained: Run) -> None:
    first = moved_rule(trained, {"rude": 0.15}, by="Ada")
    second = moved_rule(trained, {"spam": 0.85}, by="Ada", rule=first)
    assert (second.thresholds["rude"], second.thresholds["spam"]) == (0.15, 0.85)
    assert second.objective == {"rude": BY_HAND, "spam": BY_HAND, "never": BEST_F1}


@pytest.mark.slow
def test_all_labels_are_solved_as_the_training_did(trained: Run) -> None:
    rules.save(trained.folder, moved_rule(trained, {"rude": 0.15, "spam": None}, by="Ada"))
    found = solved_rule(trained, "f1", label=None, by="Ada")
    first = rules.numbered(trained.folder, 1)
    assert found.thresholds == first.thresholds
    assert found.threshold_intervals == first.threshold_intervals
    assert found.expected == first.expected
    assert found.by == "Ada"


@pytest.mark.slow
def test_one_label_is_solved_and_the_others_stay_as_they_are(trained: Run) -> None:
    first = rules.in_force(trained.folder)
    rules.save(trained.folder, moved_rule(trained, {"rude": 0.15, "spam": 0.85}, by="Ada"))
    found = solved_rule(trained, "f1", label="rude", by="Bob")
    assert found.thresholds == {**first.thresholds, "spam": 0.85}
    assert found.objective == {"rude": BEST_F1, "spam": BY_HAND, "never": BEST_F1}
    assert found.threshold_intervals == {"rude": first.threshold_intervals["rude"]}


@pytest.mark.slow
def test_what_is_told_of_a_threshold_goes_when_it_is_solved_for_something_else(
    trained: Run,
) -> None:
    first = solved_rule(trained, "f1", label="rude", by="Ada")
    rules.save(trained.folder, first)
    found = solved_rule(trained, "flagged=0.5", label="rude", by="Bob")
    assert found.objective == {**first.objective, "rude": "at most 50 % of the texts flagged"}
    assert found.threshold_intervals["rude"] != first.threshold_intervals["rude"]
    assert (
        "rude" not in moved_rule(trained, {"rude": 0.9}, by="Ada", rule=found).threshold_intervals
    )
    assert found.threshold_intervals["spam"] == first.threshold_intervals["spam"]
    with pytest.raises(SettingsError, match="A budget is shared by all labels"):
        solved_rule(trained, "budget=1/9", label="rude", by="Bob")


@pytest.mark.slow
def test_a_label_solved_to_off_says_why(trained: Run) -> None:
    """The reason was lost where the label had a threshold by hand before."""
    rules.save(trained.folder, moved_rule(trained, {"never": 0.5}, by="Ada"))
    found = solved_rule(trained, "f1", label="never", by="Ada")
    assert found.thresholds["never"] is None
    assert "No text here carries this label" in found.reasons["never"]


def test_a_second_cut_off_is_solved_or_set_above_the_first_and_outlives_other_changes(
    tmp_path: Path,
) -> None:
    made = guessed(labelled(tmp_path, ["rude", "spam"], rows=800), noise=0.6)
    first = rules.in_force(made.folder)
    low = {"rude": 0.2, "spam": 0.2}
    rules.save(made.folder, moved_rule(made, low, by="Ada", act={"rude": 0.8}))
    found = solved_rule(made, None, label="spam", by="Bob", act="precision=0.9")
    assert found.thresholds == {**first.thresholds, **low}
    assert found.act["rude"] == 0.8
    assert found.act["spam"] > 0.2
    assert (found.expected_act["spam"]["precision"] or 0) >= 0.9
    assert found.act_objective == {
        "rude": BY_HAND,
        "spam": "precision at least 0.9, then most recall",
    }
    rules.save(made.folder, found)
    moved = moved_rule(made, {"rude": 0.3, "spam": 0.999}, by="Ada")
    assert moved.act == {"rude": 0.8}
    assert moved.act_reasons["spam"].endswith("is not above the threshold 0.999, so it is dropped.")
    off = moved_rule(made, {"rude": None}, by="Ada", act={"spam": None})
    assert off.act == {}
    assert "switched off, so its act cut-off 0.8 is dropped" in off.act_reasons["rude"]
    assert "spam" not in off.act_reasons
    with pytest.raises(SettingsError, match=r"act cut-off of 'rude' must be above its threshold"):
        moved_rule(made, {}, by="Ada", act={"rude": 0.1})
    with pytest.raises(SettingsError, match="no label 'hate'"):
        moved_rule(made, {}, by="Ada", act={"hate": 0.9})
    with pytest.raises(SettingsError, match="A budget is for what is read"):
        solved_rule(made, None, label=None, by="Ada", act="budget=1/9")


@pytest.mark.slow
def test_mistakes_are_sentences(trained: Run) -> None:
    with pytest.raises(SettingsError, match="no objective 'auc'; there is: f1"):
        solved_rule(trained, "auc", label=None, by="Ada")
    for labels in ({"hate": 0.5}, {"rude": 0.5, "hate": None}):
        with pytest.raises(SettingsError, match="no label 'hate' in this run; it has: rude, spam"):
            moved_rule(trained, labels, by="Ada")
    with pytest.raises(SettingsError, match="no label 'hate'"):
        solved_rule(trained, "f1", label="hate", by="Ada")
    for threshold in (1.01, -0.1, float("nan")):
        with pytest.raises(SettingsError, match="number from 0 to 1"):
            moved_rule(trained, {"rude": threshold}, by="Ada")
    unfinished = run.load(run.create(trained.settings).id)
    with pytest.raises((JobError, NotFoundError), match="has no"):
        moved_rule(unfinished, {"rude": 0.5}, by="Ada")
