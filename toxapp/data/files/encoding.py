"""What kind of bytes a file holds: text in which encoding, or something that is no text.

Goes by the content and never by the name. Knows nothing of columns and rows.
"""

from __future__ import annotations

import codecs
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from toxapp.errors import DataError

Kind = Literal["separated", "excel", "parquet", "jsonl"]

_BLOCK = 1 << 20
_OLE = b"\xd0\xcf\x11\xe0"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAGIC = (
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a rar archive"),
    (b"\x28\xb5\x2f\xfd", "a zstandard archive"),
    (b"%PDF", "a PDF document"),
    (b"{\\rtf", "an RTF document"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)
_PAGE = re.compile(rb"\s*(<!--.*?-->\s*)*<(!doctype html|html|head|body|table)\b", re.I | re.S)
# The first thing of JSON lines, and of an array of objects: an opened object with its first key.
_OBJECT = re.compile(r'\s*(\[\s*)?\{\s*("([^"\\]|\\.)*"\s*:|\})')
_SEEN_BY_OBJECT = 4096
# Text has a NUL by accident only; in what is binary one byte in ten is one.
_MOST_NULS = 0.001


def kind(path: Path) -> Kind:
    """Which of the file kinds that hold a table `path` seems to be.

    Raises:
        DataError: it is a folder, empty, packed, or nothing that holds a table.
    """
    head = _head(path)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(_OLE) or (head.startswith(b"PK\x03\x04") and is_workbook(path, head)):
        return "excel"
    _refuse(path.name, head)
    text = head[:_SEEN_BY_OBJECT].decode(_marked(head) or "utf-8", errors="replace")
    return "jsonl" if _OBJECT.match(text) else "separated"


def is_workbook(path: Path, head: bytes) -> bool:
    """Whether the zip at `path` is a workbook, also where its end is missing."""
    try:
        with zipfile.ZipFile(path) as packed:
            names = packed.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return b"xl/" in head or b"[Content_Types].xml" in head
    return any(name.startswith("xl/") for name in names)


def detect(path: Path) -> tuple[str, bool]:
    """The encoding of the text in `path`, and whether every byte of the file agrees with it.

    A byte order mark decides (utf-8-sig, utf-16), or where the NULs of utf-16 stand without one
    (utf-16-le, utf-16-be); else utf-8 where all of the file is valid, else cp1252, unless most of
    what is not ASCII is valid utf-8: then it is utf-8 with a fault. A NUL is no text.

    Raises:
        DataError: the file is empty or holds no text.
    """
    head = _head(path)
    _refuse(path.name, head)
    wide = _marked(head)
    if wide:
        return wide, decodes(path, wide)
    if decodes(path, "utf-8"):
        return "utf-8", True
    if _mostly_utf8(path):
        return "utf-8", False
    return "cp1252", decodes(path, "cp1252")


def named(path: Path, name: str) -> tuple[str, bool]:
    """Like `detect`, where the encoding is given: by Python's name, with the mark there is.

    Raises:
        DataError: there is no encoding of that name.
    """
    try:
        b"a".decode(name, "replace")
        codecs.getincrementaldecoder(name)
        found = codecs.lookup(name).name
    except (LookupError, ValueError, UnicodeError):
        message = f"'{name}' is no encoding. Choose one like utf-8, utf-16 or cp1252."
        raise DataError(message) from None
    marked = next((m for mark, m in _MARKS if _head(path).startswith(mark)), None)
    if marked and found.split("-")[:2] == marked.split("-")[:2]:
        found = marked
    return found, decodes(path, found)


def decodes(path: Path, encoding: str) -> bool:
    """Whether all bytes of `path` are text in `encoding`, none of it a NUL."""
    decoder = codecs.getincrementaldecoder(encoding)()
    wide = encoding.startswith("utf-16")
    try:
        for block in _blocks(path):
            plain = not wide and block.isascii() and not decoder.getstate()[0]
            text = "" if plain else decoder.decode(block)
            if "\0" in text or (plain and b"\0" in block):
                return False
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _head(path: Path) -> bytes:
    if path.is_dir():
        raise DataError(f"{path.name} is a folder. Choose a file in it.")
    if not path.exists():
        raise DataError(f"{path.name} does not exist. Choose another file.")
    return next(_blocks(path), b"")


def _marked(head: bytes) -> str | None:
    """The encoding by a byte order mark, or by where the NULs of utf-16 stand."""
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    if marked or b"\0" not in head:
        return marked
    even, odd = head[::2].count(0), head[1::2].count(0)
    for name, high, low in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        # In every script, line ends, blanks and separators are a NUL and a byte.
        text = head.decode(name, "replace") if low <= high * _MOST_NULS else ""
        if high >= len(head) / 50 and ("\n" in text or "\r" in text):
            return name
    return None


def _refuse(name: str, head: bytes) -> None:
    if not head.strip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"):
        message = f"{name} is empty: it holds no column names and no rows. Choose another file."
        raise DataError(message)
    if _PAGE.match(head.removeprefix(codecs.BOM_UTF8)):
        message = f"{name} is a web page, not a table: the download link may have needed a login. "
        raise DataError(message + "Download the file itself.")
    found = _stranger(head)
    if found:
        message = f"{name} is {found}, not a text file. Open it where it was made, save it as CSV."
        raise DataError(message)


def _stranger(head: bytes) -> str | None:
    if head.startswith(b"PK\x03\x04"):
        return "an Excel workbook (.xlsx)" if b"xl/" in head else "a zip archive"
    for magic, found in _MAGIC:
        if head.startswith(magic):
            return found
    if head[257:262] == b"ustar":
        return "a tar archive"
    binary = not _marked(head) and head.count(0) > _MOST_NULS * len(head)
    return "a binary file (it holds NUL bytes)" if binary else None


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block


def _mostly_utf8(path: Path) -> bool:
    """Whether the file has more valid utf-8 characters beyond ASCII than faulty ones.

    A cp1252 file read as utf-8 is nearly all faults; a utf-8 file whose long texts were cut
    by bytes has a few, and one of ASCII alone that holds a NUL has none.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    foreign = faulty = 0
    for block in _blocks(path):
        text = decoder.decode(block)
        foreign += len(text) - len(text.encode("ascii", "ignore"))
        faulty += text.count("\ufffd")
    faulty += bool(decoder.decode(b"", final=True))
    return foreign - faulty > faulty or not (foreign or faulty)
