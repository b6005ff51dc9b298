from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from toxapp import workspace
from toxapp.jobs import process
from toxapp.jobs.queue import waiting
from toxapp.jobs.state import ENDED, Status, is_alive, look, read_process

MODULE = "holding_a_device"
# Holds the device named in FOLDER/device until FOLDER/go exists, and says so in ../said.
HOLDS = """
import sys, time
from pathlib import Path
from toxapp.jobs.queue import turn
from toxapp.jobs.work import work

def say(word):
    with (folder.parent / "said").open("a") as file:
        file.write(f"{word} {folder.name}\\n")

folder = Path(sys.argv[1])
with work(folder) as job, turn((folder / "device").read_text(), job):
    job.stage("holding")
    say("begins")
    while not (folder / "go").exists():
        job.check_stop()
        time.sleep(0.02)
    time.sleep(0.05)
    say("ends")
"""

Start = Callable[..., Path]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Start a job that holds a device: `start("a", device="cpu")` gives its folder."""
    (tmp_path / f"{MODULE}.py").write_text(HOLDS)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    folders: list[Path] = []

    def begin(name: str, *, device: str = "cpu") -> Path:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "device").write_text(device)
        folders.append(folder)
        process.start(folder, MODULE)
        return folder

    yield begin
    for folder in folders:
        status = look(folder)
        if status is not None and status.state not in ENDED:
            process.stop(folder, patience_s=5)


def until(claim: Callable[[], bool], *, timeout_s: float = 60) -> None:
    deadline = time.monotonic() + timeout_s
    while not claim():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def status_of(folder: Path) -> Status:
    status = look(folder)
    assert status is not None
    return status


def holds(folder: Path) -> Callable[[], bool]:
    return lambda: status_of(folder).stage == "holding"


def queue_is(*names: str, device: str = "cpu") -> Callable[[], bool]:
    return lambda: waiting(device) == list(names)


def said(folder: Path) -> list[str]:
    return (folder.parent / "said").read_text().splitlines()


def kill(folder: Path) -> None:
    found = read_process(folder)
    assert found is not None
    os.kill(found.pid, signal.SIGKILL)
    until(lambda: not is_alive(found))


def test_jobs_hold_a_device_one_at_a_time_in_the_order_in_which_they_came(start: Start) -> None:
    first = start("first")
    until(holds(first))
    second = start("second")
    until(queue_is("first", "second"))
    third = start("third")
    until(queue_is("first", "second", "third"))
    for folder in (third, second, first):
        (folder / "go").touch()
    for folder in (first, second, third):
        assert process.wait(folder, timeout_s=60).state == "finished"
    assert said(first) == [
        *("begins first", "ends first"),
        *("begins second", "ends second"),
        *("begins third", "ends third"),
    ]
    assert waiting("cpu") == []


def test_many_that_come_at_once_never_hold_the_device_together(start: Start) -> None:
    folders = [start(name) for name in "abcd"]
    for folder in folders:
        (folder / "go").touch()
    for folder in folders:
        assert process.wait(folder, timeout_s=60).state == "finished"
    words = [line.split() for line in said(folders[0])]
    assert sorted(name for word, name in words[::2]) == list("abcd")
    for begun, ended in zip(words[::2], words[1::2], strict=True):
        assert (begun[0], ended[0]) == ("begins", "ends")
        assert begun[1] == ended[1]


def test_a_waiting_job_says_for_what_and_how_many_are_ahead(start: Start) -> None:
    first = start("first")
    until(holds(first))
    second = start("second")
    until(queue_is("first", "second"))
    third = start("third")
    until(lambda: status_of(second).stage == "waiting for cpu, 1 ahead")
    until(lambda: status_of(third).stage == "waiting for cpu, 2 ahead")
    assert status_of(second).state == status_of(third).state == "queued"


def test_jobs_on_different_devices_do_not_wait_for_each_other(start: Start) -> None:
    first, second = start("first", device="cuda:0"), start("second", device="cuda:1")
    until(holds(first))
    until(holds(second))
    assert (waiting("cuda:0"), waiting("cuda:1")) == (["first"], ["second"])


def test_a_killed_holder_frees_the_device_within_seconds(start: Start) -> None:
    first = start("first")
    until(holds(first))
    second = start("second")
    until(queue_is("first", "second"))
    kill(first)
    until(holds(second), timeout_s=5)
    assert status_of(first).state == "lost"
    assert waiting("cpu") == ["second"]


def test_the_ticket_of_a_job_that_died_while_waiting_is_skipped(start: Start) -> None:
    first = start("first")
    until(holds(first))
    second = start("second")
    until(queue_is("first", "second"))
    third = start("third")
    until(queue_is("first", "second", "third"))
    kill(second)
    assert waiting("cpu") == ["first", "third"]
    assert status_of(first).stage == "holding"
    (first / "go").touch()
    until(holds(third))


def test_the_ticket_of_a_process_whose_pid_somebody_else_has_by_now_is_skipped(
    start: Start,
) -> None:
    folder = workspace.lock_folder() / "cpu"
    folder.mkdir(parents=True)
    content = {"pid": os.getpid(), "created": 1.0, "folder": "/somewhere/long-ago"}
    workspace.write_json(folder / f"{1:020d}-{os.getpid()}.ticket", content)
    assert waiting("cpu") == []
    until(holds(start("first")))


def test_a_job_stopped_while_it_waits_ends_and_leaves_the_queue(start: Start) -> None:
    first = start("first")
    until(holds(first))
    second = start("second")
    until(queue_is("first", "second"))
    process.ask_to_stop(second)
    ended = process.wait(second, timeout_s=20)
    assert (ended.state, ended.reason) == ("stopped", "Stopped by request.")
    assert waiting("cpu") == ["first"]
    assert status_of(first).stage == "holding"


def test_a_holder_that_is_stopped_gives_the_device_to_the_next(start: Start) -> None:
    first = start("first")
    until(holds(first))
    second = start("second")
    until(queue_is("first", "second"))
    assert process.stop(first).state == "stopped"
    until(holds(second), timeout_s=20)


def test_nobody_waits_for_a_device_that_was_never_used() -> None:
    assert waiting("cuda:7") == []
