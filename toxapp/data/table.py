"""A file as a table: how it is written, its column names and its records.

Knows nothing of what the columns mean.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from toxapp.data import encoding
from toxapp.data.parsing import parse
from toxapp.errors import DataError

SEPARATORS = {",": "comma", "\t": "tab", ";": "semicolon", "|": "vertical bar"}

_HEAD_BYTES = 1 << 20
_HEAD_RECORDS = 500
_REPORT_EVERY_ROWS = 1_000
# What `errors="surrogateescape"` and "replace" make of bytes that cannot be decoded.
_STRANGE = re.compile("[\udc80-\udcff\ufffd]")


@dataclass(frozen=True)
class Dialect:
    """How a file is written: its separator, encoding, and whether row 1 names the columns."""

    separator: str
    encoding: str
    header: bool = True


class Record(NamedTuple):
    """One record of a file.

    Attributes:
        row: as the spreadsheet counts: the header is 1, and every record and empty line one more.
        cells: as they stand in the file, quotes taken away; () where a quote is broken.
        fault: why the record cannot be trusted, None where it can.
    """

    row: int
    cells: tuple[str, ...]
    fault: str | None


def sniff(path: Path, *, least_columns: int = 2) -> Dialect:
    """How the file is written, from all its bytes (encoding) and its head (separator).

    Args:
        path: the file.
        least_columns: 1 takes a file of texts alone, too; its separator is then the comma.

    Raises:
        DataError: the file is empty, no text, not decodable, or has too few columns or no rows.
    """
    name, decodes = encoding.detect(path)
    dialect = Dialect(_separator(path, name, least_columns), name)
    if not decodes:
        raise DataError(_undecodable(path, dialect))
    return dialect


def column_names(path: Path, dialect: Dialect) -> tuple[str, ...]:
    """The names of the columns, blanks around them taken away, each different from the others.

    An empty name becomes `column_N` (N counts from 1); a repeated one gets " (2)", " (3)".
    """
    with path.open(encoding=dialect.encoding, newline="") as text:
        first = next(parse(text, dialect.separator), None)
    _, cells, fault = first or (0, (), "there is no record")
    if fault:
        message = f"The column names of {path.name} cannot be read: {fault}. Mend its first row."
        raise DataError(message)
    given = cells if dialect.header else ("",) * len(cells)
    names: list[str] = []
    for number, cell in enumerate(given, start=1):
        name = cell.strip() or f"column_{number}"
        copies = (f"{name} ({copy})" for copy in range(2, len(given) + 2))
        names.append(name if name not in names else next(c for c in copies if c not in names))
    return tuple(names)


def records(
    path: Path, dialect: Dialect, *, on_bytes: Callable[[int], None] | None = None
) -> Iterator[Record]:
    """The records of the file, read as a stream; empty lines are counted and left out.

    A record with another number of cells than the first one, or with a broken quote, is yielded
    with its `fault`: nothing is shifted or merged to make it fit.

    Args:
        path: the file.
        dialect: how it is written.
        on_bytes: told now and then, and at the end, how many bytes are read.

    Raises:
        DataError: the bytes are not of the dialect's encoding.
    """
    with (
        path.open("rb") as file,
        io.TextIOWrapper(file, encoding=dialect.encoding, newline="") as text,
    ):
        parsed = parse(text, dialect.separator)
        try:
            first = next(parsed, (0, (), None))
            if not dialect.header:
                yield Record(*first)
            width = len(first[1])
            for row, cells, fault in parsed:
                yield Record(row, cells, fault or _misfit(row, len(cells), width))
                if on_bytes and row % _REPORT_EVERY_ROWS == 0:
                    on_bytes(file.tell())
        except UnicodeDecodeError:
            raise DataError(_undecodable(path, dialect)) from None
        if on_bytes:
            on_bytes(file.tell())


def _misfit(row: int, count: int, width: int) -> str | None:
    if count == width:
        return None
    cells = "1 cell" if count == 1 else f"{count} cells"
    return f"row {row} has {cells} instead of {width}"


def _separator(path: Path, name: str, least_columns: int) -> str:
    """The separator whose number of columns, more than one, agrees best over the head."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        cut = bool(file.read(1))
    text = head.decode(name, errors="replace")
    found = {mark: _head_rows(text, mark, cut=cut) for mark in SEPARATORS}
    mark = max(SEPARATORS, key=lambda mark: _agreement(found[mark]))
    width, count = len(found[mark][0]), len(found[mark])
    if width < least_columns:
        raise DataError(_single_column(path.name, found[mark][0][0]))
    if count < 2 and not cut:
        message = f"{path.name} has column names, but no rows below them. Choose another file."
        raise DataError(message)
    return mark


def _head_rows(text: str, mark: str, *, cut: bool) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    rows = list(islice((cells for cells in reader if cells), _HEAD_RECORDS))
    return rows[:-1] if cut and 1 < len(rows) < _HEAD_RECORDS else rows


def _agreement(rows: list[list[str]]) -> tuple[float, int]:
    """The share of rows as wide as the first, and that width; nothing below two columns."""
    width = len(rows[0])
    return (sum(len(r) == width for r in rows) / len(rows), width) if width > 1 else (0.0, 0)


def _single_column(name: str, first: str) -> str:
    return (
        f"{name} has a single column ('{first.strip()[:40]}'), and a column of texts and at least "
        "one of labels are needed. Separate the columns by comma, semicolon, tab or |, and put "
        "texts that hold the separator in quotes."
    )


def _undecodable(path: Path, dialect: Dialect) -> str:
    """The sentence on the first record with a byte that is not of the encoding."""
    errors = "replace" if dialect.encoding == "utf-16" else "surrogateescape"
    with path.open(encoding=dialect.encoding, errors=errors, newline="") as text:
        parsed = parse(text, dialect.separator)
        rows = (row for row, cells, _ in parsed if _STRANGE.search("".join(cells)))
        row = next(rows, None)
    where = f" in row {row}" if row else ""
    return (
        f"{path.name} holds bytes{where} that are not {dialect.encoding} text. Open it where it "
        "was made and save it as CSV UTF-8."
    )
