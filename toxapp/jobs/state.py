"""What state a job is in, judged from what is recorded and whether its process lives.

queued -> running -> finished | failed | stopped
             |
             +-> lost    running by the record, dead in fact (killed, or the machine went down)
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal

import psutil

from toxapp import workspace

State = Literal["queued", "running", "finished", "failed", "stopped", "lost"]

ENDED: tuple[State, ...] = ("finished", "failed", "stopped", "lost")


@dataclass(frozen=True)
class Status:
    """What a job last said of itself; the content of status.json.

    Attributes:
        state: as the job recorded it, so never "lost".
        stage: what it is doing, in words for the screen.
        step, steps: progress within the stage; `steps` is 0 while unknown.
        started, updated: seconds since the epoch.
        seconds_left: estimated by the job for all that is left; None while unknown.
        reason: of a failure or a stop, one sentence.
    """

    state: State = "queued"
    stage: str = "starting"
    step: int = 0
    steps: int = 0
    started: float = 0.0
    updated: float = 0.0
    seconds_left: float | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Process:
    """A process as job.json names it: a pid alone may be somebody else's by now."""

    pid: int
    created: float


def this_process() -> Process:
    """The calling process."""
    return Process(psutil.Process().pid, psutil.Process().create_time())


def is_alive(process: Process) -> bool:
    """Whether that very process still runs; a zombie does not."""
    try:
        found = psutil.Process(process.pid)
        same = bool(abs(found.create_time() - process.created) < 1.0)
        return same and bool(found.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def judge(recorded: State, *, alive: bool) -> State:
    """The state a job is really in, given its last record and whether its process lives."""
    if recorded in ENDED or alive:
        return recorded
    return "lost"


def read_status(folder: Path) -> Status | None:
    """What the job on `folder` last recorded, or None where none ever started."""
    found = _read(folder / "status.json")
    return None if found is None else _exact(Status, found)


def read_process(folder: Path) -> Process | None:
    """The process that works (or worked) on `folder`; None where that is not known."""
    found = _read(folder / "job.json")
    return Process(int(found["pid"]), float(found["created"])) if found else None


def look(folder: Path) -> Status | None:
    """What the job on `folder` is doing, with its state judged; None where none ever started."""
    status = read_status(folder)
    if status is None:
        return None
    process = read_process(folder)
    # A job just started has no job.json for a moment.
    alive = is_alive(process) if process else time.time() - status.updated < 30
    state = judge(status.state, alive=alive)
    if state == "lost":
        reason = (
            "The process ended without a word: it was killed, ran out of memory, "
            "or the machine was restarted. What it had saved is kept; resume it."
        )
        return Status(**{**asdict(status), "state": state, "reason": reason, "seconds_left": None})
    return status


def _read(file: Path) -> dict[str, Any] | None:
    try:
        return workspace.read_json(file)
    except json.JSONDecodeError:
        return {}  # torn by a power failure: without a living process the job counts as lost


def _exact(cls: type[Status], found: dict[str, Any]) -> Status:
    unknown = set(found) - {f.name for f in fields(cls)}
    assert not unknown, f"unknown keys in status.json: {sorted(unknown)}"
    return cls(**found)
