"""A file as a table, of whatever kind: how it is written, its column names and its records.

    separated text, JSON lines, Excel, Parquet  ->  cells as text, with the rows they stand in

Knows nothing of what the columns mean. Packed files are unpacked before (`archive`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from toxapp.data.files import columnar, jsonlines, separated, separators, workbook
from toxapp.data.files import encoding as encodings
from toxapp.data.files.batching import Batch, Fault, gathered, of_columns, slices
from toxapp.data.files.encoding import Kind
from toxapp.data.files.header import names_columns
from toxapp.data.files.parsing import Parsed
from toxapp.data.files.separated import Style
from toxapp.errors import DataError

__all__ = ["Batch", "Dialect", "Fault", "Record", "batches", "column_names", "records", "sniff"]

Progress = Callable[[int], None] | None


@dataclass(frozen=True)
class Dialect:
    """How a file is written.

    Attributes:
        kind: which reader reads it.
        separator: of separated text, one character; else None.
        encoding: of separated text and JSON lines, by Python's name; else None.
        header: whether the first record names the columns; they are column_1, ... if not.
        sheet: of a workbook: the one with the table; else None.
        quotes: False in separated text where a quote is a character like any other.
    """

    kind: Kind
    separator: str | None = None
    encoding: str | None = None
    header: bool = True
    sheet: str | None = None
    quotes: bool = True


class Record(NamedTuple):
    """One record: its row as in `Batch`, its cells, () where it has a fault, and the fault."""

    row: int
    cells: tuple[str, ...]
    fault: str | None


def sniff(
    path: Path,
    *,
    least_columns: int = 2,
    separator: str | None = None,
    encoding: str | None = None,
    header: bool | None = None,
) -> Dialect:
    """How the file is written, from its content; what is given is not guessed.

    Args:
        path: the file, unpacked.
        least_columns: 1 takes a file of texts alone, too; its separator is then the comma.
        separator: of separated text; makes no difference to other kinds, like the encoding.
        encoding: by any name that Python knows.
        header: whether the first record names the columns.

    Raises:
        DataError: the file is none, holds no table, has too few columns or no rows, is damaged,
            or is not written as it is said to be.
    """
    kind = encodings.kind(path)
    if kind == "separated" or (separator is not None and kind == "jsonl"):
        style, rows = separators.find(
            path, least_columns=least_columns, separator=separator, encoding=encoding
        )
        named = names_columns(rows) if header is None else header
        dialect = Dialect("separated", style.separator, style.encoding, named, quotes=style.quotes)
        return _with_rows(path, dialect)
    if kind == "excel":
        sheet, head = workbook.find(path, least_columns=least_columns)
        named = names_columns(head) if header is None else header
        return Dialect(kind, header=named, sheet=sheet)
    written = None
    if kind == "jsonl":
        written, _ = encodings.named(path, encoding) if encoding else encodings.detect(path)
    dialect = Dialect(kind, encoding=written)
    names = column_names(path, dialect)
    if len(names) < least_columns:
        message = f"{path.name} has a single column ('{names[0][:40]}'), and a column of texts and "
        raise DataError(message + "at least one of labels are needed.")
    return dialect


def column_names(path: Path, dialect: Dialect) -> tuple[str, ...]:
    """The names of the columns, blanks around them taken away, each different from the others.

    An empty name becomes `column_N` (N counts from 1); a repeated one gets " (2)", " (3)".

    Raises:
        DataError: they cannot be read.
    """
    given = _first_cells(path, dialect)
    if not dialect.header:
        given = ("",) * len(given)
    names: list[str] = []
    for number, cell in enumerate(given, start=1):
        name = cell.strip() or f"column_{number}"
        copies = (f"{name} ({copy})" for copy in range(2, len(given) + 2))
        names.append(name if name not in names else next(c for c in copies if c not in names))
    return tuple(names)


def batches(path: Path, dialect: Dialect, *, on_bytes: Progress = None) -> Iterator[Batch]:
    """The records of the file, read as a stream: at most 20,000, or some 16 MB, at a time.

    Args:
        path: the file.
        dialect: how it is written.
        on_bytes: told now and then, and at the end, how many bytes are read.

    Raises:
        DataError: the file is damaged, or its bytes are not of the dialect's encoding.
    """
    if dialect.kind == "parquet":
        yield from of_columns(columnar.stretches(path, on_bytes))
    elif dialect.kind == "separated":
        yield from _of_separated(path, dialect, on_bytes)
    else:
        width = len(_first_cells(path, dialect))
        skipped = 1 if dialect.kind == "excel" and dialect.header else 0
        parsed = _parsed(path, dialect, on_bytes)
        for _ in range(skipped):
            next(parsed, None)
        yield from gathered(parsed, width, broken="broken_record")


def records(path: Path, dialect: Dialect, *, on_bytes: Progress = None) -> Iterator[Record]:
    """The records of `batches` one by one, the sound and the faulty ones in row order."""
    for batch in batches(path, dialect, on_bytes=on_bytes):
        cells = zip(*(column.to_pylist() for column in batch.cells), strict=True)
        sound = map(Record, batch.rows.tolist(), cells, [None] * len(batch.rows))
        if batch.faults:
            faulty = (Record(fault.row, (), fault.sentence) for fault in batch.faults)
            yield from sorted((*sound, *faulty), key=lambda record: record.row)
        else:
            yield from sound


def _with_rows(path: Path, dialect: Dialect) -> Dialect:
    """The dialect, if the file has a record below its column names."""
    if next(records(path, dialect), None) is None:
        message = f"{path.name} has column names, but no rows below them. Choose another file."
        raise DataError(message)
    return dialect


def _first_cells(path: Path, dialect: Dialect) -> tuple[str, ...]:
    """What stands in the place of the column names."""
    if dialect.kind == "parquet":
        return columnar.names(path)
    if dialect.kind == "jsonl":
        return jsonlines.names(path, dialect.encoding or "utf-8")
    first = next(_parsed(path, dialect), None)
    _, cells, fault = first or (0, (), "there is no record")
    if fault:
        message = f"The column names of {path.name} cannot be read: {fault}. Mend its first row."
        raise DataError(message)
    return cells


def _parsed(path: Path, dialect: Dialect, on_bytes: Progress = None) -> Iterator[Parsed]:
    """The records by the reader of the file's kind, a header among them."""
    if dialect.kind == "excel":
        return _counted(workbook.records(path, dialect.sheet or ""), path, on_bytes)
    if dialect.kind == "jsonl":
        return jsonlines.records(path, dialect.encoding or "utf-8", on_bytes)
    return separated.careful(path, _style(dialect), on_bytes)


def _counted(parsed: Iterator[Parsed], path: Path, on_bytes: Progress) -> Iterator[Parsed]:
    """A workbook is read at once, so that progress is known at its end only."""
    yield from parsed
    if on_bytes:
        on_bytes(path.stat().st_size)


def _style(dialect: Dialect) -> Style:
    return Style(dialect.separator or ",", dialect.encoding or "utf-8", dialect.quotes)


def _of_separated(path: Path, dialect: Dialect, on_bytes: Progress) -> Iterator[Batch]:
    """By the quick reader as far as it goes, by the careful one from there on."""
    width, done = len(_first_cells(path, dialect)), 0
    if width > 1:
        try:
            for stretch in separated.quick(path, _style(dialect), width, on_bytes):
                yield from slices(stretch, headed=dialect.header and not done)
                done = max(done, *stretch.rows[-1:].tolist(), *(r for r, _ in stretch.misfits), 0)
        except separated.UnsoundError:
            pass
        else:
            return
    parsed = separated.careful(path, _style(dialect), on_bytes)
    if dialect.header and not done:
        next(parsed, None)
    new = (found for found in parsed if found[0] > done)
    yield from gathered(new, width, broken="broken_quote")
