"""The job that scores another dataset with a run, kept so that nothing is scored twice.

    cache/elsewhere/<run>-<hash of the request>/
      request.json     the request below
      scores.parquet   a target and a score per label, of a text-to-text run `outside` as well
      result.json      how many texts there were, and of which labels

Thresholds take no part: moving one needs no new scores. The folder may be deleted at any time.
"""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from toxapp import workspace
from toxapp.data import store
from toxapp.evaluation import elsewhere, outside, sampling
from toxapp.evaluation.elsewhere import Scored
from toxapp.evaluation.sampling import Sample
from toxapp.jobs import process
from toxapp.jobs.work import work
from toxapp.runs import run

MODULE = "toxapp.evaluation.job"


@dataclass(frozen=True)
class Request:
    """What is to be scored; the content of request.json.

    Attributes:
        run: its id.
        dataset: another one's id.
        columns: label of the run -> its label there, or "none"; see `elsewhere.of`.
        size: texts of the sample; 0 takes all.
        seed: of the sample.
    """

    run: str
    dataset: str
    columns: dict[str, str]
    size: int = 0
    seed: int = 0

    @property
    def sample(self) -> Sample | None:
        """What is drawn; None where all is scored."""
        return Sample(self.size, self.seed) if self.size else None

    @property
    def folder(self) -> Path:
        """Where its work lies, or will lie."""
        told = json.dumps(asdict(self), sort_keys=True).encode()
        name = f"{self.run}-{hashlib.sha256(told).hexdigest()[:12]}"
        return workspace.cache_folder() / "elsewhere" / name


@dataclass(frozen=True)
class Result:
    """Texts of another dataset with their scores.

    Attributes:
        rows: texts there with a known target of the labels.
        scored: all of them, or the sample.
    """

    rows: int
    scored: Scored


def start(request: Request) -> None:
    """Start the job, unless one is at it.

    Raises:
        DataError: none of the run's labels is known there, or it is the run's own dataset.
        NotFoundError: there is no such run or dataset.
    """
    with elsewhere.of(run.load(request.run), request.dataset, request.columns):
        pass  # what cannot be is said at once, and not by the job
    request.folder.mkdir(parents=True, exist_ok=True)
    workspace.write_json(request.folder / "request.json", asdict(request))
    process.start(request.folder, MODULE)


def result(request: Request) -> Result | None:
    """What the job has found; None until it has finished."""
    found = workspace.read_json(request.folder / "result.json")
    if found is None:
        return None
    table = pq.read_table(request.folder / "scores.parquet")
    labels = tuple(found["labels"])
    targets, scores = (
        np.stack([table[f"{kind} {n}"].to_numpy() for n in range(len(labels))], axis=1)
        for kind in ("target", "score")
    )
    named = outside.COLUMN in table.column_names
    beyond = table[outside.COLUMN].to_numpy() if named else None
    return Result(found["rows"], Scored(labels, targets, scores, beyond))


def score(folder: Path) -> None:
    """Do the work, inside the job's process."""
    with work(folder) as job:
        job.stage("reading the texts")
        asked = workspace.read_json(folder / "request.json")
        assert asked is not None, folder
        request = Request(**asked)
        chosen = run.load(request.run)
        with elsewhere.of(chosen, request.dataset, request.columns) as found_there:
            texts, rows = sampling.some(found_there, request.sample)
            most = store.load(request.dataset).rows if rows is None else min(rows, request.size)
            job.stage("scoring", steps=most)
            scored = elsewhere.score(chosen, texts, report=job.step)
        _write(folder, Result(len(scored.targets) if rows is None else rows, scored))


def _write(folder: Path, found: Result) -> None:
    scored = found.scored
    columns = {f"target {n}": column for n, column in enumerate(scored.targets.T)}
    columns |= {f"score {n}": column for n, column in enumerate(scored.scores.T)}
    if scored.outside is not None:
        columns[outside.COLUMN] = scored.outside
    draft = folder / ".scores.parquet.tmp"
    pq.write_table(pa.table(columns), draft)
    draft.replace(folder / "scores.parquet")
    # Last, so that its presence says "done".
    content = {"rows": found.rows, "labels": list(scored.labels)}
    workspace.write_json(folder / "result.json", content)


if __name__ == "__main__":
    score(Path(sys.argv[1]))
