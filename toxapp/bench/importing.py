"""How long a file takes to be in the workspace as Parquet, against pyarrow's own conversion.

baseline   pyarrow.csv.open_csv -> ParquetWriter, as both are by default, line breaks in
           quotes allowed: no hash, no copy, no row numbers, faults not looked for
reading    ours up to the table that all later steps read: the bytes copied and hashed, the
           encoding and separator found in all of the file, every quote checked, rows numbered
all of it  ours, job and all: labels, checks, near-duplicates, split, stored
"""

from __future__ import annotations

import csv
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import pyarrow.csv
import pyarrow.parquet as pq

from toxapp import workspace
from toxapp.bench.measure import Row, compare
from toxapp.data import draft, importing, request
from toxapp.data.choice import Upload
from toxapp.data.files import table
from toxapp.data.plan import Source
from toxapp.data.sample import sample_path
from toxapp.errors import DataError
from toxapp.jobs import process, state

BASELINE = "pyarrow streaming CSV to Parquet"


@dataclass(frozen=True)
class Result:
    """What the benchmark found.

    Attributes:
        rows: the timings.
        file_mb: size of the file, in millions of bytes.
        records: of the file.
        peak_mb: the most memory that the import's job held at a time, in millions of bytes.
    """

    rows: list[Row]
    file_mb: float
    records: int
    peak_mb: float


def bench(data: Path | None, *, megabytes: int, rounds: int) -> Result:
    """Time the reading of a file.

    Args:
        data: a file; None: one of about `megabytes` made of the sample's comments.
        megabytes: of the file that is made.
        rounds: how often each is timed; the whole import once.
    """
    with TemporaryDirectory() as name:
        place = Path(name)
        path = data or _made(place / "made.csv", megabytes)
        dialect = table.sniff(path)
        if dialect.kind != "separated":
            message = f"{path.name} is no separated text, which the baseline reads only. Choose a "
            raise DataError(message + "CSV file.")
        rows = compare(
            BASELINE,
            {
                BASELINE: lambda: _by_pyarrow(path, dialect, place),
                "reading into the workspace": lambda: _read(path, place),
            },
            rounds=rounds,
        )
        peaks: list[int] = []
        whole = compare("import", {"import": lambda: peaks.append(_imported(path))}, rounds=1)[0]
        records = draft.records([place / "ours.parquet"])
        size = path.stat().st_size / 1e6
    ratio = whole.best / rows[0].best
    last = Row("all of the import", BASELINE, whole.best, whole.median, 0.0, ratio)
    return Result([*rows, last], size, records, max(peaks) / 1e6)


def _made(path: Path, megabytes: int) -> Path:
    """The sample's comments, each a little other every time, until the file is large enough."""
    with sample_path().open(encoding="utf-8", newline="") as file:
        header, *records = csv.reader(file)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        lap = 0
        while file.tell() < megabytes * 1_000_000:
            others = records[lap % len(records) :] + records[: lap % len(records)]
            for record, other in zip(records, others, strict=True):
                writer.writerow([f"{record[0]} {other[0]}", *record[1:]])
            lap += 1
    return path


def _by_pyarrow(path: Path, dialect: table.Dialect, place: Path) -> None:
    reader = pyarrow.csv.open_csv(
        path,
        read_options=pyarrow.csv.ReadOptions(encoding=dialect.encoding),
        parse_options=pyarrow.csv.ParseOptions(
            delimiter=dialect.separator, newlines_in_values=True
        ),
    )
    with pq.ParquetWriter(place / "theirs.parquet", reader.schema) as writer:
        for batch in reader:
            writer.write_batch(batch)


def _read(path: Path, place: Path) -> None:
    copied = place / "copy.csv"
    copied.unlink(missing_ok=True)
    request.copied(path, copied)
    dialect = table.sniff(copied)
    columns = table.column_names(copied, dialect)
    source = Source(path.name, copied.name, "", 0, "rows", dialect, columns)
    draft.convert(copied, source, place / "ours.parquet")


def _imported(path: Path) -> int:
    """Import the file by its job and remove it again; the job's peak memory in bytes."""
    dataset = importing.start([Upload(path)])
    folder = workspace.find("datasets", dataset)
    done = threading.Event()
    peaks = [0]
    watch = threading.Thread(target=_watch, args=(folder, done, peaks))
    watch.start()
    try:
        ended = process.wait(folder, timeout_s=3600)
    finally:
        done.set()
        watch.join()
        workspace.delete(folder)
    if ended.state != "finished":
        raise DataError(f"The import has {ended.state}: {ended.reason}")
    return peaks[0]


def _watch(folder: Path, done: threading.Event, peaks: list[int]) -> None:
    """Keep the most memory that the folder's job holds, looked at 50 times a second."""
    while not done.wait(0.02):
        job = state.read_process(folder)
        with suppress(psutil.NoSuchProcess):
            peaks[0] = max(peaks[0], psutil.Process(job.pid).memory_info().rss if job else 0)
