"""What is noted of rows while files are read, and the sentence that says it.

A note counts rows and keeps the first of them; notes of one kind, file and column add up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

ROWS_KEPT = 20
_EXAMPLES_KEPT = 5
_ROWS_SAID = 5

# {n}: how many rows, {where}: which, {file}, {column}, {found}: what stands there.
_SENTENCES = {
    "ragged_row": (
        "{n} of {file} {have} another number of cells than there are columns{where}; {found}: "
        "left out. Put texts that hold the separator or a line break in quotes."
    ),
    "broken_quote": (
        "{n} of {file} {have} a broken quote{where}; {found}: left out. Close the quote, and "
        "write a quote inside a text twice."
    ),
    "broken_record": (
        "{n} of {file} cannot be read{where}; {found}: left out. Write the record again."
    ),
    "swallowed_row": (
        "{n} of {file} {have} a text whose lines look like further rows{where}: kept as one text "
        "each. A quote that opens in one row and closes in another merges them; write a quote "
        "inside a text twice."
    ),
    "empty_text": (
        "{n} of {file} {have} no text in column '{column}'{where}: left out. "
        "Nothing is to be done unless a text was lost."
    ),
    "no_known_label": (
        "{n} of {file} {have} no known label{where}: left out. "
        "Fill at least one label of a row to use it."
    ),
    "unknown_split": (
        "{n} of {file} {have} something else than train, validation or test in column "
        "'{column}'{where}: {found}: left out. Write one of the three words."
    ),
    "unexplained_value": (
        "{n} of {file} {have} a value in label column '{column}' that its format does not explain"
        "{where}: {found}: taken as missing. Write {expected}, or nothing."
    ),
    "html_entity": (
        "{n} of {file} {have} HTML entities such as &amp; in the text{where}: kept as they are. "
        "Choose to unescape them, if the comments to be scored will come without."
    ),
    "html_tag": (
        "{n} of {file} {have} HTML tags such as <br> in the text{where}: kept as they are. "
        "Remove them, if the comments to be scored will come without."
    ),
    "personal_data": (
        "{n} of {file} {have} what looks like {column}{where}: kept, and never shown here. "
        "Remove it before the dataset or a demo's examples leave your house."
    ),
    "extra_row_dropped": (
        "{n} of {file} {have} a text that stands in validation or test{where}: left out of the "
        "extra training rows, so that the figures stay honest. Nothing is to be done."
    ),
}
_EXPECTED = {
    "columns": "0 or 1",
    "fraction": "a number from 0 to 1",
    "votes": "a whole number from 0 on",
    "list": "a list of labels",
    "class": "a class",
}


@dataclass(frozen=True)
class Note:
    """Something about some rows of a file.

    Attributes:
        kind: a short word for scripts.
        file: its name.
        column: what it is about, "" for all.
        count: how many rows.
        rows: the first 20 of them, as the spreadsheet counts.
        found: up to five examples of what stands there.
    """

    kind: str
    file: str
    column: str
    count: int
    rows: tuple[int, ...]
    found: tuple[str, ...] = ()

    def __add__(self, later: Note) -> Note:
        rows = (self.rows + later.rows)[:ROWS_KEPT]
        found = tuple(dict.fromkeys(self.found + later.found))[:_EXAMPLES_KEPT]
        return Note(self.kind, self.file, self.column, self.count + later.count, rows, found)


def note(kind: str, file: str, column: str, rows: Iterable[int], found: Sequence[str] = ()) -> Note:
    """A note on `rows`, of which all are counted and the first kept; examples once each."""
    numbers = tuple(int(row) for row in rows)
    examples = tuple(dict.fromkeys(found))[:_EXAMPLES_KEPT]
    return Note(kind, file, column, len(numbers), numbers[:ROWS_KEPT], examples)


def added(notes: Iterable[Note]) -> list[Note]:
    """The notes with those of one kind, file and column as one; kinds in the order of telling."""
    found: dict[tuple[str, str, str], Note] = {}
    for one in notes:
        key = (one.kind, one.file, one.column)
        found[key] = found[key] + one if key in found else one
    order = list(_SENTENCES)
    return sorted(found.values(), key=lambda one: order.index(one.kind))


def sentence(said: Note, label_format: str) -> str:
    """The note in words: how many rows, which, what stands there, what happens, what to do."""
    faulty = said.kind in ("ragged_row", "broken_quote", "broken_record")
    found = ", ".join(f"'{cell[:40]}'" for cell in said.found)
    return _SENTENCES[said.kind].format(
        n=counted(said.count),
        have="has" if said.count == 1 else "have",
        where=where(said.rows, said.count),
        file=said.file,
        column=said.column,
        found=said.found[0] if faulty else found,
        expected=_EXPECTED[label_format],
    )


def counted(count: int) -> str:
    """So many rows, in words."""
    return "1 row" if count == 1 else f"{count:,} rows"


def where(rows: Sequence[int], count: int) -> str:
    """Which rows, in brackets, five at most: (rows 5, 9, 12, 15, 20 and 31 more)."""
    if count == 1:
        return f" (row {rows[0]})"
    said = ", ".join(map(str, rows[:_ROWS_SAID]))
    more = f" and {count - _ROWS_SAID:,} more" if count > _ROWS_SAID else ""
    return f" (rows {said}{more})"
