"""What a cell of a label column says: 1, 0, or nothing.

    1  1.0  true   yes  t  y  x  wahr  oui   -> 1
    0  0.0  false  no   f  n     falsch non  -> 0
    -1  blank  NA  N/A  NaN  NONE  NULL      -> missing (NaN)

Words count in any case and with blanks around them. Anything else is not explained: the caller
says so by row and takes the target as missing.
"""

# ruff: noqa: RUF001 - words of languages that are not written in Latin letters

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

# Spreadsheets write true and false in the language that they are set to.
_TRUE = (
    "true yes t y x wahr ja vrai oui verdadero sí si vero sì verdadeiro sim prawda tak doğru evet "
    "истина да 是 はい 예 네 نعم हाँ"
)
_FALSE = (
    "false no f n falsch nein faux non falso não nao fałsz nie yanlış yanliş hayır hayir ложь "
    "нет 否 いいえ 아니오 아니요 لا नहीं"
)
_WORDS = {
    **dict.fromkeys(_TRUE.split(), 1.0),
    **dict.fromkeys(_FALSE.split(), 0.0),
    **dict.fromkeys(["", "na", "n/a", "<na>", "nan", "none", "null"], math.nan),
}
_NUMBERS = {0.0: 0.0, 1.0: 1.0, -1.0: math.nan}
_UNEXPLAINED = -9.0
_COMMA = re.compile(r"\s*-?\d+,\d+\s*", re.ASCII)


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
    """`cell` as a number, or None where it is none; 0,5 is one half, as many countries write it."""
    try:
        return float(cell)
    except ValueError:
        return float(cell.replace(",", ".")) if _COMMA.fullmatch(cell) else None


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
