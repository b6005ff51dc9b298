"""Looks at figures on test: counted, by many at once, and a broken file is a sentence."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from toxapp.errors import DataError
from toxapp.evaluation import looks
from toxapp.jobs.state import Status
from toxapp.runs.run import Run
from toxapp.runs.settings import Settings

RUN = Run("one", Settings(dataset="d"), Status())
OTHER = Run("two", Settings(dataset="d"), Status())
WRITER = """
from toxapp.evaluation import looks
from toxapp.jobs.state import Status
from toxapp.runs.run import Run
from toxapp.runs.settings import Settings
for n in range(20):
    looks.looked(Run("one", Settings(dataset="d"), Status()), n, "somebody")
"""


def test_a_look_is_counted_for_its_run_and_no_other(home: Path) -> None:
    assert looks.count(RUN) == 0
    assert not home.exists()  # asking leaves nothing behind
    assert [looks.looked(RUN, 1, "ann"), looks.looked(RUN, 2, "ben")] == [1, 2]
    assert (looks.count(RUN), looks.count(OTHER)) == (2, 0)
    with closing(sqlite3.connect(home / "review.sqlite")) as database:
        rows = database.execute("select run, rule, who from looks").fetchall()
    assert rows == [("one", 1, "ann"), ("one", 2, "ben")]


def test_two_programs_that_begin_at_once_lose_no_look() -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITER]) for _ in range(2)]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    assert looks.count(RUN) == 40


def test_a_damaged_file_is_a_sentence(home: Path) -> None:
    home.mkdir()
    (home / "review.sqlite").write_bytes(b"this is not a database, however long it is" * 100)
    with pytest.raises(DataError, match=r"not a database.*move it away"):
        looks.looked(RUN, 1, "ann")


def test_a_file_that_another_program_keeps_locked_is_a_sentence(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looks, "PATIENCE_S", 0.1)
    looks.looked(RUN, 1, "ann")
    with closing(sqlite3.connect(home / "review.sqlite", isolation_level=None)) as database:
        database.execute("begin exclusive")
        with pytest.raises(DataError, match="locked by another program"):
            looks.looked(RUN, 2, "ben")
    assert looks.count(RUN) == 1
