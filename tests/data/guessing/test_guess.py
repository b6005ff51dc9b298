from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from toxapp.data.files import table
from toxapp.data.guessing.guess import Guess, guess, of_columns, require_complete
from toxapp.errors import DataError

Column = Callable[[int], object]
ZEROS: Column = lambda i: i * 0  # noqa: E731
WORDS: Column = lambda i: f"some free text with number {i}"  # noqa: E731


def made(folder: Path, columns: dict[str, Column], rows: int = 60) -> Path:
    path = folder / "file.csv"
    lines = [",".join(columns)]
    lines += [",".join(str(cell(i)) for cell in columns.values()) for i in range(rows)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def guessed(folder: Path, columns: dict[str, Column]) -> Guess:
    return guess(made(folder, columns))


def test_text_and_labels_are_found_among_ids_links_and_dates(tmp_path: Path) -> None:
    columns: dict[str, Column] = {
        "comment_id": lambda i: i % 2,
        "url": lambda i: f"https://example.org/a/very/long/path/that/goes/on/and/on/{i}",
        "created": lambda i: f"2020-01-{i % 28 + 1} 10:00:00 and some words after it",
        "said": WORDS,
        "toxic": lambda i: i % 2,
        "insult": lambda i: ["0.0", "1.0", "-1", ""][i % 4],
        "spam": lambda i: ["TRUE", "False"][i % 2],
        "likes": lambda i: i % 7,
    }
    found = guessed(tmp_path, columns)
    assert found.text_column == "said"
    assert found.labels == ("toxic", "insult", "spam")
    assert found.split_column is None
    assert found.columns == tuple(columns)
    assert len(found.preview) == 20
    assert found.refused == (
        "by its name an id",
        "by its name an address",
        "by its name a time",
        *[""] * 4,
        "by its name a number of things",
    )


def test_a_named_text_column_wins_over_a_longer_one(tmp_path: Path) -> None:
    long: Column = lambda i: f"a long note of the editor about the article as a whole {i}"  # noqa: E731
    columns = {"note": long, "Comment": WORDS, "toxic": lambda i: i % 2}
    assert guessed(tmp_path, columns).text_column == "Comment"


def test_single_words_are_no_text_unless_the_name_says_so(tmp_path: Path) -> None:
    one: Column = lambda i: f"word{i}"  # noqa: E731
    assert guessed(tmp_path, {"key": one, "toxic": lambda i: i % 2}).text_column is None
    assert guessed(tmp_path, {"tweet": one, "toxic": lambda i: i % 2}).text_column == "tweet"


def test_a_script_without_blanks_is_text(tmp_path: Path) -> None:
    columns: dict[str, Column] = {"a": lambda i: f"これはコメントです{i}", "b": lambda i: i % 2}
    assert guessed(tmp_path, columns).text_column == "a"


def test_a_column_of_zeros_is_a_label_among_labels_only(tmp_path: Path) -> None:
    columns: dict[str, Column] = {
        "edited": ZEROS,
        "text": WORDS,
        "toxic": lambda i: i % 2,
        "threat": ZEROS,
        "racist": ZEROS,
    }
    assert guessed(tmp_path, columns).labels == ("toxic", "threat", "racist")


def test_a_column_of_zeros_written_otherwise_than_its_neighbours_is_no_label(
    tmp_path: Path,
) -> None:
    columns = {"text": WORDS, "a": lambda i: ["TRUE", "FALSE"][i % 2], "b": ZEROS}
    assert guessed(tmp_path, columns).labels == ("a",)


def test_a_file_sorted_by_its_only_label_has_that_label(tmp_path: Path) -> None:
    found = guess(made(tmp_path, {"text": WORDS, "toxic": lambda i: int(i > 2_500)}, rows=3_000))
    assert found.labels == ("toxic",)


@pytest.mark.parametrize("name", ["id", "row", "Index", "commentId", "word_count", ""])
def test_zeros_and_ones_under_the_name_of_an_id_are_no_label(tmp_path: Path, name: str) -> None:
    columns: dict[str, Column] = {name: lambda i: i % 2, "text": WORDS, "toxic": lambda i: i % 2}
    assert guessed(tmp_path, columns).labels == ("toxic",)


def test_counts_and_classes_are_no_labels_and_a_single_slip_makes_none(tmp_path: Path) -> None:
    columns: dict[str, Column] = {
        "text": WORDS,
        "raters": lambda i: 3 if i % 10 == 0 else i % 2,
        "grade": lambda i: i % 3,
        "share": lambda i: [0, 0.3333, 1][i % 3],
        "certain": lambda i: ["surely", "perhaps"][i % 2],
        "toxic": lambda i: "maybe" if i == 7 else i % 2,
    }
    assert guessed(tmp_path, columns).labels == ("toxic",)


def test_a_split_column_is_found_by_its_words(tmp_path: Path) -> None:
    parts = ["Train", "TRAINING", "val", "dev", "valid", "validation", "test"]
    columns = {"text": WORDS, "toxic": lambda i: i % 2, "part": lambda i: parts[i % 7]}
    assert guessed(tmp_path, columns).split_column == "part"
    columns["part"] = lambda i: ["train", "elsewhere"][i % 2]
    assert guessed(tmp_path, columns).split_column is None


def test_an_open_guess_says_what_was_looked_at(tmp_path: Path) -> None:
    path = made(tmp_path, {"text": WORDS, "when": lambda i: i, "id": lambda i: i % 2})
    found = guess(path)
    assert (found.text_column, found.labels, found.labelling) == ("text", (), None)
    with pytest.raises(DataError, match=r"'when' \(60 different.*'id' \(by its name an id\)"):
        require_complete(found, path.name)
    path = made(tmp_path, {"key": lambda i: i, "toxic": lambda i: i % 2})
    with pytest.raises(
        DataError, match=r"No column of free text was found in file\.csv among 'key'"
    ):
        require_complete(guess(path), path.name)


def test_a_comment_in_place_of_the_column_names_is_said(tmp_path: Path) -> None:
    path = made(tmp_path, {"what a lovely day": WORDS, "1": lambda i: i % 2})
    with pytest.raises(DataError, match=r"Row 1 of file.csv looks like a comment.*\('1'\)"):
        require_complete(guess(path), path.name)


def test_classes_are_labels_and_of_two_only_the_one_that_says_something(tmp_path: Path) -> None:
    found = guessed(tmp_path, {"text": WORDS, "class": lambda i: f"{i % 3}.0"})
    assert (found.labelling and found.labelling.format, found.labels) == ("class", ("0", "1", "2"))
    found = guessed(tmp_path, {"text": WORDS, "label": lambda i: ["OFF", "NOT"][i % 2]})
    assert found.labels == ("OFF",)


def test_a_file_in_which_a_label_is_named_is_not_asked_for_what_its_topic_says(
    tmp_path: Path,
) -> None:
    topics: Column = lambda i: ["sport", "politics"][i % 2]  # noqa: E731
    assert guessed(tmp_path, {"text": WORDS, "topic": topics}).labels == ("politics",)
    columns: dict[str, Column] = {"text": WORDS, "topic": topics, "toxic": lambda i: i % 2}
    assert guessed(tmp_path, columns).labels == ("toxic",)
    columns = {"text": WORDS, "topic": topics, "source": topics}
    assert guessed(tmp_path, columns).labels == ()


def test_a_given_dialect_is_taken(tmp_path: Path) -> None:
    path = made(tmp_path, {"text": WORDS, "toxic": lambda i: i % 2})
    dialect = replace(table.sniff(path), header=False)
    assert guess(path, dialect=dialect).columns == ("column_1", "column_2")


def test_a_file_without_rows_has_columns_and_no_guess() -> None:
    empty = pa.array([], pa.string())
    found = of_columns(("text", "toxic"), [empty, empty])
    assert (found.text_column, found.labelling, found.refused) == (None, None, ("blank", "blank"))
