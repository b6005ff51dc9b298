"""Records become usable rows: texts, targets and parts, with notes on what is left out.

Memory holds one stretch of texts, and of all rows only numbers: see `Reading`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import compress

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from toxapp.data import notes, split, stated, swallowed
from toxapp.data.draft import Stretch
from toxapp.data.files.cells import numbers
from toxapp.data.notes import Note
from toxapp.data.plan import Plan, Source
from toxapp.data.texts import duplicates, markup
from toxapp.data.texts.tally import Texts, TextTally

EXTRA = 3
"""The part of rows that teach and may be dropped, where equal ones are in validation or test."""

_ROLES = {"rows": 0, "train": 0, "validation": 1, "test": 2, "extra": EXTRA}


@dataclass(frozen=True)
class Chunk:
    """The usable rows of a stretch, in file order.

    Attributes:
        positions: (n,) where they stand in the stretch.
        rows: (n,) as the spreadsheet counts.
        texts: n texts, none of them blank.
        targets: (n, m), NaN where missing, at least one known per row.
        parts: (n,) of 0, 1, 2 by the split column or the file's role, or `EXTRA`.
        notes: on rows that were left out, and on cells that were not understood.
    """

    positions: NDArray[np.int64]
    rows: NDArray[np.int64]
    texts: list[str]
    targets: NDArray[np.float32]
    parts: NDArray[np.int8]
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class Reading:
    """What is known of the usable rows of all files after the pass.

    Attributes:
        plan: what was read.
        files: (n,) which of the plan's files.
        positions: (n,) which of the file's sound records.
        rows: as in `Chunk`, like targets and parts.
        keys: (n,) hashes of the normalised texts.
        groups: (n,) texts that are equal or nearly so share a number.
        lengths: (n,) of the texts, in characters.
        notes: on rows left out, by file.
        texts: what is in the texts.
    """

    plan: Plan
    files: NDArray[np.int16]
    positions: NDArray[np.int64]
    rows: NDArray[np.int64]
    keys: NDArray[np.int64]
    groups: NDArray[np.int64]
    lengths: NDArray[np.int32]
    targets: NDArray[np.float32]
    parts: NDArray[np.int8]
    notes: tuple[Note, ...]
    texts: Texts

    def only(self, kept: NDArray[np.bool_]) -> Reading:
        """The same of fewer rows; notes and texts stay those of all."""
        arrays = ("files", "positions", "rows", "keys", "groups", "lengths", "targets", "parts")
        return replace(self, **{name: getattr(self, name)[kept] for name in arrays})


def chunk(stretch: Stretch, plan: Plan, source: Source) -> Chunk:
    """What can be used of a stretch of `source`."""
    cells, rows = stretch.cells, stretch.rows
    texts = text_cells(cells[plan.text_column], plan)
    values, strange = stated.read(plan.labelling, cells)
    parts = _parts(cells, plan, source, len(rows))
    reasons = _reasons(texts, values, parts)
    left_out = [_note(kind, plan, stretch, at, source) for kind, at in reasons.items() if at.any()]
    keep = ~np.logical_or.reduce(list(reasons.values()))
    return Chunk(
        np.flatnonzero(keep),
        rows[keep],
        list(compress(texts, keep)),
        values[keep],
        parts[keep],
        (
            *_unexplained(stretch, strange, source),
            *left_out,
            *_swallowed(texts, stretch, plan, source),
        ),
    )


def text_cells(cells: pa.StringArray, plan: Plan) -> list[str]:
    """The texts in a column's cells, as the dataset keeps them."""
    texts: list[str] = cells.to_pylist()
    return [markup.unescape(text) for text in texts] if plan.unescape else texts


def _unexplained(
    stretch: Stretch, strange: Mapping[str, NDArray[np.int64]], source: Source
) -> Iterator[Note]:
    for column, at in strange.items():
        found = [cell.strip() for cell in stretch.cells[column].take(numbers(at)).to_pylist()]
        yield notes.note("unexplained_value", source.name, column, stretch.rows[at], found)


def _swallowed(
    texts: Sequence[str], stretch: Stretch, plan: Plan, source: Source
) -> Iterator[Note]:
    at = swallowed.positions(texts, plan.labelling, source, plan.text_column)
    if len(at):
        yield notes.note("swallowed_row", source.name, "", stretch.rows[at])


def _parts(
    cells: Mapping[str, pa.StringArray], plan: Plan, source: Source, count: int
) -> NDArray[np.int8]:
    if plan.split_column is not None and source.role == "rows":
        return split.from_column(cells[plan.split_column].to_pylist())
    return np.full(count, _ROLES[source.role], np.int8)


def _reasons(
    texts: Sequence[str], values: NDArray[np.float32], parts: NDArray[np.int8]
) -> dict[str, NDArray[np.bool_]]:
    """Which rows are left out, (n,) per reason; of several reasons a row has the first."""
    empty = np.fromiter((not t or t.isspace() for t in texts), bool, len(texts))
    unlabelled = np.isnan(values).all(axis=1) & ~empty
    unsplit = (parts < 0) & ~empty & ~unlabelled
    return {"empty_text": empty, "no_known_label": unlabelled, "unknown_split": unsplit}


def _note(kind: str, plan: Plan, stretch: Stretch, at: NDArray[np.bool_], source: Source) -> Note:
    column = {"empty_text": plan.text_column, "unknown_split": plan.split_column}.get(kind) or ""
    cells = stretch.cells[column].to_pylist() if kind == "unknown_split" else []
    return notes.note(kind, source.name, column, stretch.rows[at], list(compress(cells, at)))


@dataclass
class Tally:
    """Gathers the chunks of all files into a `Reading`, without their texts."""

    plan: Plan
    _chunks: list[tuple[NDArray[np.generic], ...]] = field(default_factory=list)
    _notes: list[Note] = field(default_factory=list)
    _texts: TextTally = field(default_factory=TextTally)

    def note(self, found: Sequence[Note]) -> None:
        """Count notes in."""
        self._notes = notes.added([*self._notes, *found])

    def add(self, chunk: Chunk, source: Source, *, before: int) -> None:
        """Count `chunk` of `source` in; `before`: the file's sound records before its stretch."""
        self.note([*chunk.notes, *self._texts.add(chunk.texts, chunk.rows, source.name)])
        file = np.full(len(chunk.rows), self.plan.files.index(source), np.int16)
        lengths = np.fromiter(map(len, chunk.texts), np.int32, len(chunk.texts))
        keys = duplicates.keys(chunk.texts)
        arrays = (file, chunk.positions + before, chunk.rows, keys, lengths, chunk.targets)
        self._chunks.append((*arrays, chunk.parts))

    def reading(self) -> Reading:
        """What was gathered; to be called once, after at least one chunk."""
        # First what needs most memory, which is free again before the arrays are joined.
        groups, texts = self._texts.groups(), self._texts.found()
        columns = [list(parts) for parts in zip(*self._chunks, strict=True)]
        self._chunks.clear()
        arrays = [np.concatenate(columns.pop(0)) for _ in range(len(columns))]
        files, positions, rows, keys, lengths, values, parts = arrays
        return Reading(
            plan=self.plan,
            files=files,
            positions=positions,
            rows=rows,
            keys=keys,
            groups=groups,
            lengths=lengths,
            targets=values,
            parts=parts,
            notes=tuple(self._notes),
            texts=texts,
        )
