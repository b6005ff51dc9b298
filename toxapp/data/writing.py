"""The Parquet files of a dataset, written in two steps because the split is known only at the end.

While the file is read, chunks go to a draft (Arrow, uncompressed, in a folder of its own); then
the draft is read batch by batch, gets its split column and takes its final name. A reader of the
dataset sees nothing of it before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from toxapp.data import store
from toxapp.data.reading import Chunk, Plan
from toxapp.data.split import SPLITS

_NAME = pa.dictionary(pa.int32(), pa.string())


class Draft:
    """A dataset's rows on their way; to be entered, and left before `store_rows`."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        self._folder = folder
        self._plan = plan
        self.columns = store.free_names(plan.labels, suffix=" (label)")
        others = store.free_names(plan.others, taken=("file", "row"), suffix=" (column)")
        labels = [(name, pa.float32()) for name in self.columns.values()]
        self._rows = pa.schema([("row", pa.int64()), ("text", pa.string()), *labels])
        cells = [(name, pa.string()) for name in others.values()]
        self._others = pa.schema([("file", _NAME), ("row", pa.int64()), *cells])
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self._folder.mkdir(exist_ok=True)
        rows = self._folder / "rows.arrow"
        self._rows_writer = self._open.enter_context(pa.ipc.new_file(str(rows), self._rows))
        other = self._folder / "other.parquet"
        self._other_writer = self._open.enter_context(_parquet(other, self._others))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    def write(self, chunk: Chunk) -> None:
        """Append the rows of `chunk`."""
        if not len(chunk.rows):
            return
        row = _numbers(chunk.rows)
        labels = map(_numbers, np.ascontiguousarray(chunk.targets.T))
        rows = [row, _strings(chunk.texts), *labels]
        self._rows_writer.write_batch(pa.record_batch(rows, schema=self._rows))
        file = _repeat(self._plan.file, len(chunk.rows))
        others = [file, row, *map(_strings, chunk.others.values())]
        self._other_writer.write_batch(pa.record_batch(others, schema=self._others))

    def store_rows(
        self, folder: Path, parts: NDArray[np.int8], *, on_rows: Callable[[int], None]
    ) -> None:
        """Write data.parquet and other.parquet of `folder`.

        Args:
            folder: of the dataset.
            parts: (n,) the split of all rows written, 0, 1 or 2.
            on_rows: told how many rows are stored.
        """
        fixed = [("file", _NAME), ("row", pa.int64()), ("text", pa.string()), ("split", _NAME)]
        labels = [(name, pa.float32()) for name in self.columns.values()]
        draft, done = self._folder / "data.parquet", 0
        with (
            pa.OSFile(str(self._folder / "rows.arrow")) as source,
            pa.ipc.open_file(source) as file,
            _parquet(draft, pa.schema([*fixed, *labels])) as writer,
        ):
            for index in range(file.num_record_batches):
                batch = file.get_batch(index)
                split = _coded(parts[done : done + batch.num_rows], SPLITS)
                row, text, *targets = batch.columns
                names = _repeat(self._plan.file, batch.num_rows)
                columns = [names, row, text, split, *targets]
                writer.write_batch(pa.record_batch(columns, schema=writer.schema))
                done += batch.num_rows
                on_rows(done)
        for name in ("other.parquet", "data.parquet"):
            (self._folder / name).replace(folder / name)


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
    return pa.DictionaryArray.from_arrays(_numbers(codes.astype(np.int32)), _strings(names))


# Arrays are made of buffers: `pa.array` imports pandas, a third of a second for every import job.


def _numbers(values: NDArray[np.generic]) -> pa.Array:
    kind = pa.from_numpy_dtype(values.dtype)
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(values)])


def _strings(texts: Sequence[str]) -> pa.StringArray:
    encoded = [text.encode() for text in texts]
    ends = np.cumsum([0, *map(len, encoded)]).astype(np.int32)
    return pa.StringArray.from_buffers(
        len(encoded), pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))
    )
