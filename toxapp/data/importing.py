"""Files become a dataset: looked at and copied by the caller, read by a job.

The job keeps what it has not finished in datasets/<id>/.draft/, which is gone when it ends;
dataset.json comes last.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from toxapp import workspace
from toxapp.data import draft, labelling, reading, request, stated, store, writing
from toxapp.data.choice import Choice, Upload, listed
from toxapp.data.files import archive, table
from toxapp.data.files.table import Dialect
from toxapp.data.guessing.guess import Guess, guess, guess_with_cells
from toxapp.data.notes import Note
from toxapp.data.plan import Plan, Source
from toxapp.data.problem import Problem
from toxapp.data.reading import Tally
from toxapp.data.request import Request
from toxapp.data.store import Dataset
from toxapp.data.summary import Summary, summarise
from toxapp.data.wish import Wish, resolved
from toxapp.errors import DataError
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


def look(uploads: Sequence[Upload], choice: Choice | None = None) -> Guess:
    """What the files seem to hold, by the one that teaches.

    Args:
        uploads: at least one.
        choice: how the files are written where the user says so; None: guessed.

    Raises:
        DataError: the file cannot be read.
    """
    with TemporaryDirectory() as folder:
        first = archive.plain(_teaching(uploads).path, Path(folder))
        return guess(first, dialect=_dialect(first, choice))


def wished(uploads: Sequence[Upload], choice: Choice, wish: Wish) -> Choice:
    """The choice with what is wished of the labels.

    Raises:
        DataError: the file cannot be read, or the wish does not fit it.
    """
    with TemporaryDirectory() as folder:
        first = archive.plain(_teaching(uploads).path, Path(folder))
        found, cells = guess_with_cells(first, dialect=_dialect(first, choice))
    made = resolved(wish, found, cells)
    fixed = wish.labels not in ((), made.columns) and made.format in ("list", "class")
    return replace(choice, labelling=made, fixed_labels=fixed)


def check(uploads: Sequence[Upload], choice: Choice | None = None) -> Report:
    """Read all of the files and report, storing nothing.

    Args:
        uploads: at least one.
        choice: of columns; None: guessed.

    Raises:
        DataError: a file cannot be read, columns are lacking, or no row can be used.
    """
    with TemporaryDirectory() as place:
        plan, plain = _plan(uploads, choice, Path(place))
        tables = [Path(place) / f"{n}.parquet" for n in range(len(plain))]
        notes = _convert(plain, plan, tables, lambda _: None)
        found = summarise(_read(tables, _whole(plan, tables), notes, lambda _: None))
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
        plan, _ = _plan(uploads, choice, Path(place))
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
        _unpacked(folder / "source" / file.stored, drafts / f"plain-{n}")
        for n, file in enumerate(plan.files)
    ]
    tables = [drafts / f"{n}.parquet" for n in range(len(plain))]
    job.stage("reading the files", steps=sum(path.stat().st_size for path in plain))
    notes = _convert(plain, plan, tables, job.step)
    plan = _whole(plan, tables)
    job.stage("checking the rows", steps=draft.records(tables))
    found = _read(tables, plan, notes, job.step)
    job.stage("splitting and counting")
    summary = summarise(found)
    job.stage("storing the rows", steps=len(summary.parts))
    columns = writing.write(folder, tables, summary.reading, summary.parts, on_rows=job.step)
    store.save(folder, _dataset(folder.name, asked.name, summary, columns))


def _convert(
    plain: Sequence[Path], plan: Plan, tables: Sequence[Path], on_bytes: Callable[[int], None]
) -> list[Note]:
    """Every file as a table of cells on disk; notes on the records that are none."""
    notes: list[Note] = []
    before = 0
    for path, source, target in zip(plain, plan.files, tables, strict=True):
        notes += draft.convert(path, source, target, on_bytes=_shifted(on_bytes, before))
        before += path.stat().st_size
    return notes


def _shifted(report: Callable[[int], None], before: int) -> Callable[[int], None]:
    return lambda done: report(before + done)


def _whole(plan: Plan, tables: Sequence[Path]) -> Plan:
    """The plan with the labels of all files, where they stand as names in one column."""
    known = plan.labelling
    if plan.fixed_labels or known.format not in ("list", "class") or _is_single(known):
        return plan
    values: set[str] = set()
    for source, target in zip(plan.files, tables, strict=True):
        for cells in draft.column(target, source, known.columns[0]):
            values |= stated.distinct_values(known, cells)
    whole = labelling.completed(known, values)
    if not whole.labels:
        message = f"Column '{known.columns[0]}' names no label in any row of "
        raise DataError(message + f"{listed([f.name for f in plan.files])}. Choose another column.")
    return replace(plan, labelling=whole)


def _is_single(known: labelling.Labelling) -> bool:
    """Whether a class of two values is one label, whose other value needs none."""
    return known.format == "class" and len(known.labels) == 1


def _read(
    tables: Sequence[Path], plan: Plan, notes: Sequence[Note], on_rows: Callable[[int], None]
) -> reading.Reading:
    tally = Tally(plan)
    tally.note(notes)
    done = 0
    for source, target in zip(plan.files, tables, strict=True):
        before = 0
        for stretch in draft.stretches(target, source):
            tally.add(reading.chunk(stretch, plan, source), source, before=before)
            before += len(stretch.rows)
            on_rows(done + before)
        done += before
    return tally.reading()


def _plan(uploads: Sequence[Upload], choice: Choice | None, place: Path) -> tuple[Plan, list[Path]]:
    """What will be read, and the files unpacked into `place`."""
    plain = [_unpacked(upload.path, place / f"plain-{n}") for n, upload in enumerate(uploads)]
    files = [_source(u, path, choice) for u, path in zip(uploads, plain, strict=True)]
    if choice is None or None in (choice.labelling, choice.text_column, choice.split_column):
        first = uploads.index(_teaching(uploads))
        found = guess(plain[first], dialect=files[first].dialect)
        choice = (choice or Choice()).filled(found, uploads[first].path.name)
    assert choice.text_column is not None
    assert choice.labelling is not None
    plan = Plan(
        files=tuple(files),
        text_column=choice.text_column,
        labelling=choice.labelling,
        split_column=(choice.split_column or None) if _has_rows(uploads) else None,
        seed=choice.seed,
        shares=choice.shares,
        unescape=choice.unescape,
        first=choice.first,
        sample=choice.sample,
        fixed_labels=choice.fixed_labels,
    )
    for file in files:
        _require_columns(file, plan)
    return plan, plain


def _unpacked(path: Path, folder: Path) -> Path:
    folder.mkdir()
    return archive.plain(path, folder)


def _teaching(uploads: Sequence[Upload]) -> Upload:
    """The file that the guess is made from: the first whose rows teach."""
    return next((u for u in uploads if u.role in ("rows", "train")), uploads[0])


def _has_rows(uploads: Sequence[Upload]) -> bool:
    """Whether there is a file whose split a column can say; of others their role says it."""
    return any(upload.role == "rows" for upload in uploads)


def _dialect(path: Path, choice: Choice | None) -> Dialect:
    asked = choice or Choice()
    return table.sniff(
        path, separator=asked.separator, encoding=asked.encoding, header=asked.header
    )


def _source(upload: Upload, path: Path, choice: Choice | None) -> Source:
    dialect = _dialect(path, choice)
    columns = table.column_names(path, dialect)
    return Source(upload.path.name, "", "", 0, upload.role, dialect, columns)


def _require_columns(file: Source, plan: Plan) -> None:
    needed = [plan.text_column, *labelling.needed(plan.labelling)]
    if plan.split_column and file.role == "rows":
        needed.append(plan.split_column)
    lacking = [name for name in needed if name not in file.columns]
    if lacking:
        message = f"{file.name} has no column {listed(lacking)}. It has {listed(file.columns)}. "
        raise DataError(message + "Choose among them.")


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
