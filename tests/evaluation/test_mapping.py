from __future__ import annotations

from toxapp.evaluation.mapping import guess

LABELS = ["toxic", "severe_toxic", "threat", "insult", "hate"]


def test_names_that_differ_in_case_signs_or_ending_are_taken_for_the_same() -> None:
    theirs = ["IsToxic", "Severe Toxicity", "threats", "IsRacist"]
    assert guess(LABELS, theirs) == {
        "toxic": "IsToxic",
        "severe_toxic": "Severe Toxicity",
        "threat": "threats",
    }


def test_an_equal_name_goes_before_a_like_one_and_two_like_ones_are_left_open() -> None:
    assert guess(["toxic"], ["toxicity", "TOXIC"]) == {"toxic": "TOXIC"}
    assert guess(["toxic"], ["toxicity", "toxic_parts"]) == {}


def test_short_and_strange_names_are_no_guess() -> None:
    assert guess(["hat", "spam"], ["hateful", "ham", "island"]) == {}
    assert guess(["island"], ["isLand"]) == {}
