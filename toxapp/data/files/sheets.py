"""The program that opens a workbook, in a process of its own: `python -m toxapp.data.files.sheets`.

    sheets FILE          the first 50 rows of every sheet that is shown: [name, row, cells] a line
    sheets FILE SHEET    all rows of one

A cell far out, or a damaged file, can ask for more memory than there is, and the library ends
its process then. Knows nothing of tables; imports little, so that it starts at once.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime, time
from itertools import islice
from pathlib import Path

import python_calamine as calamine

HEAD_ROWS = 50
_MOST_MEMORY = 4 << 30
# How the directory of an encrypted workbook names what it holds.
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")

LOCKED, DAMAGED = 3, 4


def main(arguments: Sequence[str]) -> int:
    """Print the rows that hold something; the exit code: 0, `LOCKED` or `DAMAGED`."""
    _limit_memory()
    path, *wanted = arguments
    try:
        with Path(path).open("rb") as file:
            book = calamine.CalamineWorkbook.from_filelike(file)
        names = wanted or [s.name for s in book.sheets_metadata if _is_shown(s)]
        for name in names:
            rows = _rows(book.get_sheet_by_name(name))
            for row, cells in rows if wanted else islice(rows, HEAD_ROWS):
                sys.stdout.write(json.dumps([name, row, cells], default=_shown) + "\n")
    except calamine.PasswordError:
        return LOCKED
    except (calamine.CalamineError, OverflowError) as error:
        sys.stdout.flush()
        return LOCKED if "file format" in str(error) and _is_encrypted(Path(path)) else DAMAGED
    return 0


def _limit_memory() -> None:
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))


def _is_encrypted(path: Path) -> bool:
    return _ENCRYPTED in path.read_bytes()


def _is_shown(sheet: calamine.SheetMetadata) -> bool:
    return (
        sheet.typ == calamine.SheetTypeEnum.WorkSheet
        and sheet.visible == calamine.SheetVisibleEnum.Visible
    )


def _rows(sheet: calamine.CalamineSheet) -> Iterator[tuple[int, list[object]]]:
    for row, cells in enumerate(sheet.iter_rows(), 1):
        if any(not isinstance(cell, str) or cell.strip() for cell in cells):
            yield row, list(cells)


def _shown(value: object) -> str:
    """A date or time as ISO has it; Excel keeps days as midnights."""
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
