from __future__ import annotations

import random

import pyarrow as pa
import pytest

from tests.data.guessing.corpora import ROWS, Column, Table, ids, of, pick, texts
from toxapp.data.guessing import names
from toxapp.data.guessing.profile import of_column
from toxapp.data.guessing.prose import column


def chosen(**columns: Column) -> str | None:
    rng = random.Random(7)
    table: Table = {}
    for name, made in columns.items():
        table[name] = made(rng, ROWS, table)
    return column([of_column(name, pa.array(cells)) for name, cells in table.items()])


LONG = texts(words=40)
COPY = of("text", str.upper)


@pytest.mark.parametrize(
    ("columns", "text"),
    [
        ({"text": texts(), "clean_text": texts()}, "text"),
        ({"clean_tweet": LONG, "tweet": texts()}, "tweet"),
        ({"cleaned": texts(), "original_text": texts()}, "original_text"),
        ({"text_en": LONG, "text": texts("tr")}, "text"),
        ({"translation": LONG, "sentence": texts("hi")}, "sentence"),
        ({"title": texts(), "body": LONG}, "body"),
        ({"title": texts()}, "title"),
        ({"comment": texts(words=3), "reason": LONG}, "comment"),
        ({"user_name": texts(words=2), "Tweet": texts()}, "Tweet"),
        ({"parent_comment": LONG, "comment": texts()}, "comment"),
        ({"post": texts(), "hashtags": LONG, "bio": LONG}, "post"),
        ({"prompt": LONG, "response": texts(words=60), "user_input": texts()}, "user_input"),
        ({"문장": texts("ko"), "설명": LONG}, "문장"),
        ({"TEXT": texts("zh"), "note": texts("zh")}, "TEXT"),
        ({"コメント": texts("ja"), "名前": texts("ja")}, "コメント"),
        ({"said": texts(), "word": pick("rain sun")}, "said"),
        ({"said": LONG, "template": pick({"a text with [NAME] in it again": 1})}, "said"),
    ],
)
def test_the_text_is_told_from_what_stands_beside_it(columns: dict[str, Column], text: str) -> None:
    assert chosen(**columns) == text


def test_tokens_in_brackets_are_a_text_only_where_there_is_no_other() -> None:
    tokens = of("said", lambda cell: str(cell.split()))
    assert chosen(said=texts(), post_tokens=tokens) == "said"


def test_ids_links_and_single_words_are_no_texts() -> None:
    assert chosen(tweet_id=ids(), link=ids("https://example.org/{}"), word=pick("a b")) is None


def test_the_words_of_a_name_are_found_however_they_are_joined() -> None:
    assert names.words("CommentId") == ("comment", "id")
    assert names.words("HITId") == ("hit", "id")
    assert names.words("Hate.speech_2 étiquette") == ("hate", "speech", "etiquette")
    assert names.words("여성/가족") == ("여성", "가족")


@pytest.mark.parametrize(
    "value",
    [
        *("NOT", "not_hate", "nothate", "noHate", "Not Toxic", "nontoxic", "Non-Offensive"),
        *("none", "neither", "normal", "OTHER", "NAG", "The tweet is not offensive"),
        *("nicht beleidigend", "no ofensivo", "não", "нет", "zararsız değil", "없음", "正常"),
        "غير مسيء",
    ],
)
def test_values_that_say_that_something_does_not_hold(value: str) -> None:
    assert names.is_negative(value)


@pytest.mark.parametrize("value", ["OFF", "hate", "toxic", "insult", "HOF", "notable", "unknown"])
def test_values_that_say_that_something_holds(value: str) -> None:
    assert not names.is_negative(value)
