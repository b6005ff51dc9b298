"""Cells as text: how a value of a typed file stands in a table, and columns of such cells.

    True -> true    3 -> 3    0.5 -> 0.5    None -> (nothing)    [2, "x"] -> [2, "x"]    dates: ISO

Knows nothing of files.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, time

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

_FEW = {None: "", True: "true", False: "false"}


def text_of(value: object) -> str:
    """The value as a cell; what is missing is "", and what has parts is JSON."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, bool):
        return _FEW[value]
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, ensure_ascii=False, default=text_of)
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return value.isoformat() if isinstance(value, datetime | date | time) else str(value)


def strings(texts: Sequence[str]) -> pa.StringArray:
    """A column of cells; a lone surrogate, which is no text, becomes a question mark."""
    # Made of buffers: `pa.array` imports pandas, a third of a second for every job.
    encoded = [text.encode(errors="replace") for text in texts]
    ends = np.cumsum([0, *map(len, encoded)]).astype(np.int32)
    return pa.StringArray.from_buffers(
        len(encoded), pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))
    )


def as_strings(column: pa.Array) -> pa.StringArray:
    """A column of any type as cells."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return as_strings(column.dictionary_decode())
    if pa.types.is_string(kind) and not column.null_count:
        return column
    plain = (pa.types.is_boolean, pa.types.is_integer, pa.types.is_string, pa.types.is_large_string)
    if any(check(kind) for check in (*plain, pa.types.is_date)):
        return column.cast(pa.string()).fill_null("")
    if pa.types.is_timestamp(kind):
        return strings([_moment(cell) for cell in column.cast(pa.string()).to_pylist()])
    if pa.types.is_floating(kind):
        # By way of the cast, a float of 32 bits has no more digits than it knows.
        shown = column.cast(pa.string()).to_pylist()
        return strings(["" if cell is None else repr(float(cell)) for cell in shown])
    return strings([text_of(value) for value in column.to_pylist()])


def _moment(cell: str | None) -> str:
    """`2020-01-02 03:04:05.000` as ISO has it: `2020-01-02T03:04:05`, a zone kept."""
    if cell is None:
        return ""
    zone = "Z" if cell.endswith("Z") else ""
    day, _, clock = cell.removesuffix("Z").partition(" ")
    return f"{day}T{clock.rstrip('0').rstrip('.') if '.' in clock else clock}{zone}"


def numbers(values: NDArray[np.generic]) -> pa.Array:
    """A numpy array (n,) as a column."""
    return pa.Array.from_buffers(
        pa.from_numpy_dtype(values.dtype), len(values), [None, pa.py_buffer(values)]
    )
