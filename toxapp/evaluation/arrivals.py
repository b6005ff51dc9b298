"""Texts that come in after the training: a sample of another dataset, or of a file.

Unlike `elsewhere`, which measures, this takes texts without targets as well: how they are scored
says something, whether or not somebody labelled them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from toxapp import workspace
from toxapp.data import picked, store
from toxapp.data.files import archive, table
from toxapp.errors import DataError
from toxapp.evaluation import elsewhere
from toxapp.evaluation.elsewhere import Labelled, Texts
from toxapp.evaluation.sampling import Sample, drawn
from toxapp.runs.run import Run
from toxapp.scoring.source import text_column


@dataclass(frozen=True, eq=False)
class Arrivals:
    """Texts, and what is known of them.

    Attributes:
        name: of the dataset or the file.
        rows: how many texts there are, of which these are a sample.
        labels: those of the run that are known there, in its order; maybe none.
        texts: n texts.
        targets: float32 (n, n_labels), NaN where missing.
    """

    name: str
    rows: int
    labels: tuple[str, ...]
    texts: list[str]
    targets: NDArray[np.float32]


def arrivals(chosen: Run, data: str, columns: Mapping[str, str], sample: Sample) -> Arrivals:
    """A sample of the texts of a dataset of the workspace, or else of a file.

    Args:
        chosen: the run that is to judge them.
        data: a dataset's id, or where a file lies.
        columns: label of the run -> label or column there, or "none"; labels that are not named
            here are taken from what has their own name.
        sample: the same one takes the same texts.

    Raises:
        DataError: the dataset is the run's own, a name is wrong, no text column can be told, or
            there is no text.
    """
    in_workspace = data in workspace.ids("datasets")
    found = (_of_dataset if in_workspace else _of_file)(chosen, data, columns, sample)
    if not found.texts:
        raise DataError(f"{found.name} holds no text to score. Choose other data.")
    return found


def _of_dataset(chosen: Run, data: str, columns: Mapping[str, str], sample: Sample) -> Arrivals:
    if data == chosen.settings.dataset:
        message = f"{data} is the dataset that the run was trained on, so nothing has come in. "
        raise DataError(message + "Choose another one.")
    dataset = store.load(data)
    named = elsewhere.named(chosen, columns, dataset.labels, dataset.name)
    kept = [dataset.labels.index(theirs) for theirs in named.values()]
    rng = np.random.default_rng(sample.seed)
    places = rng.choice(dataset.rows, min(sample.size, dataset.rows), replace=False)
    rows = picked.pick(data, np.sort(places))
    return Arrivals(dataset.name, dataset.rows, tuple(named), rows.texts, rows.targets[:, kept])


def _of_file(chosen: Run, data: str, columns: Mapping[str, str], sample: Sample) -> Arrivals:
    path = Path(data)
    with TemporaryDirectory() as folder:
        plain = archive.plain(path, Path(folder))
        dialect = table.sniff(plain, least_columns=1)
        named = elsewhere.named(chosen, columns, table.column_names(plain, dialect), path.name)
        if named:
            with elsewhere.of_file(chosen, path, columns) as labelled:
                return _joined(path.name, *drawn(labelled, sample))
        texts = Texts((), _unlabelled(plain, text_column(chosen, plain)))
        return _joined(path.name, *drawn(texts, sample))


def _joined(name: str, texts: Texts, rows: int) -> Arrivals:
    batches = list(texts.batches)
    found = [text for batch, _ in batches for text in batch]
    targets = [known for _, known in batches] or [np.empty((0, len(texts.labels)), np.float32)]
    return Arrivals(name, rows, texts.labels, found, np.concatenate(targets))


def _unlabelled(plain: Path, column: str) -> Iterator[Labelled]:
    dialect = table.sniff(plain, least_columns=1)
    at = table.column_names(plain, dialect).index(column)
    for batch in table.batches(plain, dialect):
        texts = [text for text in batch.cells[at].to_pylist() if text and not text.isspace()]
        yield texts, np.empty((len(texts), 0), np.float32)
