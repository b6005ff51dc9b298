"""Some rows of a dataset, read without reading the texts of all the others."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from toxapp import workspace
from toxapp.data import store
from toxapp.data.split import SPLITS
from toxapp.data.store import Dataset, Rows


def pick(dataset_id: str, places: NDArray[np.integer], *, split: str | None = None) -> Rows:
    """The rows at these places, in the order of the places; each stretch of the file is read once.

    Args:
        dataset_id: of a finished dataset.
        places: (n,) different ones, counted from 0 in file order among the rows of the split.
        split: train, validation or test; None counts among all rows.
    """
    dataset = store.load(dataset_id)
    with pq.ParquetFile(workspace.find("datasets", dataset_id) / "data.parquet") as file:
        wanted = _among_all(file, split)[places] if split else np.asarray(places, np.int64)
        order = np.argsort(wanted)
        table = pa.concat_tables(_stretches(file, dataset, wanted[order]))
    back = np.argsort(order)  # from file order to the order that was asked for
    return _rows(dataset, table.take(pa.array(back)))


def _among_all(file: pq.ParquetFile, split: str) -> NDArray[np.int64]:
    """Where in the file the rows of the split stand."""
    assert split in SPLITS, split
    column = file.read(columns=["split"]).column("split").cast(pa.string())
    return np.flatnonzero(pc.equal(column, split).to_numpy())


def _stretches(
    file: pq.ParquetFile, dataset: Dataset, wanted: NDArray[np.int64]
) -> Iterator[pa.Table]:
    """The wanted rows, ascending, of every row group that has any; of none, an empty table."""
    columns = ["file", "row", "text", *dataset.columns.values()]
    sizes = [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)]
    yield file.schema_arrow.empty_table().select(columns).cast(_plain(file, columns))
    for group, (start, end) in enumerate(pairwise(np.cumsum([0, *sizes]))):
        here = wanted[(wanted >= start) & (wanted < end)] - start
        if here.size:
            found = file.read_row_group(group, columns=columns).select(columns)
            yield found.take(pa.array(here)).cast(_plain(file, columns))


def _plain(file: pq.ParquetFile, columns: list[str]) -> pa.Schema:
    """The columns with names of files as strings: row groups have dictionaries of their own."""
    fields = [file.schema_arrow.field(name) for name in columns]
    return pa.schema([pa.field("file", pa.string()), *fields[1:]])


def _rows(dataset: Dataset, table: pa.Table) -> Rows:
    targets = [table.column(dataset.columns[label]).to_numpy() for label in dataset.labels]
    return Rows(
        table.column("file").to_pylist(),
        table.column("row").to_numpy(),
        table.column("text").to_pylist(),
        np.column_stack(targets).astype(np.float32, copy=False),
    )
