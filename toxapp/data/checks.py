"""What is wrong with a file, said by row: what, where, how many, what happens, what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from toxapp.data import duplicates
from toxapp.data.reading import Note, Reading
from toxapp.data.split import SPLITS

FEW_POSITIVES = 20

_ROWS_KEPT = 20
_ROWS_SAID = 5

# {n}: how many rows, {where}: which, {file}, {column}, {found}: what stands there.
_NOTED = {
    "ragged_row": (
        "{n} of {file} {have} another number of cells than there are columns{where}; {found}: "
        "left out. Put texts that hold the separator or a line break in quotes."
    ),
    "broken_quote": (
        "{n} of {file} {have} a broken quote{where}; {found}: left out. Close the quote, and "
        "write a quote inside a text twice."
    ),
    "empty_text": (
        "{n} of {file} {have} no text in column '{column}'{where}: left out. "
        "Nothing is to be done unless a text was lost."
    ),
    "no_known_label": (
        "{n} of {file} {have} no known label{where}: left out. "
        "Fill at least one label column of a row to use it."
    ),
    "unknown_split": (
        "{n} of {file} {have} something else than train, validation or test in column "
        "'{column}'{where}: {found}: left out. Write one of the three words."
    ),
    "unexplained_value": (
        "{n} of {file} {have} a value in label column '{column}' that is neither 0/1, true/false "
        "nor blank{where}: {found}: taken as missing. Write 0, 1 or nothing."
    ),
}


@dataclass(frozen=True)
class Problem:
    """Something the user should know of a file.

    Attributes:
        kind: a short word for scripts, such as "empty_text".
        count: how many rows (or, for a label with few positives, how many positives).
        rows: the first 20 of them, as the spreadsheet counts; () where it is about no row.
        message: the sentences to show.
    """

    kind: str
    count: int
    rows: tuple[int, ...]
    message: str


def findings(reading: Reading, parts: NDArray[np.int8]) -> tuple[Problem, ...]:
    """All problems of a file, those that cost rows first.

    Args:
        reading: the file's usable rows, and notes on the others.
        parts: (n,) the split in force, 0, 1 or 2.
    """
    return (
        *noted(reading),
        *_repeated(reading),
        *_missing(reading),
        *_rare(reading, parts),
        *_split(reading, parts),
    )


def noted(reading: Reading) -> list[Problem]:
    """The problems seen while reading, each with its sentence."""
    order = list(_NOTED)
    notes = sorted(reading.notes, key=lambda note: order.index(note.kind))
    return [_said(note, reading.plan.file) for note in notes]


def _said(note: Note, file: str) -> Problem:
    faulty = note.kind in ("ragged_row", "broken_quote")
    found = note.found[0] if faulty else ", ".join(f"'{cell[:40]}'" for cell in note.found)
    message = _NOTED[note.kind].format(
        n=_counted(note.count),
        have="has" if note.count == 1 else "have",
        where=_where(note.rows, note.count),
        file=file,
        column=note.column,
        found=found,
    )
    return Problem(note.kind, note.count, note.rows, message)


def _counted(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _where(rows: tuple[int, ...], count: int) -> str:
    """Which rows, in brackets, five at most: (rows 5, 9, 12, 15, 20 and 31 more)."""
    if count == 1:
        return f" (row {rows[0]})"
    said = ", ".join(map(str, rows[:_ROWS_SAID]))
    more = f" and {count - _ROWS_SAID:,} more" if count > _ROWS_SAID else ""
    return f" (rows {said}{more})"


def _about(kind: str, rows: NDArray[np.int64], sentence: str) -> Iterator[Problem]:
    """A problem about `rows`, none where there are none; {n}, {have}, {where} are filled in."""
    if len(rows):
        kept = tuple(int(row) for row in rows[:_ROWS_KEPT])
        have = "has" if len(rows) == 1 else "have"
        where = _where(kept, len(rows))
        message = sentence.format(n=_counted(len(rows)), have=have, where=where)
        yield Problem(kind, len(rows), kept, message)


def _repeated(reading: Reading) -> Iterator[Problem]:
    """Rows whose text stands in an earlier row, and rows whose copies have other labels."""
    member, _ = duplicates.groups(reading.keys)
    later = np.ones(len(member), bool)
    later[np.unique(member, return_index=True)[1]] = False
    file = _braced(reading.plan.file)
    kept = "kept, in the same split as the first" if not reading.plan.split_column else "kept"
    yield from _about(
        "duplicate_text",
        reading.rows[later],
        f"{{n}} of {file} {{have}} a text that stands in an earlier row{{where}}: {kept}. "
        "Delete them if they are copies by mistake.",
    )
    highest = duplicates.per_group(reading.targets, member, pick=np.fmax)
    lowest = duplicates.per_group(reading.targets, member, pick=np.fmin)
    # NaN on both sides compares false: a label nobody knows is no contradiction.
    disputed: NDArray[np.bool_] = np.any(highest > lowest, axis=1)
    yield from _about(
        "contradicting_duplicates",
        reading.rows[disputed[member]],
        f"{{n}} of {file} have equal texts and different labels{{where}}: kept as they are. "
        "Decide which labels are right, or they teach both.",
    )


def _missing(reading: Reading) -> Iterator[Problem]:
    for index, label in enumerate(reading.plan.labels):
        rows = reading.rows[np.isnan(reading.targets[:, index])]
        yield from _about(
            "missing_target",
            rows,
            f"{{n}} of {_braced(reading.plan.file)} {{have}} no known value for label "
            f"'{_braced(label)}'{{where}}: used for the other labels. Fill in what you know.",
        )


def _rare(reading: Reading, parts: NDArray[np.int8]) -> Iterator[Problem]:
    """Labels that hardly vary, one by one."""
    for index, label in enumerate(reading.plan.labels):
        values = reading.targets[:, index]
        positive, known = values >= 0.5, int((~np.isnan(values)).sum())
        count = int(positive.sum())
        named = f"Label '{label}' of {reading.plan.file}"
        if count == 0:
            yield Problem("no_positive", 0, (), f"{named} {_NO_POSITIVE.format(known=known)}")
        elif count == known:
            yield Problem("no_negative", count, (), f"{named} {_NO_NEGATIVE.format(known=known)}")
        held = np.bincount(parts[positive], minlength=3)
        few = [f"{n} in {s}" for n, s in zip(held, SPLITS, strict=True) if n < FEW_POSITIVES]
        if count and few:
            message = f"{named} has few positives: {', '.join(few)}. {_FEW_POSITIVES}"
            yield Problem("few_positives", count, (), message)


_NO_POSITIVE = (
    "has no positive among {known:,} rows where it is known: it cannot be learned, and its "
    "figures stay undefined. Add comments that carry it, or leave the label out."
)
_NO_NEGATIVE = (
    "is positive in all {known:,} rows where it is known: it cannot be learned, and its "
    "figures stay undefined. Add comments without it, or leave the label out."
)
_FEW_POSITIVES = (
    f"Below {FEW_POSITIVES} in a split its figures and its threshold there are uncertain, and "
    "without any undefined. Add comments that carry it where you can."
)


def _split(reading: Reading, parts: NDArray[np.int8]) -> Iterator[Problem]:
    """What had to be added to a file's own split, and texts that stand on both sides of it."""
    if reading.plan.split_column is None:
        return
    file, column = _braced(reading.plan.file), _braced(reading.plan.split_column)
    for part in (1, 2):
        if part not in reading.parts:
            yield from _about(
                "split_made",
                reading.rows[parts == part],
                f"Column '{column}' of {file} names no {SPLITS[part]} rows: {{n}} of its train "
                "rows{where} were drawn for it, stratified and seeded. Nothing is to be done.",
            )
    member, count = duplicates.groups(reading.keys)
    taught = np.zeros(count, bool)
    taught[member[parts == 0]] = True
    yield from _about(
        "text_in_two_splits",
        reading.rows[taught[member] & (parts != 0)],
        f"{{n}} in validation or test of {file} {{have}} a text that is in train too{{where}}: "
        "kept, but figures on them flatter. Delete one of each.",
    )


def _braced(name: str) -> str:
    """`name` for use inside a sentence that is formatted afterwards."""
    return name.replace("{", "{{").replace("}", "}}")
