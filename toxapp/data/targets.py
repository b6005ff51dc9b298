"""What a cell of a label column says: 1, 0, or nothing.

    1  1.0  true         -> 1
    0  0.0  false        -> 0
    -1  blank  NA  NaN  NONE  NULL   -> missing (NaN)

Words count in any case and with blanks around them. Anything else is not explained: the caller
says so by row and takes the target as missing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_WORDS = {"true": 1.0, "false": 0.0, **dict.fromkeys(["", "na", "nan", "none", "null"], math.nan)}
_NUMBERS = {0.0: 0.0, 1.0: 1.0, -1.0: math.nan}
_UNEXPLAINED = -9.0


class Known(dict[str, float]):
    """Cells met so far with their targets; unexplained ones are not kept, so it stays small."""

    def __missing__(self, cell: str) -> float:
        value = target(cell)
        if value is None:
            return _UNEXPLAINED
        self[cell] = value
        return value


def target(cell: str) -> float | None:
    """The target that `cell` states: 1.0, 0.0, NaN where it is missing, None where unexplained."""
    word = cell.strip().casefold()
    if word in _WORDS:
        return _WORDS[word]
    number = as_number(word)
    return None if number is None else _NUMBERS.get(number)


def as_number(cell: str) -> float | None:
    """`cell` as a number, or None where it is none."""
    try:
        return float(cell)
    except ValueError:
        return None


def column(cells: Sequence[str], known: Known) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """The targets of a column's cells.

    Args:
        cells: n cells as they stand in the file.
        known: a memory shared by all calls on one file.

    Returns:
        Targets of shape (n,), NaN where missing or unexplained, and the positions of the
        unexplained cells, ascending.
    """
    values = np.fromiter(map(known.__getitem__, cells), np.float32, len(cells))
    unexplained = np.flatnonzero(values == _UNEXPLAINED)
    values[unexplained] = np.nan
    return values, unexplained
