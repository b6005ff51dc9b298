"""How far each label goes down its ladder of cut-offs when all draw on one budget of texts.

    label   flags nothing   1 text, 1 caught   4 texts, 2 caught   9 texts, 5 caught ...
            level 0         level 1            level 2             level 3

A text that several labels flag is paid for once. Levels are one number per label.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

TRIED = 64
"""Levels of a label that an exchange tries, where there are more: half of them next to where it
stands, half spread evenly."""

Levels = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Ladder:
    """One label's cut-offs worth paying for, from flagging nothing on.

    Attributes:
        order: (m,) numbers of the texts that its lowest cut-off flags, by falling score.
        ends: (k,) how many of them each cut-off flags, rising from 0.
        gains: (k,) float64, what flagging them is worth, rising from 0.
    """

    order: NDArray[np.intp]
    ends: NDArray[np.int64]
    gains: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Ladders:
    """All labels and what they may spend.

    Attributes:
        each: one per label.
        n_texts: text numbers are below this.
        allowed: texts that may be flagged by any label.
    """

    each: tuple[Ladder, ...]
    n_texts: int
    allowed: int

    def value(self, levels: Levels) -> float:
        """What the labels catch."""
        return sum(float(x.gains[n]) for x, n in zip(self.each, levels, strict=True))

    def read(self, levels: Levels, *, without: Levels = ()) -> NDArray[np.bool_]:
        """(n_texts,) flagged by any label, or by any but some."""
        flags = np.zeros(self.n_texts, bool)
        for label, (ladder, level) in enumerate(zip(self.each, levels, strict=True)):
            if label not in without:
                flags[ladder.order[: ladder.ends[level]]] = True
        return flags


def climb(ladders: Ladders) -> Levels:
    """The levels that catch the most of what is allowed, as far as this search finds them.

    From nothing flagged, and from each label served first, the step (of any label, to any of its
    levels) with the most gain per further text is taken while it can be paid for. Then any two
    labels exchange: one moves, up or down, and the other takes all that is left; until no
    exchange gains. The best of all starts is taken; of equals, the one that reads the fewest.
    """
    labels = range(len(ladders.each))
    served = [_filled(ladders, (0,) * len(labels))]
    for first in labels:
        alone = tuple(len(ladders.each[n].ends) - 1 if n == first else 0 for n in labels)
        served.append(_filled(ladders, alone))
    ends = {_exchanged(ladders, levels) for levels in set(served)}
    return max(ends, key=lambda x: (ladders.value(x), -int(ladders.read(x).sum()), x))


def _filled(ladders: Ladders, levels: Levels) -> Levels:
    while True:
        read = ladders.read(levels)
        steps = [_step(ladders, read, levels, label) for label in range(len(levels))]
        ratio, label, level = max((r, -n, level) for n, (r, level) in enumerate(steps))
        if ratio <= 0:
            return levels
        levels = _with(levels, -label, level)


def _step(
    ladders: Ladders, read: NDArray[np.bool_], levels: Levels, label: int
) -> tuple[float, int]:
    """One label's most gain per further text, and the level that has it; 0 where none is paid."""
    ladder, level = ladders.each[label], levels[label]
    further = _further(ladder, read)
    paid = int(np.searchsorted(further, ladders.allowed - int(read.sum()), side="right"))
    if paid <= level + 1:
        return 0.0, level
    gain = ladder.gains[level + 1 : paid] - ladder.gains[level]
    ratios = gain / np.maximum(further[level + 1 : paid], 1e-9)  # what costs nothing comes first
    return float(ratios.max()), level + 1 + int(np.argmax(ratios))


def _exchanged(ladders: Ladders, levels: Levels) -> Levels:
    pairs = list(permutations(range(len(levels)), 2))
    gained = True
    while gained:
        gained = False
        for moved, taker in pairs:
            better = _exchange(ladders, levels, moved, taker)
            if ladders.value(better) > ladders.value(levels) + 1e-9:
                levels, gained = better, True
    return levels


def _exchange(ladders: Ladders, levels: Levels, moved: int, taker: int) -> Levels:
    """The best levels of two labels, the others standing still; of those that are tried."""
    mover, ladder = ladders.each[moved], ladders.each[taker]
    read = ladders.read(levels, without=(moved, taker))
    left = ladders.allowed - int(read.sum()) - _further(mover, read)
    best, found = ladders.value(levels), levels
    for level in _tried(len(mover.ends), levels[moved]):
        if left[level] < 0:
            break
        flags = read.copy()
        flags[mover.order[: mover.ends[level]]] = True
        taken = int(np.searchsorted(_further(ladder, flags), left[level], side="right")) - 1
        tried = _with(_with(levels, moved, level), taker, taken)
        if ladders.value(tried) > best + 1e-9:
            best, found = ladders.value(tried), tried
    return found


def _tried(k: int, level: int) -> Iterator[int]:
    if k <= TRIED:
        yield from range(k)
        return
    near = range(max(0, level - TRIED // 4), min(k, level + TRIED // 4))
    spread = np.linspace(0, k - 1, TRIED // 2).astype(int).tolist()
    yield from sorted({*near, *spread})


def _further(ladder: Ladder, read: NDArray[np.bool_]) -> NDArray[np.int64]:
    """(k,) texts that each level flags and nobody reads yet."""
    unread = np.concatenate([[0], np.cumsum(~read[ladder.order])])
    return unread[ladder.ends]


def _with(levels: Levels, label: int, level: int) -> Levels:
    return (*levels[:label], level, *levels[label + 1 :])
