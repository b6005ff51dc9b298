"""A scored file: the columns as they came, then `<label>_score` and `<label>_flagged` per label.

Labels that the rule has a calibration or an act cut-off for get `<label>_probability` and
`<label>_act` behind them, all of one kind together, in the labels' order.

A cell that a spreadsheet would run as a formula gets a `'` in front. Parquet keeps every cell as
it is. Where the file already has a column of one of our names, ours gets " (2)" behind it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from toxapp.errors import DataError
from toxapp.scoring.decided import Added, Decided

SUFFIXES = (".csv", ".tsv", ".parquet")
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


class Writer(Protocol):
    """What takes the rows of a scored file."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...

    def write(self, cells: Sequence[Sequence[str]], decided: Decided) -> None:
        """Add rows: n tuples of cells, and what was decided of each."""


def open_writer(path: Path, columns: Sequence[str], added: Added) -> Writer:
    """A writer for the kind of file that the suffix of `path` names.

    Raises:
        DataError: another suffix than .csv, .tsv or .parquet.
    """
    if path.suffix not in SUFFIXES:
        found = path.suffix or "no suffix"
        message = f"{path.name}: a scored file is written as .csv, .tsv or .parquet, not {found}."
        raise DataError(message)
    if path.suffix == ".parquet":
        return _Parquet(path, columns, added)
    separator = "\t" if path.suffix == ".tsv" else ","
    return _Separated(path, [*columns, *free_names(columns, added)], separator)


def free_names(columns: Sequence[str], added: Added) -> list[str]:
    """Names of the added columns, each different from the file's own."""
    taken = set(columns)
    free = []
    for name in added.names:
        choice, number = name, 2
        while choice in taken:
            choice, number = f"{name} ({number})", number + 1
        taken.add(choice)
        free.append(choice)
    return free


def guarded(cell: str) -> str:
    """The cell, made harmless where a spreadsheet would take it for a formula; numbers stay."""
    if not cell.startswith(_DANGEROUS) or _is_number(cell):
        return cell
    return f"'{cell}"


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


class _Separated:
    def __init__(self, path: Path, names: Sequence[str], separator: str) -> None:
        self._file = path.open("w", encoding="utf-8", newline="")
        self._plain = csv.writer(self._file, delimiter=separator, lineterminator="\n")
        self._quoting = csv.writer(
            self._file, delimiter=separator, lineterminator="\n", quoting=csv.QUOTE_ALL
        )
        self._add([guarded(name) for name in names])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def write(self, cells: Sequence[Sequence[str]], decided: Decided) -> None:
        columns = [_cells(column) for part in decided.parts for column in part.T]
        rows = zip(cells, decided.scored, zip(*columns, strict=True), strict=True)
        for row, scored, ours in rows:
            self._add([*map(guarded, row), *(ours if scored else [""] * len(ours))])

    def _add(self, row: list[str]) -> None:
        # By itself, csv leaves a lone carriage return bare, which readers take for a new row.
        bare = any("\r" in cell for cell in row)
        (self._quoting if bare else self._plain).writerow(row)


def _cells(column: NDArray[np.float32] | NDArray[np.bool_]) -> list[str]:
    if column.dtype == np.bool_:
        return ["1" if flag else "0" for flag in column]
    return [f"{figure:.9g}" for figure in column]


class _Parquet:
    def __init__(self, path: Path, columns: Sequence[str], added: Added) -> None:
        figures, flags, ours = pa.float32(), pa.bool_(), len(added.labels)
        kinds = [figures] * ours + [flags] * ours
        kinds += [figures] * len(added.calibrated) + [flags] * len(added.acting)
        names = [*columns, *free_names(columns, added)]
        kinds = [pa.string()] * len(columns) + kinds
        self._schema = pa.schema(list(zip(names, kinds, strict=True)))
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._writer.close()

    def write(self, cells: Sequence[Sequence[str]], decided: Decided) -> None:
        if not cells:
            return
        columns: list[Iterable[object]] = list(zip(*cells, strict=True))
        arrays = [pa.array(column, pa.string()) for column in columns]
        for part in decided.parts:
            arrays += [pa.array(column, mask=~decided.scored) for column in part.T]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
