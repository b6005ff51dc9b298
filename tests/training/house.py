"""Runs as the app starts them: real processes on one device, killed, stopped and gone on with.

All of them are started while the device is held, so that they load their libraries side by side;
then it is let go, and they train one after the other in the order in which they came.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from tests.conftest import ROOT, quick_settings
from tests.tiny import marks, write_comments
from toxapp import workspace
from toxapp.data import importing
from toxapp.data.choice import Choice, Upload
from toxapp.jobs import process
from toxapp.jobs.queue import turn, waiting
from toxapp.jobs.state import ENDED, Status, is_alive, look, read_process
from toxapp.jobs.work import Work
from toxapp.runs import events, run
from toxapp.runs.run import Run
from toxapp.runs.settings import Settings
from training.checkpoints import last_checkpoint

EPOCHS, EPOCH_STEPS = 4, 42  # 168 texts for training, 4 a step
ABSENT = "/no/such/folder"


@dataclass
class House:
    """What happened, for the tests to look at.

    Attributes:
        home: the workspace.
        runs: by name.
        order: names in the order in which their jobs came to the device.
        seen: the status of a run at the moment that its test is about.
        checkpoint: the step of the newest checkpoint at that moment.
        stop_s: seconds that a run took to end when asked to.
        launchers: of the runs in several processes, in the order of their start.
    """

    home: Path
    runs: dict[str, Run] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    seen: dict[str, Status] = field(default_factory=dict)
    checkpoint: dict[str, int] = field(default_factory=dict)
    stop_s: dict[str, float] = field(default_factory=dict)
    launchers: dict[str, list[subprocess.Popen[bytes]]] = field(default_factory=dict)

    def now(self, name: str) -> Run:
        return run.load(self.runs[name].id)


def build(place: Path, model: Path, comments: Path) -> House:
    """Everything that the tests of runs look at, in a workspace under `place`."""
    dataset, few = import_both(place, comments)
    house = House(workspace.home())
    try:
        with turn("cpu", Work(place)):  # as another run would hold it
            for name, settings in wanted(model, dataset, few).items():
                house.runs[name] = run.start(settings)
            for name in ("several", "several stopped"):
                house.runs[name] = run.create(exact(model, dataset, name))
                launch(house, name)
            house.order = arrivals(house)
            stop(house, "waiting")
        for name in house.order:
            disturb(house, name)
        for made in house.runs.values():
            process.wait(made.folder, timeout_s=120)
        for launcher in chain(*house.launchers.values()):
            launcher.wait(timeout=60)
    finally:
        end_all(house)
    return house


def arrivals(house: House) -> list[str]:
    """Names of all runs in the order of their tickets, once each has one."""
    names = {made.id: name for name, made in house.runs.items()}
    until(lambda: len(waiting("cpu")) > len(names), "all runs wait for the device")
    return [names[found] for found in waiting("cpu")[1:]]


def end_all(house: House) -> None:
    """Leave no job behind where something went wrong."""
    for made in house.runs.values():
        job = read_process(made.folder)
        if job and is_alive(job):
            os.killpg(os.getpgid(job.pid), signal.SIGKILL)


def import_both(place: Path, comments: Path) -> tuple[str, str]:
    """240 comments; and 32 to learn by heart, with missing targets."""
    few = place / "few.csv"
    write_few(write_comments(place / "all.csv", rows=64), few)
    choice = Choice("comment", marks("rude", "spam", "never"), split_column="split")
    ids = importing.start([Upload(comments)]), importing.start([Upload(few)], choice)
    for dataset in ids:
        folder = workspace.find("datasets", dataset)
        assert process.wait(folder, timeout_s=120).state == "finished"
    return ids


def write_few(source: Path, target: Path) -> None:
    """32 rows for training and again for validation; in every fourth nobody knows if it is spam."""
    with source.open(encoding="utf-8", newline="") as read, target.open("w", newline="") as write:
        rows = list(csv.DictReader(read))
        writer = csv.DictWriter(write, [*rows[0], "split"])
        writer.writeheader()
        for n, row in enumerate(rows):
            given = {**row, "spam": "-1" if n % 4 == 0 else row["spam"]}
            for split in ("train", "validation") if n < 32 else ("test",):
                writer.writerow({**given, "split": split})


def wanted(model: Path, dataset: str, few: str) -> dict[str, Settings]:
    """The runs that are started as the app does."""
    names = ("reference", "killed", "stopped")
    often = {name: exact(model, dataset, name, checkpoint_s=0.05) for name in names}
    by_heart = quick_settings(few, model, name="few", epochs=25, batch_size=8)
    return {
        **often,
        "killed later": exact(model, dataset, "killed later"),
        "few": by_heart,
        "waiting": exact(model, dataset, "waiting"),
        "absent": quick_settings(dataset, Path(ABSENT), name="absent"),
    }


def exact(model: Path, dataset: str, name: str, **changed: object) -> Settings:
    """Settings under which every random number counts: dropout, and many small steps."""
    chosen = {"epochs": EPOCHS, "batch_size": 4, "dropout": 0.1}
    return quick_settings(dataset, model, name=name, **{**chosen, **changed})


def launch(house: House, name: str) -> None:
    """Train a run in two processes on the CPU, which speak to each other through gloo."""
    folder = house.runs[name].folder
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = f"--multi_gpu --num_processes 2 --num_machines 1 --main_process_port {port}"
    command = [sys.executable, "-m", "accelerate.commands.launch", *options.split()]
    with (folder / "log.txt").open("ab") as words:
        launcher = subprocess.Popen(
            [
                *command,
                "--mixed_precision",
                "no",
                "--dynamo_backend",
                "no",
                "-m",
                "training",
                folder,
            ],
            cwd=ROOT,
            stdout=words,
            stderr=words,
            start_new_session=True,
        )
    house.launchers.setdefault(name, []).append(launcher)


def disturb(house: House, name: str) -> None:
    """Do to the run what its test is about, once it is at work, and let it go on."""
    folder = house.runs[name].folder
    if name == "killed":
        kill(
            house, name, lambda: newest(folder) > EPOCH_STEPS and newest(folder) % EPOCH_STEPS != 0
        )
        run.resume(folder.name)
    elif name == "killed later":
        kill(house, name, lambda: newest(folder) > 0 and trained(folder) > newest(folder))
        house.runs["unmeasured"] = without_its_evaluation(folder)
        run.resume(folder.name)
        run.resume(house.runs["unmeasured"].id)
    elif name == "stopped":
        until(lambda: trained(folder) > EPOCH_STEPS, "the second epoch")
        stop(house, name)
        run.resume(folder.name)
    elif name == "several stopped":
        until(lambda: trained(folder) > EPOCH_STEPS // 2, "the second epoch")
        stop(house, name)
        house.launchers[name][0].wait(timeout=60)
        launch(house, name)
    else:
        process.wait(folder, timeout_s=120)


def newest(folder: Path) -> int:
    """The step of the newest whole checkpoint, 0 without any."""
    found = last_checkpoint(folder)
    return int(found.name.rpartition("-")[2]) if found else 0


def trained(folder: Path) -> int:
    """The last step whose loss is known."""
    found = events.read(folder, "train")
    return found[-1]["step"] if found else 0


def kill(house: House, name: str, moment: Callable[[], bool]) -> None:
    """Kill the job at a moment when `moment` holds."""
    folder = house.runs[name].folder
    while True:
        until(moment, f"the moment to kill {name}")
        job = read_process(folder)
        assert job is not None
        os.kill(job.pid, signal.SIGSTOP)
        if moment():
            break
        os.kill(job.pid, signal.SIGCONT)
    assert not (folder / "model").exists(), "it was too quick to be killed"
    os.killpg(job.pid, signal.SIGKILL)
    house.checkpoint[name] = newest(folder)
    house.seen[name] = process.wait(folder, timeout_s=20)


def without_its_evaluation(killed: Path) -> Run:
    """A copy of a killed run that died before it evaluated the epoch of its newest checkpoint."""
    folder = killed.with_name(f"{killed.name}-unmeasured")
    shutil.copytree(killed, folder)
    step = newest(folder)
    lines = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
    kept = [e for e in lines if e["step"] < step or (e["step"], e["kind"]) == (step, "train")]
    (folder / "events.jsonl").write_text("".join(f"{json.dumps(e)}\n" for e in kept))
    shutil.rmtree(folder / "checkpoints" / f"best-{step}", ignore_errors=True)
    return run.load(folder.name)


def stop(house: House, name: str) -> None:
    """Ask the job to stop and measure how long it takes to end."""
    folder = house.runs[name].folder
    before = look(folder)
    process.ask_to_stop(folder)
    asked = time.monotonic()
    house.seen[name] = process.wait(folder, timeout_s=60, poll_s=0.02)
    house.stop_s[name] = time.monotonic() - asked
    house.checkpoint[name] = newest(folder)
    assert before is not None
    assert before.state not in ENDED


def until(holds: Callable[[], bool], what: str, timeout_s: float = 120) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < deadline, f"waited in vain for: {what}"
        time.sleep(0.01)
