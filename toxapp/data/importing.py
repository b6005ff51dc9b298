"""A file becomes a dataset: validated and copied by the caller, read by a job.

The job keeps what it has not finished in datasets/<id>/.draft/, which is gone when it ends;
dataset.json comes last.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from toxapp import workspace
from toxapp.data import reading, request, split, store, table
from toxapp.data.checks import Problem
from toxapp.data.guess import guess, require_complete
from toxapp.data.reading import Plan, Tally
from toxapp.data.request import Request
from toxapp.data.store import Dataset, SourceFile
from toxapp.data.summary import Summary, summarise
from toxapp.data.writing import Draft
from toxapp.errors import DataError
from toxapp.jobs import process
from toxapp.jobs.work import Work, work


@dataclass(frozen=True)
class Choice:
    """What the user wants of a file.

    Attributes:
        text_column: holds the texts.
        labels: columns of targets, at least one.
        split_column: says train, validation or test by row; None: the split is drawn.
        name: of the dataset; None: the file's.
        seed: of the drawing.
        shares: of train, validation and test; each above 0, together 1.

    Raises:
        DataError: a column has two uses, there is no label, or the shares are none.
    """

    text_column: str
    labels: tuple[str, ...]
    split_column: str | None = None
    name: str | None = None
    seed: int = 0
    shares: tuple[float, float, float] = split.SHARES

    def __post_init__(self) -> None:
        if not self.labels:
            raise DataError("No label column is chosen. Choose at least one.")
        twice = sorted({name for name in self.columns if self.columns.count(name) > 1})
        if twice:
            message = f"{_listed(twice)} cannot have two uses. Choose a column once only: as text, "
            raise DataError(message + "as label or as split.")
        if min(self.shares) <= 0 or abs(sum(self.shares) - 1) > 1e-6:
            message = f"The shares of train, validation and test are {self.shares}. Choose three "
            raise DataError(message + "numbers above 0 that sum to 1.")

    @property
    def columns(self) -> list[str]:
        """All columns that are chosen."""
        return [self.text_column, *self.labels, *filter(None, [self.split_column])]


@dataclass(frozen=True)
class Report:
    """What is in a file, without a dataset being made of it.

    Attributes:
        text_column: as chosen or guessed, like `labels` and `split_column`.
        label_format: "columns" is one column per label.
        labels: in file order where guessed.
        split_column: None where the split would be drawn.
        separator: one character.
        encoding: by Python's name.
        header: whether row 1 names the columns.
        rows: that can be used.
        positives: per label, over all usable rows.
        problems: with rows and sentences.
    """

    text_column: str
    label_format: str
    labels: tuple[str, ...]
    split_column: str | None
    separator: str
    encoding: str
    header: bool
    rows: int
    positives: dict[str, int]
    problems: tuple[Problem, ...]


def check(path: Path, choice: Choice | None = None) -> Report:
    """Read all of the file and report, storing nothing.

    Args:
        path: the file.
        choice: of columns; None: guessed.

    Raises:
        DataError: the file cannot be read, columns are lacking, or no row can be used.
    """
    plan = _plan(path, choice)
    tally = Tally(plan)
    for chunk in reading.chunks(path, plan):
        tally.add(chunk)
    summary = summarise(tally.reading())
    return Report(
        text_column=plan.text_column,
        label_format=plan.label_format,
        labels=plan.labels,
        split_column=plan.split_column,
        **asdict(plan.dialect),
        rows=len(summary.parts),
        positives={label: sum(by.values()) for label, by in summary.positives.items()},
        problems=summary.problems,
    )


def prepare(path: Path, choice: Choice | None = None, name: str | None = None) -> Path:
    """Make the folder of a dataset to be, with a copy of the file and the request in it.

    Args:
        path: the file; it is not needed any more afterwards.
        choice: of columns; None: guessed.
        name: of the dataset; None: the choice's, else the file's.

    Returns:
        The folder, on which `run` can work.

    Raises:
        DataError: the file cannot be read, or its columns are not as chosen; nothing is made.
    """
    plan = _plan(path, choice)
    called = name or (choice and choice.name) or path.stem
    folder = workspace.create("datasets", called)
    with _removed_on_failure(folder):
        request.write(folder, path, name=called, plan=plan)
    return folder


def start(path: Path, choice: Choice | None = None, name: str | None = None) -> str:
    """Prepare a dataset and start the job that reads it; its id, at once.

    Raises:
        DataError: as `prepare`.
    """
    folder = prepare(path, choice, name)
    with _removed_on_failure(folder):
        process.start(folder, "toxapp.data")
    return folder.name


def run(folder: Path) -> None:
    """The job: read the file of a prepared folder into its dataset.

    However it ends, status, log and the copy of the file are kept, and nothing half-written.
    """
    with work(folder) as job:
        asked = request.read(folder)
        drafts = folder / ".draft"
        try:
            _import(folder, asked, Draft(drafts, asked.plan), job)
        finally:
            shutil.rmtree(drafts, ignore_errors=True)


def _import(folder: Path, asked: Request, draft: Draft, job: Work) -> None:
    tally = Tally(asked.plan)
    job.stage("reading the file", steps=asked.bytes)
    source = folder / "source" / asked.source
    with draft:
        for chunk in reading.chunks(source, asked.plan, on_bytes=job.step):
            draft.write(chunk)
            tally.add(chunk)
    job.stage("checking and splitting")
    summary = summarise(tally.reading())
    job.stage("storing the rows", steps=len(summary.parts))
    draft.store_rows(folder, summary.parts, on_rows=job.step)
    store.save(folder, _dataset(folder.name, asked, summary, columns=draft.columns))


def _plan(path: Path, choice: Choice | None) -> Plan:
    if choice is None:
        found = guess(path)
        require_complete(found, path.name)
        assert found.text_column is not None
        choice = Choice(found.text_column, found.labels, found.split_column)
        dialect, columns = found.dialect, found.columns
    else:
        dialect = table.sniff(path)
        columns = table.column_names(path, dialect)
    lacking = [name for name in choice.columns if name not in columns]
    if lacking:
        message = f"{path.name} has no column {_listed(lacking)}. It has {_listed(columns)}. "
        raise DataError(message + "Choose among them.")
    return Plan(
        file=path.name,
        dialect=dialect,
        columns=columns,
        text_column=choice.text_column,
        labels=choice.labels,
        split_column=choice.split_column,
        seed=choice.seed,
        shares=choice.shares,
    )


def _dataset(
    dataset_id: str, asked: Request, summary: Summary, *, columns: dict[str, str]
) -> Dataset:
    plan = asked.plan
    file = SourceFile(plan.file, asked.sha256, asked.bytes, **asdict(plan.dialect))
    return Dataset(
        id=dataset_id,
        name=asked.name,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        text_column=plan.text_column,
        label_format=plan.label_format,
        labels=plan.labels,
        columns=columns,
        split_column=plan.split_column,
        split_source="file" if plan.split_column else "seeded",
        seed=plan.seed,
        shares=plan.shares,
        files=(file,),
        rows=len(summary.parts),
        splits=summary.splits,
        positives=summary.positives,
        known=summary.known,
        text_lengths=summary.text_lengths,
        problems=summary.problems,
    )


@contextmanager
def _removed_on_failure(folder: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _listed(names: tuple[str, ...] | list[str]) -> str:
    more = f" and {len(names) - 10} more" if len(names) > 10 else ""
    return ", ".join(f"'{name}'" for name in names[:10]) + more
