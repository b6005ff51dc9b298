"""A file's usable rows in figures: the split in force, counts per label, text lengths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from toxapp.data import checks, split
from toxapp.data.checks import Problem
from toxapp.data.reading import Reading
from toxapp.data.split import SPLITS
from toxapp.data.store import TextLengths
from toxapp.errors import DataError

_EDGES = (0, 10, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1_000, 1_500, 2_000, 3_000, 5_000)

Counts = dict[str, dict[str, int]]


@dataclass(frozen=True)
class Summary:
    """The figures of a reading.

    Attributes:
        parts: (n,) the split in force, 0, 1 or 2.
        splits: rows per split.
        positives: per label and split, targets of 0.5 and more.
        known: per label and split, targets that are not missing.
        text_lengths: of all rows, in characters.
        problems: all that the user should know.
    """

    parts: NDArray[np.int8]
    splits: dict[str, int]
    positives: Counts
    known: Counts
    text_lengths: TextLengths
    problems: tuple[Problem, ...]


def summarise(found: Reading) -> Summary:
    """Split the rows and count.

    Raises:
        DataError: no row can be used, or too few for three parts.
    """
    _require_rows(found)
    parts = _parts(found)
    labels = found.plan.labels
    return Summary(
        parts=parts,
        splits=_by_split(parts),
        positives=_counts(labels, found.targets >= 0.5, parts),
        known=_counts(labels, ~np.isnan(found.targets), parts),
        text_lengths=text_lengths(found.lengths),
        problems=checks.findings(found, parts),
    )


def text_lengths(lengths: NDArray[np.int32]) -> TextLengths:
    """The histogram of `lengths`, (n,), n > 0: steps grow with the length, the last one is open."""
    longest = int(lengths.max())
    edges = (*(edge for edge in _EDGES if edge < longest), longest + 1)
    counts, _ = np.histogram(lengths, edges)
    return TextLengths(edges, tuple(int(count) for count in counts))


def _require_rows(found: Reading) -> None:
    file = found.plan.file
    if not len(found.rows):
        why = " ".join(problem.message for problem in checks.noted(found)[:3])
        raise DataError(f"No row of {file} can be used. {why}".strip())
    distinct = len(np.unique(found.keys))
    if found.plan.split_column is None and distinct < len(SPLITS):
        message = f"{file} has {distinct} different texts, and train, validation and test need "
        raise DataError(message + "one each at least. Add more comments.")
    if not (found.parts == 0).any():
        message = f"Column '{found.plan.split_column}' of {file} names no train rows among the "
        raise DataError(message + f"{len(found.rows):,} usable ones. Choose no split column.")


def _parts(found: Reading) -> NDArray[np.int8]:
    plan, arrays = found.plan, (found.keys, found.targets)
    if plan.split_column is None:
        return split.assign(*arrays, shares=plan.shares, seed=plan.seed)
    return split.complete(found.parts, *arrays, shares=plan.shares, seed=plan.seed)


def _by_split(parts: NDArray[np.int8]) -> dict[str, int]:
    counts = np.bincount(parts, minlength=len(SPLITS))
    return {name: int(count) for name, count in zip(SPLITS, counts, strict=True)}


def _counts(labels: tuple[str, ...], marks: NDArray[np.bool_], parts: NDArray[np.int8]) -> Counts:
    return {label: _by_split(parts[marks[:, i]]) for i, label in enumerate(labels)}
