"""Separated text as records, one after another, with the faults that quotes can have.

    id,comment_text,toxic          row 1
    7c75,"first line
    second line",0                 row 2: a line break inside quotes starts no new row
                                   row 3: an empty line is a row, but no record
    81aa,fine,1                    row 4

Knows nothing of headers and of how many cells a record should have.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Literal, TextIO

# A comment is shorter; a quote that is never closed must not take a whole file into memory.
_LONGEST_CELL = 1 << 22


Parsed = tuple[int, tuple[str, ...], str | None]
"""A row number from 1, its cells (() where a quote is broken), and the fault if there is one."""


class _Lines:
    """The lines of a text, remembering the last one."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self.last = ""

    def __iter__(self) -> Iterator[str]:
        for line in self._text:
            self.last = line
            yield line


def parse(text: TextIO, separator: str, *, quotes: bool = True) -> Iterator[Parsed]:
    """Every record of `text` that is no empty line.

    A quote that is closed only by the next opening one, some lines further down, is a fault of
    its record, and so is one that is never closed: it takes the rest of the text with it.

    Args:
        text: opened with `newline=""`, so that line breaks inside quotes stay as they are.
        separator: one character.
        quotes: False where a quote is a character like any other.
    """
    csv.field_size_limit(_LONGEST_CELL)
    lines = _Lines(text)
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE
    # Not strict, the csv module would merge the records between an unclosed quote and the next.
    reader = csv.reader(lines, delimiter=separator, strict=True, quoting=quoting)
    row, suspect = 0, False
    while True:
        row, began = row + 1, reader.line_num
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            suspect = True
            broken = _broken(row, str(error), lines, spanned=reader.line_num - began)
            yield broken or _loosely(row, lines.last, separator)
            continue
        if not cells or (len(cells) == 1 and not cells[0].strip()):
            continue
        # What follows a broken quote and holds half a pair itself is the rest of a torn text.
        suspect = suspect and lines.last.count('"') % 2 == 1
        fault = f"row {row} holds the rest of a torn text" if suspect else None
        yield row, () if suspect else tuple(cells), fault


def _broken(row: int, error: str, lines: _Lines, *, spanned: int) -> Parsed | None:
    """The fault of a record that cannot be read; None where its quotes are only sloppy."""
    if "field limit" in error:
        spanned += sum(1 for _ in lines)
    elif "unexpected end" not in error:
        swallowed = f"the quote opened in row {row} swallows {_lines(spanned - 1)} below it"
        return None if spanned == 1 else (row, (), swallowed)
    lost = f" and swallows the rest of the file, {_lines(spanned - 1)}" if spanned > 1 else ""
    return row, (), f"the quote opened in row {row} is never closed{lost}"


def _loosely(row: int, line: str, separator: str) -> Parsed:
    """A line with text after a closing quote, read as spreadsheets do: the text belongs to it."""
    cells = next(csv.reader([line], delimiter=separator))
    if cells[-1].endswith(("\n", "\r")):
        return row, (), f"the quotes in row {row} do not pair up"
    return row, tuple(cells), None


def _lines(count: int) -> str:
    return "1 line" if count == 1 else f"{count:,} lines"
