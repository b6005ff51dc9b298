from __future__ import annotations

import numpy as np
import pytest

from tests.tiny import wording
from toxapp.data.texts.personal import KINDS
from toxapp.data.texts.tally import SAMPLE, TextTally

GERMAN = [
    "Der Bus kam heute wieder viel zu spät, und wir sind zu Fuß nach Hause gegangen.",
    "Gestern Abend haben wir im Garten gesessen und lange über die Schule gesprochen.",
    "Warum muss es eigentlich immer regnen, wenn wir einmal ans Meer fahren wollen?",
]


def tallied(texts: list[str], *, at_once: int = 7) -> TextTally:
    tally = TextTally()
    for start in range(0, len(texts), at_once):
        part = texts[start : start + at_once]
        tally.add(part, np.arange(start, start + len(part)) + 2, "a.csv")
    return tally


def test_markup_and_personal_data_are_noted_by_row_without_the_text() -> None:
    texts = [
        *("nothing to see here", "fish &amp; chips", "a <br> b"),
        *("write to jane.doe@example.org now", "ask @jane_doe", "from 81.92.113.77"),
    ]
    notes = TextTally().add(texts, np.arange(10, 16), "a.csv")
    assert {(note.kind, note.column): note.rows for note in notes} == {
        ("html_entity", ""): (11,),
        ("html_tag", ""): (12,),
        ("personal_data", KINDS["email"]): (13,),
        ("personal_data", KINDS["user_name"]): (14,),
        ("personal_data", KINDS["ip"]): (15,),
    }
    assert {note.found for note in notes} == {()}
    assert {note.file for note in notes} == {"a.csv"}


def test_texts_that_are_nearly_equal_share_a_group_across_chunks() -> None:
    texts = [wording(1), wording(2), f"{wording(1).upper()}!!", wording(3), f"{wording(2)} 17"]
    groups = tallied(texts, at_once=2).groups()
    assert groups.tolist() == [0, 1, 0, 2, 1]


def test_all_wordings_of_the_tests_are_far_apart() -> None:
    tally = TextTally()
    tally.add([wording(n) for n in range(5_000)], np.arange(5_000), "a.csv")
    assert len(set(tally.groups().tolist())) == 5_000


def test_languages_and_scripts_are_shares_largest_first() -> None:
    texts = [wording(n) for n in range(40)] + GERMAN * 10 + ["Привет, как твои дела сегодня?"] * 10
    found = tallied(texts).found()
    assert [name for name, _ in found.scripts] == ["Latin", "Cyrillic"]
    assert [share for _, share in found.scripts] == pytest.approx([7 / 8, 1 / 8])
    named = dict(found.languages)
    assert next(iter(named)) == "English"
    assert named["German"] == pytest.approx(30 / 80, abs=0.1)
    assert [share for _, share in found.languages] == sorted(named.values(), reverse=True)


def test_no_texts_have_no_language() -> None:
    found = TextTally().found()
    assert (found.scripts, found.languages, found.sample) == ((), (), ())


def test_few_texts_are_all_in_the_sample_in_their_order() -> None:
    texts = [f"text {n}" for n in range(SAMPLE)]
    assert tallied(texts, at_once=300).found().sample == tuple(texts)


def test_of_many_texts_all_have_the_same_chance_however_they_are_cut() -> None:
    texts = [str(n) for n in range(5 * SAMPLE)]
    sample = tallied(texts, at_once=700).found().sample
    assert len(sample) == len(set(sample)) == SAMPLE
    held = np.histogram([int(text) for text in sample], 5, (0, 5 * SAMPLE))[0]
    # A fifth of 2,000 with a standard deviation of 16 (a hypergeometric count).
    assert np.abs(held - SAMPLE / 5).max() < 5 * 16
    assert tallied(texts, at_once=333).found().sample == sample
