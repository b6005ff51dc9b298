"""The Parquet files of a dataset, written once the split of every row is known.

    data.parquet     file, row, text, split, a float32 column per label
    other.parquet    file, row, the columns that were not chosen

Both hold the same rows in the same order. They are made of the tables in the draft, stretch by
stretch, and take their final names when both are whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from toxapp.data import reading, store
from toxapp.data.draft import Stretch, stretches
from toxapp.data.files.cells import numbers, strings
from toxapp.data.reading import Reading
from toxapp.data.split import SPLITS

_NAME = pa.dictionary(pa.int32(), pa.string())


def write(
    folder: Path,
    tables: Sequence[Path],
    found: Reading,
    parts: NDArray[np.int8],
    *,
    on_rows: Callable[[int], None],
) -> dict[str, str]:
    """Write both files into `folder`; the column of data.parquet that each label has.

    Args:
        folder: of the dataset.
        tables: the draft's table of each file.
        found: the rows that are kept.
        parts: (n,) their splits, 0, 1 or 2.
        on_rows: told how many rows are stored.
    """
    plan = found.plan
    columns = store.free_names(plan.labels, suffix=" (label)")
    others = store.free_names(plan.others, taken=("file", "row"), suffix=" (column)")
    fixed = [("file", _NAME), ("row", pa.int64())]
    labels = [(name, pa.float32()) for name in columns.values()]
    data_schema = pa.schema([*fixed, ("text", pa.string()), ("split", _NAME), *labels])
    other_schema = pa.schema([*fixed, *((name, pa.string()) for name in others.values())])
    drafts = [tables[0].parent / "data.parquet", tables[0].parent / "other.parquet"]
    with _parquet(drafts[0], data_schema) as data, _parquet(drafts[1], other_schema) as other:
        done = 0
        for number, (source, table) in enumerate(zip(plan.files, tables, strict=True)):
            before = 0
            for stretch in stretches(table, source):
                end = before + len(stretch.rows)
                kept = _within(found, number, before, end)
                at = found.positions[kept] - before
                keys = [_repeat(source.name, len(at)), numbers(stretch.rows[at])]
                cells = _taken(stretch, at)
                texts = strings(reading.text_cells(cells(plan.text_column), plan))
                values = map(numbers, np.ascontiguousarray(found.targets[kept].T))
                rows = [*keys, texts, _coded(parts[kept], SPLITS), *values]
                data.write_batch(pa.record_batch(rows, schema=data_schema))
                rest = [*keys, *map(cells, plan.others)]
                other.write_batch(pa.record_batch(rest, schema=other_schema))
                before, done = end, done + len(at)
                on_rows(done)
    for draft in reversed(drafts):
        draft.replace(folder / draft.name)
    return columns


def _within(found: Reading, file: int, start: int, end: int) -> slice:
    """The kept rows of a stretch; rows are ordered by file and position."""
    first, last = np.searchsorted(found.files, (file, file + 1))
    low, high = np.searchsorted(found.positions[first:last], (start, end))
    return slice(int(first + low), int(first + high))


def _taken(stretch: Stretch, at: NDArray[np.int64]) -> Callable[[str], pa.StringArray]:
    """What gives a column's cells of the rows `at`; blank where the file has no such column."""
    index = numbers(at)

    def cells(name: str) -> pa.StringArray:
        if name not in stretch.cells:
            return pa.repeat(pa.scalar("", pa.string()), len(at))
        return stretch.cells[name].take(index)

    return cells


def _parquet(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """Dictionaries and statistics only where they help: on texts they cost time for nothing."""
    return pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        use_dictionary=[name for name in ("file", "split") if name in schema.names],
        write_statistics=["row"],
    )


def _repeat(name: str, count: int) -> pa.DictionaryArray:
    return _coded(np.zeros(count, np.int8), (name,))


def _coded(codes: NDArray[np.int8], names: Sequence[str]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(numbers(codes.astype(np.int32)), strings(names))
