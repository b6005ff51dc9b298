"""Packed files: the one table in a gzip or zip, unpacked as a stream.

Goes by the content, not by the name; workbooks, which are zips inside, are left as they are.
"""

from __future__ import annotations

import errno
import gzip
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from lzma import LZMAError
from pathlib import Path, PurePosixPath
from typing import Protocol

from toxapp.data.files import encoding
from toxapp.errors import DataError

_BLOCK = 1 << 20
_MOST_BYTES = 16 << 30
_MOST_NAMED = 5
_LONGEST_NAME = 80
_PAPERS = re.compile(r"(readme|licen[cs]e|copying|notice|changelog|citation)\b", re.IGNORECASE)
_NO_TABLES = frozenset(
    {".md", ".rst", ".pdf", ".html", ".htm", ".doc", ".docx", ".py", ".ipynb", ".r", ".sh", ".bib"}
    | {".yml", ".yaml", ".png", ".jpg", ".jpeg", ".gif"}
)


class _Source(Protocol):
    def read(self, size: int, /) -> bytes: ...


def plain(path: Path, folder: Path, *, most_bytes: int = _MOST_BYTES) -> Path:
    """The file itself, or the table in it, unpacked into `folder` under its own name.

    Args:
        path: any file; never changed.
        folder: exists; gets the table, or nothing where `path` is not packed or cannot be used.
        most_bytes: what unpacks to more is refused, so that a bomb does not fill the disk.

    Raises:
        DataError: no or several tables are in it, it needs a password, is damaged or too large.
    """
    with path.open("rb") as file:
        head = file.read(_BLOCK)
    if head.startswith(b"\x1f\x8b"):
        name = path.stem if path.suffix.lower() in (".gz", ".gzip") else path.name
        with _damage_said(path), gzip.open(path) as unpacked:
            return _copy(unpacked, folder / _safe(name), path, most_bytes)
    if head.startswith(b"PK\x03\x04") and not encoding.is_workbook(path, head):
        return _member(path, folder, most_bytes)
    if head.startswith(b"PK\x05\x06"):
        raise DataError(f"{path.name} is an empty zip archive. Choose another file.")
    return path


def _member(path: Path, folder: Path, most_bytes: int) -> Path:
    with _damage_said(path), zipfile.ZipFile(path) as packed:
        member = _table(path, packed)
        if member.flag_bits & 1:
            message = f"{path.name} is protected by a password. Unpack it and choose the table "
            raise DataError(message + "itself.")
        with packed.open(member) as unpacked:
            return _copy(unpacked, folder / _safe(member.filename), path, most_bytes)


def _table(path: Path, packed: zipfile.ZipFile) -> zipfile.ZipInfo:
    """The one member that may be a table; papers beside it do not count."""
    found = [member for member in packed.infolist() if _is_visible(member)]
    tables = [member for member in found if not _is_paper(member.filename)]
    if len(tables) == 1:
        return tables[0]
    what = f"{len(tables)} files that may be the table" if tables else "no table"
    names = [member.filename for member in tables or found][:_MOST_NAMED]
    listed = f" ({', '.join(names)})" if names else ""
    message = f"{path.name} holds {what}{listed}. Unpack it and choose the table itself."
    raise DataError(message)


def _is_visible(member: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(member.filename).parts
    hidden = "__MACOSX" in parts or any(re.match(r"\.(?!\.)", part) for part in parts)
    return not member.is_dir() and not hidden


def _is_paper(name: str) -> bool:
    member = PurePosixPath(name)
    return member.suffix.lower() in _NO_TABLES or _PAPERS.match(member.name) is not None


def _copy(unpacked: _Source, target: Path, path: Path, most_bytes: int) -> Path:
    done = 0
    try:
        with target.open("xb") as file:
            while block := unpacked.read(_BLOCK):
                done += len(block)
                if done > most_bytes:
                    message = f"{path.name} unpacks to more than {most_bytes / 2**30:.3g} GiB. "
                    raise DataError(message + "Unpack it and choose the table itself.")
                file.write(block)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return target


@contextmanager
def _damage_said(path: Path) -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, gzip.BadGzipFile, EOFError, zlib.error, LZMAError, ValueError) as e:
        raise DataError(_damaged(path, e)) from None
    except OSError as error:
        # A zip whose list of contents points before its beginning; a full disk is another matter.
        if error.errno != errno.EINVAL:
            raise
        raise DataError(_damaged(path, error)) from None
    except NotImplementedError:
        message = f"{path.name} is packed in a way that cannot be read here. Unpack it and choose "
        raise DataError(message + "the table itself.") from None


def _damaged(path: Path, cause: Exception) -> str:
    message = f"{path.name} is a damaged archive: it may have been cut while it was copied "
    return f"{message}({cause}). Copy it again."


def _safe(name: str) -> str:
    """A file name for any file system: at most 80 characters, the ending kept, no folders."""
    last = re.split(r"[/\\]", name)[-1]
    return re.sub(r"[^\w. -]", "_", last)[-_LONGEST_NAME:].lstrip(". ") or "table"
