"""What will be read of files, settled before anything is stored: how they are written, what for.

Where the user says nothing, the guess decides, made from the first file whose rows teach.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from toxapp.data import labelling
from toxapp.data.choice import Choice, Upload, listed
from toxapp.data.files import archive, table
from toxapp.data.files.table import Dialect
from toxapp.data.guessing.guess import guess, guess_with_cells
from toxapp.data.plan import Plan, Source
from toxapp.data.wish import Wish, resolved
from toxapp.errors import DataError


def wished(uploads: Sequence[Upload], choice: Choice, wish: Wish) -> Choice:
    """The choice with what is wished of the labels.

    Raises:
        DataError: the file cannot be read, or the wish does not fit it.
    """
    with TemporaryDirectory() as folder:
        first = archive.plain(_teaching(uploads).path, Path(folder))
        found, cells = guess_with_cells(first, dialect=_dialect(first, choice))
    made = resolved(wish, found, cells)
    fixed = wish.labels not in ((), made.columns) and made.format in ("list", "class")
    return replace(choice, labelling=made, fixed_labels=fixed)


def planned(
    uploads: Sequence[Upload], choice: Choice | None, place: Path
) -> tuple[Plan, list[Path]]:
    """What will be read, and the files unpacked into `place`.

    Raises:
        DataError: a file cannot be read, or its columns are not as chosen.
    """
    plain = [unpacked(upload.path, place / f"plain-{n}") for n, upload in enumerate(uploads)]
    files = [_source(u, path, choice) for u, path in zip(uploads, plain, strict=True)]
    if choice is None or None in (choice.labelling, choice.text_column, choice.split_column):
        first = uploads.index(_teaching(uploads))
        found = guess(plain[first], dialect=files[first].dialect)
        choice = (choice or Choice()).filled(found, uploads[first].path.name)
    assert choice.text_column is not None
    assert choice.labelling is not None
    plan = Plan(
        files=tuple(files),
        text_column=choice.text_column,
        labelling=choice.labelling,
        split_column=(choice.split_column or None) if _has_rows(uploads) else None,
        seed=choice.seed,
        shares=choice.shares,
        unescape=choice.unescape,
        first=choice.first,
        sample=choice.sample,
        fixed_labels=choice.fixed_labels,
    )
    for file in files:
        _require_columns(file, plan)
    return plan, plain


def unpacked(path: Path, folder: Path) -> Path:
    """The file, or the table in it, unpacked into a new folder."""
    folder.mkdir()
    return archive.plain(path, folder)


def _teaching(uploads: Sequence[Upload]) -> Upload:
    """The file that the guess is made from: the first whose rows teach."""
    return next((u for u in uploads if u.role in ("rows", "train")), uploads[0])


def _has_rows(uploads: Sequence[Upload]) -> bool:
    """Whether there is a file whose split a column can say; of others their role says it."""
    return any(upload.role == "rows" for upload in uploads)


def _dialect(path: Path, choice: Choice | None) -> Dialect:
    asked = choice or Choice()
    return table.sniff(
        path, separator=asked.separator, encoding=asked.encoding, header=asked.header
    )


def _source(upload: Upload, path: Path, choice: Choice | None) -> Source:
    dialect = _dialect(path, choice)
    columns = table.column_names(path, dialect)
    return Source(upload.path.name, "", "", 0, upload.role, dialect, columns)


def _require_columns(file: Source, plan: Plan) -> None:
    needed = [plan.text_column, *labelling.needed(plan.labelling)]
    if plan.split_column and file.role == "rows":
        needed.append(plan.split_column)
    lacking = [name for name in needed if name not in file.columns]
    if lacking:
        message = f"{file.name} has no column {listed(lacking)}. It has {listed(file.columns)}. "
        raise DataError(message + "Choose among them.")
