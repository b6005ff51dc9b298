"""The inside of a job: what the working process says of itself, and how it is told to end.

    with work(folder) as job:
        job.stage("reading", steps=rows)
        job.step(1000)          # also raises Stopped when somebody asked for an end

Leaving the block records how it ended: finished, stopped, or failed with the error's sentence.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from toxapp import workspace
from toxapp.errors import ToxappError
from toxapp.jobs.state import Status, read_status, this_process

_WRITE_EVERY_S = 0.4


class Stopped(BaseException):
    """Somebody asked the job to end. Not an Exception, so that no handler swallows it."""


class Work:
    """A job at work on `folder`; the only writer of its job.json and status.json."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._status = Status()
        self._written = 0.0
        self._stage_began = time.monotonic()

    def __enter__(self) -> Self:
        now = time.time()
        process = this_process()
        workspace.write_json(
            self.folder / "job.json", {"pid": process.pid, "created": process.created}
        )
        queued = read_status(self.folder)
        self._status = Status(started=queued.started if queued else now)
        self._write(state="running", stage="starting")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if error is None:
            done = self._status.steps  # the last steps may have passed too quickly to be written
            self._write(state="finished", stage="finished", step=done, seconds_left=0.0)
            return False
        if isinstance(error, Stopped):
            self._write(state="stopped", reason="Stopped by request.", seconds_left=None)
            return True
        self._write(state="failed", reason=_reason(error), seconds_left=None)
        if isinstance(error, ToxappError):
            sys.stderr.write(f"{error}\n")
            raise SystemExit(2) from error
        return False

    def queued(self, stage: str) -> None:
        """Say that the job waits, and for what."""
        self._write(state="queued", stage=stage, step=0, steps=0)
        self.check_stop()

    def stage(self, name: str, *, steps: int = 0) -> None:
        """Begin a stage of `steps` steps (0: unknown)."""
        self._stage_began = time.monotonic()
        self._write(state="running", stage=name, step=0, steps=steps, seconds_left=None)
        self.check_stop()

    def step(self, done: int, *, seconds_left: float | None = None) -> None:
        """Say that `done` steps of the stage are done; raise Stopped when asked to end.

        Args:
            done: steps done since the stage began, not since the last call.
            seconds_left: where the caller knows better than the stage's own mean pace.
        """
        self.check_stop()
        if time.monotonic() - self._written >= _WRITE_EVERY_S:
            left = seconds_left if seconds_left is not None else self._left(done)
            self._write(state="running", step=done, seconds_left=left)

    def check_stop(self) -> None:
        """Raise Stopped when somebody asked the job to end."""
        if self.stop_asked():
            raise Stopped

    def stop_asked(self) -> bool:
        """Whether somebody asked the job to end."""
        return (self.folder / "stop").exists()

    def _left(self, done: int) -> float | None:
        spent = time.monotonic() - self._stage_began
        if not done or spent < 1 or not self._status.steps:
            return None
        return spent / done * max(0, self._status.steps - done)

    def _write(self, **changes: object) -> None:
        self._status = replace(self._status, updated=time.time(), **changes)  # type: ignore[arg-type]
        workspace.write_json(self.folder / "status.json", vars(self._status))
        self._written = time.monotonic()


def work(folder: Path) -> Work:
    """The job on `folder`, to be entered by the process that does the work."""
    return Work(folder)


def _reason(error: BaseException) -> str:
    """One sentence on why a job failed; the traceback is in the log."""
    if isinstance(error, ToxappError):
        return str(error)
    if isinstance(error, MemoryError) or "out of memory" in str(error).lower():
        return "The memory ran out. Choose a smaller batch size or shorter texts, and start again."
    if isinstance(error, OSError) and error.errno == 28:
        return f"The disk is full: {error.filename or 'no space left'}. Free some space and resume."
    if isinstance(error, KeyboardInterrupt):
        return "Interrupted from the keyboard."
    return (
        f"{type(error).__name__}: {error}. The log says where; this is likely a fault of the app."
    )
