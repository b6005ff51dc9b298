"""A run's figures on texts that it has not met: another file, or another dataset."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from toxapp.data import reading, split, store
from toxapp.data.draft import Stretch
from toxapp.data.files import archive, table
from toxapp.data.files.batching import Batch
from toxapp.data.labelling import Labelling
from toxapp.data.plan import Plan, Source
from toxapp.decisions.figures import Figures, figures
from toxapp.errors import DataError
from toxapp.runs import rules
from toxapp.runs.run import Run
from toxapp.scoring.engine import open_scorer
from toxapp.scoring.source import text_column

Labelled = tuple[list[str], NDArray[np.float32]]
Report = Callable[[int], None]


@dataclass(frozen=True, eq=False)
class Texts:
    """Labelled texts, to be gone through once.

    Attributes:
        labels: those of the run that are known there, in the run's order.
        batches: texts, and their targets float32 (n_texts, n_labels), NaN where missing.
    """

    labels: tuple[str, ...]
    batches: Iterable[Labelled]


def evaluate_file(
    chosen: Run, path: Path, columns: Mapping[str, str], *, resamples: int = 0, report: Report
) -> Figures:
    """Figures on all usable rows of a file, at the rule in force.

    Args:
        chosen: a finished run.
        path: a labelled file.
        columns: label of the run -> column of the file; labels that are not named here are taken
            from the column of their own name, and left out where there is none.
        resamples: of the bootstrap behind the intervals.
        report: told how many texts are scored.

    Raises:
        DataError: the file has none of the run's labels, no text column can be told, or no row
            has a text and a target.
    """
    with of_file(chosen, path, columns) as texts:
        return _evaluate(chosen, texts, resamples=resamples, report=report)


@contextmanager
def of_file(chosen: Run, path: Path, columns: Mapping[str, str]) -> Iterator[Texts]:
    """The usable rows of a file; arguments and errors as for `evaluate_file`."""
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


def evaluate_dataset(
    chosen: Run, dataset_id: str, columns: Mapping[str, str], *, resamples: int, report: Report
) -> Figures:
    """Figures on all rows of another dataset; `columns` names its labels by the run's.

    Raises:
        DataError: the dataset has none of the run's labels, or is the run's own.
    """
    texts = of_dataset(chosen, dataset_id, columns)
    return _evaluate(chosen, texts, resamples=resamples, report=report)


def of_dataset(chosen: Run, dataset_id: str, columns: Mapping[str, str]) -> Texts:
    """All rows of another dataset; arguments and errors as for `evaluate_dataset`."""
    if dataset_id == chosen.settings.dataset:
        message = (
            f"{dataset_id} is the dataset that the run was trained on. Evaluate without --data: "
        )
        raise DataError(message + "its test split is measured then.")
    names = store.load(dataset_id).labels
    mapped = _mapped(chosen, columns, names, dataset_id)
    kept = [names.index(theirs) for theirs in mapped.values()]
    parts = (store.read(dataset_id, part) for part in split.SPLITS)
    batches = ((rows.texts, rows.targets[:, kept]) for rows in parts)
    return Texts(tuple(mapped), batches)


def _evaluate(chosen: Run, texts: Texts, *, resamples: int, report: Report) -> Figures:
    scorer = open_scorer(chosen)
    kept = [scorer.labels.index(label) for label in texts.labels]
    thresholds = rules.ordered(rules.in_force(chosen.folder), texts.labels)
    scores, targets, done = [], [], 0
    for batch, known in texts.batches:
        scores.append(scorer.score(batch, partial(_shifted, report, done))[:, kept])
        targets.append(known)
        done += len(batch)
    if not done:
        raise nothing_known(texts.labels)
    return figures(
        np.concatenate(targets),
        np.concatenate(scores),
        texts.labels,
        thresholds,
        resamples=resamples,
    )


def nothing_known(labels: tuple[str, ...]) -> DataError:
    """What to say where no row can be measured."""
    message = f"No row there has a text and a known target of {', '.join(labels)}: nothing to "
    return DataError(message + "measure. Fill the label columns, or name others by --map.")


def _shifted(report: Report, before: int, done: int) -> None:
    report(before + done)


def _mapped(
    chosen: Run, columns: Mapping[str, str], names: tuple[str, ...], where: str
) -> dict[str, str]:
    """Label -> column of the labels that the file has, in the run's order."""
    labels = store.load(chosen.settings.dataset).labels
    strange = [label for label in columns if label not in labels]
    if strange:
        message = f"The run has no label '{strange[0]}'; it has: {', '.join(labels)}."
        raise DataError(message)
    absent = [column for column in columns.values() if column not in names]
    if absent:
        message = f"{where} has no column '{absent[0]}'; it has: {', '.join(names[:10])}."
        raise DataError(message)
    wanted = {label: columns.get(label, label) for label in labels}
    mapped = {label: column for label, column in wanted.items() if column in names}
    if not mapped:
        message = (
            f"{where} has no column named like a label of the run ({', '.join(labels)}); it has: "
            f"{', '.join(names[:10])}. Name them by --map label=column."
        )
        raise DataError(message)
    return mapped
