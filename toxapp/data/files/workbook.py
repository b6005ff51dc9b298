"""Excel workbooks (.xlsx, .xls, whatever the name says): the sheet with the table, its rows.

Rows are numbered as the sheet numbers them, also where the table begins further down; empty
ones and a title above the table are no records. Knows nothing of headers.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import groupby, islice
from pathlib import Path

from toxapp.data.files import sheets
from toxapp.data.files.cells import text_of
from toxapp.data.files.parsing import Parsed
from toxapp.errors import DataError

# From here on a float has no place for a fraction.
_WHOLE = 1e15

Row = tuple[str, int, tuple[str, ...]]
"""The sheet, the row as it numbers them, and its cells."""


def find(path: Path, *, least_columns: int) -> tuple[str, list[tuple[str, ...]]]:
    """The first sheet with a table of so many columns and two rows, and the rows of its head.

    Raises:
        DataError: the workbook is damaged, needs a password, or has no such sheet.
    """
    names = []
    for name, rows in groupby(list(_rows(path)), key=lambda row: row[0]):
        names.append(name)
        head = [cells for _, cells, _ in _table(iter(rows))]
        if len(head) > 1 and len(head[0]) >= least_columns:
            return name, head
    found = ", ".join(f"'{name}'" for name in names[:5]) or "none that holds anything"
    message = f"No sheet of {path.name} holds a table of {least_columns} or more columns and a row "
    raise DataError(f"{message}below their names (sheets: {found}). Choose another file.")


def records(path: Path, sheet: str) -> Iterator[Parsed]:
    """The rows of the table on `sheet`, all as wide as the sheet; none has a fault.

    Raises:
        DataError: the workbook is damaged or has no such sheet.
    """
    return _table(_rows(path, sheet))


def _rows(path: Path, *sheet: str) -> Iterator[Row]:
    """The rows that hold something: all of a sheet, or the heads of all sheets."""
    command = [sys.executable, "-m", sheets.__name__, str(path.absolute()), *sheet]
    folder = Path(__file__).parents[3]
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8"
    ) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                name, row, cells = json.loads(line)
                yield name, row, tuple(map(_cell, cells))
            code = process.wait()
        finally:
            process.kill()
    if code == sheets.LOCKED:
        message = f"{path.name} is protected by a password. Open it in Excel and save it without "
        raise DataError(message + "one.")
    if code:
        message = f"{path.name} is a damaged workbook: it may have been cut while it was copied. "
        raise DataError(message + "Copy it again, or save it as CSV where it can be opened.")


def _table(rows: Iterator[Row]) -> Iterator[Parsed]:
    """The rows from the first one on that has more than a title in it."""
    head = list(islice(rows, sheets.HEAD_ROWS))
    widest = max((_filled(cells) for _, _, cells in head), default=0)
    titles = 0
    while titles < len(head) and _filled(head[titles][2]) < min(2, widest):
        titles += 1
    yield from ((row, cells, None) for _, row, cells in head[titles:])
    yield from ((row, cells, None) for _, row, cells in rows)


def _filled(cells: tuple[str, ...]) -> int:
    return sum(not (cell == "" or cell.isspace()) for cell in cells)


def _cell(value: object) -> str:
    """A value as the sheet shows it: Excel keeps all numbers as floats."""
    if isinstance(value, float) and value.is_integer() and abs(value) < _WHOLE:
        return str(int(value))
    return text_of(value)
