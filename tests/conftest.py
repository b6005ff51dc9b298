"""What many tests share: a workspace each, one tiny trained run, a server and a browser."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser import on_path
from tests.tiny import tiny_model, write_comments
from toxapp import workspace
from toxapp.data import importing
from toxapp.data.choice import Upload
from toxapp.jobs import process
from toxapp.runs import run, settings
from toxapp.runs.run import Run

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty workspace and empty device queues of the test's own."""
    place = tmp_path / "workspace"
    monkeypatch.setenv("TOXAPP_HOME", str(place))
    monkeypatch.setenv("TOXAPP_LOCKS", str(tmp_path / "locks"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    return place


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real BERT of two small layers with a tokenizer made from the test's own words."""
    return tiny_model(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="session")
def comments(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CSV of 240 short comments with the labels rude, spam and never (which none carries)."""
    return write_comments(tmp_path_factory.mktemp("comments") / "comments.csv")


@pytest.fixture(scope="session")
def _trained(
    tmp_path_factory: pytest.TempPathFactory, model_folder: Path, comments: Path
) -> tuple[Path, str]:
    """A workspace with one finished run, made once by the real jobs."""
    place = tmp_path_factory.mktemp("trained") / "workspace"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TOXAPP_HOME", str(place))
        patch.setenv("TOXAPP_LOCKS", str(place.parent / "locks"))
        patch.setenv("HF_HUB_OFFLINE", "1")
        patch.setenv("OMP_NUM_THREADS", "1")
        dataset = importing.start([Upload(comments)])
        assert process.wait(workspace.find("datasets", dataset), timeout_s=60).state == "finished"
        made = run.start(quick_settings(dataset, model_folder))
        ended = process.wait(made.folder, timeout_s=180)
        assert ended.state == "finished", (made.folder / "log.txt").read_text()
    return place, made.id


@pytest.fixture
def trained(_trained: tuple[Path, str], monkeypatch: pytest.MonkeyPatch, home: Path) -> Run:
    """A finished run in a workspace of the test's own, a copy of the one trained once."""
    import torch

    # On a busy machine the threads of a tiny model wait for each other: 3 s became 52 s.
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    torch.set_num_threads(1)
    source, run_id = _trained
    shutil.copytree(source, home)
    return run.load(run_id)


def quick_settings(dataset: str, model: Path, **changed: object) -> settings.Settings:
    """Settings under which the tiny model learns the test's comments in seconds."""
    base = {
        "name": "tiny",
        "epochs": 12,
        "learning_rate": 5e-3,
        "head_rate": 1.0,
        "batch_size": 16,
        "batch_tokens": 512,
        "max_length": 32,
        "device": "cpu",
        "precision": "fp32",
    }
    return settings.Settings(dataset=dataset, model=str(model), **{**base, **changed})  # type: ignore[arg-type]


Server = Callable[..., str]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Server]:
    """Start the app on a free port; `serve(cwd=..., home=...)` gives its address."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*, cwd: Path = ROOT, home: Path | None = None) -> str:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        env = {**os.environ, **({"TOXAPP_HOME": str(home)} if home else {})}
        command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py")]
        options = ["--server.port", str(port), "--server.headless", "true"]
        with (tmp_path / f"server-{port}.log").open("wb") as log:
            server = subprocess.Popen(
                [*command, *options], cwd=cwd, env=env, stdout=log, stderr=log
            )
        started.append(server)
        address = f"http://127.0.0.1:{port}"
        _until_it_answers(address, server)
        return address

    yield start
    for server in started:
        server.terminate()
        server.wait(timeout=20)


def _until_it_answers(address: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert server.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(address)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium: the one on PATH, else Playwright's own."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=on_path(), args=CHROMIUM_FLAGS)
        yield opened
        opened.close()
