"""One job at a time per device, the others in order of arrival; no daemon.

Each waiting job has a ticket file named by its time of arrival. A job runs when its ticket is the
oldest whose process lives and it holds the device's file lock, which the kernel frees when the
holder dies. So a dead ticket is skipped, and a killed holder blocks nobody.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from toxapp import workspace
from toxapp.jobs.state import Process, is_alive, this_process
from toxapp.jobs.work import Work

_POLL_S = 0.25


@contextmanager
def turn(device: str, job: Work) -> Iterator[None]:
    """Wait for this job's turn on `device` and hold the device while the block runs."""
    folder = workspace.lock_folder() / workspace.slug(device)
    folder.mkdir(parents=True, exist_ok=True)
    ticket = _take_ticket(folder, job.folder)
    lock = FileLock(folder / "device.lock")
    try:
        _wait(ticket, lock, device, job)
        yield
    finally:
        lock.release(force=True)
        ticket.unlink(missing_ok=True)


def waiting(device: str) -> list[str]:
    """Names of the folders whose jobs hold or wait for `device`, in their order."""
    folder = workspace.lock_folder() / workspace.slug(device)
    # A ticket can be handed back between the look at its process and this one.
    found = (workspace.read_json(ticket) for ticket in _live_tickets(folder))
    return [Path(ticket["folder"]).name for ticket in found if ticket]


def _take_ticket(folder: Path, work_folder: Path) -> Path:
    process = this_process()
    ticket = folder / f"{time.time_ns():020d}-{process.pid}.ticket"
    content = {"pid": process.pid, "created": process.created, "folder": str(work_folder)}
    workspace.write_json(ticket, content)
    return ticket


def _wait(ticket: Path, lock: FileLock, device: str, job: Work) -> None:
    while True:
        ahead = [t for t in _live_tickets(ticket.parent) if t.name < ticket.name]
        if not ahead:
            try:
                lock.acquire(timeout=0)
            except Timeout:
                pass
            else:
                return
        job.queued(f"waiting for {device}, {max(1, len(ahead))} ahead")
        time.sleep(_POLL_S)


def _live_tickets(folder: Path) -> list[Path]:
    return [t for t in sorted(folder.glob("*.ticket")) if _lives(t)]


def _lives(ticket: Path) -> bool:
    found = workspace.read_json(ticket)
    return found is not None and is_alive(Process(int(found["pid"]), float(found["created"])))
