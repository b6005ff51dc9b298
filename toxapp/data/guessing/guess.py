"""Which column holds the texts, which the labels and how, which the split.

Guessed from the cells that are read, with the names as hints. A guess is shown and can be changed;
what is not clear is left open, never invented.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from toxapp.data import split, targets
from toxapp.data.files import table
from toxapp.data.files.table import Dialect
from toxapp.data.guessing import candidates, names, prose
from toxapp.data.guessing.profile import Profile, of_column
from toxapp.data.labelling import Labelling
from toxapp.errors import DataError

_MOST_RECORDS = 200_000
_MOST_BYTES = 64_000_000
_PREVIEW = 20
_COLUMNS_SAID = 8
# A few other words in a split column are a problem to report, no reason to draw another split.
_LEAST_NAMED = 0.9


@dataclass(frozen=True)
class Roles:
    """What the columns of a file seem to be.

    Attributes:
        text_column: None where no column looks like free text.
        labelling: None where no column looks like labels.
        split_column: None where there is none.
        refused: per column of the file, why it is not among the labels; "" for those in use.
        complements: columns that are 1 exactly where no label is (clean); not in the labelling.
    """

    text_column: str | None
    labelling: Labelling | None
    split_column: str | None
    refused: tuple[str, ...]
    complements: tuple[str, ...]


@dataclass(frozen=True)
class Guess:
    """What a file seems to hold.

    Attributes:
        text_column, labelling, split_column, refused, complements: as in `Roles`.
        columns: all of them, in file order.
        dialect: how the file is written.
        preview: the cells of the first 20 sound records.
    """

    text_column: str | None
    labelling: Labelling | None
    split_column: str | None
    columns: tuple[str, ...]
    dialect: Dialect
    preview: tuple[tuple[str, ...], ...] = ()
    refused: tuple[str, ...] = ()
    complements: tuple[str, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of the labels; () where none are found."""
        return self.labelling.labels if self.labelling else ()


def guess(path: Path, *, least_columns: int = 2, dialect: Dialect | None = None) -> Guess:
    """Guess from the first 200,000 records, or 64 MB of cells.

    Args:
        path: the file.
        least_columns: 1 takes a file of texts alone, too.
        dialect: how it is written; None: guessed, too.

    Raises:
        DataError: as `table.sniff` and `table.batches`.
    """
    return guess_with_cells(path, least_columns=least_columns, dialect=dialect)[0]


def guess_with_cells(
    path: Path, *, least_columns: int = 2, dialect: Dialect | None = None
) -> tuple[Guess, list[pa.StringArray]]:
    """The guess, and the cells that it was made from: a column of the file each."""
    dialect = dialect or table.sniff(path, least_columns=least_columns)
    columns = table.column_names(path, dialect)
    cells = _head(path, dialect, len(columns))
    found = of_columns(columns, cells)
    first = [column.slice(0, _PREVIEW).to_pylist() for column in cells]
    made = Guess(
        text_column=found.text_column,
        labelling=found.labelling,
        split_column=found.split_column,
        columns=columns,
        dialect=dialect,
        preview=tuple(zip(*first, strict=True)),
        refused=found.refused,
        complements=found.complements,
    )
    return made, cells


def of_columns(columns: Sequence[str], cells: Sequence[pa.StringArray]) -> Roles:
    """Guess from cells.

    Args:
        columns: names, each different from the others.
        cells: n strings per column, none of them null; n may be 0.
    """
    profiles = [of_column(name, column) for name, column in zip(columns, cells, strict=True)]
    split_column = next((p.name for p in profiles if _is_split(p)), None)
    text = prose.column([p for p in profiles if p.name != split_column])
    nameless = _nameless(columns)
    others = [p for p in profiles if p.name not in {text, split_column, *nameless}]
    best = candidates.best(others, dict(zip(columns, cells, strict=True)))
    labelling = best.labelling if best else None
    complements = best.complements if best else ()
    used = {text, split_column, *(labelling.columns if labelling else ())}
    refused = tuple(
        ""
        if p.name in used
        else "a column without a name"
        if p.name in nameless
        else _reason(p, labelling, complements)
        for p in profiles
    )
    return Roles(text, labelling, split_column, refused, complements)


def require_complete(found: Guess, file: str) -> None:
    """Refuse a guess that leaves the text column or the labels open, or names no columns.

    Raises:
        DataError: names the columns that were looked at.
    """
    if found.text_column is None:
        listed = ", ".join(f"'{name}'" for name in found.columns[:_COLUMNS_SAID])
        message = f"No column of free text was found in {file} among {listed}. "
        raise DataError(message + "Choose the text column.")
    if found.labelling is None:
        message = (
            f"No label column was found in {file}. Labels stand in one column each (0 and 1, yes "
            "and no, shares from 0 to 1 or votes), or all in one column of classes or lists; "
            f"looked at {_others(found)}. "
        )
        raise DataError(message + "Choose the label columns, or add one to the file.")
    values = [name for name in found.labelling.columns if targets.target(name) in (0.0, 1.0)]
    if values and len(found.text_column.split()) > 2:
        message = f"Row 1 of {file} looks like a comment with its labels ('{values[0]}'), and "
        raise DataError(message + "column names are expected there. Write them above it.")


def _others(found: Guess) -> str:
    """The columns that are not in use, with what speaks against each."""
    others = [
        f"'{name}' ({reason})"
        for name, reason in zip(found.columns, found.refused, strict=True)
        if reason
    ]
    more = f" and {len(others) - _COLUMNS_SAID} more" if len(others) > _COLUMNS_SAID else ""
    return (", ".join(others[:_COLUMNS_SAID]) or "no other column") + more


def _reason(profile: Profile, found: Labelling | None, complements: tuple[str, ...]) -> str:
    """Why a column that is not in use is no label."""
    name_says = names.against(profile.name)
    if profile.name in complements:
        return "1 where no other label is"
    if not profile.known:
        return "blank"
    if name_says:
        return f"by its name {name_says}"
    if found and (profile.is_marks or profile.is_fraction or 2 <= profile.distinct <= 20):
        return f"the labels are taken from '{found.columns[0]}'"
    return _against(profile)


def _against(profile: Profile) -> str:
    """What of a column's cells speaks against labels."""
    example = next(iter(profile.values))[:30]
    if profile.distinct == 1:
        return f"always '{example}'"
    if profile.rigid > 0.5:
        return f"addresses, dates or ids such as '{example}'"
    if profile.distinct > profile.known / 2:
        return f"{profile.distinct:,} different values such as '{example}'"
    return f"holds '{example}'"


def _nameless(columns: Sequence[str]) -> list[str]:
    """Columns without a name beside others that have one: what a data frame's index becomes."""
    found = [name for name in columns if re.fullmatch(r"column_\d+", name)]
    return found if len(found) < len(columns) else []


def _is_split(profile: Profile) -> bool:
    """The column names parts, train among them: by one that says test alone, nothing is split."""
    parts = {value: split.part_of(value) for value in profile.values}
    said = sum(n for value, n in profile.values.items() if parts[value] is not None)
    return 0 in parts.values() and said >= _LEAST_NAMED * sum(profile.values.values())


def _head(path: Path, dialect: Dialect, width: int) -> list[pa.StringArray]:
    """The cells of the file's beginning, one array per column."""
    parts: list[list[pa.StringArray]] = [[] for _ in range(width)]
    records = size = 0
    for batch in table.batches(path, dialect):
        for gathered, column in zip(parts, batch.cells, strict=True):
            gathered.append(column)
        records += len(batch.rows)
        size += sum(column.nbytes for column in batch.cells)
        if records >= _MOST_RECORDS or size > _MOST_BYTES:
            break
    return [pa.concat_arrays(p) if p else pa.array([], pa.string()) for p in parts]
