"""The job that scores texts which came in, kept so that no sample is scored twice.

    cache/drift/<run>-<hash of the request and the bundle>/
      request.json     the request below
      scores.npz       scores, targets, lengths; see `Arrived`
      result.json      the rest of it; written last, so its presence says "done"

Thresholds take no part: moving one needs no new scores. The folder may be deleted at any time.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from toxapp import workspace
from toxapp.data import store
from toxapp.evaluation.arrivals import Arrivals, arrivals
from toxapp.evaluation.sampling import Sample
from toxapp.jobs import process
from toxapp.jobs.work import work
from toxapp.runs import run
from toxapp.runs.run import Run
from toxapp.scoring.engine import open_scorer

MODULE = "toxapp.evaluation.arrived"
SIZE = 2000


@dataclass(frozen=True)
class Request:
    """What is to be scored; the content of request.json.

    Attributes:
        run: its id.
        data: another dataset's id, or where a file lies.
        columns: label of the run -> its label or column there, or "none".
        size: texts of the sample.
        seed: of the sample.
    """

    run: str
    data: str
    columns: dict[str, str]
    size: int = SIZE
    seed: int = 0

    @property
    def folder(self) -> Path:
        """Where its work lies, or will lie; another one once the file or the bundle is changed.

        The same whatever the labels of a dataset are called: its sample and scores are the same.
        Of a file only rows with a target are read, so there the columns count.
        """
        asked = {**asdict(self), "columns": self.columns if Path(self.data).is_file() else {}}
        told = json.dumps([asked, _stamp(Path(self.data)), _bundle(self.run)])
        name = f"{self.run}-{hashlib.sha256(told.encode()).hexdigest()[:12]}"
        return workspace.cache_folder() / "drift" / name


@dataclass(frozen=True, eq=False)
class Arrived:
    """Texts that came in, with the run's scores.

    Attributes:
        name: of the dataset or the file.
        rows: how many texts there are, of which n were sampled.
        labels: those of the run that are known there, in its order.
        repeated: how many of the n texts the run's own dataset holds, letter by letter.
        scores: float32 (n, all labels of the run).
        targets: float32 (n, n_labels), NaN where missing.
        lengths: int64 (n,) characters.
    """

    name: str
    rows: int
    labels: tuple[str, ...]
    repeated: int
    scores: NDArray[np.float32]
    targets: NDArray[np.float32]
    lengths: NDArray[np.int64]


def start(request: Request) -> None:
    """Start the job, unless one is at it.

    Raises:
        NotFoundError: there is no such run.
        DataError: see `arrivals`.
    """
    arrivals(run.load(request.run), request.data, request.columns, Sample(1))  # said at once
    request.folder.mkdir(parents=True, exist_ok=True)
    workspace.write_json(request.folder / "request.json", asdict(request))
    process.start(request.folder, MODULE)


def result(request: Request) -> Arrived | None:
    """What has been scored; None until all of it has."""
    found = workspace.read_json(request.folder / "result.json")
    if found is None:
        return None
    with np.load(request.folder / "scores.npz", allow_pickle=False) as arrays:
        kept = {name: arrays[name] for name in ("scores", "targets", "lengths")}
    columns = found.pop("columns")
    before = Arrived(**{**found, "labels": tuple(found["labels"])}, **kept)
    if columns == request.columns:
        return before
    came = _came(request)
    return replace(before, labels=came.labels, targets=came.targets)


def scored(request: Request, *, report: Callable[[int], None]) -> Arrived:
    """What has been scored before, or is now, in this process.

    Raises:
        DataError: see `arrivals`.
        JobError, ModelError: the run has not finished, or its bundle is damaged.
    """
    before = result(request)
    if before is not None:
        return before
    request.folder.mkdir(parents=True, exist_ok=True)
    return _score(request, _came(request), report)


def main(folder: Path) -> None:
    """Do the work, inside the job's process."""
    with work(folder) as job:
        job.stage("reading the texts")
        asked = workspace.read_json(folder / "request.json")
        assert asked is not None, folder
        came = _came(Request(**asked))
        job.stage("scoring", steps=len(came.texts))
        _score(Request(**asked), came, job.step)


def _came(request: Request) -> Arrivals:
    sample = Sample(request.size, request.seed)
    return arrivals(run.load(request.run), request.data, request.columns, sample)


def _score(request: Request, came: Arrivals, report: Callable[[int], None]) -> Arrived:
    folder, chosen = request.folder, run.load(request.run)
    scores = open_scorer(chosen).score(came.texts, report)
    lengths = np.fromiter(map(len, came.texts), np.int64, len(came.texts))
    draft = folder / ".scores.npz"
    with draft.open("wb") as file:
        np.savez(file, scores=scores, targets=came.targets, lengths=lengths)
    draft.replace(folder / "scores.npz")
    repeated = _repeated(chosen, came.texts)
    found = Arrived(came.name, came.rows, came.labels, repeated, scores, came.targets, lengths)
    words = {name: getattr(found, name) for name in ("name", "rows", "labels", "repeated")}
    workspace.write_json(folder / "result.json", {**words, "columns": request.columns})
    return found


def _repeated(chosen: Run, texts: list[str]) -> int:
    own: set[str] = set()
    for split in ("train", "validation", "test"):
        own |= set(store.read(chosen.settings.dataset, split).texts)
    return sum(text in own for text in texts)


def _stamp(path: Path) -> list[int]:
    """What tells one state of a file from another; of a dataset, which never changes, nothing."""
    if not path.is_file():
        return []
    found = path.stat()
    return [found.st_size, found.st_mtime_ns]


def _bundle(run_id: str) -> str:
    file = workspace.find("runs", run_id) / "bundle" / "bundle.json"
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.exists() else ""


if __name__ == "__main__":
    main(Path(sys.argv[1]))
