"""What the user says of the labels where the guess is to be otherwise; the rest follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from toxapp.data import labelling, stated
from toxapp.data.guessing import candidates
from toxapp.data.guessing.guess import Guess
from toxapp.data.guessing.profile import of_column
from toxapp.data.labelling import FORMATS, Format, Labelling
from toxapp.errors import DataError

Cells = Sequence[pa.StringArray]


@dataclass(frozen=True)
class Wish:
    """What is said of the labels; None and () leave it to the guess.

    Attributes:
        labels: columns of the file; or of one column's classes or list members those to keep.
        column: the one with a class or a list.
        format: one of `FORMATS`.
        delimiter: of a list.
        at_least: votes from which a text carries a label.
        share: votes count as their share of all.
        total_column: the number of raters.
        names: names for ids, as `labelling.parse_names` reads them.
    """

    labels: tuple[str, ...] = ()
    column: str | None = None
    format: str | None = None
    delimiter: str | None = None
    at_least: int | None = None
    share: bool = False
    total_column: str | None = None
    names: str | None = None


def resolved(wish: Wish, found: Guess, cells: Cells) -> Labelling:
    """The labelling that is wished.

    Args:
        wish: what is said.
        found: the guess that it departs from.
        cells: of every column of the file, as far as was read.

    Raises:
        DataError: a column or a label is not there, or an option does not fit the format.
    """
    base = _in_format(wish, _in_columns(wish, found, cells), found, cells)
    base = _with_options(wish, _parted(wish, base, found, cells))
    if wish.labels and base.format in ("list", "class"):
        base = _kept(base, wish.labels)
    return labelling.renamed(base, labelling.parse_names(wish.names)) if wish.names else base


def _in_columns(wish: Wish, found: Guess, cells: Cells) -> Labelling | None:
    """The labelling in the columns that are named, else the guess."""
    named = (wish.column,) if wish.column else wish.labels
    columns = tuple(name for name in named if name in found.columns)
    if not columns or (wish.column is None and len(columns) < len(named)):
        _refuse_unknown(named, found)
        return found.labelling
    if found.labelling and set(found.labelling.columns) == set(columns):
        return _ordered(found.labelling, columns)
    return among(columns, found, cells)


def among(columns: Sequence[str], found: Guess, cells: Cells) -> Labelling | None:
    """How labels are written in these columns, whatever their names; None where no way fits."""
    # By other names, for those of the file may speak against them.
    plain = {f"label {n}": name for n, name in enumerate(columns)}
    own = {alias: cells[found.columns.index(name)] for alias, name in plain.items()}
    best = candidates.best([of_column(alias, column) for alias, column in own.items()], own)
    if best is None or len(best.labelling.columns) not in (1, len(columns)):
        return None
    made = best.labelling
    real = tuple(plain[alias] for alias in made.columns)
    labels = made.labels if made.format in ("list", "class") else real
    ticked = tuple(plain[alias] for alias in made.ticked)
    whole = replace(made, columns=real, labels=labels, ticked=ticked, total_column=None)
    return whole if set(real) == set(columns) else None


def _ordered(known: Labelling, columns: tuple[str, ...]) -> Labelling:
    if known.format in ("list", "class"):
        return known
    labels = dict(zip(known.columns, known.labels, strict=True))
    return replace(known, columns=columns, labels=tuple(labels[name] for name in columns))


def _refuse_unknown(named: Sequence[str], found: Guess) -> None:
    """Names that are neither columns nor labels of the guess."""
    known = (*found.columns, *(found.labelling.values if found.labelling else ()))
    lacking = [name for name in named if name not in known]
    if lacking:
        message = f"There is no column or label '{lacking[0]}'. The columns are: "
        raise DataError(message + f"{', '.join(found.columns[:10])}. Choose among them.")


def _in_format(wish: Wish, base: Labelling | None, found: Guess, cells: Cells) -> Labelling:
    """The labelling in the format that is asked for, with what it needs taken from the cells."""
    named = (wish.column,) if wish.column else wish.labels
    columns = base.columns if base else tuple(name for name in named if name in found.columns)
    if not columns:
        raise DataError("No label column is chosen. Choose at least one.")
    if base is not None and wish.format in (None, base.format):
        return base
    wanted = wish.format or _plainest(columns, found, cells)
    asked = next((known for known in FORMATS if known == wanted), None)
    if asked is None:
        message = f"There is no label format '{wish.format}'. Choose one of {', '.join(FORMATS)}."
        raise DataError(message)
    return as_format(asked, columns, found, cells, delimiter=wish.delimiter)


def _plainest(columns: Sequence[str], found: Guess, cells: Cells) -> Format:
    """Of columns that do not look like labels together: counts are votes, parts of 1 shares."""
    profiles = [of_column(name, cells[found.columns.index(name)]) for name in columns]
    if any(p.is_fraction for p in profiles):
        return "fraction"
    counts = all(p.is_count or p.is_marks for p in profiles)
    return "votes" if counts and any(p.is_count for p in profiles) else "columns"


def as_format(
    asked: Format, columns: Sequence[str], found: Guess, cells: Cells, *, delimiter: str | None
) -> Labelling:
    """These columns read in a format, whatever they look like.

    Raises:
        DataError: a list or class is asked for in several columns, or the delimiter is unknown.
    """
    columns = tuple(columns)
    if asked not in ("list", "class"):
        least = 1 if asked == "votes" else None
        return Labelling(asked, columns, columns, at_least=least)
    mark = (delimiter or ",") if asked == "list" else ""
    empty = Labelling(asked, columns, delimiter=mark)
    column = cells[found.columns.index(columns[0])]
    return labelling.completed(empty, stated.distinct_values(empty, column))


def _parted(wish: Wish, base: Labelling, found: Guess, cells: Cells) -> Labelling:
    """A list with its members parted as is wished."""
    if not wish.delimiter or base.format != "list" or wish.delimiter == base.delimiter:
        return base
    again = as_format("list", base.columns, found, cells, delimiter=wish.delimiter)
    return replace(again, ticked=base.ticked)


def _with_options(wish: Wish, base: Labelling) -> Labelling:
    votes = wish.at_least is not None or wish.share or wish.total_column is not None
    if not votes:
        return base
    if base.format != "votes":
        message = "How many votes count can be said for the format votes only, and labels are "
        raise DataError(message + f"written as {base.format}. Choose the format votes.")
    least = None if wish.share or wish.at_least is None else wish.at_least
    return replace(base, at_least=least, total_column=wish.total_column or base.total_column)


def _kept(base: Labelling, labels: tuple[str, ...]) -> Labelling:
    """Of a list's or class's labels only some; a text without them carries none."""
    if labels == base.columns:
        return base
    names = dict(zip(base.labels, base.values, strict=True))
    lacking = [label for label in labels if label not in names]
    if lacking:
        message = f"Column '{base.columns[0]}' names no label '{lacking[0]}'; it names: "
        raise DataError(message + f"{', '.join(base.labels[:10])}.")
    return replace(base, labels=labels, values=tuple(names[label] for label in labels))
