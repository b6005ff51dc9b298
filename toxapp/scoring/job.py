"""The job that scores one file, part by part, so that a killed one goes on where it was.

    scorings/<id>/
      config.json     the request below
      source/<name>   the file as it came, or the table that was packed in it
      parts/*.parquet row, a score per label; up to 2,000 records each
      scored.csv      the result (or .tsv, .parquet)
      result.json     what became of it

Memory does not grow with the file: its records are read as a stream, once to score and once to
write. An empty text gets no score; a broken record is left out and named.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from toxapp import workspace
from toxapp.data.files import archive
from toxapp.data.files.table import Dialect, Record, records
from toxapp.errors import DataError, JobError
from toxapp.jobs import process
from toxapp.jobs.work import Work, work
from toxapp.runs import rules, run
from toxapp.scoring.decided import Added, Decided, added, decided
from toxapp.scoring.engine import open_scorer
from toxapp.scoring.output import SUFFIXES, open_writer
from toxapp.scoring.source import layout, text_column

if TYPE_CHECKING:
    from toxapp.inference import Scorer

MODULE = "toxapp.scoring"
_PART_RECORDS = 2000
_NAMED_ROWS = 20


@dataclass(frozen=True)
class Request:
    """What is to be scored; the content of config.json.

    Attributes:
        run: its id.
        rule: number of the rule that decides, in force when the scoring was asked for.
        source: name of the file in source/.
        text_column: the column that holds the texts.
        suffix: of the result, ".csv", ".tsv" or ".parquet".
    """

    run: str
    rule: int
    source: str
    text_column: str
    suffix: str


@dataclass(frozen=True)
class Result:
    """What became of it; the content of result.json.

    Attributes:
        rows: records in the file.
        scored: of them with a score.
        empty: without a text, so without a score.
        left_out: broken records, not in the result.
        left_out_rows: the first 20 of them, as the spreadsheet counts.
        flagged: texts per label.
        acted: of them to act on, per label that has a second cut-off.
    """

    rows: int = 0
    scored: int = 0
    empty: int = 0
    left_out: int = 0
    left_out_rows: list[int] = field(default_factory=list)
    flagged: dict[str, int] = field(default_factory=dict)
    acted: dict[str, int] = field(default_factory=dict)


def start(run_id: str, file: Path, *, column: str | None = None, suffix: str = ".csv") -> Path:
    """Start the job that scores `file` with a run; its folder.

    Raises:
        DataError: the file is no table, has no such column, or the suffix is none we write.
        JobError: the run has not finished.
    """
    chosen = run.load(run_id)
    if not chosen.finished:
        raise JobError(f"The run {run_id} is {chosen.status.state}; it can score once finished.")
    if suffix not in SUFFIXES:
        raise DataError(f"A scored file is written as .csv, .tsv or .parquet, not '{suffix}'.")
    chosen_column = text_column(chosen, file, column)
    rule = rules.in_force(chosen.folder).number
    folder = workspace.create("scorings", file.stem)
    (folder / "parts").mkdir()
    (folder / "source").mkdir()
    source = archive.plain(file, folder / "source")
    if source == file:
        shutil.copyfile(file, folder / "source" / file.name)
    request = Request(run_id, rule, source.name, chosen_column, suffix)
    workspace.write_json(folder / "config.json", asdict(request))
    process.start(folder, MODULE)
    return folder


def scorings(run_id: str) -> dict[str, Path]:
    """Folders of the run's scorings by id, newest first."""
    folders = [workspace.find("scorings", name) for name in workspace.ids("scorings")]
    ready = [f for f in folders if (f / "config.json").exists()]
    return {f.name: f for f in ready if request_of(f).run == run_id}


def request_of(folder: Path) -> Request:
    """What the scoring in `folder` was asked for."""
    found = workspace.read_json(folder / "config.json")
    assert found is not None, folder
    return Request(**found)


def result_of(folder: Path) -> Result | None:
    """What became of it; None until it has finished."""
    found = workspace.read_json(folder / "result.json")
    return None if found is None else Result(**found)


def scored_file(folder: Path) -> Path:
    """The result of a finished scoring."""
    return folder / f"scored{request_of(folder).suffix}"


def deliver(folder: Path, output: Path) -> None:
    """Copy the result of a finished scoring to where it is wanted, whole or not at all."""
    draft = output.with_name(f".{output.name}.part")
    shutil.copyfile(scored_file(folder), draft)
    draft.replace(output)


def score(folder: Path) -> None:
    """Do the work, inside the job's process."""
    with work(folder) as job:
        job.stage("loading the classifier")
        request = request_of(folder)
        scorer = open_scorer(run.load(request.run))
        source = folder / "source" / request.source
        dialect, columns = layout(source)
        text_at = columns.index(request.text_column)
        job.stage("counting the rows")
        rows = sum(1 for _ in records(source, dialect))
        job.stage("scoring", steps=rows)
        for number, part in _numbered_parts(records(source, dialect)):
            _score_part(folder / "parts" / f"{number:06}.parquet", part, text_at, scorer, job)
        job.stage("writing the result", steps=rows)
        result = _write(folder, request, (source, dialect, columns), scorer.labels, job)
        workspace.write_json(folder / "result.json", asdict(result))


def _numbered_parts(source: Iterator[Record]) -> Iterator[tuple[int, list[Record]]]:
    number = 0
    while part := list(islice(source, _PART_RECORDS)):
        yield number, part
        number += 1


def _score_part(file: Path, part: list[Record], text_at: int, scorer: Scorer, job: Work) -> None:
    before = int(file.stem) * _PART_RECORDS
    if not file.exists():
        texts = ["" if r.fault else r.cells[text_at] for r in part]
        known = np.array([bool(text.strip()) for text in texts])
        scores = np.full((len(part), len(scorer.labels)), np.nan, np.float32)
        kept = [text for text, keep in zip(texts, known, strict=True) if keep]
        scores[known] = scorer.score(kept, lambda done: job.step(before + done))
        columns = {f"score {n}": scores[:, n] for n in range(scores.shape[1])}
        draft = file.with_suffix(".tmp")
        pq.write_table(pa.table({"row": [r.row for r in part], **columns}), draft)
        draft.replace(file)
    job.step(before + len(part))


def _write(
    folder: Path,
    request: Request,
    opened: tuple[Path, Dialect, tuple[str, ...]],
    labels: tuple[str, ...],
    job: Work,
) -> Result:
    source, dialect, columns = opened
    rule = rules.numbered(run.load(request.run).folder, request.rule)
    ours = added(rule, labels)
    draft = folder / f".draft{request.suffix}"
    tally = _Tally(ours)
    with open_writer(draft, columns, ours) as writer:
        for number, part in _numbered_parts(records(source, dialect)):
            scores = _read_scores(folder / "parts" / f"{number:06}.parquet")
            judged = decided(rule, labels, scores)
            whole = np.array([r.fault is None for r in part])
            cells = [r.cells for r in part if r.fault is None]
            writer.write(cells, judged[whole])
            tally.add(part, judged)
            job.step(tally.rows)
    draft.replace(scored_file(folder))
    return tally.result()


def _read_scores(file: Path) -> NDArray[np.float32]:
    table = pq.read_table(file)
    names = [name for name in table.column_names if name != "row"]
    scores: NDArray[np.float32] = np.stack([table[name].to_numpy() for name in names], axis=1)
    return scores


class _Tally:
    """Counts of what passes by."""

    def __init__(self, columns: Added) -> None:
        self.rows = 0
        self._columns = columns
        self._scored = self._left_out = 0
        self._left_out_rows: list[int] = []
        self._flagged = np.zeros(len(columns.labels), np.int64)
        self._acted = np.zeros(len(columns.acting), np.int64)

    def add(self, part: list[Record], decided: Decided) -> None:
        faults = [r.row for r in part if r.fault]
        self.rows += len(part)
        self._scored += int(decided.scored.sum())
        self._left_out += len(faults)
        self._left_out_rows = (self._left_out_rows + faults)[:_NAMED_ROWS]
        self._flagged += decided.flags.sum(axis=0)
        self._acted += decided.acts.sum(axis=0)

    def result(self) -> Result:
        return Result(
            rows=self.rows,
            scored=self._scored,
            empty=self.rows - self._scored - self._left_out,
            left_out=self._left_out,
            left_out_rows=self._left_out_rows,
            flagged=dict(zip(self._columns.labels, self._flagged.tolist(), strict=True)),
            acted=dict(zip(self._columns.acting, self._acted.tolist(), strict=True)),
        )
