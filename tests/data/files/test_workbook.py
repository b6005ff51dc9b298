from __future__ import annotations

from pathlib import Path

import pytest

from tests.data.files.made import Cell, xls, xlsx
from toxapp.data.files import table
from toxapp.data.files.table import Dialect
from toxapp.errors import DataError

ROWS: list[list[Cell]] = [
    ["text", "toxic"],
    ["you are kind", 0],
    ["you idiot", 1],
    ["line\nbreak, and comma", 1],
]


def write(folder: Path, content: bytes, name: str = "file.xlsx") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def read(path: Path) -> list[tuple[int, tuple[str, ...]]]:
    dialect = table.sniff(path)
    return [(record.row, record.cells) for record in table.records(path, dialect)]


@pytest.mark.parametrize("name", ["file.xlsx", "file.csv", "file"])
def test_a_workbook_is_known_by_its_content(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, xlsx({"Sheet 1": ROWS}), name)
    assert table.sniff(path) == Dialect("excel", header=True, sheet="Sheet 1")
    assert table.column_names(path, table.sniff(path)) == ("text", "toxic")
    assert read(path) == [
        (2, ("you are kind", "0")),
        (3, ("you idiot", "1")),
        (4, ("line\nbreak, and comma", "1")),
    ]


def test_an_old_workbook_is_read_like_a_new_one(tmp_path: Path) -> None:
    path = write(tmp_path, xls(), "file.xls")
    assert table.column_names(path, table.sniff(path)) == ("text", "toxic")
    assert read(path) == [(row, (f"comment {row - 1}", str((row - 1) % 2))) for row in range(3, 7)]


def test_rows_are_those_of_the_sheet_wherever_the_table_begins(tmp_path: Path) -> None:
    title: list[list[Cell]] = [
        ["Comments of May"],
        [],
        *ROWS[:2],
        [None, None],
        ROWS[2],
    ]
    path = write(tmp_path, xlsx({"Sheet 1": title}, column="C", row=4))
    assert table.column_names(path, table.sniff(path)) == ("text", "toxic")
    assert read(path) == [(7, ("you are kind", "0")), (9, ("you idiot", "1"))]


def test_the_first_sheet_with_a_table_is_taken(tmp_path: Path) -> None:
    sheets: dict[str, list[list[Cell]]] = {
        "About": [["a note"], ["another"]],
        "Empty": [],
        "Data": ROWS,
        "More": ROWS,
    }
    path = write(tmp_path, xlsx(sheets))
    assert table.sniff(path).sheet == "Data"
    assert len(read(path)) == 3


def test_numbers_and_marks_stand_as_the_sheet_shows_them(tmp_path: Path) -> None:
    values: list[list[Cell]] = [
        ["text", "a", "b", "c"],
        ["x", 1.0, 0.5, True],
        ["y", 1234567890123, None, False],
    ]
    path = write(tmp_path, xlsx({"Sheet 1": values}))
    assert read(path) == [(2, ("x", "1", "0.5", "true")), (3, ("y", "1234567890123", "", "false"))]


def test_a_table_without_names_has_its_first_record_in_row_1(tmp_path: Path) -> None:
    rows: list[list[Cell]] = [[f"a comment with the number {n}", n % 2] for n in range(9)]
    path = write(tmp_path, xlsx({"Sheet 1": rows}))
    assert not table.sniff(path).header
    assert read(path)[0] == (1, ("a comment with the number 0", "0"))
    assert table.column_names(path, table.sniff(path)) == ("column_1", "column_2")


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
def test_a_cut_workbook_is_refused(tmp_path: Path, share: float) -> None:
    content = xlsx({"Sheet 1": ROWS})
    path = write(tmp_path, content[: int(len(content) * share)])
    with pytest.raises(DataError, match=r"file\.xlsx is a damaged workbook: .* Copy it again"):
        read(path)


def test_a_workbook_without_a_table_is_refused_with_its_sheets(tmp_path: Path) -> None:
    path = write(tmp_path, xlsx({"About": [["a note"]], "Names": [["text", "toxic"]]}))
    with pytest.raises(DataError, match=r"No sheet of file\.xlsx .* \(sheets: 'About', 'Names'\)"):
        table.sniff(path)


def test_an_encrypted_workbook_is_refused(tmp_path: Path) -> None:
    """Excel wraps what it encrypts in the old format, as a stream of this name."""
    wrapped = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    )
    with pytest.raises(DataError, match="is protected by a password"):
        table.sniff(write(tmp_path, wrapped))
