"""How a separated text is written: by which character, and whether quotes quote in it.

Looks at the head for the separator, and at the whole file only where quotes are in doubt.
"""

from __future__ import annotations

import csv
import io
from itertools import islice
from pathlib import Path
from typing import Literal, NamedTuple

from toxapp.data.files import encoding as encodings
from toxapp.data.files.quotes import Quotes
from toxapp.data.files.separated import Style, careful, undecodable
from toxapp.errors import DataError

SEPARATORS = {",": "comma", "\t": "tab", ";": "semicolon", "|": "vertical bar"}

_HEAD_BYTES = 1 << 20
_HEAD_RECORDS = 500
_BLOCK = 1 << 22
# Beyond, a program has quoted a column; authors quote some of their texts, not nearly all.
_MOST_QUOTED = 0.9


def find(
    path: Path, *, least_columns: int, separator: str | None, encoding: str | None
) -> tuple[Style, list[list[str]]]:
    """The style of the text, and the records of its head.

    The separator is the one whose number of columns, more than one, agrees best over the head.

    Args:
        path: the file.
        least_columns: that there must be.
        separator: one of `SEPARATORS`, or None where it is to be found.
        encoding: by any name, or None where it is to be found.

    Raises:
        DataError: too few columns, no rows, bytes that are no text, or what is given does not fit.
    """
    if separator is not None and separator not in SEPARATORS:
        known = ", ".join(SEPARATORS.values())
        raise DataError(f"'{separator}' separates no columns. Choose one of: {known}.")
    detected = encodings.named(path, encoding) if encoding else encodings.detect(path)
    style, rows = _style(path, detected[0], least_columns, separator)
    if not detected[1]:
        raise DataError(undecodable(path, style))
    return style, rows


def _style(
    path: Path, encoding: str, least_columns: int, given: str | None
) -> tuple[Style, list[list[str]]]:
    text, cut = _head(path, encoding)
    found = {mark: _rows(text, mark, cut=cut) for mark in SEPARATORS}
    likely = max(SEPARATORS, key=lambda mark: _agreement(found[mark]))
    mark = given or likely
    rows = found[mark]
    if not rows or len(rows[0]) < least_columns:
        raise DataError(_single_column(path.name, rows, given, found[likely]))
    style = Style(mark, encoding)
    literal = _rows(text, mark, cut=cut, quotes=False)
    if mark == "\t" and _takes_quotes_as_they_are(path, style, literal):
        return Style(mark, encoding, quotes=False), literal
    return style, rows


def _head(path: Path, encoding: str) -> tuple[str, bool]:
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        cut = bool(file.read(1))
    return head.decode(encoding, errors="replace"), cut


def _rows(text: str, mark: str, *, cut: bool, quotes: bool = True) -> list[list[str]]:
    csv.field_size_limit(_HEAD_BYTES)
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, quoting=quoting)
    sound = (cells for cells in reader if len(cells) > 1 or any(map(str.strip, cells)))
    rows = list(islice(sound, _HEAD_RECORDS))
    return rows[:-1] if cut and 1 < len(rows) < _HEAD_RECORDS else rows


def _agreement(rows: list[list[str]]) -> tuple[float, int]:
    """The share of rows as wide as the first, and that width; nothing below two columns."""
    width = len(rows[0]) if rows else 0
    return (sum(len(r) == width for r in rows) / len(rows), width) if width > 1 else (0.0, 0)


def _takes_quotes_as_they_are(path: Path, style: Style, literal: list[list[str]]) -> bool:
    """Whether a file of tabs reads better with quotes as characters like others.

    So are tables of tweets written that were made by joining cells: a text may begin with a quote
    that nothing closes, or that the end of another text closes, some rows further down.

    Args:
        path: the file.
        style: how it is written, where quotes quote.
        literal: the records of its head, where they do not.
    """
    if _sound(path, style):
        # Were line ends inside quotes part of texts, their lines could not all be whole records.
        even = len({len(row) for row in literal}) == 1
        return even and _has_odd_line(path, style) and not _written(path, style).misfits
    found = _written(path, style)
    if not found.begun or found.quoted > _MOST_QUOTED * found.records:
        return False
    if found.escaped > found.quoted / 2:
        return False
    return found.misfits < _lost(path, style, found.width)


class _Written(NamedTuple):
    """A file where quotes are characters like others.

    Attributes:
        records: how many there are.
        width: cells of the first one.
        misfits: records of another width.
        begun: cells that begin with a quote.
        quoted: of them, those that are quoted as they should be.
        escaped: of those, the ones with a doubled quote in them, as only the rules of quoting want.
    """

    records: int
    width: int
    misfits: int
    begun: int
    quoted: int
    escaped: int


def _written(path: Path, style: Style) -> _Written:
    records = width = misfits = begun = quoted = escaped = 0
    for _, cells, _ in careful(path, Style(style.separator, style.encoding, quotes=False)):
        width = width or len(cells)
        records += 1
        misfits += len(cells) != width
        for cell in cells:
            if cell.startswith('"'):
                begun += 1
                quoted += _is_quoted(cell)
                escaped += _is_quoted(cell) and '""' in cell[1:-1]
    return _Written(records, width, misfits, begun, quoted, escaped)


def _lost(path: Path, style: Style, width: int) -> int:
    """The records that are of no use where quotes quote."""
    return sum(bool(fault) or len(cells) != width for _, cells, fault in careful(path, style))


def _is_quoted(cell: str) -> bool:
    return len(cell) > 1 and cell.endswith('"') and '"' not in cell[1:-1].replace('""', "")


def _has_odd_line(path: Path, style: Style) -> bool:
    """Whether a line has half a pair of quotes, without which none is inside a cell's quotes."""
    with path.open(encoding=style.encoding, newline="", errors="replace") as text:
        return any(line.count('"') % 2 for line in text)


def _sound(path: Path, style: Style) -> bool:
    quotes = Quotes(style.separator)
    with path.open(encoding=style.encoding, newline="", errors="replace") as text:
        while block := text.read(_BLOCK):
            if not quotes.sound(block.encode(errors="replace")):
                return False
    return quotes.closed()


def _single_column(
    name: str, rows: list[list[str]], given: str | None, likely: list[list[str]]
) -> str:
    first = rows[0][0].strip()[:40] if rows else ""
    if given is not None and likely and len(likely[0]) > 1:
        return (
            f"{name} has a single column when {SEPARATORS[given]} separates them ('{first}'). "
            "Leave the separator to be found, or choose another one."
        )
    return (
        f"{name} has a single column ('{first}'), and a column of texts and at least "
        "one of labels are needed. Separate the columns by comma, semicolon, tab or |, and put "
        "texts that hold the separator in quotes."
    )
