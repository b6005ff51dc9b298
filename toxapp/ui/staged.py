"""Files that were uploaded and are not a dataset yet: kept, given a role, looked into.

They lie in the workspace's cache. Which they are stands in the session and in the page's address,
so that a reload finds them again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from toxapp import workspace
from toxapp.data import importing, store
from toxapp.data.choice import Upload, uploads
from toxapp.data.files import archive, table
from toxapp.data.files.table import Dialect
from toxapp.data.guessing.guess import Guess, guess_with_cells
from toxapp.data.plan import ROLES, Role
from toxapp.data.store import Dataset
from toxapp.errors import ToxappError
from toxapp.ui import state

_KEY = re.compile(r"([0-9a-f]{16})\.(\w+)")


@dataclass(frozen=True)
class Written:
    """How the user says that files are written; None is guessed."""

    separator: str | None = None
    encoding: str | None = None
    header: bool | None = None


@dataclass(frozen=True)
class Looked:
    """A look into a file.

    Attributes:
        key: changes with the file and with how it is read.
        guess: what it seems to hold.
        cells: of every column, as far as was read.
    """

    key: str
    guess: Guess
    cells: tuple[pa.StringArray, ...]


def files() -> list[Upload]:
    """The files in the order they came, those of the address after a reload."""
    held = st.session_state
    if "staged" not in held:
        held["staged"] = _addressed()
    kept = [upload for upload in held["staged"] if upload.path.exists()]
    _keep(kept)
    return kept


def add(given: Sequence[UploadedFile]) -> list[str]:
    """Keep uploaded files beside those that are there; why some cannot be used, a sentence each.

    Their names say what they are for, until somebody says otherwise.
    """
    before, told = files(), []
    paths = [upload.path for upload in before]
    for upload in given:
        path = state.stage_upload(upload)
        try:
            describe(path)
        except ToxappError as error:
            told.append(str(error))
            continue
        if path not in paths:
            paths.append(path)
    untouched = before == _guessed([upload.path for upload in before])
    known = {} if untouched else {upload.path: upload.role for upload in before}
    _keep([Upload(u.path, known.get(u.path, u.role)) for u in _guessed(paths)])
    return told


def set_role(path: Path, role: Role) -> None:
    """Say what a file's rows are for."""
    _keep([Upload(u.path, role) if u.path == path else u for u in files()])


def remove(path: Path) -> None:
    """Put a file away."""
    _keep([upload for upload in files() if upload.path != path])


def clear() -> None:
    """Put all of them away."""
    _keep([])


def digest(path: Path) -> str:
    """The part of the file's hash under which it is kept."""
    return path.parent.name


def teaching(given: Sequence[Upload]) -> Upload | None:
    """The file that is looked into: the first whose rows teach; None where none does."""
    return next((upload for upload in given if upload.role in ("rows", "train")), None)


def look(path: Path, written: Written) -> Looked:
    """What a file seems to hold; read once per file and way of reading.

    Raises:
        DataError: it cannot be read that way.
    """
    return _look(str(path), path.stat().st_mtime_ns, written)


def describe(path: Path, written: Written | None = None) -> Dialect:
    """How a file is written.

    Raises:
        DataError: it cannot be read that way.
    """
    return _describe(str(path), path.stat().st_mtime_ns, written or Written())


def same(given: Sequence[Upload]) -> list[Dataset]:
    """The datasets that were made of exactly these files, newest first."""
    stamps = tuple((str(u.path), u.path.stat().st_mtime_ns) for u in given)
    return _same(stamps, tuple(found.id for found in store.datasets()))


def _guessed(paths: Sequence[Path]) -> list[Upload]:
    return uploads(paths, validation=None, test=None)


def _keep(kept: list[Upload]) -> None:
    st.session_state["staged"] = kept
    said = [f"{digest(upload.path)}.{upload.role}" for upload in kept]
    if st.query_params.get_all("file") != said:
        if said:
            st.query_params["file"] = said
        else:
            st.query_params.pop("file", None)


def _addressed() -> list[Upload]:
    """The files that the address names, as far as they are still kept."""
    found = []
    for said in st.query_params.get_all("file"):
        match = _KEY.fullmatch(said)
        role = next((known for known in ROLES if match and known == match[2]), None)
        if match and role:
            folder = workspace.cache_folder() / "uploads" / match[1]
            kept = sorted(folder.glob("[!.]*")) if folder.is_dir() else []
            found += [Upload(path, role) for path in kept[:1]]
    return found


# The second argument of each stands in the key: another one means another file.


@st.cache_resource(max_entries=2, show_spinner="Looking into the file")
def _look(path: str, stamp: int, written: Written) -> Looked:
    with TemporaryDirectory() as folder:
        plain = archive.plain(Path(path), Path(folder))
        found, cells = guess_with_cells(plain, dialect=_sniffed(plain, written))
    ways = (written.separator, written.encoding, written.header)
    return Looked(f"{digest(Path(path))}-{stamp}-{ways}", found, tuple(cells))


@st.cache_resource(max_entries=64, show_spinner="Looking into the file")
def _describe(path: str, stamp: int, written: Written) -> Dialect:  # noqa: ARG001
    with TemporaryDirectory() as folder:
        return _sniffed(archive.plain(Path(path), Path(folder)), written)


@st.cache_resource(max_entries=16, show_spinner=False)
def _same(stamps: tuple[tuple[str, int], ...], known: tuple[str, ...]) -> list[Dataset]:  # noqa: ARG001
    return importing.same([Upload(Path(path)) for path, _ in stamps])


def _sniffed(plain: Path, written: Written) -> Dialect:
    return table.sniff(
        plain, separator=written.separator, encoding=written.encoding, header=written.header
    )
