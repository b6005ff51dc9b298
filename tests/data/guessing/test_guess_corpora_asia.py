"""The guess on files that are written like corpora of Asian languages."""

from __future__ import annotations

import pytest

from tests.data.guessing.corpora import (
    Corpus,
    blanked,
    check,
    ids,
    index,
    marks,
    none_of,
    numbers,
    pick,
    several,
    texts,
)

UNSMILE = ("여성/가족", "남성", "성소수자", "인종/국적", "악플/욕설")
INDONESIAN = ("HS", "Abusive", "HS_Individual", "HS_Group", "HS_Religion", "HS_Weak", "HS_Strong")

CORPORA = {
    "arabic, three classes": Corpus(
        {"Tweet": texts("ar"), "Class": pick("normal abusive hate")},
        "Tweet",
        "class",
        ("Class",),
        ("abusive", "hate", "normal"),
    ),
    "arabic, without a header": Corpus(
        {
            "column_1": texts("ar"),
            "column_2": pick({"NOT_OFF": 8, "OFF": 2}),
            "column_3": pick({"NOT_HS": 9, "HS": 1}),
        },
        "column_1",
        "class",
        ("column_2",),
        ("OFF",),
    ),
    "hindi": Corpus(
        {
            "ID": ids("C{}"),
            "Text": texts("hi"),
            "Sub-task A": pick("NAG CAG OAG"),
            "Sub-task B": pick("NGEN GEN"),
        },
        "Text",
        "class",
        ("Sub-task A",),
        ("CAG", "NAG", "OAG"),
    ),
    "korean, several classes in a cell": Corpus(
        {"document": texts("ko"), "label": several("0 1 2 4 8", ",")},
        "document",
        "list",
        ("label",),
        ("0", "1", "2", "4", "8"),
    ),
    "korean, unsmile": Corpus(
        {
            "문장": texts("ko"),
            **dict.fromkeys(UNSMILE, marks(0.15)),
            "clean": none_of(*UNSMILE),
            "개인지칭": marks(0.02),
        },
        "문장",
        "columns",
        (*UNSMILE, "개인지칭"),
        complements=("clean",),
    ),
    "korean, bias and hate": Corpus(
        {
            "comments": texts("ko"),
            "contain_gender_bias": marks(0.2, "False", "True"),
            "bias": pick("none gender others"),
            "hate": pick("none offensive hate"),
        },
        "comments",
        "class",
        ("hate",),
        ("hate", "none", "offensive"),
    ),
    "vietnamese": Corpus(
        {"free_text": texts("vi"), "label_id": pick({"0": 8, "1": 1, "2": 1})},
        "free_text",
        "class",
        ("label_id",),
        ("0", "1", "2"),
    ),
    "indonesian": Corpus(
        {"Tweet": texts("id"), **dict.fromkeys(INDONESIAN, marks(0.3))},
        "Tweet",
        "columns",
        INDONESIAN,
    ),
    "chinese, cold": Corpus(
        {
            "column_1": index(),
            "split": pick("train dev test"),
            "topic": pick("race gender region"),
            "label": marks(0.5),
            "fine-grained-label": blanked(numbers(0, 3), 0.8),
            "TEXT": texts("zh"),
        },
        "TEXT",
        "columns",
        ("label",),
        split="split",
    ),
    "chinese, toxicn": Corpus(
        {
            "column_1": index(),
            "platform": pick("zhihu tieba"),
            "topic": pick("race gender lgbt"),
            "content": texts("zh"),
            "length": numbers(5, 90),
            "toxic": marks(0.5),
            "toxic_type": numbers(0, 2),
            "expression": numbers(0, 3),
            "target": several("0,0 0,1 1,0", ",", form="[{}]"),
        },
        "content",
        "columns",
        ("toxic",),
    ),
    "japanese": Corpus(
        {"id": index(1), "コメント": texts("ja"), "ラベル": pick("toxic nontoxic")},
        "コメント",
        "class",
        ("ラベル",),
        ("toxic",),
    ),
}


@pytest.mark.parametrize("name", CORPORA)
def test_a_corpus_of_an_asian_language_is_guessed(name: str) -> None:
    check(CORPORA[name], seed=len(name))
