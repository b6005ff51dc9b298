"""Stretches of a table: what the readers of all file kinds find, in the one form others take.

Knows nothing of files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from toxapp.data.files.cells import strings
from toxapp.data.files.parsing import Parsed
from toxapp.data.files.separated import Stretch

_MOST_RECORDS = 20_000
_MOST_CHARACTERS = 16_000_000


class Fault(NamedTuple):
    """A record that cannot be used: its row, `ragged_row`, `broken_quote` or `broken_record`, why.

    A ragged one has another number of cells than the first, a broken one cannot be read at all;
    nothing is shifted or merged to make it fit.
    """

    row: int
    kind: str
    sentence: str


class Batch(NamedTuple):
    """Some of a table's records, in file order.

    Attributes:
        rows: (n,) as the spreadsheet counts: a header is row 1, and every record and empty line
            one more. In Parquet the first record is row 2; JSON lines count as their lines.
        cells: one array per column, n cells each, never null: a missing one is "".
        faults: the records of this stretch that cannot be used.
    """

    rows: NDArray[np.int64]
    cells: tuple[pa.StringArray, ...]
    faults: tuple[Fault, ...]


def slices(stretch: Stretch, *, headed: bool) -> Iterator[Batch]:
    """A stretch of a quick reader's as batches, without the header if it begins with it."""
    width = len(stretch.columns)
    faults = tuple(_ragged(row, found, width) for row, found in stretch.misfits)
    starts = range(int(headed), max(len(stretch.rows), int(headed) + 1), _MOST_RECORDS)
    for start in starts:
        end = start + _MOST_RECORDS
        cells = tuple(column[start:end] for column in stretch.columns)
        rows = stretch.rows[start:end]
        last = start == starts[-1]
        above = tuple(f for f in faults if last or f.row <= rows[-1])
        if len(rows) or above:
            yield Batch(rows, cells, above)
        faults = tuple(f for f in faults if not last and f.row > rows[-1])


def of_columns(stretches: Iterable[list[pa.StringArray]]) -> Iterator[Batch]:
    """Columns of records that follow on each other, below a header that is row 1."""
    row = 2
    for columns in stretches:
        count = len(columns[0])
        yield Batch(np.arange(row, row + count), tuple(columns), ())
        row += count


def gathered(parsed: Iterable[Parsed], width: int, *, broken: str) -> Iterator[Batch]:
    """Records that come one by one as batches; what is not `width` wide is a fault."""
    rows: list[int] = []
    cells: list[tuple[str, ...]] = []
    faults: list[Fault] = []
    characters = 0
    for row, found, fault in parsed:
        if fault is not None:
            faults.append(Fault(row, broken, fault))
        elif len(found) != width:
            faults.append(_ragged(row, len(found), width))
        else:
            rows.append(row)
            cells.append(found)
            characters += sum(map(len, found))
        if len(rows) + len(faults) == _MOST_RECORDS or characters > _MOST_CHARACTERS:
            yield _batch(rows, cells, faults, width)
            rows, cells, faults, characters = [], [], [], 0
    if rows or faults:
        yield _batch(rows, cells, faults, width)


def _batch(rows: list[int], cells: list[tuple[str, ...]], faults: list[Fault], width: int) -> Batch:
    columns = zip(*cells, strict=True) if cells else [()] * width
    return Batch(np.array(rows, np.int64), tuple(map(strings, columns)), tuple(faults))


def _ragged(row: int, count: int, width: int) -> Fault:
    cells = "1 cell" if count == 1 else f"{count} cells"
    return Fault(row, "ragged_row", f"row {row} has {cells} instead of {width}")
