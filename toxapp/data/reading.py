"""One pass over a file: records become chunks of texts and targets, what is unusable is noted.

Memory holds one chunk of texts, and of all rows only numbers: see `Reading`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from toxapp.data import duplicates, split, table, targets
from toxapp.data.table import Dialect, Record

_CHUNK_RECORDS = 20_000
_CHUNK_CHARACTERS = 16_000_000
_ROWS_KEPT = 20
_EXAMPLES_KEPT = 5

Cells = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Plan:
    """What is read of a file, decided before the reading starts.

    Attributes:
        file: its name as the user knows it.
        dialect: how it is written.
        columns: all of them, in file order; the others are among them.
        text_column: holds the texts.
        labels: columns of targets, at least one; their order is the dataset's.
        split_column: None where the split is to be made.
        seed: of the split where it is drawn.
        shares: of train, validation and test where they are drawn.
        label_format: how labels are written; "columns" is one column per label.
    """

    file: str
    dialect: Dialect
    columns: tuple[str, ...]
    text_column: str
    labels: tuple[str, ...]
    split_column: str | None
    seed: int
    shares: tuple[float, float, float]
    label_format: str = "columns"

    @property
    def others(self) -> tuple[str, ...]:
        """The columns that are not chosen."""
        chosen = {self.text_column, self.split_column, *self.labels}
        return tuple(name for name in self.columns if name not in chosen)


@dataclass(frozen=True)
class Note:
    """Something about some rows: its kind, the column it is about ("" for all), the rows.

    `count` is the number of rows, of which `rows` keeps the first; `found` has examples.
    """

    kind: str
    column: str
    count: int
    rows: tuple[int, ...]
    found: tuple[str, ...]

    def __add__(self, later: Note) -> Note:
        rows = (self.rows + later.rows)[:_ROWS_KEPT]
        found = tuple(dict.fromkeys(self.found + later.found))[:_EXAMPLES_KEPT]
        return Note(self.kind, self.column, self.count + later.count, rows, found)


@dataclass(frozen=True)
class Chunk:
    """Rows that can be used, in file order.

    Attributes:
        rows: (n,) as the spreadsheet counts.
        texts: n texts, none of them blank.
        targets: (n, m), NaN where missing, at least one known per row.
        parts: (n,) of 0, 1, 2 by the split column; all 0 where there is none.
        others: the cells of the columns that are not chosen, n each.
        notes: on rows that were left out, and on cells that were not understood.
    """

    rows: NDArray[np.int64]
    texts: list[str]
    targets: NDArray[np.float32]
    parts: NDArray[np.int8]
    others: dict[str, list[str]]
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class Reading:
    """What is known of a file's usable rows after the pass.

    Attributes:
        plan: what was read.
        rows: as in `Chunk`, like targets, parts and notes, but of the whole file.
        keys: (n,) hashes of the normalised texts.
        lengths: (n,) of the texts, in characters.
    """

    plan: Plan
    rows: NDArray[np.int64]
    keys: NDArray[np.int64]
    lengths: NDArray[np.int32]
    targets: NDArray[np.float32]
    parts: NDArray[np.int8]
    notes: tuple[Note, ...]


def chunks(
    path: Path, plan: Plan, *, on_bytes: Callable[[int], None] | None = None
) -> Iterator[Chunk]:
    """The file's usable rows, about 20,000 at a time.

    Raises:
        DataError: as `table.records`.
    """
    known = targets.Known()
    for batch in _batches(table.records(path, plan.dialect, on_bytes=on_bytes)):
        yield _chunk(batch, plan, known)


def _batches(records: Iterable[Record]) -> Iterator[list[Record]]:
    batch: list[Record] = []
    characters = 0
    for record in records:
        batch.append(record)
        characters += sum(map(len, record.cells))
        if len(batch) == _CHUNK_RECORDS or characters > _CHUNK_CHARACTERS:
            yield batch
            batch, characters = [], 0
    yield batch


def _chunk(batch: list[Record], plan: Plan, known: targets.Known) -> Chunk:
    sound = [record for record in batch if record.fault is None]
    rows = np.array([record.row for record in sound], np.int64)
    columns = zip(*(record.cells for record in sound), strict=True) if sound else ()
    cells: Cells = dict(zip(plan.columns, columns or [()] * len(plan.columns), strict=True))
    values, unexplained = _targets(cells, rows, plan, known)
    parts = _parts(cells, plan, len(rows))
    reasons = _reasons(cells[plan.text_column], values, parts)
    left_out = [_note(kind, plan, cells, rows, at) for kind, at in reasons.items() if at.any()]
    keep = ~np.logical_or.reduce(list(reasons.values()))
    return Chunk(
        rows[keep],
        list(compress(cells[plan.text_column], keep)),
        values[keep],
        parts[keep],
        {name: list(compress(cells[name], keep)) for name in plan.others},
        (*_faults(batch), *unexplained, *left_out),
    )


def _faults(batch: list[Record]) -> list[Note]:
    faulty = ((r, r.fault) for r in batch if r.fault is not None)
    return [
        Note("ragged_row" if record.cells else "broken_quote", "", 1, (record.row,), (fault,))
        for record, fault in faulty
    ]


def _targets(
    cells: Cells, rows: NDArray[np.int64], plan: Plan, known: targets.Known
) -> tuple[NDArray[np.float32], list[Note]]:
    """Targets (n, m) of all sound rows, and a note per column with unexplained cells."""
    values = np.empty((len(rows), len(plan.labels)), np.float32)
    notes = []
    for index, label in enumerate(plan.labels):
        values[:, index], at = targets.column(cells[label], known)
        if len(at):
            found = dict.fromkeys(cells[label][i].strip() for i in at)
            shown = tuple(int(row) for row in rows[at[:_ROWS_KEPT]])
            examples = tuple(found)[:_EXAMPLES_KEPT]
            notes.append(Note("unexplained_value", label, len(at), shown, examples))
    return values, notes


def _parts(cells: Cells, plan: Plan, count: int) -> NDArray[np.int8]:
    if plan.split_column is None:
        return np.zeros(count, np.int8)
    return split.from_column(cells[plan.split_column])


def _reasons(
    texts: Sequence[str], values: NDArray[np.float32], parts: NDArray[np.int8]
) -> dict[str, NDArray[np.bool_]]:
    """Which rows are left out, (n,) per reason; of several reasons a row has the first."""
    empty = np.fromiter((not t or t.isspace() for t in texts), bool, len(texts))
    unlabelled = np.isnan(values).all(axis=1) & ~empty
    unsplit = (parts < 0) & ~empty & ~unlabelled
    return {"empty_text": empty, "no_known_label": unlabelled, "unknown_split": unsplit}


def _note(
    kind: str, plan: Plan, cells: Cells, rows: NDArray[np.int64], at: NDArray[np.bool_]
) -> Note:
    column = {"empty_text": plan.text_column, "unknown_split": plan.split_column}.get(kind) or ""
    found = dict.fromkeys(compress(cells[column], at)) if kind == "unknown_split" else {}
    shown = tuple(int(row) for row in rows[at][:_ROWS_KEPT])
    return Note(kind, column, int(at.sum()), shown, tuple(found)[:_EXAMPLES_KEPT])


@dataclass
class Tally:
    """Gathers the chunks of one pass into a `Reading`, without their texts."""

    plan: Plan
    _chunks: list[tuple[NDArray[np.generic], ...]] = field(default_factory=list)
    _notes: dict[tuple[str, str], Note] = field(default_factory=dict)

    def add(self, chunk: Chunk) -> None:
        """Count `chunk` in."""
        lengths = np.fromiter(map(len, chunk.texts), np.int32, len(chunk.texts))
        keys = duplicates.keys(chunk.texts)
        self._chunks.append((chunk.rows, keys, lengths, chunk.targets, chunk.parts))
        for note in chunk.notes:
            earlier = self._notes.get((note.kind, note.column))
            self._notes[note.kind, note.column] = earlier + note if earlier else note

    def reading(self) -> Reading:
        """What was gathered; to be called after at least one chunk."""
        arrays = [np.concatenate(parts) for parts in zip(*self._chunks, strict=True)]
        rows, keys, lengths, values, parts = arrays
        return Reading(self.plan, rows, keys, lengths, values, parts, tuple(self._notes.values()))
