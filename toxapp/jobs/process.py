"""Start and stop the process that works on a folder.

The process is `python -m MODULE FOLDER` in a session of its own, so it outlives whoever started
it; all it prints goes to FOLDER/log.txt. This module does not know what the work is.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from toxapp import workspace
from toxapp.errors import JobError
from toxapp.jobs.state import ENDED, Status, is_alive, look, read_process

_ROOT = Path(__file__).resolve().parents[2]
_children: dict[int, subprocess.Popen[bytes]] = {}


def start(folder: Path, module: str) -> None:
    """Start `python -m module folder` and return at once.

    Raises:
        JobError: a job already works on this folder.
    """
    now = look(folder)
    if now is not None and now.state not in ENDED:
        raise JobError(f"A job already works on {folder.name}: it is {now.state} ({now.stage}).")
    _reap()
    for old in ("stop", "job.json"):
        (folder / old).unlink(missing_ok=True)
    moment = time.time()
    status = Status(started=moment, updated=moment)
    workspace.write_json(folder / "status.json", vars(status))
    path = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH")]))
    with (folder / "log.txt").open("ab") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", module, str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": path, "TOXAPP_HOME": str(workspace.home())},
        )
    _children[child.pid] = child


def wait(folder: Path, *, timeout_s: float | None = None, poll_s: float = 0.1) -> Status:
    """Wait until the job on `folder` has ended, or `timeout_s` has passed; its last status."""
    deadline = None if timeout_s is None else time.monotonic() + timeout_s
    while True:
        _reap()
        status = look(folder)
        if status is None:
            raise JobError(f"No job ever worked on {folder.name}.")
        if status.state in ENDED:
            _bury(folder)
            return status
        if deadline is not None and time.monotonic() > deadline:
            return status
        time.sleep(poll_s)


def ask_to_stop(folder: Path) -> None:
    """Ask the job to end; it does so at its next step, keeping what it has.

    Raises:
        JobError: no job is at work on this folder.
    """
    status = look(folder)
    if status is None or status.state in ENDED:
        state = status.state if status else "not started"
        raise JobError(f"There is nothing to stop: the job on {folder.name} is {state}.")
    (folder / "stop").touch()


def stop(folder: Path, *, patience_s: float = 20.0) -> Status:
    """Ask the job to end, and end it by force where it does not answer in `patience_s`."""
    ask_to_stop(folder)
    status = wait(folder, timeout_s=patience_s)
    process = read_process(folder)
    if status.state in ENDED or process is None or not is_alive(process):
        return status
    # Both, also where the first one ends the job: a child of it may be deaf to the first.
    for force in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):  # nobody of its group is left
            os.killpg(process.pid, force)
        status = wait(folder, timeout_s=5)
    return status


def _bury(folder: Path) -> None:
    """Wait for the last breath of a child whose work is done, so that it holds no device."""
    process = read_process(folder)
    child = _children.pop(process.pid, None) if process else None
    if child is not None:
        child.wait(timeout=30)


def _reap() -> None:
    """Collect ended children, which would otherwise stay as zombies while a server lives."""
    for pid in [pid for pid, child in _children.items() if child.poll() is not None]:
        del _children[pid]
