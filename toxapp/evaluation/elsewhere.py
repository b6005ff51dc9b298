"""A run on texts that it has not met: another file, or another dataset.

    with elsewhere.of(chosen, "other.csv", {"toxic": "label"}) as texts:
        scored = elsewhere.score(chosen, texts, report=print)

Labels that are not known there are left out, and never counted as 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from toxapp import workspace
from toxapp.data import reading, split, store
from toxapp.data.draft import Stretch
from toxapp.data.files import archive, table
from toxapp.data.files.batching import Batch
from toxapp.data.labelling import Labelling
from toxapp.data.plan import Plan, Source
from toxapp.errors import DataError
from toxapp.evaluation import outside
from toxapp.runs.run import Run
from toxapp.scoring.engine import open_scorer
from toxapp.scoring.source import text_column

Labelled = tuple[list[str], NDArray[np.float32]]
Report = Callable[[int], None]

NOT_THERE = "none"
"""What a label is mapped to that is to be left out, though something there has its name."""


@dataclass(frozen=True, eq=False)
class Texts:
    """Labelled texts, to be gone through once.

    Attributes:
        labels: those of the run that are known there, in the run's order.
        batches: texts, and their targets float32 (n_texts, n_labels), NaN where missing.
    """

    labels: tuple[str, ...]
    batches: Iterable[Labelled]


@dataclass(frozen=True, eq=False)
class Scored:
    """Labelled texts with their scores.

    Attributes:
        labels: those of the run that are known there, in the run's order.
        targets: float32 (n_texts, n_labels), NaN where missing.
        scores: float32 (n_texts, n_labels).
        outside: float32 (n_texts,), of a text-to-text run: the probability of strings that its
            scores do not rest on. None for other families.
    """

    labels: tuple[str, ...]
    targets: NDArray[np.float32]
    scores: NDArray[np.float32]
    outside: NDArray[np.float32] | None


@contextmanager
def of(chosen: Run, data: str, columns: Mapping[str, str]) -> Iterator[Texts]:
    """The labelled texts of a dataset of the workspace, or else of a file.

    Args:
        chosen: a run.
        data: a dataset's id, or where a file lies.
        columns: label of the run -> label or column there, or "none"; labels that are not named
            here are taken from what has their own name, and left out where there is none.

    Raises:
        DataError: there is none of the run's labels, no text column can be told, or the dataset is
            the run's own.
    """
    if data in workspace.ids("datasets"):
        yield of_dataset(chosen, data, columns)
    else:
        with of_file(chosen, Path(data), columns) as texts:
            yield texts


@contextmanager
def of_file(chosen: Run, path: Path, columns: Mapping[str, str]) -> Iterator[Texts]:
    """The usable rows of a file, as for `of`."""
    with TemporaryDirectory() as folder:
        plain = archive.plain(path, Path(folder))
        dialect = table.sniff(plain)
        names = table.column_names(plain, dialect)
        mapped = _mapped(chosen, columns, names, path.name)
        source = Source(path.name, "", "", 0, "rows", dialect, names)
        plan = _plan(source, mapped, text_column(chosen, plain))
        chunks = (
            reading.chunk(_stretch(batch, names), plan, source)
            for batch in table.batches(plain, dialect)
        )
        yield Texts(tuple(mapped), ((chunk.texts, chunk.targets) for chunk in chunks))


def _plan(source: Source, mapped: Mapping[str, str], text: str) -> Plan:
    """How the mapped columns are read: shares are understood wherever 0 and 1 are."""
    labelling = Labelling("fraction", tuple(mapped.values()), tuple(mapped))
    return Plan((source,), text, labelling, split_column=None, seed=0, shares=split.SHARES)


def _stretch(batch: Batch, names: tuple[str, ...]) -> Stretch:
    return Stretch(batch.rows, dict(zip(names, batch.cells, strict=True)))


def of_dataset(chosen: Run, dataset_id: str, columns: Mapping[str, str]) -> Texts:
    """All rows of another dataset that have a known target, as for `of`."""
    if dataset_id == chosen.settings.dataset:
        message = (
            f"{dataset_id} is the dataset that the run was trained on. Evaluate without --data: "
        )
        raise DataError(message + "its test split is measured then.")
    names = store.load(dataset_id).labels
    mapped = _mapped(chosen, columns, names, dataset_id)
    kept = [names.index(theirs) for theirs in mapped.values()]
    parts = (store.read(dataset_id, part) for part in split.SPLITS)
    batches = (_known(rows.texts, rows.targets[:, kept]) for rows in parts)
    return Texts(tuple(mapped), batches)


def _known(texts: list[str], targets: NDArray[np.float32]) -> Labelled:
    """Those of the texts that any target is known of, as only such rows of a file are read."""
    at = np.flatnonzero(~np.isnan(targets).all(axis=1))
    return [texts[place] for place in at], targets[at]


def score(chosen: Run, texts: Texts, *, report: Report) -> Scored:
    """Score all of the texts by the run's own engine.

    Args:
        chosen: a finished run.
        texts: of `of`, or a sample of them.
        report: told how many texts are scored.

    Raises:
        DataError: no row has a text and a target.
        JobError, ModelError: the run has not finished, or its bundle is damaged.
    """
    scorer, family = open_scorer(chosen), chosen.settings.family
    kept = [scorer.labels.index(label) for label in texts.labels]
    targets, scores, beyond, done = [], [], [], 0
    for batch, known in texts.batches:
        found, rest = outside.read(family, scorer, batch, partial(_shifted, report, done))
        targets.append(known)
        scores.append(found[:, kept])
        beyond += [] if rest is None else [rest]
        done += len(batch)
    if not done:
        raise nothing_known(texts.labels)
    joined = np.concatenate(beyond) if beyond else None
    return Scored(texts.labels, np.concatenate(targets), np.concatenate(scores), joined)


def nothing_known(labels: tuple[str, ...]) -> DataError:
    """What to say where no row can be measured."""
    message = f"No row there has a text and a known target of {', '.join(labels)}: nothing to "
    return DataError(message + "measure. Fill the label columns, or name others by --map.")


def _shifted(report: Report, before: int, done: int) -> None:
    report(before + done)


def named(
    chosen: Run, columns: Mapping[str, str], names: Sequence[str], where: str
) -> dict[str, str]:
    """Label -> what it is called there, of the run's labels that are known there; maybe of none.

    Args:
        chosen: a run, whose order the labels have.
        columns: as for `of`.
        names: labels or columns that are there.
        where: what holds them, for a mistake.

    Raises:
        DataError: `columns` names a label that the run has not, or a name that is not there.
    """
    labels = store.load(chosen.settings.dataset).labels
    strange = [label for label in columns if label not in labels]
    if strange:
        message = f"The run has no label '{strange[0]}'; it has: {', '.join(labels)}."
        raise DataError(message)
    absent = [name for name in columns.values() if name not in names and name != NOT_THERE]
    if absent:
        has = ", ".join(names[:10])
        raise DataError(f"{where} has no column '{absent[0]}'; it has: {has}.")
    wanted = {label: columns.get(label, label) for label in labels}
    return {label: name for label, name in wanted.items() if name in names}


def _mapped(
    chosen: Run, columns: Mapping[str, str], names: Sequence[str], where: str
) -> dict[str, str]:
    """The same, of at least one label."""
    mapped = named(chosen, columns, names, where)
    if not mapped:
        labels = ", ".join(store.load(chosen.settings.dataset).labels)
        message = (
            f"{where} has no column named like a label of the run ({labels}); it has: "
            f"{', '.join(names[:10])}. Name them by --map label=column."
        )
        raise DataError(message)
    return mapped
