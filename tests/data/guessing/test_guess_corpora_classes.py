"""The guess on English corpora that hold their labels in one column."""

from __future__ import annotations

import pytest

from tests.data.guessing.corpora import (
    Corpus,
    blanked,
    check,
    ids,
    index,
    marks,
    numbers,
    pick,
    several,
    shares,
    texts,
)

DATE = pick("2019-01-02 2019-03-04 2020-05-06")
PARTS = pick({"train": 8, "dev": 1, "test": 1})
TARGETS = pick("women migrants none nobody")


CORPORA = {
    "davidson": Corpus(
        {
            "column_1": index(),
            "count": pick({"3": 9, "6": 1}),
            "hate_speech": pick({"0": 8, "1": 2, "3": 1}),
            "offensive_language": pick({"3": 6, "2": 2, "0": 2}),
            "neither": pick({"0": 8, "1": 1, "3": 2}),
            "class": pick({"1": 8, "2": 2, "0": 1}),
            "tweet": texts(),
        },
        "tweet",
        "class",
        ("class",),
        ("0", "1", "2"),
    ),
    "olid": Corpus(
        {
            "id": ids(),
            "tweet": texts(),
            "subtask_a": pick({"NOT": 2, "OFF": 1}),
            "subtask_b": pick({"NULL": 6, "TIN": 3, "UNT": 1}),
            "subtask_c": pick({"NULL": 7, "IND": 2, "GRP": 1, "OTH": 1}),
        },
        "tweet",
        "class",
        ("subtask_a",),
        ("OFF",),
    ),
    "hasoc": Corpus(
        {
            "text_id": ids("hasoc_en_{}"),
            "text": texts(),
            "task_1": pick({"NOT": 6, "HOF": 4}),
            "task_2": pick({"NONE": 6, "HATE": 2, "OFFN": 1, "PRFN": 1}),
            "task_3": pick({"NONE": 6, "TIN": 3, "UNT": 1}),
        },
        "text",
        "class",
        ("task_1",),
        ("HOF",),
    ),
    "dynahate": Corpus(
        {
            "column_1": index(),
            "acl.id": ids("acl{}"),
            "X1": index(1),
            "text": texts(),
            "label": pick({"hate": 54, "nothate": 46}),
            "type": pick("none derogation notgiven animosity"),
            "target": TARGETS,
            "level": pick("none original perturbation"),
            "split": PARTS,
            "round.base": numbers(1, 4),
            "annotator": pick("ann1 ann2 ann3"),
        },
        "text",
        "class",
        ("label",),
        ("hate",),
        "split",
    ),
    "hatecheck": Corpus(
        {
            "column_1": index(),
            "functionality": pick("derog_neg_emote_h ident_pos_nh"),
            "case_id": index(1),
            "test_case": texts(),
            "label_gold": pick({"hateful": 7, "non-hateful": 3}),
            "target_ident": blanked(TARGETS, 0.1),
            "direction": blanked(pick("general directed"), 0.3),
            "case_templ": pick({"I like [IDENTITY_P].": 1, "We all like [IDENTITY_S] a lot.": 2}),
        },
        "test_case",
        "class",
        ("label_gold",),
        ("hateful",),
    ),
    "crowdflower": Corpus(
        {
            "_unit_id": ids(),
            "_golden": marks(0.02, "FALSE", "TRUE"),
            "_unit_state": pick({"finalized": 9, "golden": 1}),
            "_trusted_judgments": pick("3 3 4"),
            "does_this_tweet_contain_hate_speech": pick(
                {
                    "The tweet is not offensive": 5,
                    "The tweet uses offensive language but not hate speech": 3,
                    "The tweet contains hate speech": 2,
                }
            ),
            "does_this_tweet_contain_hate_speech:confidence": shares(3, 0.8),
            "_created_at": blanked(DATE, 0.9),
            "does_this_tweet_contain_hate_speech_gold": blanked(
                pick({"The tweet is not offensive": 1, "The tweet contains hate speech": 1}), 0.97
            ),
            "tweet_text": texts(),
        },
        "tweet_text",
        "class",
        ("does_this_tweet_contain_hate_speech",),
        (
            "The tweet contains hate speech",
            "The tweet is not offensive",
            "The tweet uses offensive language but not hate speech",
        ),
    ),
    "goemotions as lists": Corpus(
        {"column_1": texts(), "column_2": several("0 4 9 20 27", ","), "column_3": ids("e{}")},
        "column_1",
        "list",
        ("column_2",),
        ("0", "4", "9", "20", "27"),
        more=(("delimiter", ","),),
    ),
    "founta": Corpus(
        {
            "column_1": texts(),
            "column_2": pick("normal abusive spam hateful"),
            "column_3": numbers(1, 5),
        },
        "column_1",
        "class",
        ("column_2",),
        ("abusive", "hateful", "normal", "spam"),
    ),
    "surge": Corpus(
        {"text": texts(), "is_toxic": pick({"Toxic": 5, "Not Toxic": 5})},
        "text",
        "class",
        ("is_toxic",),
        ("Toxic",),
    ),
    "implicit hate": Corpus(
        {"post": texts(), "class": pick("not_hate implicit_hate explicit_hate")},
        "post",
        "class",
        ("class",),
        ("explicit_hate", "implicit_hate", "not_hate"),
    ),
    "stormfront": Corpus(
        {"text": texts(), "label": pick({"noHate": 9, "hate": 1}), "user_id": numbers(1, 900)},
        "text",
        "class",
        ("label",),
        ("hate",),
    ),
    "tweet_eval": Corpus(
        {"text": texts(), "label": pick("0 1 2 3")}, "text", "class", ("label",), tuple("0123")
    ),
}


@pytest.mark.parametrize("name", CORPORA)
def test_a_corpus_with_one_column_of_labels_is_guessed(name: str) -> None:
    check(CORPORA[name], seed=len(name))
