"""The guess on English corpora with a column per label."""

from __future__ import annotations

import pytest

from tests.data.guessing.corpora import (
    Column,
    Corpus,
    blanked,
    check,
    ids,
    index,
    marks,
    none_of,
    numbers,
    of,
    pick,
    shares,
    texts,
)

DATE = pick("2019-01-02 2019-03-04 2020-05-06")
TOXIC = ("toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate")
SHADES = ("severe_toxicity", "obscene", "identity_attack", "insult", "threat")
EMOTIONS = ("admiration", "amusement", "anger", "joy", "remorse", "sadness", "surprise", "neutral")


def each(names: tuple[str, ...], column: Column) -> dict[str, Column]:
    return dict.fromkeys(names, column)


CORPORA = {
    "jigsaw": Corpus(
        {"id": ids("00{}ab"), "comment_text": texts(words=20), **each(TOXIC, marks(0.1))},
        "comment_text",
        "columns",
        TOXIC,
    ),
    "jigsaw with hidden test labels": Corpus(
        {"id": ids(), **each(TOXIC, pick({"-1": 6, "0": 4, "1": 1})), "comment_text": texts()},
        "comment_text",
        "columns",
        TOXIC,
    ),
    "jigsaw unintended bias": Corpus(
        {
            "id": ids(),
            "target": shares(10),
            "comment_text": texts(words=20),
            **each(SHADES, shares(10, 0.05)),
            **each(("asian", "atheist", "black", "male"), blanked(shares(4), 0.78)),
            "created_date": DATE,
            "publication_id": numbers(2, 60),
            "parent_id": blanked(numbers(1, 90_000), 0.4),
            "rating": pick({"approved": 9, "rejected": 1}),
            **each(("funny", "wow", "sad", "likes", "disagree"), pick({"0": 8, "1": 2, "3": 1})),
            "sexual_explicit": shares(10, 0.02),
            "identity_annotator_count": pick({"0": 8, "4": 2}),
            "toxicity_annotator_count": pick({"4": 8, "10": 2, "73": 1}),
        },
        "comment_text",
        "fraction",
        ("target", *SHADES, "sexual_explicit"),
    ),
    "civil comments": Corpus(
        {"text": texts(words=20), "toxicity": shares(10), **each(SHADES, shares(10, 0.02))},
        "text",
        "fraction",
        ("toxicity", *SHADES),
    ),
    "waseem": Corpus(
        {
            "index": ids(),
            "id": ids(),
            "Text": texts(),
            "Annotation": pick({"none": 7, "racism": 1, "sexism": 2}),
            "oh_label": marks(0.3),
        },
        "Text",
        "columns",
        ("oh_label",),
    ),
    "cyberbullying with soft labels": Corpus(
        {
            "index": index(),
            "Text": texts(),
            "ed_label_0": shares(10, 0.8),
            "ed_label_1": of("ed_label_0", lambda cell: str(round(1 - float(cell), 6))),
            "oh_label": marks(0.1),
        },
        "Text",
        "columns",
        ("oh_label",),
    ),
    "hateval": Corpus(
        {"id": ids(), "text": texts(), **each(("HS", "TR", "AG"), marks(0.3))},
        "text",
        "columns",
        ("HS", "TR", "AG"),
    ),
    "goemotions of every rater": Corpus(
        {
            "text": texts(),
            "id": ids("e{}x"),
            "author": pick("mill river hill lake"),
            "subreddit": pick("gardening cooking trains"),
            "created_utc": ids("15{}.0"),
            "rater_id": numbers(1, 80),
            "example_very_unclear": marks(0.03, "FALSE", "TRUE"),
            **each(EMOTIONS, marks(0.15)),
        },
        "text",
        "columns",
        EMOTIONS,
    ),
    "toxigen": Corpus(
        {
            "prompt": pick(
                {f"- the garden was quiet - it rained all morning, part {i}": 1 for i in range(20)}
            ),
            "generation": texts(),
            "generation_method": pick("ALICE top-k"),
            "group": pick("asian women"),
            "prompt_label": marks(0.5),
            "roberta_prediction": shares(10, 0.2),
        },
        "generation",
        "columns",
        ("prompt_label",),
    ),
    "sbic": Corpus(
        {
            "whoTarget": blanked(marks(0.5, "0.0", "1.0"), 0.6),
            "intentYN": pick("0.0 0.33 0.66 1.0"),
            "sexYN": pick({"0.0": 9, "0.5": 1, "1.0": 1}),
            "offensiveYN": pick("0.0 0.5 1.0"),
            "annotatorGender": pick("man woman na"),
            "WorkerId": pick("AAB BBC CCD"),
            "annotatorAge": numbers(20, 60),
            "post": texts(),
            "targetCategory": blanked(pick("gender race"), 0.6),
            "targetStereotype": blanked(texts(words=5), 0.6),
            "dataSource": pick("t/davidson r/jokes"),
        },
        "post",
        "fraction",
        ("intentYN", "sexYN", "offensiveYN"),
    ),
    "ethos": Corpus(
        {"comment": texts(), "isHate": shares(7, 0.4)}, "comment", "fraction", ("isHate",)
    ),
    "ethos with several labels": Corpus(
        {"comment": texts(), **each(("violence", "gender", "race", "disability"), shares(5))},
        "comment",
        "fraction",
        ("violence", "gender", "race", "disability"),
    ),
    "insults in social commentary": Corpus(
        {"Insult": marks(0.27), "Date": blanked(ids("201206{}Z"), 0.2), "Comment": texts()},
        "Comment",
        "columns",
        ("Insult",),
    ),
    "toxic chat": Corpus(
        {
            "conv_id": ids(),
            "user_input": texts(),
            "model_output": texts(words=40),
            "human_annotation": marks(0.5, "False", "True"),
            "toxicity": marks(0.07),
            "jailbreaking": marks(0.03),
        },
        "user_input",
        "columns",
        ("toxicity", "jailbreaking"),
    ),
    "gab hate corpus": Corpus(
        {
            "ID": ids(),
            "Annotator": numbers(0, 18),
            "Text": texts(),
            **each(("Hate", "HD", "CV", "VO"), marks(0.1)),
        },
        "Text",
        "columns",
        ("Hate", "HD", "CV", "VO"),
    ),
    "ticks": Corpus(
        {"nr": index(), "message": texts(), **each(("rude", "spam"), marks(0.2, "", "x"))},
        "message",
        "columns",
        ("rude", "spam"),
        more=(("ticked", ("rude", "spam")),),
    ),
    "a clean column": Corpus(
        {"text": texts(), **each(("toxic", "spam"), marks(0.2)), "clean": none_of("toxic", "spam")},
        "text",
        "columns",
        ("toxic", "spam"),
        complements=("clean",),
    ),
    "votes beside their number": Corpus(
        {"text": texts(), "toxic": numbers(0, 5), "insult": numbers(0, 3), "n_raters": pick("5")},
        "text",
        "votes",
        ("toxic", "insult"),
        more=(("at_least", 3), ("total_column", "n_raters")),
    ),
    "measuring hate speech": Corpus(
        {
            "comment_id": ids(),
            "annotator_id": numbers(1, 900),
            "toxic": shares(4),
            "hate_speech_score": numbers(-8, 6),
            "text": texts(),
            "annotator_severity": numbers(-2, 2),
            **dict.fromkeys(
                ("annotator_gender_men", "annotator_trans"), marks(0.3, "False", "True")
            ),
        },
        "text",
        "fraction",
        ("toxic",),
    ),
}


@pytest.mark.parametrize("name", CORPORA)
def test_a_corpus_with_a_column_per_label_is_guessed(name: str) -> None:
    check(CORPORA[name], seed=len(name))
