"""The pages without a browser: what they say where there is nothing, or something is wrong."""

from __future__ import annotations

import os
import re
from html import unescape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.conftest import ROOT
from toxapp import workspace
from toxapp.data import importing
from toxapp.data.choice import Upload
from toxapp.jobs import process
from toxapp.runs.run import Run
from toxapp.scoring.engine import Verdict
from toxapp.ui import verdict

BROKEN = {
    "is a binary file": bytes(range(256)) * 9,
    "is empty": b"",
    "has a single column": b"comment\nhello\nworld\n",
}
HOSTILE = "<img src=x onerror=alert(1)> **bold** $x$"


def opened(name: str) -> AppTest:
    """The page of that name, opened by the front door."""
    app = AppTest.from_file(str(ROOT / "toxapp" / "ui" / "main.py"), default_timeout=60).run()
    return app.switch_page(os.path.relpath(ROOT / "pages" / f"{name}.py", ROOT / "toxapp/ui")).run()


def bodies(app: AppTest) -> list[str]:
    """The pieces that the page says in HTML of its own, its styles left out."""
    assert not app.exception
    found = [str(each.proto.body) for each in app.get("html")]
    return [body for body in found if not body.startswith("<style>")]


def mistakes(app: AppTest) -> list[str]:
    """The sentences of mistakes, as they are read."""
    told = [body for body in bodies(app) if 'role="alert"' in body]
    return [unescape(re.sub(r"<[^>]*>", "", body)) for body in told]


@pytest.mark.parametrize(
    ("name", "heading", "way_on"),
    [
        ("data", "No dataset yet", "Try it with the sample"),
        ("train", "No dataset yet", "Go to Data"),
        ("thresholds", "No run yet", "Go to Train"),
        ("score", "No finished run", "Go to Train"),
    ],
)
def test_an_empty_workspace_has_a_way_on(name: str, heading: str, way_on: str) -> None:
    app = opened(name)
    assert any(heading in body for body in bodies(app))
    assert way_on in [button.label for button in app.button]


@pytest.mark.parametrize("what", BROKEN)
def test_a_file_that_is_no_table_gets_one_sentence_and_another_try(what: str) -> None:
    app = opened("data")
    app.file_uploader[0].set_value(("broken.csv", BROKEN[what], "text/csv")).run()
    assert len(mistakes(app)) == 1
    assert mistakes(app)[0].startswith(f"broken.csv {what}")
    assert len(app.file_uploader) == 1


@pytest.mark.slow
def test_a_binary_file_to_score_gets_one_sentence_and_another_try(trained: Run) -> None:
    app = opened("score")
    app.file_uploader[0].set_value(("broken.csv", BROKEN["is a binary file"], "text/csv")).run()
    assert len(mistakes(app)) == 1
    assert mistakes(app)[0].startswith("broken.csv is a binary file")
    assert len(app.file_uploader) == 1


def test_no_dataset_is_made_while_a_column_is_missing_or_has_two_parts(comments: Path) -> None:
    app = opened("data")
    app.file_uploader[0].set_value(("comments.csv", comments.read_bytes(), "text/csv")).run()
    assert making(app) == (False, [])
    app.multiselect[0].set_value([]).run()
    assert making(app) == (True, [])
    app.multiselect[0].set_value(["comment", "rude"]).run()
    disabled, told = making(app)
    assert disabled
    assert len(told) == 1
    assert "comment" in told[0]


def making(app: AppTest) -> tuple[bool, list[str]]:
    """Whether "Make the dataset" is disabled, and what the page says is wrong."""
    button = next(each for each in app.button if each.label == "Make the dataset")
    return button.disabled, mistakes(app)


def test_settings_that_cannot_be_are_told_and_nothing_starts(comments: Path) -> None:
    process.wait(workspace.find("datasets", importing.start([Upload(comments)])), timeout_s=60)
    app = opened("train")
    rate = next(each for each in app.number_input if each.label == "Learning rate")
    rate.set_value(0.5).run()
    assert mistakes(app) == ["learning_rate must be above 0 and at most 0.1, not 0.5."]
    start = next(each for each in app.button if each.label == "Start training")
    assert start.disabled
    assert workspace.ids("runs") == []


def test_a_verdict_shows_labels_as_they_are() -> None:
    found = Verdict({HOSTILE: 0.75}, {HOSTILE: 0.5}, (HOSTILE,), (), {}, {}, 1)
    shown = verdict.bars(found)
    assert "<img" not in shown
    assert unescape(re.sub(r"<[^>]*>", " ", shown)).split() == [
        *f"Flagged: {HOSTILE}".split(),
        *f"{HOSTILE} 0.750 ≥ 0.500".split(),
    ]
