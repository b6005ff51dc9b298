"""Which column holds the texts, which hold labels, which the split: guessed from a file's head.

A guess is shown and can be changed; what is not clear is left open, never invented.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from toxapp.data import split, table, targets
from toxapp.data.table import Dialect
from toxapp.errors import DataError

_HEAD_RECORDS = 2_000
_HEAD_CHARACTERS = 4_000_000
_PREVIEW = 20
_COLUMNS_SAID = 8
# One mistyped word or number does not make a label column something else; a column of counts or
# classes has far more numbers beyond 1 (an annotator count of real data: 6 %).
_MOST_WORDS = 0.2
_MOST_NUMBERS = 0.005
# A few other words in a split column are a problem to report, no reason to draw another split.
_LEAST_NAMED = 0.9

_TEXT_WORDS = frozenset({"text", "comment", "tweet", "body", "content", "message", "post"})
_NOT_TEXT_WORDS = frozenset({"author", "user", "username", "name", "url", "link", "language"})
_ID_WORDS = frozenset(
    {"id", "ids", "uid", "uuid", "index", "idx", "row", "nr", "number", "count", "counts"}
    | {"timestamp", "date", "unnamed"}
)
_URL = re.compile(r"\s*(https?://|www\.)\S*\s*", re.IGNORECASE)
_DATE = re.compile(r"\s*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b.{0,30}")


@dataclass(frozen=True)
class Guess:
    """What a file seems to hold.

    Attributes:
        text_column: None where no column looks like free text.
        labels: in file order; () where no column looks like one.
        split_column: None where there is none.
        columns: all of them, in file order.
        dialect: how the file is written.
        label_format: how labels are written; "columns" is one column per label.
        preview: the cells of the first 20 sound records.
        strangers: per column, the first cell of the head that no label column would hold, or "".
    """

    text_column: str | None
    labels: tuple[str, ...]
    split_column: str | None
    columns: tuple[str, ...]
    dialect: Dialect
    label_format: str = "columns"
    preview: tuple[tuple[str, ...], ...] = ()
    strangers: tuple[str, ...] = ()


def guess(path: Path, *, least_columns: int = 2) -> Guess:
    """Guess from the first 2,000 records, or four million characters.

    Args:
        path: the file.
        least_columns: 1 takes a file of texts alone, too.

    Raises:
        DataError: as `table.sniff`.
    """
    dialect = table.sniff(path, least_columns=least_columns)
    columns = table.column_names(path, dialect)
    rows = _head(path, dialect)
    cells = dict(zip(columns, zip(*rows, strict=True), strict=True)) if rows else {}
    split_column = next((name for name in cells if _is_split(cells[name])), None)
    free = {name: cells[name] for name in cells if name != split_column}
    labels = _labels(free)
    text = _text({name: free[name] for name in free if name not in labels})
    return Guess(
        text_column=text,
        labels=labels,
        split_column=split_column,
        columns=columns,
        dialect=dialect,
        preview=tuple(rows[:_PREVIEW]),
        strangers=tuple(_stranger(cells.get(name, ())) for name in columns),
    )


def require_complete(found: Guess, file: str) -> None:
    """Refuse a guess that leaves the text column or the labels open, or names no columns.

    Raises:
        DataError: names the columns that were looked at.
    """
    if found.text_column is None:
        names = ", ".join(f"'{name}'" for name in found.columns[:_COLUMNS_SAID])
        message = f"No column of free text was found in {file} among {names}. "
        raise DataError(message + "Choose the text column.")
    if not found.labels:
        message = (
            f"No label column was found in {file}. A label column holds only 0 and 1, or true and "
            f"false, or nothing; looked at {_others(found)}. "
        )
        raise DataError(message + "Choose the label columns, or write one of 0 and 1 per label.")
    values = [name for name in found.labels if targets.target(name) in (0.0, 1.0)]
    if values and len(found.text_column.split()) > 2:
        message = f"Row 1 of {file} looks like a comment with its labels ('{values[0]}'), and "
        raise DataError(message + "column names are expected there. Write them above it.")


def _others(found: Guess) -> str:
    """The columns that are neither text nor split, with what speaks against each."""
    used = (found.text_column, found.split_column)
    others = [
        f"'{name}' (" + (f"holds '{cell[:30]}')" if cell else "by its name an id, or blank)")
        for name, cell in zip(found.columns, found.strangers, strict=True)
        if name not in used
    ]
    more = f" and {len(others) - _COLUMNS_SAID} more" if len(others) > _COLUMNS_SAID else ""
    return (", ".join(others[:_COLUMNS_SAID]) or "no other column") + more


def _stranger(cells: Sequence[str]) -> str:
    known = (cell.strip() for cell in cells)
    return next((cell for cell in known if targets.target(cell) is None), "")


def _head(path: Path, dialect: Dialect) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    characters = 0
    for record in table.records(path, dialect):
        if record.fault is None:
            rows.append(record.cells)
            characters += sum(map(len, record.cells))
        if len(rows) == _HEAD_RECORDS or characters > _HEAD_CHARACTERS:
            break
    return rows


def _is_split(cells: Sequence[str]) -> bool:
    known = [cell for cell in cells if cell.strip()]
    named = sum(split.part_of(cell) is not None for cell in known)
    return bool(known) and named >= _LEAST_NAMED * len(known)


@dataclass(frozen=True)
class _Seen:
    """What the cells of one column are, as counts of cells."""

    zeros: int
    ones: int
    numbers: int
    words: int
    spelled: bool

    @property
    def looks_like_label(self) -> bool:
        known = self.zeros + self.ones + self.numbers + self.words
        explained = self.zeros + self.ones
        return (
            explained > 0
            and self.words <= _MOST_WORDS * known
            and self.numbers <= _MOST_NUMBERS * known
        )

    @property
    def varies(self) -> bool:
        return self.zeros > 0 and self.ones > 0


def _seen(cells: Sequence[str]) -> _Seen:
    found: Counter[str] = Counter()
    for cell, count in Counter(cells).items():
        value = targets.target(cell)
        if value is None:
            found["words" if targets.as_number(cell) is None else "numbers"] += count
        elif value == value:  # noqa: PLR0124 - NaN, a missing target, is unequal to itself
            found["ones" if value else "zeros"] += count
            found["spelled"] += count * cell.strip().isalpha()
    return _Seen(
        found["zeros"], found["ones"], found["numbers"], found["words"], found["spelled"] > 0
    )


def _labels(cells: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Columns of zeros and ones whose names are no ids.

    One that never varies counts when it stands in a row of label columns written alike, as rare
    labels do, or when no column varies: a file may be sorted by its only label.
    """
    seen = {name: _seen(cells[name]) for name in cells}
    likely = [n for n, s in seen.items() if s.looks_like_label and not _is_id(n)]
    if not any(seen[name].varies for name in likely):
        return tuple(likely)
    names, labels = list(cells), []
    for name in likely:
        run = _run(names, names.index(name), likely)
        alike = (n for n in run if seen[n].spelled == seen[name].spelled)
        if any(seen[n].varies for n in alike):
            labels.append(name)
    return tuple(labels)


def _run(names: Sequence[str], at: int, likely: Sequence[str]) -> Sequence[str]:
    """The unbroken row of likely columns around position `at`."""
    first = last = at
    while first > 0 and names[first - 1] in likely:
        first -= 1
    while last + 1 < len(names) and names[last + 1] in likely:
        last += 1
    return names[first : last + 1]


def _text(cells: Mapping[str, Sequence[str]]) -> str | None:
    scores = {name: _freeness(name, cells[name]) for name in cells}
    best = max(scores, key=lambda name: scores[name], default=None)
    return best if best is not None and scores[best] > 0 else None


def _freeness(name: str, cells: Sequence[str]) -> float:
    """How much a column looks like free text: mean length times distinct share, 0 for none."""
    known = [cell for cell in cells if cell.strip()]
    if not known or _is_id(name):
        return 0.0
    rigid = sum(bool(_URL.fullmatch(c) or _DATE.fullmatch(c)) for c in known)
    numbers = sum(targets.as_number(c) is not None for c in known)
    if rigid + numbers > len(known) / 2:
        return 0.0
    words = _words(name)
    hinted = bool(words & _TEXT_WORDS) and not words & _NOT_TEXT_WORDS
    # Scripts without blanks between words are free text too.
    spaced = sum(len(cell.split()) > 2 or not cell.isascii() for cell in known)
    if not hinted and spaced < len(known) / 4:
        return 0.0
    length = sum(map(len, known)) / len(known)
    return length * len(set(known)) / len(known) * (4 if hinted else 1)


def _is_id(name: str) -> bool:
    return bool(_words(name) & _ID_WORDS or re.fullmatch(r"column_\d+", name))


def _words(name: str) -> set[str]:
    """The words of a column name: `CommentId` and `comment_id` are comment and id."""
    return {w.lower() for w in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}
