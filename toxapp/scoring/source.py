"""A file to be scored: how it is written, and which of its columns holds the texts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from toxapp.data import store
from toxapp.data.files import archive, table
from toxapp.data.files.table import Dialect
from toxapp.data.guessing.guess import guess
from toxapp.errors import DataError
from toxapp.runs.run import Run


def layout(path: Path) -> tuple[Dialect, tuple[str, ...]]:
    """How the file, or the table packed in it, is written, and its columns; one is enough.

    Raises:
        DataError: the file is no table.
    """
    with _unpacked(path) as plain:
        dialect = table.sniff(plain, least_columns=1)
        return dialect, table.column_names(plain, dialect)


def text_column(chosen: Run, path: Path, asked: str | None = None) -> str:
    """The column with the texts: the one asked for, the one the run was trained on, the likeliest.

    Raises:
        DataError: the file has no such column, or none that looks like texts.
    """
    _, columns = layout(path)
    has = ", ".join(columns[:10])
    if asked is not None:
        if asked not in columns:
            raise DataError(f"{path.name} has no column '{asked}'; it has: {has}.")
        return asked
    usual = store.load(chosen.settings.dataset).text_column
    if usual in columns:
        return usual
    found = columns[0] if len(columns) == 1 else _guessed(path)
    if found is None:
        message = f"No column of {path.name} looks like texts; it has: {has}. Name the one to read."
        raise DataError(message)
    return found


def _guessed(path: Path) -> str | None:
    with _unpacked(path) as plain:
        return guess(plain).text_column


@contextmanager
def _unpacked(path: Path) -> Iterator[Path]:
    """The file, or for a while the table that is packed in it."""
    with TemporaryDirectory() as folder:
        yield archive.plain(path, Path(folder))
