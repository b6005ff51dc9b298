"""A dataset's usable rows in figures: the split in force, counts per label, text lengths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from toxapp.data import checks, notes, split
from toxapp.data.problem import Problem
from toxapp.data.reading import EXTRA, Reading
from toxapp.data.split import SPLITS
from toxapp.data.store import TextLengths
from toxapp.errors import DataError

_EDGES = (0, 10, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1_000, 1_500, 2_000, 3_000, 5_000)

Counts = dict[str, dict[str, int]]


@dataclass(frozen=True)
class Summary:
    """The figures of a reading.

    Attributes:
        reading: of the rows that are kept.
        parts: (n,) the split in force, 0, 1 or 2.
        splits: rows per split.
        positives: per label and split, targets of 0.5 and more.
        known: per label and split, targets that are not missing.
        together: (m, m) texts that carry both labels; on the diagonal, those that carry it.
        labels_per_text: how many texts carry 0, 1, 2, ... labels.
        text_lengths: of all rows, in characters.
        problems: all that the user should know.
    """

    reading: Reading
    parts: NDArray[np.int8]
    splits: dict[str, int]
    positives: Counts
    known: Counts
    together: tuple[tuple[int, ...], ...]
    labels_per_text: tuple[int, ...]
    text_lengths: TextLengths
    problems: tuple[Problem, ...]


def summarise(found: Reading) -> Summary:
    """Draw the sample that was asked for, split the rows, and count.

    Raises:
        DataError: no row can be used, or too few for three parts.
    """
    found = _sampled(found)
    _require_rows(found)
    found, parts = _parts(found)
    labels = found.plan.labels
    positive = found.targets >= 0.5
    return Summary(
        reading=found,
        parts=parts,
        splits=_by_split(parts),
        positives=_counts(labels, positive, parts),
        known=_counts(labels, ~np.isnan(found.targets), parts),
        together=_together(positive),
        labels_per_text=tuple(int(n) for n in np.bincount(positive.sum(axis=1))),
        text_lengths=text_lengths(found.lengths),
        problems=checks.findings(found, parts),
    )


def text_lengths(lengths: NDArray[np.int32]) -> TextLengths:
    """The histogram of `lengths`, (n,), n > 0: steps grow with the length, the last one is open."""
    longest = int(lengths.max())
    edges = (*(edge for edge in _EDGES if edge < longest), longest + 1)
    counts, _ = np.histogram(lengths, edges)
    return TextLengths(edges, tuple(int(count) for count in counts))


def _sampled(found: Reading) -> Reading:
    """The first rows of every part, then a sample of them; each part keeps its share."""
    plan = found.plan
    if plan.first is not None and plan.first < len(found.rows):
        found = found.only(_first(found.parts, plan.first))
    if plan.sample is not None and plan.sample < len(found.rows):
        # Parts count as one more label, so that a file's own split keeps its shares as well.
        own = np.eye(EXTRA + 1, dtype=np.float32)[found.parts]
        marks = np.concatenate([found.targets, own], axis=1)
        found = found.only(split.sample(marks, plan.sample, seed=plan.seed))
    return found


def _first(parts: NDArray[np.int8], n: int) -> NDArray[np.bool_]:
    """Which rows (count,) are the first `n`, of every part of `parts` (count,) a like share.

    Files of a split stand one after the other: the first rows of all would be of one part.
    """
    depth = np.empty(len(parts))
    for part in np.unique(parts):
        at = np.flatnonzero(parts == part)
        depth[at] = (np.arange(len(at)) + 0.5) / len(at)
    kept = np.zeros(len(parts), bool)
    kept[np.argsort(depth, kind="stable")[:n]] = True
    return kept


def _require_rows(found: Reading) -> None:
    plan = found.plan
    files = ", ".join(file.name for file in plan.files[:3])
    if not len(found.rows):
        said = (notes.sentence(note, plan.labelling.format) for note in found.notes[:3])
        raise DataError(f"No row of {files} can be used. {' '.join(said)}".strip())
    if not (found.parts == 0).any():
        where = (
            f"Column '{plan.split_column}' of {files} names" if plan.split_column else "There are"
        )
        message = f"{where} no train rows among the {len(found.rows):,} usable ones. "
        raise DataError(message + "Choose no split column, or add a file of train rows.")
    lacking = sum(part not in found.parts for part in (1, 2))
    distinct = len(np.unique(found.groups[found.parts == 0]))
    if distinct <= lacking:
        message = f"{files} has {distinct} different texts, and train, validation and test need "
        raise DataError(message + "one each at least. Add more comments.")


def _parts(found: Reading) -> tuple[Reading, NDArray[np.int8]]:
    """The rows that are kept and their parts; extra rows that are in validation or test go."""
    plan, extra = found.plan, found.parts == EXTRA
    parts = np.zeros(len(found.parts), np.int8)
    parts[~extra] = split.complete(
        found.parts[~extra],
        found.groups[~extra],
        found.targets[~extra],
        shares=plan.shares,
        seed=plan.seed,
    )
    seen = np.isin(found.groups, found.groups[~extra & (parts > 0)]) & extra
    if not seen.any():
        return found, parts
    return checks.without_extra(found, seen), parts[~seen]


def _by_split(parts: NDArray[np.int8]) -> dict[str, int]:
    counts = np.bincount(parts, minlength=len(SPLITS))
    return {name: int(count) for name, count in zip(SPLITS, counts, strict=True)}


def _counts(labels: tuple[str, ...], marks: NDArray[np.bool_], parts: NDArray[np.int8]) -> Counts:
    return {label: _by_split(parts[marks[:, i]]) for i, label in enumerate(labels)}


def _together(positive: NDArray[np.bool_]) -> tuple[tuple[int, ...], ...]:
    # In double precision, which BLAS multiplies fast and which counts exactly up to 2**53.
    marks = positive.astype(np.float64)
    return tuple(tuple(int(n) for n in row) for row in marks.T @ marks)
