"""What kind of bytes a file holds: text in which encoding, or something that is no text at all.

Knows nothing of columns and rows.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

from toxapp.errors import DataError

_BLOCK = 1 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAGIC = (
    (b"PAR1", "a Parquet file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls)"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"%PDF", "a PDF document"),
    (b"SQLite format 3", "an SQLite database"),
)


def detect(path: Path) -> tuple[str, bool]:
    """The encoding of the text in `path`, and whether every byte of the file agrees with it.

    A byte order mark decides (utf-8-sig, utf-16); else utf-8 where all of the file is valid,
    else cp1252, unless most of what is not ASCII is valid utf-8: then it is utf-8 with a fault.

    Raises:
        DataError: the file is empty or holds no text.
    """
    head = next(_blocks(path), b"")
    mark = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    _refuse(path.name, head, marked=mark is not None)
    if mark:
        return mark, _decodes(path, mark)
    if _decodes(path, "utf-8"):
        return "utf-8", True
    if _mostly_utf8(path):
        return "utf-8", False
    return "cp1252", _decodes(path, "cp1252")


def _refuse(name: str, head: bytes, *, marked: bool) -> None:
    if not head.strip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"):
        message = f"{name} is empty: it holds no column names and no rows. Choose another file."
        raise DataError(message)
    kind = _kind(head, marked=marked)
    if kind:
        message = f"{name} is {kind}, not a text file. Open it where it was made, save it as CSV."
        raise DataError(message)


def _kind(head: bytes, *, marked: bool) -> str | None:
    if head.startswith(b"PK\x03\x04"):
        return "an Excel workbook (.xlsx)" if b"xl/" in head else "a zip archive"
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    return "a binary file (it holds NUL bytes)" if b"\0" in head and not marked else None


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for block in _blocks(path):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _mostly_utf8(path: Path) -> bool:
    """Whether the file has more valid utf-8 characters beyond ASCII than faulty ones.

    A cp1252 file read as utf-8 is nearly all faults; a utf-8 file whose long texts were cut
    by bytes has a few.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    foreign = faulty = 0
    for block in _blocks(path):
        text = decoder.decode(block)
        foreign += len(text) - len(text.encode("ascii", "ignore"))
        faulty += text.count("\ufffd")
    return foreign - faulty > faulty
