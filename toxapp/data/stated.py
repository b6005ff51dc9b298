"""What the cells of label columns state: the targets of a stretch of a file, by its labelling."""

from __future__ import annotations

import json
import math
import re
from ast import literal_eval
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from toxapp.data import targets
from toxapp.data.labelling import Labelling

# "none" is missing in a column of marks, but as a class it is one: racism, sexism, none.
_MISSING = frozenset({"", "na", "n/a", "nan", "null", "-1", "-1.0"})

Cells = Mapping[str, pa.StringArray]
Targets = NDArray[np.float32]
Positions = NDArray[np.int64]


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
    values, strange = [], {}
    for column in labelling.columns:
        known, codes = _distinct(cells[column])
        found = [
            _ticked(cell, _READERS[labelling.format], column in labelling.ticked) for cell in known
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


def is_stated(labelling: Labelling, column: str, cell: str) -> bool:
    """Whether a cell of one of the labelling's columns states something that it explains."""
    if labelling.format in ("list", "class"):
        names = _names(labelling, cell)
        return bool(names) and set(names or ()) <= set(labelling.values)
    value = _READERS[labelling.format](cell)
    return column in labelling.columns and value is not None and not math.isnan(value)


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


_READERS = {"columns": _mark, "fraction": _share, "votes": _count}


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
