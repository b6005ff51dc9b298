from __future__ import annotations

import pytest

from toxapp.data import notes
from toxapp.data.notes import Note, note


def test_a_note_counts_all_rows_and_keeps_the_first_twenty_and_five_examples() -> None:
    found = note("empty_text", "a.csv", "text", range(2, 100), [*"aab", *"bcdefg"])
    assert (found.count, found.rows) == (98, tuple(range(2, 22)))
    assert found.found == ("a", "b", "c", "d", "e")


def test_notes_of_one_kind_file_and_column_add_up_in_the_order_of_telling() -> None:
    first = note("unexplained_value", "a.csv", "toxic", [3, 4], ["q"])
    later = note("unexplained_value", "a.csv", "toxic", [9], ["q", "z"])
    other = note("unexplained_value", "a.csv", "spam", [3], ["q"])
    second = note("unexplained_value", "b.csv", "toxic", [3], ["q"])
    empty = note("empty_text", "b.csv", "text", [7])
    assert notes.added([first, other, second, later, empty]) == [
        empty,
        Note("unexplained_value", "a.csv", "toxic", 3, (3, 4, 9), ("q", "z")),
        other,
        second,
    ]


def test_a_sum_keeps_no_more_than_a_note_does() -> None:
    total = note("empty_text", "a.csv", "", range(15), "abc") + note(
        "empty_text", "a.csv", "", range(15, 30), "cdef"
    )
    assert (total.count, total.rows, total.found) == (30, tuple(range(20)), tuple("abcde"))


def test_rows_are_said_to_five_and_counted_beyond() -> None:
    assert notes.where((7,), 1) == " (row 7)"
    assert notes.where((5, 9), 2) == " (rows 5, 9)"
    assert notes.where(range(1, 21), 1_036) == " (rows 1, 2, 3, 4, 5 and 1,031 more)"
    assert notes.counted(1) == "1 row"
    assert notes.counted(1_030) == "1,030 rows"


@pytest.mark.parametrize(
    ("label_format", "expected"),
    [
        ("columns", "Write 0 or 1, or nothing."),
        ("fraction", "Write a number from 0 to 1, or nothing."),
        ("votes", "Write a whole number from 0 on, or nothing."),
        ("list", "Write a list of labels, or nothing."),
        ("class", "Write a class, or nothing."),
    ],
)
def test_a_value_that_is_not_explained_is_said_with_what_is_expected(
    label_format: str, expected: str
) -> None:
    said = notes.sentence(note("unexplained_value", "a.csv", "x", [4], ["q" * 60]), label_format)
    assert said.startswith("1 row of a.csv has a value in label column 'x' that its format does ")
    assert f"(row 4): '{'q' * 40}': taken as missing" in said
    assert said.endswith(expected)


def test_a_faulty_record_is_said_with_the_first_reason() -> None:
    found = note("ragged_row", "a.csv", "", [4, 6], ["row 4 has 3 cells instead of 2", "row 6 ..."])
    assert notes.sentence(found, "columns") == (
        "2 rows of a.csv have another number of cells than there are columns (rows 4, 6); row 4 "
        "has 3 cells instead of 2: left out. Put texts that hold the separator or a line break in "
        "quotes."
    )


def test_every_kind_has_a_sentence_that_says_what_happens() -> None:
    for kind in notes._SENTENCES:
        said = notes.sentence(note(kind, "a{b}.csv", "c{d}", [2], ["{e}"]), "columns")
        assert said.startswith("1 row of a{b}.csv ")
        assert "(row 2)" in said
        assert any(word in said for word in (": left out", ": kept", ": taken as missing"))
        assert said.endswith(".")
