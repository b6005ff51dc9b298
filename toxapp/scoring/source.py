"""A file to be scored: how it is written, and which of its columns holds the texts."""

from __future__ import annotations

from pathlib import Path

from toxapp.data import store, table
from toxapp.data.guess import guess
from toxapp.data.table import Dialect
from toxapp.errors import DataError
from toxapp.runs.run import Run


def layout(path: Path) -> tuple[Dialect, tuple[str, ...]]:
    """How the file is written and its columns; one column is enough, it needs no labels.

    Raises:
        DataError: the file is no table.
    """
    dialect = table.sniff(path, least_columns=1)
    return dialect, table.column_names(path, dialect)


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
    found = columns[0] if len(columns) == 1 else guess(path).text_column
    if found is None:
        message = f"No column of {path.name} looks like texts; it has: {has}. Name the one to read."
        raise DataError(message)
    return found
