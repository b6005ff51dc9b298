from __future__ import annotations

import pytest

from toxapp.decisions.wishes import Bands, Budget, Objective, parse, parse_pair, recorded
from toxapp.errors import SettingsError


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("f1", Objective("fbeta", 1)),
        ("fbeta=2", Objective("fbeta", 2)),
        ("precision=0.9", Objective("precision", 0.9)),
        ("recall=1", Objective("recall", 1)),
        ("cost=5", Objective("cost", 5, 1)),
        ("cost=5/2", Objective("cost", 5, 2)),
        ("flagged=0.02", Objective("flagged", 0.02)),
        ("budget=400/20000", Budget(400, 20000)),
        ("budget=400/20000,threat=5,a=b=2", Budget(400, 20000, {"threat": 5, "a=b": 2})),
    ],
)
def test_a_wish_is_read_from_text(text: str, wish: Objective | Budget) -> None:
    assert parse(text) == wish


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("f1", "best F1, smoothed"),
        ("fbeta=0.5", "best F0.5, smoothed"),
        ("cost=5", "least cost, a miss at 5 and a false alarm at 1"),
        ("flagged=0.02", "at most 2 % of the texts flagged"),
        (
            "budget=400/20000,threat=5",
            "400 of 20,000 texts read, over all labels, a miss of threat at 5",
        ),
    ],
)
def test_a_wish_has_words_for_the_rule(text: str, words: str) -> None:
    assert parse(text).words == words


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("auc", "no objective 'auc'; there is: f1, fbeta=2"),
        ("", "no objective ''"),
        ("precision", "'' in 'precision' is not a number"),
        ("precision=high", "'high' in 'precision=high' is not a number"),
        ("precision=90", "precision must be from 0 to 1, as in precision=0.9; found 90"),
        ("recall=nan", "recall must be from 0 to 1"),
        ("flagged=-0.1", "flagged share must be from 0 to 1"),
        ("recall=1/2", "'recall=1/2' must have one number"),
        ("fbeta=0", "Beta must be a number above 0; found 0"),
        ("fbeta=inf", "Beta must be a number above 0; found inf"),
        ("cost=-1", "A price is a number from 0 on; found a miss at -1"),
        ("cost=1/nan", "A price is a number from 0 on; found a false alarm at nan"),
        ("budget=400", "must be texts read of texts that come in, as in budget=400/20000"),
        ("budget=0/9", "found 0/9"),
        ("budget=10/9", "found 10/9"),
        ("budget=1/inf", "found 1/inf"),
        ("budget=1/9,threat=-5", "found a miss of 'threat' at -5"),
        ("budget=1/9,threat", "A price of a label is name=number; found 'threat'"),
    ],
)
def test_a_wish_that_is_none_is_refused_with_what_was_found(text: str, sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence):
        parse(text)


@pytest.mark.parametrize(
    "text", ["f1", "fbeta=0.5", "precision=0.95", "recall=1", "cost=5/2", "cost=0", "flagged=0.015"]
)
def test_the_words_of_a_rule_lead_back_to_the_wish(text: str) -> None:
    wish = parse(text)
    assert recorded(wish.words) == wish


def test_words_that_are_no_wish_of_one_label_lead_nowhere() -> None:
    assert recorded("by hand") is None
    assert recorded(parse("budget=400/20000").words) is None


def test_two_cut_offs_have_a_wish_each_or_none() -> None:
    found = parse_pair("recall=0.9", "precision=0.95")
    assert found == Bands(Objective("recall", 0.9), Objective("precision", 0.95))
    assert parse_pair(None, "f1") == Bands(None, Objective("fbeta"))
    assert parse_pair("budget=4/9", None) == Bands(Budget(4, 9), None)
    with pytest.raises(SettingsError, match="A budget is for what is read"):
        parse_pair("f1", "budget=4/9")
