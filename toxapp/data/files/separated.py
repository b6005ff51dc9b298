"""Separated text as columns of cells, by one of two readers that agree wherever both can read.

The quick one is pyarrow's: for text whose quotes are all in place. It never hands out a record
behind a quote that is not. The careful one (`parsing`) reads everything, and is asked for what
the quick one could not take.

    row 1 is the first record, a header or not; every record and every empty line is one more
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
from numpy.typing import NDArray

from toxapp.data.files.parsing import Parsed, parse
from toxapp.data.files.quotes import Quotes
from toxapp.errors import DataError

Progress = Callable[[int], None] | None

BLOCK_BYTES = 1 << 22
_LONGEST_RECORD = 1 << 24
_REPORT_EVERY_ROWS = 1_000
# What `errors="surrogateescape"` and "replace" make of bytes that cannot be decoded.
_STRANGE = re.compile("[\udc80-\udcff\ufffd\0]")


@dataclass(frozen=True)
class Style:
    """How text is separated: by which character, in which encoding, and whether quotes quote."""

    separator: str
    encoding: str
    quotes: bool = True


class Stretch(NamedTuple):
    """Some records: their rows (n,), their cells (n per column), misfits as (row, cells found)."""

    rows: NDArray[np.int64]
    columns: list[pa.StringArray]
    misfits: list[tuple[int, int]]


class UnsoundError(Exception):
    """The quick reader cannot go on; what it handed out is right."""


def careful(path: Path, style: Style, on_bytes: Progress = None) -> Iterator[Parsed]:
    """Every record that is no empty line, of whatever width, and of broken quotes the fault.

    Raises:
        DataError: the bytes are not of the style's encoding.
    """
    with (
        path.open("rb") as file,
        io.TextIOWrapper(file, encoding=style.encoding, newline="") as text,
    ):
        try:
            for parsed in parse(text, style.separator, quotes=style.quotes):
                yield parsed
                if on_bytes and parsed[0] % _REPORT_EVERY_ROWS == 0:
                    on_bytes(file.tell())
        except UnicodeError:
            raise DataError(undecodable(path, style)) from None
        if on_bytes:
            on_bytes(file.tell())


def quick(
    path: Path,
    style: Style,
    width: int,
    on_bytes: Progress = None,
    *,
    block_bytes: int = BLOCK_BYTES,
) -> Iterator[Stretch]:
    """The records as wide as `width`, at least 2, as stretches of about `block_bytes`.

    Raises:
        UnsoundError: further on, quotes are out of place, a record is very long, or bytes are not
            of the encoding.
    """
    row = 1
    with path.open("rb") as file:
        try:
            for block in _sound_blocks(file, style, block_bytes):
                stretch, count = _stretch(block, row, style, width)
                row += count
                yield stretch
                if on_bytes:
                    on_bytes(file.tell())
        except (pa.ArrowInvalid, UnicodeError):
            raise UnsoundError from None


def undecodable(path: Path, style: Style) -> str:
    """The sentence on the first record with a byte that is not of the encoding, or a NUL."""
    errors = "replace" if style.encoding.startswith("utf-16") else "surrogateescape"
    with path.open(encoding=style.encoding, errors=errors, newline="") as text:
        parsed = parse(text, style.separator, quotes=style.quotes)
        rows = (row for row, cells, _ in parsed if _STRANGE.search("".join(cells)))
        row = next(rows, None)
    where = f" in row {row}" if row else ""
    return (
        f"{path.name} holds bytes{where} that are not {style.encoding} text. Open it where it "
        "was made and save it as CSV UTF-8."
    )


def _sound_blocks(file: BinaryIO, style: Style, block_bytes: int) -> Iterator[bytes]:
    """The text in utf-8, cut between records; ends with an error at a quote out of place."""
    quotes = Quotes(style.separator)
    left = b""
    for text in _in_utf8(file, style.encoding, block_bytes):
        # Where quotes are signs like others, none is looked for, and every line end counts.
        if not quotes.sound(text if style.quotes else text.replace(b'"', b"'")):
            raise UnsoundError
        end = quotes.last_end(text)
        if end:
            yield left + text[:end]
            left = text[end:]
        else:
            left += text
        if len(left) > _LONGEST_RECORD:
            raise UnsoundError
    if not quotes.closed():
        raise UnsoundError
    if left:
        yield left


def _in_utf8(file: BinaryIO, encoding: str, block_bytes: int) -> Iterator[bytes]:
    """The blocks of a file without the byte order mark."""
    if encoding not in ("utf-8", "utf-8-sig"):
        decoder = codecs.getincrementaldecoder(encoding)()
        while raw := file.read(block_bytes):
            yield decoder.decode(raw).encode()
        yield decoder.decode(b"", final=True).encode()
        return
    first = file.read(block_bytes)
    yield first.removeprefix(codecs.BOM_UTF8) if encoding == "utf-8-sig" else first
    while block := file.read(block_bytes):
        yield block


def _stretch(block: bytes, start: int, style: Style, width: int) -> tuple[Stretch, int]:
    """The records of a block whose first one stands in row `start`, and how many rows it has."""
    misfits: list[tuple[int, int]] = []
    gaps: list[int] = []

    def skip(row: pc.InvalidRow) -> str:
        gaps.append(row.number - 1)
        cells = next(csv.reader([row.text], delimiter=style.separator), [])
        if len(cells) > 1 or any(map(str.strip, cells)):
            misfits.append((start + row.number - 1, row.actual_columns))
        return "skip"

    names = [str(number) for number in range(width)]
    table = pc.read_csv(
        pa.BufferReader(block),
        # Rows have numbers only where one thread parses; conversion gains nothing from more.
        pc.ReadOptions(column_names=names, block_size=len(block) + 1, use_threads=False),
        _parse_options(style, skip),
        pc.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
        ),
    )
    count = table.num_rows + len(gaps)
    at = np.delete(np.arange(count), gaps)
    columns = [_whole(column) for column in table.columns]
    empty = _all_empty(columns)
    if empty.any():
        lines = io.StringIO(block.decode(), newline="")
        full = [row - 1 for row, _, _ in parse(lines, style.separator, quotes=style.quotes)]
        keep = np.flatnonzero(~empty | np.isin(at, full))
        at, columns = at[keep], [column.take(_indices(keep)) for column in columns]
    return Stretch(at + start, columns, misfits), count


def _parse_options(style: Style, skip: Callable[[pc.InvalidRow], str]) -> pc.ParseOptions:
    return pc.ParseOptions(
        delimiter=style.separator,
        quote_char='"' if style.quotes else False,
        newlines_in_values=style.quotes,
        # An empty line is a row of empty cells then, and has a number.
        ignore_empty_lines=False,
        invalid_row_handler=skip,
    )


def _all_empty(columns: list[pa.StringArray]) -> NDArray[np.bool_]:
    """(n,) where all cells of a record are empty: it may be one, or an empty line."""
    empty = np.ones(len(columns[0]), bool)
    for column in columns:
        if empty.any():
            ends = np.frombuffer(column.buffers()[1], np.int32)
            ends = ends[column.offset : column.offset + len(column) + 1]
            empty &= ends[1:] == ends[:-1]
    return empty


def _whole(column: pa.ChunkedArray) -> pa.StringArray:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _indices(at: NDArray[np.int64]) -> pa.Int64Array:
    return pa.Array.from_buffers(pa.int64(), len(at), [None, pa.py_buffer(at)])
