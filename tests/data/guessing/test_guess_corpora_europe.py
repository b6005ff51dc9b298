"""The guess on files that are written like corpora of European languages."""

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
    texts,
)

VOTED = ("homophobia", "obscene", "insult", "racism", "misogyny", "xenophobia")

CORPORA = {
    "german, germeval without a header": Corpus(
        {
            "column_1": texts("de"),
            "column_2": pick({"OTHER": 66, "OFFENSE": 34}),
            "column_3": pick("OTHER ABUSE INSULT PROFANITY"),
        },
        "column_1",
        "class",
        ("column_2",),
        ("OFFENSE",),
    ),
    "german, germeval of 2021": Corpus(
        {
            "comment_id": index(1),
            "comment_text": texts("de"),
            "Sub1_Toxic": marks(0.35),
            "Sub2_Engaging": marks(0.3),
            "Sub3_FactClaiming": marks(0.3),
        },
        "comment_text",
        "columns",
        ("Sub1_Toxic", "Sub2_Engaging", "Sub3_FactClaiming"),
    ),
    "spanish, exist": Corpus(
        {
            "test_case": pick("EXIST2021"),
            "id": ids(),
            "source": pick("twitter gab"),
            "language": pick("en es"),
            "text": texts("es"),
            "task1": pick("sexist non-sexist"),
            "task2": pick("non-sexist objectification sexual-violence"),
        },
        "text",
        "class",
        ("task1",),
        ("sexist",),
    ),
    "spanish, detoxis": Corpus(
        {
            "topic": pick("CR MI SO"),
            "thread_id": numbers(1, 9),
            "comment_id": ids(),
            "comment_level": numbers(1, 4),
            "comment": texts("es"),
            "argumentation": marks(0.3),
            "sarcasm": marks(0.1),
            "insult": marks(0.1),
            "toxicity": marks(0.3),
            "toxicity_level": numbers(0, 3),
        },
        "comment",
        "columns",
        ("argumentation", "sarcasm", "insult", "toxicity"),
    ),
    "portuguese, votes": Corpus(
        {"text": texts("pt"), **dict.fromkeys(VOTED, pick({"0": 8, "1": 2, "2": 1, "3": 1}))},
        "text",
        "votes",
        VOTED,
        more=(("at_least", 1), ("total_column", None)),
    ),
    "portuguese, three raters and their sum": Corpus(
        {
            "text": texts("pt"),
            "hatespeech_comb": marks(0.3),
            "hatespeech_G1": marks(0.3),
            "annotator_G1": pick("A B C"),
            "hatespeech_G2": marks(0.3),
            "annotator_G2": pick("A B C"),
        },
        "text",
        "columns",
        ("hatespeech_comb",),
    ),
    "portuguese, a hierarchy": Corpus(
        {
            "text": texts("pt"),
            **dict.fromkeys(("Hate.speech", "Sexism", "Body", "Racism", "Women"), marks(0.2)),
            **dict.fromkeys(("Origin", "Thin.people"), pick("0")),
        },
        "text",
        "columns",
        ("Hate.speech", "Sexism", "Body", "Racism", "Women", "Origin", "Thin.people"),
    ),
    "portuguese, yes and no": Corpus(
        {"@class": pick({"no": 2, "yes": 1}), "document": texts("pt")},
        "document",
        "columns",
        ("@class",),
    ),
    "italian, haspeede": Corpus(
        {"id": index(1), "text": texts("it"), "hs": marks(0.4), "stereotype": marks(0.4)},
        "text",
        "columns",
        ("hs", "stereotype"),
    ),
    "italian, misogyny": Corpus(
        {
            "id": index(1),
            "text": texts("it"),
            "misogynous": marks(0.5),
            "misogyny_category": pick("0 stereotype dominance discredit"),
            "target": pick("0 active passive"),
        },
        "text",
        "columns",
        ("misogynous",),
    ),
    "italian, without a header": Corpus(
        {"column_1": ids(), "column_2": texts("it"), "column_3": marks(0.3)},
        "column_2",
        "columns",
        ("column_3",),
    ),
    "russian": Corpus(
        {"comment": texts("ru"), "toxic": marks(0.3, "0.0", "1.0")},
        "comment",
        "columns",
        ("toxic",),
    ),
    "turkish, offenseval": Corpus(
        {"id": ids(), "tweet": texts("tr"), "subtask_a": pick({"NOT": 8, "OFF": 2})},
        "tweet",
        "class",
        ("subtask_a",),
        ("OFF",),
    ),
    "turkish, a target beside": Corpus(
        {
            "column_1": index(),
            "text": texts("tr"),
            "is_toxic": marks(0.5),
            "target": pick("OTHER INSULT RACIST SEXIST PROFANITY"),
        },
        "text",
        "columns",
        ("is_toxic",),
    ),
    "danish": Corpus(
        {"id": ids(), "tweet": blanked(texts("da"), 0.01), "subtask_a": pick({"NOT": 9, "OFF": 1})},
        "tweet",
        "class",
        ("subtask_a",),
        ("OFF",),
    ),
    "polish": Corpus(
        {"text": texts("pl"), "label": pick({"0": 9, "1": 1, "2": 2})},
        "text",
        "class",
        ("label",),
        ("0", "1", "2"),
    ),
    "french, names in brackets": Corpus(
        {
            "texte": texts("fr"),
            "étiquettes": several("haine insulte menace", ", ", form="[{}]", quote="'"),
        },
        "texte",
        "list",
        ("étiquettes",),
        ("haine", "insulte", "menace"),
        more=(("delimiter", "json"),),
    ),
    "several languages": Corpus(
        {
            "id": index(),
            "comment_text": texts("tr"),
            "lang": pick("es it tr"),
            "toxic": marks(0.15),
        },
        "comment_text",
        "columns",
        ("toxic",),
    ),
    "emotions with a semicolon": Corpus(
        {"column_1": texts("en"), "column_2": pick("joy sadness anger fear love surprise")},
        "column_1",
        "class",
        ("column_2",),
        ("anger", "fear", "joy", "love", "sadness", "surprise"),
    ),
    "portuguese, hatebr": Corpus(
        {
            "id": index(),
            "comentario": texts("pt"),
            **dict.fromkeys(("anotator1", "anotator2", "anotator3"), marks(0.5)),
            "label_final": marks(0.5),
            "links_post": ids("https://example.org/{}"),
            "account_post": pick("jornal radio revista"),
        },
        "comentario",
        "columns",
        ("label_final",),
    ),
    "french, with a translation": Corpus(
        {
            "commentaire": texts("fr"),
            "translation": texts("en", words=12),
            "haineux": pick({"non": 8, "oui": 2}),
        },
        "commentaire",
        "columns",
        ("haineux",),
    ),
    "dutch, ticked by hand": Corpus(
        {
            "Nr": index(1),
            "Opmerking": texts("de"),
            **dict.fromkeys(("Haatdragend", "Beledigend"), marks(0.1, "", "X")),
        },
        "Opmerking",
        "columns",
        ("Haatdragend", "Beledigend"),
    ),
}


@pytest.mark.parametrize("name", CORPORA)
def test_a_corpus_of_a_european_language_is_guessed(name: str) -> None:
    check(CORPORA[name], seed=len(name))
