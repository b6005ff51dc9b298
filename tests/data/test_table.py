from __future__ import annotations

import csv
from pathlib import Path

import pytest

from toxapp.data import table
from toxapp.data.table import Dialect, Record
from toxapp.errors import DataError

ROWS = "".join(f'{i},"comment number {i}",{i % 2}\n' for i in range(30))
FILE = "id,text,toxic\n" + ROWS


def write(folder: Path, content: str | bytes, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(path: Path) -> list[Record]:
    return list(table.records(path, table.sniff(path)))


@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_separator_and_line_ending_are_found(tmp_path: Path, separator: str, ending: str) -> None:
    path = write(tmp_path, FILE.replace(",", separator).replace("\n", ending))
    assert table.sniff(path) == Dialect(separator, "utf-8", header=True)
    found = read(path)
    assert found[0] == Record(2, ("0", "comment number 0", "0"), None)
    assert [record.row for record in found] == list(range(2, 32))


def test_separators_inside_quoted_texts_do_not_mislead(tmp_path: Path) -> None:
    rows = "".join(f'"a, b, c\nand, more | of it {i}";1\n' for i in range(9))
    path = write(tmp_path, "text;toxic\n" + rows)
    assert table.sniff(path).separator == ";"
    assert len(read(path)) == 9


@pytest.mark.parametrize(
    ("codec", "expected"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("cp1252", "cp1252"), ("utf-16", "utf-16")],
)
def test_encoding_is_found_also_where_only_the_last_row_shows_it(
    tmp_path: Path, codec: str, expected: str
) -> None:
    path = write(tmp_path, (FILE + "30,café naïve,1\n").encode(codec))
    assert table.sniff(path).encoding == expected
    assert table.column_names(path, table.sniff(path)) == ("id", "text", "toxic")
    assert read(path)[-1].cells == ("30", "café naïve", "1")


def test_rows_are_counted_as_a_spreadsheet_does(tmp_path: Path) -> None:
    text = 'id,text\n1,"one\nrecord, three\nlines"\n\n2,after an empty line\n\n\n3,end'
    assert read(write(tmp_path, text)) == [
        Record(2, ("1", "one\nrecord, three\nlines"), None),
        Record(4, ("2", "after an empty line"), None),
        Record(7, ("3", "end"), None),
    ]


def test_sound_quoting_is_read_as_the_csv_module_reads_it(tmp_path: Path) -> None:
    cells = ['"', '""', 'say "hi"', "a,b", "\n", "\r\n", " ", "", "é\u2028\x0b"]
    rows = [["a", "b", "c"], *([x, y, "z"] for x in cells for y in cells)]
    with (tmp_path / "file.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    found = list(table.records(tmp_path / "file.csv", Dialect(",", "utf-8")))
    assert [list(record.cells) for record in found] == rows[1:]
    assert not any(record.fault for record in found)


def test_ragged_records_are_named_and_the_others_stay_in_place(tmp_path: Path) -> None:
    found = read(write(tmp_path, FILE + "30,a text, unquoted,1\n31\n32,fine,0\n"))
    assert found[30].fault == "row 32 has 4 cells instead of 3"
    assert found[31].fault == "row 33 has 1 cell instead of 3"
    assert found[32] == Record(34, ("32", "fine", "0"), None)


def test_a_quote_that_is_never_closed_is_reported_with_the_row_it_began_at(tmp_path: Path) -> None:
    found = read(write(tmp_path, FILE + '30,"no end,1\n31,next,0\n32,last,0\n'))
    assert len(found) == 31
    row, cells, fault = found[-1]
    assert (row, cells) == (32, ())
    assert fault == (
        "the quote opened in row 32 is never closed and swallows the rest of the file, 2 lines"
    )


def test_a_quote_that_is_never_closed_does_not_fill_the_memory(tmp_path: Path) -> None:
    found = read(write(tmp_path, FILE + '30,"' + ("x" * 999 + "\n") * 5_000))
    assert found[-1].row == 32
    assert "swallows the rest of the file, 4,999 lines" in (found[-1].fault or "")


def test_a_quote_that_ends_at_the_next_opening_one_merges_no_records(tmp_path: Path) -> None:
    """The csv module's default makes one sound-looking record of the two."""
    found = read(write(tmp_path, FILE + '30,"no end,1\n31,"next",0\n32,"last",0\n'))
    assert found[-2].fault == "the quote opened in row 32 swallows 1 line below it"
    assert found[-2].cells == ()
    assert found[-1] == Record(33, ("32", "last", "0"), None)


def test_the_rest_of_a_torn_text_is_no_record(tmp_path: Path) -> None:
    """`me",1` has as many cells as the header, so only its half pair of quotes gives it away."""
    path = write(tmp_path, 'text,toxic\n"He said "no" to\nme",1\n"fine",0\nfine too,1\n')
    found = read(path)
    assert [bool(record.fault) for record in found] == [True, True, False, False]
    assert [record.row for record in found] == [2, 3, 4, 5]


def test_text_after_a_closing_quote_within_a_line_belongs_to_the_cell(tmp_path: Path) -> None:
    found = read(write(tmp_path, FILE + '30,"He said "no" to me",1\n'))
    assert found[-1].fault is None
    assert len(found[-1].cells) == 3


def test_column_names_are_stripped_filled_and_told_apart(tmp_path: Path) -> None:
    path = write(tmp_path, ",text , toxic,toxic,toxic (2),toxic\n1,2,3,4,5,6\n")
    assert table.column_names(path, Dialect(",", "utf-8")) == (
        "column_1",
        "text",
        "toxic",
        "toxic (2)",
        "toxic (2) (2)",
        "toxic (3)",
    )


def test_a_file_without_header_has_numbered_columns_and_data_in_row_1(tmp_path: Path) -> None:
    path, dialect = write(tmp_path, "hello,1\nworld,0\n"), Dialect(",", "utf-8", header=False)
    assert table.column_names(path, dialect) == ("column_1", "column_2")
    assert [record.row for record in table.records(path, dialect)] == [1, 2]


def test_progress_in_bytes_ends_at_the_size_of_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, "id,text,toxic\n" + ROWS * 200)
    told: list[int] = []
    list(table.records(path, Dialect(",", "utf-8"), on_bytes=told.append))
    assert told == sorted(told)
    assert len(told) > 5
    assert told[-1] == path.stat().st_size


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "file.csv is empty"),
        (b"\xef\xbb\xbf\r\n \n", "file.csv is empty"),
        (b"text,toxic\n", "file.csv has column names, but no rows"),
        (b"text\nhello\nworld\n", "file.csv has a single column \\('text'\\)"),
        (b"text,toxic\nab\0c,1\n", "file.csv is a binary file"),
        (b"PK\x03\x04....xl/workbook.xml", "file.csv is an Excel workbook \\(.xlsx\\)"),
        (b"PK\x03\x04....", "file.csv is a zip archive"),
        (b"PAR1....", "file.csv is a Parquet file.* save it as CSV"),
        (b"id,text\n" + b"1,\xe9t\xe9 \x81\n" * 3, "bytes in row 2 that are not cp1252"),
        ("id,text\n1,été\n".encode() + b"2,\xe9\n", "bytes in row 3 that are not utf-8"),
        (b'"text,toxic\nhello;,1\n', "single column"),
    ],
)
def test_what_is_no_table_is_refused_in_a_sentence(
    tmp_path: Path, content: bytes, sentence: str
) -> None:
    with pytest.raises(DataError, match=sentence):
        table.sniff(write(tmp_path, content))


def test_a_dialect_that_does_not_fit_the_bytes_is_said_with_the_row(tmp_path: Path) -> None:
    path = write(tmp_path, FILE.encode() + b"30,caf\xe9,1\n")
    with pytest.raises(DataError, match="bytes in row 32 that are not utf-8"):
        list(table.records(path, Dialect(",", "utf-8")))
