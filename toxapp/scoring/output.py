"""A scored file: the columns as they came, then `<label>_score` and `<label>_flagged` per label.

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

SUFFIXES = (".csv", ".tsv", ".parquet")
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


class Writer(Protocol):
    """What takes the rows of a scored file."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...

    def write(
        self, cells: Sequence[Sequence[str]], scores: NDArray[np.float32], flags: NDArray[np.bool_]
    ) -> None:
        """Add rows: n tuples of cells, scores and flags (n, n_labels); NaN where not scored."""


def open_writer(path: Path, columns: Sequence[str], labels: Sequence[str]) -> Writer:
    """A writer for the kind of file that the suffix of `path` names.

    Raises:
        DataError: another suffix than .csv, .tsv or .parquet.
    """
    if path.suffix not in SUFFIXES:
        found = path.suffix or "no suffix"
        message = f"{path.name}: a scored file is written as .csv, .tsv or .parquet, not {found}."
        raise DataError(message)
    if path.suffix == ".parquet":
        return _Parquet(path, columns, added_columns(columns, labels))
    separator = "\t" if path.suffix == ".tsv" else ","
    return _Separated(path, [*columns, *added_columns(columns, labels)], separator)


def added_columns(columns: Sequence[str], labels: Sequence[str]) -> list[str]:
    """Names of the added columns, scores first, each different from the file's own."""
    taken = set(columns)
    names = [f"{label}_score" for label in labels] + [f"{label}_flagged" for label in labels]
    free = []
    for name in names:
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

    def write(
        self, cells: Sequence[Sequence[str]], scores: NDArray[np.float32], flags: NDArray[np.bool_]
    ) -> None:
        for row, score, flag in zip(cells, scores, flags, strict=True):
            unscored = bool(np.isnan(score).any())
            marks = [""] * len(flag) if unscored else [str(int(f)) for f in flag]
            figures = [""] * len(score) if unscored else [f"{s:.9g}" for s in score]
            self._add([*map(guarded, row), *figures, *marks])

    def _add(self, row: list[str]) -> None:
        # By itself, csv leaves a lone carriage return bare, which readers take for a new row.
        bare = any("\r" in cell for cell in row)
        (self._quoting if bare else self._plain).writerow(row)


class _Parquet:
    def __init__(self, path: Path, columns: Sequence[str], added: Sequence[str]) -> None:
        half = len(added) // 2
        kinds = [pa.string()] * len(columns) + [pa.float32()] * half + [pa.bool_()] * half
        names = [*columns, *added]
        self._schema = pa.schema(list(zip(names, kinds, strict=True)))
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._writer.close()

    def write(
        self, cells: Sequence[Sequence[str]], scores: NDArray[np.float32], flags: NDArray[np.bool_]
    ) -> None:
        if not cells:
            return
        missing = np.isnan(scores)
        columns: list[Iterable[object]] = list(zip(*cells, strict=True))
        arrays = [pa.array(column, pa.string()) for column in columns]
        for values in (scores, flags):
            arrays += [pa.array(v, mask=m) for v, m in zip(values.T, missing.T, strict=True)]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
