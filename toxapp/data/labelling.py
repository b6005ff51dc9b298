"""How a file writes which labels a text carries, and the targets that follow from it.

    columns    one column per label: 0/1, true/false, yes/no, t/f, x/blank
    fraction   one column per label: a share in [0, 1]
    votes      one column per label: how many raters said so
    list       one column with several labels: 2,5   toxic;insult   ["toxic", "insult"]
    class      one column with one class: hateful / non-hateful, 0 / 1 / 2

Works on cells; knows nothing of files.
"""

from __future__ import annotations

import json
import math
import re
from ast import literal_eval
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from toxapp.data import targets
from toxapp.errors import DataError

Format = Literal["columns", "fraction", "votes", "list", "class"]
FORMATS: tuple[Format, ...] = ("columns", "fraction", "votes", "list", "class")
# "none" is missing in a column of marks, but as a class it is one: racism, sexism, none.
_MISSING = frozenset({"", "na", "n/a", "nan", "null", "-1", "-1.0"})
# Of a column of ids every value would be a label, and the targets would fill the memory.
_MOST_LABELS = 1_000
DELIMITERS = {
    ",": "comma",
    ";": "semicolon",
    "|": "vertical bar",
    " ": "blank",
    "_": "underscore",
    "json": "list",
}


@dataclass(frozen=True)
class Labelling:
    """How targets are written in a file.

    Attributes:
        format: see the module.
        columns: of the file; one per label, or the single column of a list or class.
        labels: columns, fraction, votes: as many as columns, in their order. list, class: the
            names that become labels; () where they are still to be collected from the file.
        delimiter: of a list: one of `DELIMITERS`.
        values: list, class: what stands in the file for each of `labels`.
        at_least: votes: from how many on a text carries the label; None: the share of the votes
            is a soft target.
        total_column: votes as shares: the column with the number of raters; None: the votes of
            all columns together.
        ticked: columns: those in which only the positives are marked (x, 1, yes), so that a blank
            is 0 there and not missing.
    """

    format: Format
    columns: tuple[str, ...]
    labels: tuple[str, ...] = ()
    delimiter: str = ""
    values: tuple[str, ...] = ()
    at_least: int | None = None
    total_column: str | None = None
    ticked: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a labelling that cannot be read."""
        if not self.columns:
            raise DataError("No label column is chosen. Choose at least one.")
        for label, count in Counter(self.labels).items():
            if not label.strip():
                raise DataError("A label has a blank name. Choose a name for it.")
            if count > 1:
                message = f"Two labels cannot both be called '{label}'. Choose other names."
                raise DataError(message)
        if self.format in ("list", "class") and len(self.columns) > 1:
            message = f"A {self.format} of labels stands in one column, not in "
            raise DataError(message + f"{len(self.columns)} of them. Choose one column.")
        if self.format == "list" and self.delimiter not in DELIMITERS:
            known = ", ".join(repr(mark) for mark in DELIMITERS)
            message = f"Several labels in a cell cannot be parted by '{self.delimiter}'. "
            raise DataError(message + f"Choose one of {known}.")
        if self.at_least is not None and self.at_least < 1:
            message = f"'At least {self.at_least} votes' would make every text carry every label. "
            raise DataError(message + "Choose 1 or more.")


Cells = Mapping[str, pa.StringArray]
Targets = NDArray[np.float32]
Positions = NDArray[np.int64]


def needed(labelling: Labelling) -> tuple[str, ...]:
    """The columns of the file that the targets follow from."""
    total = (labelling.total_column,) if labelling.total_column else ()
    return (*labelling.columns, *total)


def read(labelling: Labelling, cells: Cells) -> tuple[Targets, dict[str, Positions]]:
    """The targets that a stretch of a file states.

    Args:
        labelling: with its labels.
        cells: n cells of every column that is `needed`.

    Returns:
        Targets (n, n_labels) in [0, 1], NaN where missing or unexplained; and per column the
        positions of the cells that its format does not explain, ascending.
    """
    if labelling.format in ("list", "class"):
        return _read_names(labelling, cells[labelling.columns[0]])
    readers = {"columns": _mark, "fraction": _share, "votes": _count}
    values, strange = [], {}
    for column in labelling.columns:
        known, codes = _distinct(cells[column])
        found = [
            _ticked(cell, readers[labelling.format], column in labelling.ticked) for cell in known
        ]
        unexplained = np.array([value is None for value in found], bool)
        table = np.array([math.nan if value is None else value for value in found], np.float32)
        values.append(_taken(table, codes, math.nan))
        at = np.flatnonzero(_taken(unexplained, codes, False))
        if len(at):
            strange[column] = at
    targets_ = np.stack(values, axis=1).astype(np.float32)
    return (
        _voted(labelling, targets_, cells) if labelling.format == "votes" else targets_
    ), strange


def distinct_values(labelling: Labelling, cells: pa.StringArray) -> set[str]:
    """What stands in the cells of a list or class, missing words left out."""
    known, _ = _distinct(cells)
    return {name for cell in known for name in _names(labelling, cell) or ()}


def completed(labelling: Labelling, values: Iterable[str]) -> Labelling:
    """The labelling with labels for all `values`, those that it has staying first.

    Ids are ordered by number, names by the alphabet, so that the order follows from the file's
    content alone.

    Raises:
        DataError: these are too many to be labels, or one is called like another's given name.
    """
    further = sorted(set(values) - set(labelling.values), key=_order)
    if len(further) > _MOST_LABELS:
        message = f"Column '{labelling.columns[0]}' holds {len(further):,} different values, such "
        raise DataError(
            f"{message}as '{further[0][:40]}': too many to be labels. Choose another column, or "
            "say how the labels in a cell are parted."
        )
    return replace(
        labelling,
        values=(*labelling.values, *further),
        labels=(*labelling.labels, *further),
    )


def renamed(labelling: Labelling, names: Mapping[str, str]) -> Labelling:
    """The labelling with other names for its labels, given by what stands in the file.

    Raises:
        DataError: a name is given to a value that the file does not have, is blank or given twice.
    """
    known = labelling.values or labelling.columns
    strange = [value for value in names if value not in known]
    if strange:
        message = f"There is no label '{strange[0]}' to be named '{names[strange[0]]}'; there are: "
        raise DataError(message + f"{', '.join(known[:10])}.")
    labels = tuple(
        names.get(value, label) for value, label in zip(known, labelling.labels, strict=True)
    )
    return replace(labelling, labels=labels)


def parse_names(text: str) -> dict[str, str]:
    """Names for ids, as pasted or in a file.

        0 admiration            1,amusement         2: anger          admiration
        an id and a name a line, parted by blank, comma, tab, colon or =; or names alone,
        which then count from 0; or a JSON object or list

    Raises:
        DataError: a line has an id without a name.
    """
    text = text.strip()
    if text[:1] in ("{", "["):
        return _names_of_json(text)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    parted = [re.match(r"(-?\d+)\s*[\s,;:=\t]\s*(\S.*)$", line) for line in lines]
    if all(parted) and lines:
        return {m[1]: m[2].strip() for m in parted if m}
    if any(parted):
        line = next(line for line, match in zip(lines, parted, strict=True) if not match)
        message = f"The names of the labels cannot be read: '{line[:40]}' has no id before its "
        raise DataError(
            message + "name, others have. Write 'id,name' in every line, or names only."
        )
    return {str(number): line for number, line in enumerate(lines)}


def _names_of_json(text: str) -> dict[str, str]:
    try:
        found = json.loads(text)
    except ValueError as error:
        message = f"The names of the labels are no JSON: {error}. Write an id and a name a line."
        raise DataError(message) from None
    pairs = found.items() if isinstance(found, dict) else enumerate(found)
    return {str(value): str(name) for value, name in pairs}


def _order(value: str) -> tuple[int, float, str]:
    number = targets.as_number(value)
    return (1, 0.0, value) if number is None else (0, number, value)


def _distinct(cells: pa.StringArray) -> tuple[list[str], NDArray[np.int64]]:
    """The distinct cells and, of every cell, which of them it is."""
    coded = pc.dictionary_encode(cells)
    # Without `to_numpy`, which imports pandas.
    return coded.dictionary.to_pylist(), np.from_dlpack(coded.indices).astype(np.int64)


def _taken(table: NDArray[Any], codes: NDArray[np.int64], empty: object) -> NDArray[Any]:
    """`table[codes]`, also where both are empty."""
    return table[codes] if len(table) else np.full(len(codes), empty, table.dtype)


def _ticked(cell: str, reader: Callable[[str], float | None], ticked: bool) -> float | None:
    return 0.0 if ticked and not cell.strip() else reader(cell)


def _mark(cell: str) -> float | None:
    return targets.target(cell)


def _share(cell: str) -> float | None:
    """A number in [0, 1] as it is; else as in a column of marks."""
    number = targets.as_number(cell)
    return number if number is not None and 0 <= number <= 1 else targets.target(cell)


def _count(cell: str) -> float | None:
    """A whole number from 0 on; else as in a column of marks."""
    number = targets.as_number(cell)
    whole = number is not None and number >= 0 and number.is_integer()
    return number if whole else targets.target(cell)


def _voted(labelling: Labelling, votes: Targets, cells: Cells) -> Targets:
    """Votes (n, m) as targets: at least so many, or their share of all."""
    if labelling.at_least is not None:
        return np.where(np.isnan(votes), math.nan, votes >= labelling.at_least).astype(np.float32)
    total = np.nansum(votes, axis=1)
    if labelling.total_column:
        known, codes = _distinct(cells[labelling.total_column])
        numbers = np.array([targets.as_number(cell) or 0.0 for cell in known])
        total = _taken(numbers, codes, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = votes / np.where(total > 0, total, math.nan)[:, None]
    # More votes than raters: an error of the file, which cannot be more than certain.
    return np.minimum(shares, 1).astype(np.float32)


def _read_names(
    labelling: Labelling, cells: pa.StringArray
) -> tuple[Targets, dict[str, Positions]]:
    known, codes = _distinct(cells)
    place = {value: n for n, value in enumerate(labelling.values)}
    table = np.zeros((len(known), len(labelling.labels)), np.float32)
    broken = np.zeros(len(known), bool)
    for n, cell in enumerate(known):
        names = _names(labelling, cell)
        if names is None:
            table[n] = math.nan
            broken[n] = bool(cell.strip()) and not _is_missing(cell)
        else:
            table[n, [place[name] for name in names if name in place]] = 1
    at = np.flatnonzero(_taken(broken, codes, False))
    rows = table[codes] if len(table) else np.empty((len(codes), len(labelling.labels)), np.float32)
    return rows, {labelling.columns[0]: at} if len(at) else {}


def _names(labelling: Labelling, cell: str) -> list[str] | None:
    """The values in a cell of a list or class; None where it states nothing."""
    if not cell.strip() and labelling.columns[0] in labelling.ticked:
        return []
    # Beside 0 and 1, -1 may be a class like them; then it is among the values.
    if _is_missing(cell) and plain(cell) not in labelling.values:
        return None
    if labelling.format == "class":
        return [plain(cell)] if plain(cell) else None
    if labelling.delimiter == "json":
        return listed(cell)
    parts = cell.split() if labelling.delimiter == " " else cell.split(labelling.delimiter)
    return [name for part in parts if (name := plain(part))]


def _is_missing(cell: str) -> bool:
    return cell.strip().casefold() in _MISSING


def listed(cell: str) -> list[str] | None:
    """The members of a JSON or Python list in a cell; None where it is neither."""
    try:
        found = json.loads(cell)
    except (ValueError, RecursionError):
        try:
            found = literal_eval(cell.strip())
        except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
            return None
    if isinstance(found, list | tuple | set):
        return [name for member in found if (name := plain(str(member)))]
    return None


def plain(value: str) -> str:
    """A value as a label's name: no blanks or quotes around it, and no '.0' behind a number."""
    value = value.strip().strip("'\"").strip()
    return value[:-2] if re.fullmatch(r"-?\d+\.0", value) else value
