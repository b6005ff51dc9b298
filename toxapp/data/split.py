"""Which rows teach, which choose thresholds, which are kept for the last figures.

Parts are numbered 0 train, 1 validation, 2 test. Equal texts always land in one part, and every
label and combination of labels keeps its rate in all of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from toxapp.data.texts import duplicates

SPLITS = ("train", "validation", "test")
SHARES = (0.7, 0.15, 0.15)

_WORDS = {
    **dict.fromkeys(["train", "training"], 0),
    **dict.fromkeys(["valid", "validation", "val", "dev"], 1),
    "test": 2,
}
_BLOCKS = (20, 100, 1_000)


def part_of(cell: str) -> int | None:
    """The part that a cell of a split column names, in any case; None where it names none."""
    return _WORDS.get(cell.strip().casefold())


def from_column(cells: Sequence[str]) -> NDArray[np.int8]:
    """The parts that a split column names, shape (n,); -1 where a cell is not understood."""
    known = {cell: part_of(cell) for cell in set(cells)}
    return np.array([-1 if known[c] is None else known[c] for c in cells], np.int8)


def complete(
    parts: NDArray[np.int8],
    groups: NDArray[np.int64],
    targets: NDArray[np.float32],
    *,
    shares: Sequence[float] = SHARES,
    seed: int,
) -> NDArray[np.int8]:
    """A file's own split, with a lacking validation or test part taken from its train part.

    Args:
        parts: (n,) of 0, 1, 2.
        groups: (n,) hashes of the texts.
        targets: (n, m), NaN where missing.
        shares: of the three parts; a lacking part gets its share of the train rows.
        seed: of the shuffle.

    Returns:
        (n,), equal to `parts` where no part is lacking.
    """
    taken = [0.0 if part in parts else shares[part] for part in (1, 2)]
    if not any(taken):
        return parts
    whole = parts.copy()
    train = parts == 0
    whole[train] = assign(groups[train], targets[train], shares=(1 - sum(taken), *taken), seed=seed)
    return whole


def assign(
    groups: NDArray[np.int64],
    targets: NDArray[np.float32],
    *,
    shares: Sequence[float] = SHARES,
    seed: int,
) -> NDArray[np.int8]:
    """A seeded, stratified split that keeps equal texts in one part.

    The distinct texts are ordered by their rarest positive label, their combination of labels
    and chance, and dealt out in blocks of 20 by a shuffled pattern of 14, 3 and 3. Where a label
    has a text for every part, every part gets one.

    Args:
        groups: (n,) hashes of the texts.
        targets: (n, m), NaN where missing; 0.5 and more is positive. A text's target is the
            highest of its rows.
        shares: of the three parts, summing to 1; a part of share 0 stays empty.
        seed: same seed, same rows: same split.

    Returns:
        Parts of shape (n,), each 0, 1 or 2.
    """
    member, count = duplicates.groups(groups)
    highest = duplicates.per_group(targets, member, pick=np.fmax)
    rng = np.random.default_rng(seed)
    parts = np.empty(count, np.int8)
    parts[_order(highest, rng)] = _deal(count, shares, rng)
    _fill_gaps(parts, highest >= 0.5, [part for part in range(3) if shares[part] > 0])
    return parts[member]


def sample(marks: NDArray[np.float32], n: int, *, seed: int) -> NDArray[np.bool_]:
    """Which of the rows are in a seeded sample of `n` in which every label keeps its rate.

    The rows are ordered as for a split, and every (count / n)-th of them is taken.

    Args:
        marks: (count, m) targets, NaN where missing; 0.5 and more is positive.
        n: from 1 to count.
        seed: same seed, same rows: same sample.

    Returns:
        (count,), n of them true.
    """
    order = _order(marks, np.random.default_rng(seed))
    taken = np.zeros(len(marks), bool)
    taken[order[np.arange(n) * len(marks) // n]] = True
    return taken


def _order(highest: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.int64]:
    """An order of the groups (g, m) by rarest positive label, combination, chance."""
    count, labels = highest.shape
    positive = highest >= 0.5
    by_rarity = np.argsort(positive.sum(axis=0), kind="stable")
    has_any = positive.any(axis=1)
    rarest = np.where(has_any, positive[:, by_rarity].argmax(axis=1) if labels else 0, labels)
    # One random number per label and state makes the combination a single number to sort by.
    weights = np.random.default_rng(0).integers(1, 1 << 50, size=(2, labels))
    combination = positive @ weights[0] + np.isnan(highest) @ weights[1]
    chance: NDArray[np.float64] = rng.random(size=(count,))
    return np.lexsort((chance, combination, rarest))


def _deal(count: int, shares: Sequence[float], rng: np.random.Generator) -> NDArray[np.int8]:
    """Parts for `count` places: every block of places holds the shares, in shuffled order."""
    size = next((s for s in _BLOCKS if _fits(shares, s)), _BLOCKS[-1])
    edges = np.round(np.cumsum(shares) * size).astype(int)
    pattern = np.repeat(np.arange(3, dtype=np.int8), np.diff(edges, prepend=0))
    blocks = np.tile(pattern, (-(-count // size), 1))
    return rng.permuted(blocks, axis=1).ravel()[:count]


def _fits(shares: Sequence[float], size: int) -> bool:
    places = np.array(shares) * size
    return bool(np.allclose(places, np.round(places), atol=1e-6))


def _fill_gaps(parts: NDArray[np.int8], positive: NDArray[np.bool_], wanted: list[int]) -> None:
    """Move single groups, in place, so that no wanted part lacks a label it could have.

    A label with fewer positive groups than parts stays as dealt. The whole set counts as one
    more label, so that no part of a very small file is empty.
    """
    marks = np.column_stack([positive, np.ones(len(parts), bool)])
    held = np.array([marks[parts == part].sum(axis=0) for part in range(3)])
    totals = held.sum(axis=0)
    for label in np.argsort(totals, kind="stable"):
        for part in wanted:
            if held[part, label] or totals[label] < len(wanted):
                continue
            donor = int(held[:, label].argmax())
            moved = _spare(marks, np.flatnonzero(marks[:, label] & (parts == donor)), held[donor])
            parts[moved] = part
            held[part] += marks[moved]
            held[donor] -= marks[moved]


def _spare(marks: NDArray[np.bool_], candidates: NDArray[np.int64], held: NDArray[np.int64]) -> int:
    """The first candidate that is not the last of any label in its part, else the first."""
    safe = ((held > 1) | ~marks[candidates]).all(axis=1)
    return int(candidates[safe.argmax()])
