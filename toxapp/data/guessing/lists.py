"""Columns that hold several labels in a cell: how they are parted, and which there are.

2,5     toxic;insult     toxic | insult     1 4     ["toxic", "insult"]     ['toxic']
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from toxapp.data import stated
from toxapp.data.labelling import DELIMITERS

_MOST_TOKENS = 200
_LONGEST_TOKEN = 60


@dataclass(frozen=True)
class Tokens:
    """Several values in one cell: how they are parted, and which there are."""

    delimiter: str
    values: tuple[str, ...]


def in_brackets(text: str) -> bool:
    """The cell looks like a JSON or Python list."""
    return text[:1] == "[" and text[-1:] == "]"


def tokens(cells: Mapping[str, None]) -> Tokens | None:
    """How the values of a list are parted; None where the cells are no lists of few values."""
    if cells and all(in_brackets(cell) for cell in cells):
        return _members(cells)
    found = (_parted(cells, mark) for mark in DELIMITERS if mark != "json")
    return next((tokens for tokens in found if tokens), None)


def _members(cells: Mapping[str, None]) -> Tokens | None:
    lists = [stated.listed(cell) for cell in cells]
    sound = [members for members in lists if members is not None]
    values = {value for members in sound for value in members}
    # Rows of 0 and 1 of one length are marks by place, not names.
    placed = len({len(m) for m in sound}) == 1 and values <= {"0", "1"} and len(sound[0]) > 1
    few = 0 < len(values) <= _MOST_TOKENS and max(map(len, values)) < _LONGEST_TOKEN
    if placed or not few or len(sound) < 0.9 * len(lists):
        return None
    return Tokens("json", tuple(sorted(values)))


def _parted(cells: Mapping[str, None], mark: str) -> Tokens | None:
    """The values between `mark`s, where most of those that stand together also stand alone."""
    parts = {cell: [p.strip() for p in cell.split(None if mark == " " else mark)] for cell in cells}
    together = {cell: [p for p in found if p] for cell, found in parts.items() if len(found) > 1}
    values = {stated.plain(p) for found in parts.values() for p in found if p}
    mixed = {p for found in together.values() for p in found}
    alone = sum(p in cells for p in mixed)
    # A single pair is a list only where both of it stand alone, too, and no words are joined.
    least = 1 if alone == len(mixed) and mark in ",;|" else 2
    if len(together) < least or not 1 < len(values) <= _MOST_TOKENS:
        return None
    # 0,5 is a number of another country; in a list of ids, most stand alone somewhere.
    numbers = alone <= len(mixed) / 2 and all(re.fullmatch(r"[01],\d+", cell) for cell in together)
    if mark == "," and numbers:
        return None
    if mark == "_":
        # So are the words of a single name joined, too: not_hate, severe_toxic.
        return Tokens(mark, tuple(sorted(values))) if alone > 0.8 * len(mixed) else None
    reused = len(together) >= 1.5 * len(mixed) and mark != " "
    return Tokens(mark, tuple(sorted(values))) if alone > len(mixed) / 2 or reused else None
