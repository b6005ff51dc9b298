"""The first step of an import: a file of any kind becomes a table of cells on disk.

<draft>/<n>.parquet    row (as the spreadsheet counts), a string column "0", "1", ... per column

Written without compression, for it is read twice and then removed. Later steps read it as fast as
the disk gives, whatever the file was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from toxapp.data.files import cells, table
from toxapp.data.notes import Note
from toxapp.data.plan import Source

_BATCH_ROWS = 20_000


class Stretch(NamedTuple):
    """Some records of a table on disk, in file order.

    Attributes:
        rows: (n,) as the spreadsheet counts.
        cells: n cells per column of the file.
    """

    rows: NDArray[np.int64]
    cells: dict[str, pa.StringArray]


def convert(
    path: Path, source: Source, target: Path, *, on_bytes: Callable[[int], None] | None = None
) -> list[Note]:
    """Write the sound records of `path`, an unpacked file, to `target`; notes on the others.

    Raises:
        DataError: as `table.batches`.
    """
    columns = [(str(n), pa.string()) for n in range(len(source.columns))]
    schema = pa.schema([("row", pa.int64()), *columns])
    notes: dict[str, Note] = {}
    with pq.ParquetWriter(
        target, schema, compression="none", use_dictionary=False, write_statistics=False
    ) as writer:
        for batch in table.batches(path, source.dialect, on_bytes=on_bytes):
            if len(batch.rows):
                arrays = [cells.numbers(batch.rows), *batch.cells]
                writer.write_batch(pa.record_batch(arrays, schema=schema))
            for fault in batch.faults:
                note = Note(fault.kind, source.name, "", 1, (fault.row,), (fault.sentence,))
                notes[fault.kind] = notes[fault.kind] + note if fault.kind in notes else note
    pa.default_memory_pool().release_unused()
    return list(notes.values())


def stretches(target: Path, source: Source) -> Iterator[Stretch]:
    """The records of a table on disk, at most 20,000 at a time; one empty stretch for none."""
    with pq.ParquetFile(target, pre_buffer=False) as file:
        if not file.metadata.num_rows:
            empty = cells.strings([])
            yield Stretch(np.empty(0, np.int64), dict.fromkeys(source.columns, empty))
        for batch in file.iter_batches(_BATCH_ROWS):
            row, *columns = batch.columns
            # `to_numpy` imports pandas, a third of a second for every job.
            rows = np.asarray(np.from_dlpack(row), np.int64)
            yield Stretch(rows, dict(zip(source.columns, columns, strict=True)))


def column(target: Path, source: Source, name: str) -> Iterator[pa.StringArray]:
    """The cells of one column, stretch by stretch."""
    with pq.ParquetFile(target, pre_buffer=False) as file:
        for batch in file.iter_batches(_BATCH_ROWS, columns=[str(source.columns.index(name))]):
            yield batch.column(0)


def records(targets: Sequence[Path]) -> int:
    """How many records the tables hold together."""
    return sum(pq.read_metadata(target).num_rows for target in targets)
