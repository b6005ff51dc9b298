from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray

from toxapp.errors import DataError
from toxapp.runs.rules import Rule
from toxapp.scoring.decided import Added, Decided, added, decided
from toxapp.scoring.output import free_names, guarded, open_writer

NAN = float("nan")


def write(
    path: Path,
    columns: Sequence[str],
    cells: Sequence[Sequence[str]],
    scores: Sequence[Sequence[float]],
    labels: Sequence[str] = ("rude", "spam"),
) -> None:
    array = np.array(scores, np.float32).reshape(len(cells), len(labels))
    none: NDArray[np.float32] = array[:, :0]
    with open_writer(path, columns, Added(tuple(labels))) as writer:
        writer.write(cells, Decided(array, array >= 0.5, none, none >= 0.5))


def read(path: Path, separator: str = ",") -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter=separator))


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+1-800-CALL", "-cmd", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "=", "-", "--1", "+-"],
)
def test_a_cell_that_a_spreadsheet_would_run_is_made_text(cell: str) -> None:
    assert guarded(cell) == f"'{cell}"


@pytest.mark.parametrize(
    "cell", ["-1.5", "+3", "-1e-5", "-.5", "+0", "", "a=b", "1-2", "'=1", " ", "0", "é", '"=1"']
)
def test_numbers_and_plain_cells_are_left_alone(cell: str) -> None:
    assert guarded(cell) == cell


def test_scores_and_decisions_stand_behind_the_files_own_columns(tmp_path: Path) -> None:
    path = tmp_path / "scored.csv"
    write(path, ["id", "text"], [("7", "hello, you"), ("8", 'say "hi"')], [[0.25, 0.5], [1, 0]])
    assert read(path) == [
        ["id", "text", "rude_score", "spam_score", "rude_flagged", "spam_flagged"],
        ["7", "hello, you", "0.25", "0.5", "0", "1"],
        ["8", 'say "hi"', "1", "0", "1", "0"],
    ]


def test_cells_and_names_are_guarded_against_formulas(tmp_path: Path) -> None:
    path = tmp_path / "scored.csv"
    write(path, ["=id", "text"], [("-1.5", "=HYPERLINK()")], [[0.1]], ["@mention"])
    assert read(path) == [
        ["'=id", "text", "'@mention_score", "'@mention_flagged"],
        ["-1.5", "'=HYPERLINK()", "0.100000001", "0"],
    ]


@pytest.mark.parametrize("text", ["two\nlines", "two\r\nlines", "two\rlines", 'a "b", c', "a\tb"])
@pytest.mark.parametrize(("suffix", "separator"), [(".csv", ","), (".tsv", "\t")])
def test_breaks_quotes_and_separators_within_a_text_come_back(
    tmp_path: Path, text: str, suffix: str, separator: str
) -> None:
    """A carriage return alone was not quoted, and readers saw two broken rows."""
    path = tmp_path / f"scored{suffix}"
    write(path, ["text", "id"], [(text, "1"), ("next", "2")], [[0.5, 0.5]] * 2)
    rows = read(path, separator)
    assert [row[:2] for row in rows[1:]] == [[text, "1"], ["next", "2"]]


def test_a_score_is_written_so_that_it_reads_back_exactly(tmp_path: Path) -> None:
    path = tmp_path / "scored.csv"
    scores = np.random.default_rng(0).random((200, 2), np.float32)
    write(path, ["text"], [(str(n),) for n in range(200)], scores.tolist())
    read_back = np.array([row[1:3] for row in read(path)[1:]], np.float32)
    assert np.array_equal(read_back, scores)


@pytest.mark.parametrize(("suffix", "separator"), [(".csv", ","), (".tsv", "\t")])
def test_rows_without_a_score_are_blank_behind_their_own_cells(
    tmp_path: Path, suffix: str, separator: str
) -> None:
    path = tmp_path / f"scored{suffix}"
    write(path, ["id", "text"], [("7", ""), ("8", "hi")], [[NAN, NAN], [0.75, 0.25]])
    assert read(path, separator)[1:] == [
        ["7", "", "", "", "", ""],
        ["8", "hi", "0.75", "0.25", "1", "0"],
    ]


def test_a_parquet_file_has_numbers_decisions_and_cells_as_they_came(tmp_path: Path) -> None:
    path = tmp_path / "scored.parquet"
    write(path, ["=id", "text"], [("=7", ""), ("8", "hi")], [[NAN, NAN], [0.75, 0.25]])
    table = pq.read_table(path)
    assert [(field.name, str(field.type)) for field in table.schema] == [
        ("=id", "string"),
        ("text", "string"),
        ("rude_score", "float"),
        ("spam_score", "float"),
        ("rude_flagged", "bool"),
        ("spam_flagged", "bool"),
    ]
    assert table.to_pydict() == {
        "=id": ["=7", "8"],
        "text": ["", "hi"],
        "rude_score": [None, 0.75],
        "spam_score": [None, 0.25],
        "rude_flagged": [None, True],
        "spam_flagged": [None, False],
    }


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".parquet"])
def test_no_rows_can_be_added_at_any_time(tmp_path: Path, suffix: str) -> None:
    """A part of broken records only crashed the writing of a Parquet file."""
    path = tmp_path / f"scored{suffix}"
    rule = Rule({"rude": 0.5}, {}, "validation")
    one, none = np.full((1, 1), 0.75, np.float32), np.empty((0, 1), np.float32)
    with open_writer(path, ["text"], Added(("rude",))) as writer:
        writer.write([], decided(rule, ("rude",), none))
        writer.write([("hi",)], decided(rule, ("rude",), one))
        writer.write([], decided(rule, ("rude",), none))
    if suffix == ".parquet":
        assert pq.read_table(path).to_pylist() == [
            {"text": "hi", "rude_score": 0.75, "rude_flagged": True}
        ]
    else:
        assert read(path, "\t" if suffix == ".tsv" else ",")[1:] == [["hi", "0.75", "1"]]


def test_an_added_column_whose_name_is_taken_gets_a_number() -> None:
    assert free_names(["text", "rude_score"], Added(("rude", "spam"))) == [
        *("rude_score (2)", "spam_score", "rude_flagged", "spam_flagged")
    ]
    taken = ["rude_score", "rude_score (2)", "rude_flagged"]
    assert free_names(taken, Added(("rude",))) == ["rude_score (3)", "rude_flagged (2)"]


def test_added_columns_differ_from_each_other() -> None:
    names = free_names(["text"], Added(("a", "a_score", "a_score_score")))
    assert len(set(names)) == 6


@pytest.mark.parametrize("name", ["scored.xlsx", "scored", "scored.CSV"])
def test_another_kind_of_file_is_refused_in_a_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match=r"is written as \.csv, \.tsv or \.parquet, not"):
        open_writer(tmp_path / name, ["text"], Added(("rude",)))
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_probabilities_and_act_decisions_stand_behind_for_the_labels_that_have_them(
    tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"scored{suffix}"
    rule = Rule(
        {"rude": 0.5, "spam": 0.5},
        {},
        "validation",
        act={"spam": 0.9},
        calibration={"rude": {"method": "isotonic", "raw": [0, 1], "probability": [0, 0.5]}},
    )
    labels = ("rude", "spam")
    scores = np.array([[0.25, 0.5], [0.75, 0.95], [NAN, NAN]], np.float32)
    with open_writer(path, ["id"], added(rule, labels)) as writer:
        writer.write([("7",), ("8",), ("9",)], decided(rule, labels, scores))
    names = ["id", "rude_score", "spam_score", "rude_flagged", "spam_flagged"]
    names += ["rude_probability", "spam_act"]
    if suffix == ".csv":
        assert read(path) == [
            names,
            ["7", "0.25", "0.5", "0", "1", "0.125", "0"],
            ["8", "0.75", "0.949999988", "1", "1", "0.375", "1"],
            ["9", "", "", "", "", "", ""],
        ]
    else:
        table = pq.read_table(path)
        assert table.column_names == names
        assert table["rude_probability"].to_pylist() == [0.125, 0.375, None]
        assert table["spam_act"].to_pylist() == [False, True, None]
