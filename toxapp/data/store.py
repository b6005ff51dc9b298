"""The datasets of the workspace, as they are once imported: figures, and rows split by split.

    datasets/<id>/dataset.json     what `Dataset` holds; written last, so its presence says "done"
                  data.parquet     file, row, text, split, a float32 column per label
                  other.parquet    file, row, the columns that were not chosen

Knows nothing of how the files were written before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from toxapp import workspace
from toxapp.data import plan
from toxapp.data.plan import Plan
from toxapp.data.problem import Problem
from toxapp.data.split import SPLITS
from toxapp.errors import DataError
from toxapp.jobs import state

_FIXED = ("file", "row", "text", "split")


@dataclass(frozen=True)
class TextLengths:
    """A histogram of text lengths in characters: `edges[i] <= length < edges[i + 1]`."""

    edges: tuple[int, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Dataset:
    """A dataset's description; the content of dataset.json.

    Attributes:
        id: the name of its folder.
        name: as the user calls it.
        created: UTC, ISO 8601.
        plan: its files and what was read of them.
        columns: of data.parquet, by label; differs where a label is called like a fixed column.
        rows: that can be used.
        splits: rows per split.
        positives: per label and split, targets of 0.5 and more.
        known: per label and split, targets that are not missing.
        together: (m, m) texts that carry both labels; on the diagonal, those that carry it.
        labels_per_text: how many texts carry 0, 1, 2, ... labels.
        text_lengths: of all rows.
        scripts: share of the texts per script, largest first.
        languages: share per language of a sample, a guess, largest first.
        problems: what the import found.
    """

    id: str
    name: str
    created: str
    plan: Plan
    columns: dict[str, str]
    rows: int
    splits: dict[str, int]
    positives: dict[str, dict[str, int]]
    known: dict[str, dict[str, int]]
    together: tuple[tuple[int, ...], ...]
    labels_per_text: tuple[int, ...]
    text_lengths: TextLengths
    scripts: tuple[tuple[str, float], ...]
    languages: tuple[tuple[str, float], ...]
    problems: tuple[Problem, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """In the order of every array and model made from the dataset."""
        return self.plan.labels

    @property
    def text_column(self) -> str:
        """The column of the files that held the texts."""
        return self.plan.text_column


@dataclass(frozen=True)
class Rows:
    """Rows of a dataset in file order.

    Attributes:
        file: n file names.
        row: (n,) int64, as the spreadsheet counts.
        texts: n texts.
        targets: (n, m) float32 in the dataset's label order, NaN where missing.
    """

    file: list[str]
    row: NDArray[np.int64]
    texts: list[str]
    targets: NDArray[np.float32]


def load(dataset_id: str) -> Dataset:
    """The dataset of that id.

    Raises:
        NotFoundError: there is none in this workspace.
        DataError: its import has not finished, or failed.
    """
    folder = workspace.find("datasets", dataset_id)
    found = workspace.read_json(folder / "dataset.json")
    if found is None:
        raise DataError(_unfinished(folder))
    return _dataset(found)


def datasets() -> list[Dataset]:
    """All datasets whose import has finished, newest first."""
    folder = workspace.home() / "datasets"
    found = (
        workspace.read_json(folder / name / "dataset.json") for name in workspace.ids("datasets")
    )
    return [_dataset(description) for description in found if description is not None]


def save(folder: Path, dataset: Dataset) -> None:
    """Write dataset.json, which declares the import done."""
    workspace.write_json(folder / "dataset.json", asdict(dataset))


def read(dataset_id: str, split: str) -> Rows:
    """All rows of one split, in file order.

    Args:
        dataset_id: of a finished dataset.
        split: train, validation or test.
    """
    assert split in SPLITS, split
    dataset = load(dataset_id)
    return _rows(dataset, list(_batches(dataset, split)))


def sample(dataset_id: str, n: int) -> Rows:
    """The first `n` rows, or all where there are fewer."""
    dataset = load(dataset_id)
    first: list[pa.RecordBatch] = []
    lacking = n
    for batch in _batches(dataset, None, size=max(1, n)):
        first.append(batch.slice(0, lacking))
        lacking -= first[-1].num_rows
        if not lacking:
            break
    return _rows(dataset, first)


def free_names(
    names: Sequence[str], *, taken: Sequence[str] = _FIXED, suffix: str
) -> dict[str, str]:
    """A column for every name: the name itself, with `suffix` as often as it needs to be free."""
    free: dict[str, str] = {}
    for name in names:
        column = name
        while column in taken or column in free.values() or (column != name and column in names):
            column += suffix
        free[name] = column
    return free


def _batches(
    dataset: Dataset, split: str | None, *, size: int = 20_000
) -> Iterator[pa.RecordBatch]:
    path = workspace.find("datasets", dataset.id) / "data.parquet"
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(size, columns=[*_FIXED, *dataset.columns.values()]):
            if split is None:
                yield batch
            else:
                yield batch.filter(pc.equal(batch.column("split").cast(pa.string()), split))


def _rows(dataset: Dataset, batches: list[pa.RecordBatch]) -> Rows:
    table = pa.Table.from_batches(batches)
    columns = [table.column(dataset.columns[label]).to_numpy() for label in dataset.labels]
    return Rows(
        _shared(table.column("file")),
        table.column("row").to_numpy(),
        table.column("text").to_pylist(),
        np.column_stack(columns).astype(np.float32, copy=False),
    )


def _shared(column: pa.ChunkedArray) -> list[str]:
    """The strings of a dictionary column, equal ones being one object."""
    names: list[str] = []
    for chunk in column.chunks:
        known = chunk.dictionary.to_pylist()
        names.extend(known[code] for code in chunk.indices.to_pylist())
    return names


def _unfinished(folder: Path) -> str:
    job = state.look(folder)
    if job is None:
        return f"The dataset {folder.name} was never read. Delete it and add the file again."
    if job.state in state.ENDED:
        return (
            f"The dataset {folder.name} is not usable, its import {job.state}: {job.reason} "
            "Delete it and add the file again."
        )
    return f"The dataset {folder.name} is still being read ({job.stage}). Wait until it is done."


def _dataset(found: dict[str, Any]) -> Dataset:
    known = {f.name for f in fields(Dataset)}
    assert set(found) == known, f"unlike keys in dataset.json: {sorted(set(found) ^ known)}"
    problems = (Problem(**{**p, "rows": tuple(p["rows"])}) for p in found["problems"])
    lengths = found["text_lengths"]
    typed = {
        "plan": plan.from_json(found["plan"]),
        "together": tuple(map(tuple, found["together"])),
        "labels_per_text": tuple(found["labels_per_text"]),
        "text_lengths": TextLengths(tuple(lengths["edges"]), tuple(lengths["counts"])),
        "scripts": tuple(map(tuple, found["scripts"])),
        "languages": tuple(map(tuple, found["languages"])),
        "problems": tuple(problems),
    }
    return Dataset(**{**found, **typed})
