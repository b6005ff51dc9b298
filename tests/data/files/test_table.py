from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from toxapp.data.files import table
from toxapp.data.files.table import Dialect, Record
from toxapp.errors import DataError

ROWS = "".join(f'{i},"comment number {i}",{i % 2}\n' for i in range(30))
FILE = "id,text,toxic\n" + ROWS


def write(folder: Path, content: str | bytes, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def cells(path: Path, dialect: Dialect) -> list[tuple[str, ...]]:
    return [record.cells for record in table.records(path, dialect)]


def read(path: Path) -> list[Record]:
    return list(table.records(path, table.sniff(path)))


@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_separator_and_line_ending_are_found(tmp_path: Path, separator: str, ending: str) -> None:
    path = write(tmp_path, FILE.replace(",", separator).replace("\n", ending))
    assert table.sniff(path) == Dialect("separated", separator, "utf-8")
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
    found = list(table.records(tmp_path / "file.csv", Dialect("separated", ",", "utf-8")))
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
    assert table.column_names(path, Dialect("separated", ",", "utf-8")) == (
        "column_1",
        "text",
        "toxic",
        "toxic (2)",
        "toxic (2) (2)",
        "toxic (3)",
    )


def test_a_file_without_header_has_numbered_columns_and_data_in_row_1(tmp_path: Path) -> None:
    path, dialect = (
        write(tmp_path, "hello,1\nworld,0\n"),
        Dialect("separated", ",", "utf-8", header=False),
    )
    assert table.column_names(path, dialect) == ("column_1", "column_2")
    assert [record.row for record in table.records(path, dialect)] == [1, 2]


def test_progress_in_bytes_ends_at_the_size_of_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, "id,text,toxic\n" + ROWS * 15_000)
    told: list[int] = []
    list(table.records(path, Dialect("separated", ",", "utf-8"), on_bytes=told.append))
    assert told == sorted(told)
    assert len(told) > 2
    assert told[-1] == path.stat().st_size


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "file.csv is empty"),
        (b"\xef\xbb\xbf\r\n \n", "file.csv is empty"),
        (b"text,toxic\n", "file.csv has column names, but no rows"),
        (b"text\nhello\nworld\n", "file.csv has a single column \\('text'\\)"),
        (b"text,toxic\nab\0c,1\n", "file.csv is a binary file"),
        (b"PK\x03\x04....xl/workbook.xml", "file.csv is a damaged workbook"),
        (b"PK\x03\x04....", "file.csv is a zip archive"),
        (b"PAR1....", "file.csv is a damaged Parquet file"),
        (b"\xd0\xcf\x11\xe0....", "file.csv is a damaged workbook"),
        (b"\x1f\x8b....", "file.csv is a gzip archive"),
        (b"%PDF-1.7 ...", "file.csv is a PDF document"),
        (b"\n<!DOCTYPE html>\n<html>a,b</html>", "file.csv is a web page, not a table"),
        (b"text,toxic\n" + b"fine,1\n" * 999 + b"a\0b,1\n", "bytes in row 1001 that are not utf-8"),
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
        list(table.records(path, Dialect("separated", ",", "utf-8")))


def test_a_folder_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"is a folder\. Choose a file in it"):
        table.sniff(tmp_path)
    with pytest.raises(DataError, match=r"nothing\.csv does not exist"):
        table.sniff(tmp_path / "nothing.csv")


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["a comment of mine {}", "\u4f60\u597d\u4e16\u754c {}"])
def test_utf_16_without_a_mark_is_known_by_its_nuls(tmp_path: Path, codec: str, text: str) -> None:
    rows = "".join(f"{text.format(i)},{i % 2}\n" for i in range(9))
    path = write(tmp_path, ("text,toxic\n" + rows).encode(codec))
    dialect = table.sniff(path)
    assert dialect == Dialect("separated", ",", codec)
    assert cells(path, dialect)[3] == (text.format(3), "1")


@pytest.mark.parametrize(
    ("content", "header"),
    [
        (FILE, True),
        (ROWS, False),
        (
            "Is this New Orleans? I feel so.\t27\ted5gurhb\nYou know it, man\t4,27\tee84bjg\n" * 9,
            False,
        ),
        (
            "Wer ist das denn jetzt wieder?\tOTHER\tOTHER\nSo ein Unsinn von dir\tOFFENSE\tABUSE\n"
            * 9,
            False,
        ),
        ('"0","146781","Mon Apr 06","_user_","is very sad today :("\n' * 9, False),
        ("ham;go until the point, crazy\nspam;free entry in a weekly draw\n" * 9, False),
        (
            "Kommentar;toxisch\n" + "So ein Unsinn von dir;toxisch\nDas ist sehr nett;nicht\n" * 9,
            True,
        ),
        ("0,1,2\n" + "a text of mine,1,0\nanother text here,0,1\n" * 9, True),
        ("How toxic is this comment, on a scale of five points?|note\n" + "3|x\n4|y\n" * 9, True),
        ("url,link\n" + "https://a.example,https://b.example\n" * 9, True),
        (",text,toxic\n0,a text of mine,1\n1,another text here,0\n", True),
    ],
)
def test_row_1_is_told_from_names_by_the_rows_below_it(
    tmp_path: Path, content: str, header: bool
) -> None:
    path = write(tmp_path, content)
    assert table.sniff(path).header is header
    assert table.sniff(path, header=not header).header is not header


def test_a_file_of_texts_alone_has_a_name_above_them(tmp_path: Path) -> None:
    path = write(tmp_path, 'whatever\nyou are kind\n\n"the bus, again"\n')
    dialect = table.sniff(path, least_columns=1)
    assert dialect == Dialect("separated", ",", "utf-8")
    assert [r.row for r in table.records(path, dialect)] == [2, 4]


def test_what_is_given_is_not_guessed(tmp_path: Path) -> None:
    path = write(tmp_path, "a;b,c;d\n1;2,3;4\n")
    assert table.sniff(path).separator == ";"
    assert cells(path, table.sniff(path, separator=",")) == [("1;2", "3;4")]
    path = write(tmp_path, "text,toxic\ncaf\u00e9,1\n")
    assert cells(path, table.sniff(path, encoding="Latin-1")) == [("caf\u00c3\u00a9", "1")]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"separator": "|"}, "single column when vertical bar separates them"),
        ({"separator": "xy"}, "'xy' separates no columns. Choose one of: comma, tab"),
        ({"encoding": "klingon"}, "'klingon' is no encoding. Choose one like utf-8"),
        ({"encoding": "base64"}, "'base64' is no encoding"),
        ({"encoding": "ascii"}, "bytes in row 3 that are not ascii text"),
    ],
)
def test_what_is_given_wrongly_is_said(
    tmp_path: Path, given: dict[str, str], sentence: str
) -> None:
    path = write(tmp_path, "text,toxic\nfine,1\ncaf\u00e9,1\n")
    with pytest.raises(DataError, match=sentence):
        table.sniff(path, separator=given.get("separator"), encoding=given.get("encoding"))


def test_a_table_of_joined_cells_keeps_its_quotes(tmp_path: Path) -> None:
    """By the rules of quoting, the quote of row 3 would swallow the two rows below it."""
    rows = ["id\ttweet\tlabel", "1\tso it is\tNOT", '2\t"@USER says so\tOFF']
    rows += ['3\tsaid "no" again\tNOT', '4\t"Go" he said\tOFF', "5\tfine\tNOT"]
    path = write(tmp_path, "\n".join(rows))
    dialect = table.sniff(path)
    assert not dialect.quotes
    assert cells(path, dialect) == [tuple(row.split("\t")) for row in rows[1:]]


def test_the_end_of_one_text_does_not_close_the_beginning_of_another(tmp_path: Path) -> None:
    """By the rules of quoting, rows 2 to 4 would be one sound record of three cells."""
    rows = ["tweet\tid\tlabel", '"so it is\t1\tNOT', "fine\t2\tNOT", 'he said so"\t3\tOFF']
    path = write(tmp_path, "\n".join(rows))
    dialect = table.sniff(path)
    assert not dialect.quotes
    assert cells(path, dialect) == [tuple(row.split("\t")) for row in rows[1:]]


def test_texts_that_their_authors_quoted_save_no_quote_that_is_open(tmp_path: Path) -> None:
    rows = ["tweet\tlabel", '"all of it"\tNOT', '"and this"\tOFF', '"so it is\tNOT', "fine\tNOT"]
    path = write(tmp_path, "\n".join(rows))
    dialect = table.sniff(path)
    assert not dialect.quotes
    assert cells(path, dialect) == [tuple(row.split("\t")) for row in rows[1:]]


def test_a_text_of_several_lines_stays_one_in_a_file_of_tabs(tmp_path: Path) -> None:
    path = write(tmp_path, 'text\tlabel\n"first\nsecond"\t1\nfine\t0\n')
    assert cells(path, table.sniff(path)) == [("first\nsecond", "1"), ("fine", "0")]


def test_a_quoted_table_stays_one_where_a_quote_is_broken(tmp_path: Path) -> None:
    rows = [f'"text ""{i}"" of mine"\t{i % 2}' for i in range(9)]
    path = write(tmp_path, "\n".join(["text\ttoxic", *rows, '"broken\t1', '"fine"\t0']))
    assert table.sniff(path).quotes
    assert cells(path, table.sniff(path))[0] == ('text "0" of mine', "0")


def test_batches_hold_rows_cells_and_faults(tmp_path: Path) -> None:
    path = write(tmp_path, "text,toxic\none,1\ntwo\n\nthree,0\n")
    (batch,) = table.batches(path, table.sniff(path))
    assert batch.rows.tolist() == [2, 5]
    assert [column.to_pylist() for column in batch.cells] == [["one", "three"], ["1", "0"]]
    assert batch.faults == (table.Fault(3, "ragged_row", "row 3 has 1 cell instead of 2"),)


def test_batches_are_small_and_their_rows_go_on(tmp_path: Path) -> None:
    path = write(tmp_path, "text,toxic\n" + "a,1\n" * 45_000)
    found = list(table.batches(path, table.sniff(path)))
    assert [len(batch.rows) for batch in found] == [20_000, 20_000, 5_000]
    assert np.concatenate([batch.rows for batch in found]).tolist() == list(range(2, 45_002))


def test_what_stands_before_a_broken_quote_is_read_once(tmp_path: Path) -> None:
    """The quick reader has handed out the first blocks by the time it meets the quote."""
    rows = "".join(f'"text number {i}, which is long enough",{i % 2}\n' for i in range(150_000))
    path = write(tmp_path, f'text,toxic\n{rows}"so "it" is",1\n"never closed,1\n')
    rows_found, faults = [], []
    for batch in table.batches(path, table.sniff(path)):
        rows_found += batch.rows.tolist()
        faults += [fault.row for fault in batch.faults]
    assert rows_found == list(range(2, 150_003))
    assert faults == [150_003]
