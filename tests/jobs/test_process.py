from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.conftest import ROOT
from toxapp.errors import DataError, JobError
from toxapp.jobs import process
from toxapp.jobs.state import ENDED, Process, Status, is_alive, look, read_process
from toxapp.jobs.work import work

MODULE = "doing_what_it_is_told"
# Does what FOLDER/task says.
TASKS = """
import os, signal, subprocess, sys, time
from pathlib import Path
from toxapp.errors import DataError
from toxapp.jobs.work import work

folder = Path(sys.argv[1])
task = (folder / "task").read_text()
with work(folder) as job:
    if task == "count":
        job.stage("counting", steps=3)
        for number in (1, 2, 3):
            print("counted", number)
            job.step(number)
        print("no complaint", file=sys.stderr)
        subprocess.run([sys.executable, "-c", "print('said by a child')"], check=True)
    elif task == "refuse":
        raise DataError("a.csv has no column 'text'; it has: id, body. Name the one to read.")
    elif task == "break":
        [][3]
    elif task == "wait for go":
        job.stage("waiting for go")
        while not (folder / "go").exists():
            job.step(0)
            time.sleep(0.02)
    elif task == "listen to nobody":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        (folder / "child").write_text(str(child.pid))
        job.stage("listening to nobody")
        time.sleep(600)
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / f"{MODULE}.py").write_text(TASKS)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return MODULE


@pytest.fixture
def folder(tmp_path: Path, module: str) -> Iterator[Path]:
    place = tmp_path / "work"
    place.mkdir()
    yield place
    status = look(place)
    if status is not None and status.state not in ENDED:
        process.stop(place, patience_s=1)


def start(folder: Path, task: str) -> None:
    (folder / "task").write_text(task)
    process.start(folder, MODULE)


def done(folder: Path, task: str) -> Status:
    start(folder, task)
    return process.wait(folder, timeout_s=60)


def until(claim: Callable[[], bool], *, timeout_s: float = 60) -> None:
    deadline = time.monotonic() + timeout_s
    while not claim():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def at_stage(folder: Path, stage: str) -> Callable[[], bool]:
    return lambda: (look(folder) or Status()).stage == stage


def worker(folder: Path) -> Process:
    found = read_process(folder)
    assert found is not None
    return found


def log(folder: Path) -> str:
    return (folder / "log.txt").read_text()


def test_a_job_that_ends_well_is_finished_with_all_its_steps_done(folder: Path) -> None:
    """A quick job stood at step 0 of 3 for ever: steps within 0.4 s are not written."""
    ended = done(folder, "count")
    assert (ended.state, ended.stage, ended.reason) == ("finished", "finished", None)
    assert (ended.step, ended.steps, ended.seconds_left) == (3, 3, 0.0)
    assert 0 < ended.started <= ended.updated <= time.time()


def test_all_that_a_job_and_its_children_print_is_in_the_log(folder: Path) -> None:
    done(folder, "count")
    lines = ["counted 1", "counted 2", "counted 3", "no complaint", "said by a child"]
    assert sorted(log(folder).splitlines()) == lines


def test_a_second_start_appends_to_the_log(folder: Path) -> None:
    done(folder, "count")
    done(folder, "count")
    assert log(folder).count("counted 3") == 2


def test_a_job_survives_the_process_that_started_it(folder: Path) -> None:
    (folder / "task").write_text("wait for go")
    script = "import sys; from pathlib import Path; from toxapp.jobs import process;"
    script += "process.start(Path(sys.argv[1]), sys.argv[2])"
    command = [sys.executable, "-c", script, str(folder), MODULE]
    path = os.pathsep.join([str(ROOT), os.environ["PYTHONPATH"]])
    starter = subprocess.Popen(
        command, env={**os.environ, "PYTHONPATH": path}, start_new_session=True
    )
    assert starter.wait(timeout=60) == 0
    until(at_stage(folder, "waiting for go"))
    with pytest.raises(ProcessLookupError):  # nothing is left of the starter's group
        os.killpg(starter.pid, signal.SIGTERM)
    assert is_alive(worker(folder))
    assert os.getsid(worker(folder).pid) == worker(folder).pid
    (folder / "go").touch()
    assert process.wait(folder, timeout_s=60).state == "finished"


def test_a_users_mistake_is_the_reason_of_the_failure_without_a_traceback(folder: Path) -> None:
    ended = done(folder, "refuse")
    sentence = "a.csv has no column 'text'; it has: id, body. Name the one to read."
    assert (ended.state, ended.reason) == ("failed", sentence)
    assert log(folder) == f"{sentence}\n"


def test_an_unexpected_error_is_a_sentence_and_its_traceback_is_in_the_log(folder: Path) -> None:
    ended = done(folder, "break")
    assert ended.state == "failed"
    assert ended.reason == (
        "IndexError: list index out of range. The log says where; "
        "this is likely a fault of the app."
    )
    assert "Traceback (most recent call last)" in log(folder)
    assert "[][3]" in log(folder)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MemoryError(), "memory ran out"),
        (RuntimeError("CUDA out of memory. Tried to allocate 2 GiB"), "smaller batch size"),
        (OSError(28, "No space left on device", "/disk/model"), "disk is full: /disk/model"),
        (KeyboardInterrupt(), "Interrupted from the keyboard"),
    ],
)
def test_what_the_machine_lacks_is_said_with_what_to_do(
    folder: Path, error: BaseException, words: str
) -> None:
    with pytest.raises(type(error)), work(folder):
        raise error
    status = look(folder)
    assert status is not None
    assert status.state == "failed"
    assert words in (status.reason or "")


def test_a_mistake_inside_a_job_ends_its_process_with_2(folder: Path) -> None:
    with pytest.raises(SystemExit, match="2"), work(folder):
        raise DataError("There is no text.")


def test_a_killed_job_is_lost_at_once_even_while_it_is_a_zombie(folder: Path) -> None:
    start(folder, "wait for go")
    until(at_stage(folder, "waiting for go"))
    killed = worker(folder)
    os.kill(killed.pid, signal.SIGKILL)
    until(lambda: not is_alive(killed), timeout_s=20)
    status = look(folder)
    assert status is not None
    assert (status.state, status.stage) == ("lost", "waiting for go")
    assert process.wait(folder, timeout_s=20).state == "lost"


def test_a_lost_job_can_be_started_again(folder: Path) -> None:
    start(folder, "wait for go")
    until(at_stage(folder, "waiting for go"))
    os.kill(worker(folder).pid, signal.SIGKILL)
    process.wait(folder, timeout_s=20)
    (folder / "go").touch()
    assert done(folder, "wait for go").state == "finished"


def test_a_folder_at_work_takes_no_second_job(folder: Path) -> None:
    start(folder, "wait for go")
    with pytest.raises(JobError, match="A job already works on work: it is queued"):
        process.start(folder, MODULE)
    until(at_stage(folder, "waiting for go"))
    first = worker(folder)
    with pytest.raises(JobError, match=r"it is running \(waiting for go\)"):
        process.start(folder, MODULE)
    assert worker(folder) == first
    (folder / "go").touch()
    assert process.wait(folder, timeout_s=60).state == "finished"


def test_a_job_that_is_asked_to_stop_ends_at_its_next_step(folder: Path) -> None:
    start(folder, "wait for go")
    until(at_stage(folder, "waiting for go"))
    stopped = worker(folder)
    ended = process.stop(folder)
    assert (ended.state, ended.reason) == ("stopped", "Stopped by request.")
    assert not is_alive(stopped)


def test_a_stopped_job_can_be_started_again_and_does_not_stop_at_once(folder: Path) -> None:
    start(folder, "wait for go")
    until(at_stage(folder, "waiting for go"))
    process.stop(folder)
    (folder / "go").touch()
    assert done(folder, "wait for go").state == "finished"


def test_a_job_that_does_not_answer_is_ended_by_force_with_its_children(folder: Path) -> None:
    start(folder, "listen to nobody")
    until(at_stage(folder, "listening to nobody"))
    deaf, child = worker(folder), psutil.Process(int((folder / "child").read_text()))
    process.stop(folder, patience_s=0.2)
    assert not is_alive(deaf)
    until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE, timeout_s=20)
    status = look(folder)
    assert status is not None
    assert status.state == "lost"


def test_there_is_nothing_to_stop_where_no_job_is_at_work(folder: Path) -> None:
    with pytest.raises(JobError, match="the job on work is not started"):
        process.stop(folder)
    done(folder, "count")
    with pytest.raises(JobError, match="the job on work is finished"):
        process.stop(folder)
    assert not (folder / "stop").exists()


def test_waiting_for_a_job_that_never_was_is_refused(folder: Path) -> None:
    with pytest.raises(JobError, match="No job ever worked on work"):
        process.wait(folder)


def test_waiting_ends_after_its_time_with_the_job_still_at_work(folder: Path) -> None:
    start(folder, "wait for go")
    until(at_stage(folder, "waiting for go"))
    assert process.wait(folder, timeout_s=0.1).state == "running"
    assert is_alive(worker(folder))


def test_jobs_work_in_the_workspace_of_the_one_who_started_them(
    folder: Path, home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A relative TOXAPP_HOME means the same folder for a job, wherever that runs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOXAPP_HOME", "workspace")
    start(folder, "wait for go")
    until(at_stage(folder, "waiting for go"))
    assert psutil.Process(worker(folder).pid).environ()["TOXAPP_HOME"] == str(home)
