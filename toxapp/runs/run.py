"""One training and all that came of it: a folder of the workspace.

config.json  events.jsonl  checkpoints/  model/  bundle/  scores.parquet  metrics.json  rules/
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from toxapp import workspace
from toxapp.data import store
from toxapp.errors import JobError, NotFoundError, SettingsError
from toxapp.jobs import process
from toxapp.jobs.state import ENDED, Status, look
from toxapp.runs.settings import Settings, members

MODULE = "training"


@dataclass(frozen=True)
class Run:
    """A run as it stands now.

    Attributes:
        id: of the folder.
        settings: frozen before the start.
        status: of its job, its state judged.
    """

    id: str
    settings: Settings
    status: Status

    @property
    def folder(self) -> Path:
        """Where all of it lies."""
        return workspace.home() / "runs" / self.id

    @property
    def title(self) -> str:
        """Its name and when it was made (UTC), for a list."""
        made = (self.folder / "config.json").stat().st_mtime
        return f"{self.settings.name} · {datetime.fromtimestamp(made, UTC):%d %b %H:%M}"

    @property
    def finished(self) -> bool:
        """Whether it can score."""
        return self.status.state == "finished"


@dataclass(frozen=True)
class Scored:
    """The scores of one split by the run's own engine, beside the targets.

    Attributes:
        row: as the spreadsheet counts, int64 (n_texts,).
        targets: float32 (n_texts, n_labels), NaN where missing.
        scores: float32 (n_texts, n_labels).
    """

    row: NDArray[np.int64]
    targets: NDArray[np.float32]
    scores: NDArray[np.float32]


def create(settings: Settings) -> Run:
    """Make the folder of a new run; nothing starts yet.

    Raises:
        NotFoundError, DataError: its dataset is not there, or not ready.
    """
    store.load(settings.dataset)
    if settings.family == "blend":
        _require_members(settings)
    folder = workspace.create("runs", settings.name)
    for part in ("checkpoints", "rules"):
        (folder / part).mkdir()
    workspace.write_json(folder / "config.json", settings.to_json())
    return Run(folder.name, settings, Status())


def _require_members(settings: Settings) -> None:
    """Refuse a blend of runs that are not there, not finished, or of another dataset."""
    if len(members(settings)) < 2:
        message = f"A blend combines two different runs or more, and runs is '{settings.runs}'. "
        raise SettingsError(message + "Name their ids, with commas between.")
    for name in members(settings):
        member = load(name)
        if not member.finished:
            message = f"The run {name} is {member.status.state}; a blend needs finished runs. "
            raise JobError(message + "Wait until it is done, or leave it out.")
        if member.settings.dataset != settings.dataset:
            message = f"The run {name} was trained on {member.settings.dataset}, not on "
            raise JobError(f"{message}{settings.dataset}. Blend runs of one dataset.")


def start(settings: Settings) -> Run:
    """Make a run and start its job."""
    run = create(settings)
    process.start(run.folder, MODULE)
    return load(run.id)


def resume(run_id: str) -> Run:
    """Start the job of a stopped, failed or lost run again; it goes on from its last checkpoint.

    Raises:
        JobError: the run is at work or has finished.
    """
    run = load(run_id)
    if run.finished:
        raise JobError(f"The run {run_id} has finished; there is nothing to resume.")
    process.start(run.folder, MODULE)
    return load(run_id)


def load(run_id: str) -> Run:
    """The run of that id.

    Raises:
        NotFoundError: there is none.
    """
    folder = workspace.find("runs", run_id)
    found = workspace.read_json(folder / "config.json")
    if found is None:
        raise NotFoundError(f"The run '{run_id}' has no config.json; delete it and train again.")
    return Run(run_id, Settings.from_json(found), look(folder) or Status(state="stopped"))


def runs() -> list[Run]:
    """All runs, newest first."""
    folder = workspace.home() / "runs"
    return [
        load(name) for name in workspace.ids("runs") if (folder / name / "config.json").exists()
    ]


def delete(run_id: str) -> None:
    """Remove a run and all that came of it.

    Raises:
        JobError: its job is at work.
    """
    folder = workspace.find("runs", run_id)
    status = look(folder)
    if status is not None and status.state not in ENDED:
        raise JobError(f"The run {run_id} is {status.state}; stop it before you delete it.")
    workspace.delete(folder)


def delete_dataset(dataset_id: str) -> None:
    """Remove a dataset that no run rests on.

    Raises:
        JobError: runs were trained on it, or it is being read.
    """
    folder = workspace.find("datasets", dataset_id)
    resting = [found.id for found in runs() if found.settings.dataset == dataset_id]
    if resting:
        message = f"The dataset {dataset_id} is needed, for runs were trained on it: "
        raise JobError(message + f"{', '.join(resting[:5])}. Delete them first.")
    status = look(folder)
    if status is not None and status.state not in ENDED:
        raise JobError(f"The dataset {dataset_id} is still being read; wait until it is done.")
    workspace.delete(folder)


def metrics(run: Run) -> dict[str, Any] | None:
    """The figures that the job wrote, before and after training; None until then."""
    return workspace.read_json(run.folder / "metrics.json")


def scored(run: Run, split: str) -> Scored:
    """Scores and targets of the run's "validation" or "test" texts, in file order.

    Raises:
        JobError: the run has no scores yet.
    """
    file = run.folder / "scores.parquet"
    if not file.exists():
        raise JobError(f"The run {run.id} has no scores yet: it is {run.status.state}.")
    labels = store.load(run.settings.dataset).labels
    table = pq.read_table(file, filters=[("split", "=", split)])
    columns = [table[f"score {n}"].to_numpy() for n in range(len(labels))]
    rows = store.read(run.settings.dataset, split)
    row = table["row"].to_numpy()
    assert np.array_equal(row, rows.row), "scores.parquet and data.parquet are of other rows"
    scores = np.stack(columns, axis=1) if columns else np.empty((len(row), 0), np.float32)
    return Scored(row, rows.targets, scores)
