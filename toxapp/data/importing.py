"""Files become a dataset: looked at and copied by the caller, read by a job.

The job keeps what it has not finished in datasets/<id>/.draft/, which is gone when it ends;
dataset.json comes last.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from toxapp import workspace
from toxapp.data import draft, passes, request, store, writing
from toxapp.data.choice import Choice, Upload
from toxapp.data.plan import Plan
from toxapp.data.planning import planned, unpacked
from toxapp.data.problem import Problem
from toxapp.data.request import Request
from toxapp.data.store import Dataset
from toxapp.data.summary import Summary, summarise
from toxapp.jobs import process
from toxapp.jobs.work import Work, work


@dataclass(frozen=True)
class Report:
    """What is in files, without a dataset being made of them.

    Attributes:
        plan: what was read, with the labels of all files.
        rows: that can be used.
        splits: rows per split.
        positives: per label, over all usable rows.
        problems: with rows and sentences.
        sample: at most 2,000 of the texts.
    """

    plan: Plan
    rows: int
    splits: dict[str, int]
    positives: dict[str, int]
    problems: tuple[Problem, ...]
    sample: tuple[str, ...]


def check(uploads: Sequence[Upload], choice: Choice | None = None) -> Report:
    """Read all of the files and report, storing nothing.

    Args:
        uploads: at least one.
        choice: of columns; None: guessed.

    Raises:
        DataError: a file cannot be read, columns are lacking, or no row can be used.
    """
    with TemporaryDirectory() as place:
        plan, plain = planned(uploads, choice, Path(place))
        tables = [Path(place) / f"{n}.parquet" for n in range(len(plain))]
        notes = passes.convert(plain, plan, tables, lambda _: None)
        found = summarise(passes.read(tables, passes.whole(plan, tables), notes, lambda _: None))
    return Report(
        plan=found.reading.plan,
        rows=len(found.parts),
        splits=found.splits,
        positives={label: sum(by.values()) for label, by in found.positives.items()},
        problems=found.problems,
        sample=found.reading.texts.sample,
    )


def prepare(
    uploads: Sequence[Upload], choice: Choice | None = None, name: str | None = None
) -> Path:
    """Make the folder of a dataset to be, with copies of the files and the request in it.

    Args:
        uploads: at least one; they are not needed any more afterwards.
        choice: of columns; None: guessed.
        name: of the dataset; None: the choice's, else the first file's.

    Returns:
        The folder, on which `run` can work.

    Raises:
        DataError: a file cannot be read, or its columns are not as chosen; nothing is made.
    """
    with TemporaryDirectory() as place:
        plan, _ = planned(uploads, choice, Path(place))
    called = name or (choice and choice.name) or uploads[0].path.stem
    folder = workspace.create("datasets", called)
    with _removed_on_failure(folder):
        request.write(folder, [upload.path for upload in uploads], Request(called, plan))
    return folder


def start(uploads: Sequence[Upload], choice: Choice | None = None, name: str | None = None) -> str:
    """Prepare a dataset and start the job that reads it; its id, at once.

    Raises:
        DataError: as `prepare`.
    """
    folder = prepare(uploads, choice, name)
    with _removed_on_failure(folder):
        process.start(folder, "toxapp.data")
    return folder.name


def same(uploads: Sequence[Upload]) -> list[Dataset]:
    """The datasets that were made of exactly these bytes, newest first."""
    known = store.datasets()
    sizes = {upload.path.stat().st_size for upload in uploads}
    if not any(sizes == {file.bytes for file in found.plan.files} for found in known):
        return []  # without reading a large file
    hashes = sorted(request.hashed(upload.path)[0] for upload in uploads)
    return [d for d in known if sorted(file.sha256 for file in d.plan.files) == hashes]


def run(folder: Path) -> None:
    """The job: read the files of a prepared folder into its dataset.

    However it ends, status, log and the copies are kept, and nothing half-written.
    """
    with work(folder) as job:
        drafts = folder / ".draft"
        drafts.mkdir(exist_ok=True)
        try:
            _import(folder, request.read(folder), drafts, job)
        finally:
            shutil.rmtree(drafts, ignore_errors=True)


def _import(folder: Path, asked: Request, drafts: Path, job: Work) -> None:
    plan = asked.plan
    plain = [
        unpacked(folder / "source" / file.stored, drafts / f"plain-{n}")
        for n, file in enumerate(plan.files)
    ]
    tables = [drafts / f"{n}.parquet" for n in range(len(plain))]
    job.stage("reading the files", steps=sum(path.stat().st_size for path in plain))
    notes = passes.convert(plain, plan, tables, job.step)
    plan = passes.whole(plan, tables)
    job.stage("checking the rows", steps=draft.records(tables))
    found = passes.read(tables, plan, notes, job.step)
    job.stage("splitting and counting")
    summary = summarise(found)
    job.stage("storing the rows", steps=len(summary.parts))
    columns = writing.write(folder, tables, summary.reading, summary.parts, on_rows=job.step)
    store.save(folder, _dataset(folder.name, asked.name, summary, columns))


def _dataset(dataset_id: str, name: str, summary: Summary, columns: dict[str, str]) -> Dataset:
    found = summary.reading
    return Dataset(
        id=dataset_id,
        name=name,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        plan=found.plan,
        columns=columns,
        rows=len(summary.parts),
        splits=summary.splits,
        positives=summary.positives,
        known=summary.known,
        together=summary.together,
        labels_per_text=summary.labels_per_text,
        text_lengths=summary.text_lengths,
        scripts=found.texts.scripts,
        languages=found.texts.languages,
        problems=summary.problems,
    )


@contextmanager
def _removed_on_failure(folder: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
