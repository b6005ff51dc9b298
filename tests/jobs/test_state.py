from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from toxapp import workspace
from toxapp.jobs.state import (
    ENDED,
    Process,
    State,
    Status,
    is_alive,
    judge,
    look,
    read_process,
    read_status,
    this_process,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "work"
    place.mkdir()
    return place


@pytest.fixture(scope="module")
def dead() -> Process:
    """A process that has been and is no more."""
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    process = Process(child.pid, psutil.Process(child.pid).create_time())
    child.communicate(b"\n", timeout=20)
    return process


def record(folder: Path, status: Status, process: Process | None) -> None:
    workspace.write_json(folder / "status.json", vars(status))
    if process is not None:
        content = {"pid": process.pid, "created": process.created}
        workspace.write_json(folder / "job.json", content)


@pytest.mark.parametrize(
    ("recorded", "alive", "judged"),
    [
        ("queued", True, "queued"),
        ("queued", False, "lost"),
        ("running", True, "running"),
        ("running", False, "lost"),
        ("finished", True, "finished"),
        ("finished", False, "finished"),
        ("failed", True, "failed"),
        ("failed", False, "failed"),
        ("stopped", True, "stopped"),
        ("stopped", False, "stopped"),
    ],
)
def test_only_a_dead_process_that_did_not_end_is_lost(
    recorded: State, alive: bool, judged: State
) -> None:
    assert judge(recorded, alive=alive) == judged


def test_lost_is_an_end() -> None:
    assert set(ENDED) == {"finished", "failed", "stopped", "lost"}


def test_this_process_is_alive() -> None:
    assert is_alive(this_process())


def test_a_process_that_has_ended_is_not_alive(dead: Process) -> None:
    assert not is_alive(dead)


def test_a_zombie_is_not_alive() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    try:
        found = psutil.Process(child.pid)
        process = Process(child.pid, found.create_time())
        deadline = time.monotonic() + 20
        while found.status() != psutil.STATUS_ZOMBIE:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert psutil.pid_exists(child.pid)
        assert not is_alive(process)
    finally:
        child.wait()


def test_a_pid_that_somebody_else_has_by_now_is_not_alive() -> None:
    mine = this_process()
    assert not is_alive(Process(mine.pid, mine.created - 3600))


def test_a_folder_on_which_nothing_ever_worked_has_no_status(folder: Path) -> None:
    assert look(folder) is None
    assert read_status(folder) is None
    assert read_process(folder) is None
    assert look(folder / "not there") is None


def test_a_job_just_started_is_queued_before_its_process_has_said_a_word(folder: Path) -> None:
    record(folder, Status(started=time.time(), updated=time.time()), None)
    found = look(folder)
    assert found is not None
    assert (found.state, found.stage) == ("queued", "starting")


def test_a_job_of_which_no_process_was_heard_for_half_a_minute_is_lost(folder: Path) -> None:
    record(folder, Status(updated=time.time() - 31), None)
    found = look(folder)
    assert found is not None
    assert found.state == "lost"


def test_the_status_of_a_living_job_is_what_it_recorded(folder: Path) -> None:
    status = Status("running", "training", 3, 10, started=1.0, updated=2.0, seconds_left=7.5)
    record(folder, status, this_process())
    assert look(folder) == status


def test_a_lost_job_keeps_how_far_it_came_and_says_what_to_do(folder: Path, dead: Process) -> None:
    record(folder, Status("running", "training", 3, 10, seconds_left=7.5), dead)
    found = look(folder)
    assert found is not None
    assert (found.state, found.stage, found.step, found.steps) == ("lost", "training", 3, 10)
    assert found.seconds_left is None
    assert "killed" in (found.reason or "")
    assert "resume" in (found.reason or "")


def test_a_waiting_job_whose_process_died_is_lost(folder: Path, dead: Process) -> None:
    record(folder, Status("queued", "waiting for cpu"), dead)
    found = look(folder)
    assert found is not None
    assert found.state == "lost"


def test_what_ended_stays_as_it_ended_when_its_process_is_gone(folder: Path, dead: Process) -> None:
    status = Status("failed", "training", reason="The disk is full.")
    record(folder, status, dead)
    assert look(folder) == status


@pytest.mark.parametrize("torn", ["", '{"state": "runn'])
def test_a_record_torn_by_a_power_failure_is_a_lost_job_and_not_a_crash(
    folder: Path, torn: str, dead: Process
) -> None:
    record(folder, Status("running", "training"), dead)
    (folder / "status.json").write_text(torn)
    found = look(folder)
    assert found is not None
    assert found.state == "lost"
    (folder / "job.json").write_text(torn)
    assert read_process(folder) is None
    found = look(folder)
    assert found is not None
    assert found.state == "lost"


def test_a_half_written_draft_beside_the_record_is_not_read(folder: Path) -> None:
    record(folder, Status("finished", "finished"), None)
    (folder / ".status.json.77.tmp").write_text('{"state": "runn')
    found = look(folder)
    assert found is not None
    assert found.state == "finished"


def test_a_reader_never_meets_a_record_half_written(folder: Path) -> None:
    record(folder, Status("running", "x"), this_process())
    done = threading.Event()

    def write() -> None:
        for number in range(400):
            workspace.write_json(
                folder / "status.json", vars(Status("running", "x" * (number % 97 * 50)))
            )
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    seen = set()
    while not done.is_set():
        found = look(folder)
        assert found is not None
        assert found.state == "running"
        seen.add(found.stage)
    writer.join()
    assert len(seen) > 1


def test_unknown_keys_in_a_record_are_refused(folder: Path) -> None:
    (folder / "status.json").write_text(json.dumps({"state": "running", "mood": "good"}))
    with pytest.raises(AssertionError, match="mood"):
        look(folder)
