from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from toxapp.decisions.figures import LabelFigures, figures
from toxapp.decisions.intervals import wilson
from toxapp.decisions.workload import Workload
from toxapp.evaluation.report import words
from toxapp.evaluation.report.axis import Axis, suited
from toxapp.evaluation.report.standing import standing, verdict
from toxapp.runs.rules import Rule

RULE = Rule({"rude": 0.5}, {"rude": "by hand"}, "validation")


def label(caught: int, missed: int, alarms: int, rest: int = 1000) -> LabelFigures:
    """The figures of a label of which so many texts are caught, missed and falsely flagged."""
    parts = ((caught, 1, 0.9), (missed, 1, 0.1), (alarms, 0, 0.9), (rest, 0, 0.1))
    targets = np.concatenate([np.full(n, target) for n, target, _ in parts])[:, None]
    scores = np.concatenate([np.full(n, score) for n, _, score in parts])[:, None]
    return figures(targets, scores, ["rude"], [0.5]).labels["rude"]


@pytest.mark.parametrize(
    ("test", "kind"),
    [
        (label(400, 100, 100), "sound"),
        (label(200, 300, 100), "weak"),  # finds 40 of 100
        (label(400, 100, 600), "weak"),  # 40 of 100 are right
        (label(50, 10, 20), "rough"),  # intervals of 20 in a hundred
        (label(40, 9, 0), "rough"),  # 49 positives
        (label(0, 100, 0), "unmeasured"),  # nothing is flagged
        (label(0, 0, 10), "unmeasured"),  # nothing to find
    ],
)
def test_a_label_stands_by_its_interval_ends_and_its_counts(test: LabelFigures, kind: str) -> None:
    assert standing("rude", RULE, label(400, 100, 100), test).kind == kind


def test_few_positives_on_validation_make_a_label_rough_as_well() -> None:
    found = standing("rude", RULE, label(5, 4, 0), label(400, 100, 100))
    assert found.kind == "rough"
    assert found.why == (
        "500 texts on test and 9 on validation carry it; below 50 figures are rough, and below 10 "
        "even their intervals say little."
    )


def test_a_label_that_is_off_says_why() -> None:
    rule = Rule({"rude": None}, {"rude": "best F1"}, "validation", reasons={"rude": "None here."})
    assert standing("rude", rule, label(1, 1, 1), label(1, 1, 1)).why == "None here."


def test_the_verdict_names_every_label_once_and_says_where_none_is_sound() -> None:
    rough = standing("rude", RULE, label(400, 100, 100), label(40, 9, 0))
    sound = standing("rude", RULE, label(400, 100, 100), label(400, 100, 100))
    assert verdict({"a": rough, "b": sound, "c": rough}) == [
        "The figures of b can be relied on, on comments like those it was tested with.",
        "Rough: a and c, for there are too few comments to know their figures well.",
    ]
    assert verdict({"a": rough})[0] == "No label has figures that can be relied on without reserve."


def test_a_label_is_told_of_a_hundred_and_by_count_where_there_are_few() -> None:
    many = label(300, 100, 100)
    low, high = (round(100 * end) for end in wilson(300, 400) or (0, 0))
    told = f"Of 100 flagged texts about 75 are right ({low} to {high})."
    assert told in words.label_sentence(many)
    few = words.label_sentence(label(1, 0, 2))
    assert "Of 3 flagged texts 1 is right, which of 100 may be 6 to 79." in few
    assert "Of the one text with the label 1 is found, which of 100 may be 21 to 100." in few
    off = replace(many, threshold=None)
    assert words.label_sentence(off) == "It is switched off: no text is flagged for it."


def test_all_labels_together_are_told_without_what_is_not_known() -> None:
    told = words.together_sentences(Workload(1000, 100, 100.0, 80, 60, 40), {})
    assert told == [
        "Of 1,000 texts it flags about 100 by one label or several.",
        "Of 100 texts that it flags, about 60 do carry one of the labels.",
        "Of 100 texts that carry any label, about 75 are flagged.",
    ]
    assert len(words.together_sentences(Workload(1000, 0, 0.0, 0, 0, 0), {})) == 1


def test_rare_labels_and_thresholds_at_an_end_get_log_odds() -> None:
    assert suited(0.5, 19, 1000).log_odds
    assert suited(0.05, 300, 1000).log_odds
    assert not suited(0.5, 20, 1000).log_odds
    assert not suited(None, 300, 1000).log_odds


def test_log_odds_keep_the_order_and_the_middle() -> None:
    axis = Axis(log_odds=True)
    shares = axis.shares(np.array([0, 1e-4, 0.1, 0.5, 0.9, 1]))
    assert np.all(np.diff(shares) >= 0)
    assert shares[[0, 3, -1]] == pytest.approx([0, 0.5, 1])
    assert Axis(log_odds=False).share(0.25) == 0.25
