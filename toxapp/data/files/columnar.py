"""Parquet files: columns of any type, as cells, a stretch of records at a time.

Rows are numbered as if the names of the columns stood in row 1: the first record is row 2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from toxapp.data.files.cells import as_strings, strings
from toxapp.errors import DataError

_MOST_RECORDS = 20_000
_MOST_BYTES = 16_000_000
_BUFFER_BYTES = 1 << 20


def names(path: Path) -> tuple[str, ...]:
    """The names of the columns as they stand in the file.

    Raises:
        DataError: the file is damaged or holds no record.
    """
    with _opened(path) as file:
        if not file.metadata.num_rows:
            message = f"{path.name} has column names, but no rows below them. Choose another file."
            raise DataError(message)
        return tuple(file.schema_arrow.names)


def stretches(
    path: Path, on_bytes: Callable[[int], None] | None = None
) -> Iterator[list[pa.StringArray]]:
    """The columns, each as n cells, stretch by stretch; their records follow on each other.

    Raises:
        DataError: the file is damaged.
    """
    size = path.stat().st_size
    with _opened(path) as file:
        count, done = file.metadata.num_rows, 0
        # All columns come, by position: two may have one name.
        for batch in file.iter_batches(batch_size=_records(file.metadata), use_threads=False):
            yield [_cells(column) for column in batch.columns]
            done += batch.num_rows
            if on_bytes:
                on_bytes(size * done // count)


def _records(metadata: pq.FileMetaData) -> int:
    """How many records make a stretch that is neither too many of them nor too many bytes."""
    groups = (metadata.row_group(index) for index in range(metadata.num_row_groups))
    bulky = max((g.total_byte_size / g.num_rows for g in groups if g.num_rows), default=1.0)
    return max(1, min(_MOST_RECORDS, int(_MOST_BYTES / max(bulky, 1.0))))


def _cells(column: pa.Array) -> pa.StringArray:
    try:
        cells = as_strings(column)
        cells.validate(full=True)
    except (pa.ArrowInvalid, UnicodeDecodeError):
        # What other writers call text need not be utf-8.
        shown = column.cast(pa.binary()).to_pylist()
        return strings([(cell or b"").decode(errors="replace") for cell in shown])
    return cells


@contextmanager
def _opened(path: Path) -> Iterator[pq.ParquetFile]:
    try:
        with pq.ParquetFile(path, pre_buffer=False, buffer_size=_BUFFER_BYTES) as file:
            yield file
    except (pa.ArrowException, OSError) as error:
        cause = str(error).splitlines()[0].rstrip(". ")[:100] if str(error) else "no cause known"
        message = f"{path.name} is a damaged Parquet file: it may have been cut while it was copied"
        raise DataError(f"{message} ({cause}). Copy or export it again.") from None
