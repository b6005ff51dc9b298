"""How often a run's figures on test were looked at, by whom and at which rule.

Who looks at test, changes a threshold and looks again has begun to choose on test; the count says
how far that has gone.

    review.sqlite   looks(run, rule, who, seen), a row per look; `seen` is UTC, ISO 8601

Many may write at once: SQLite in its WAL mode lets them take turns.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from toxapp import workspace
from toxapp.errors import DataError
from toxapp.runs.run import Run

PATIENCE_S = 10.0
"""How long a writer waits for its turn; a turn takes milliseconds."""

_TABLE = """create table if not exists looks (
    run text not null, rule integer not null, who text not null, seen text not null)"""


def looked(chosen: Run, rule: int, by: str) -> int:
    """Record that somebody sees the figures on test; how often that has been so far, this one too.

    Args:
        chosen: the run whose figures are shown.
        rule: number of the rule that they are at.
        by: who looks.

    Raises:
        DataError: the database is damaged, locked for long, or cannot be written.
    """
    now = datetime.now(UTC).isoformat(timespec="seconds")
    with _opened() as database:
        database.execute("insert into looks values (?, ?, ?, ?)", (chosen.id, rule, by, now))
        return _count(database, chosen)


def count(chosen: Run) -> int:
    """How often the run's figures on test were looked at; 0 where nobody has.

    Raises:
        DataError: the database is damaged, locked for long, or cannot be read.
    """
    if not _file().exists():
        return 0
    with _opened() as database:
        return _count(database, chosen)


@contextmanager
def _opened() -> Iterator[sqlite3.Connection]:
    """The database with its table, closed at the end and committed where all went well."""
    file = _file()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(file, timeout=PATIENCE_S)) as database, database:
            if database.execute("pragma journal_mode").fetchone()[0] != "wal":
                database.execute("pragma journal_mode = wal")
            database.execute(_TABLE)
            yield database
    except (sqlite3.DatabaseError, OSError) as error:
        raise DataError(_sentence(file, error)) from error


def _count(database: sqlite3.Connection, chosen: Run) -> int:
    found: int = database.execute(
        "select count(*) from looks where run = ?", (chosen.id,)
    ).fetchone()[0]
    return found


def _file() -> Path:
    return workspace.home() / "review.sqlite"


def _sentence(file: Path, error: Exception) -> str:
    if "locked" in str(error):
        return (
            f"{file} has been locked by another program for {PATIENCE_S:.0f} seconds. "
            "Close the program that has it open, and try again."
        )
    advice = "Put back a copy of it, or move it away to begin a new one, and try again."
    return f"{file} cannot be read or written ({error}). {advice}"
