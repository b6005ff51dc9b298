"""The passes over the files, the same for a check and for an import.

files -> tables of cells on disk -> labels of all files -> what is known of every usable row
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from toxapp.data import draft, labelling, reading, stated
from toxapp.data.choice import listed
from toxapp.data.notes import Note
from toxapp.data.plan import Plan
from toxapp.data.reading import Tally
from toxapp.errors import DataError


def convert(
    plain: Sequence[Path], plan: Plan, tables: Sequence[Path], on_bytes: Callable[[int], None]
) -> list[Note]:
    """Every file as a table of cells on disk; notes on the records that are none."""
    notes: list[Note] = []
    before = 0
    for path, source, target in zip(plain, plan.files, tables, strict=True):
        notes += draft.convert(path, source, target, on_bytes=_shifted(on_bytes, before))
        before += path.stat().st_size
    return notes


def _shifted(report: Callable[[int], None], before: int) -> Callable[[int], None]:
    return lambda done: report(before + done)


def whole(plan: Plan, tables: Sequence[Path]) -> Plan:
    """The plan with the labels of all files, where they stand as names in one column."""
    known = plan.labelling
    if plan.fixed_labels or known.format not in ("list", "class") or _is_single(known):
        return plan
    values: set[str] = set()
    for source, target in zip(plan.files, tables, strict=True):
        for cells in draft.column(target, source, known.columns[0]):
            values |= stated.distinct_values(known, cells)
    found = labelling.completed(known, values)
    if not found.labels:
        message = f"Column '{known.columns[0]}' names no label in any row of "
        raise DataError(message + f"{listed([f.name for f in plan.files])}. Choose another column.")
    return replace(plan, labelling=found)


def _is_single(known: labelling.Labelling) -> bool:
    """Whether a class of two values is one label, whose other value needs none."""
    return known.format == "class" and len(known.labels) == 1


def read(
    tables: Sequence[Path], plan: Plan, notes: Sequence[Note], on_rows: Callable[[int], None]
) -> reading.Reading:
    """What is known of the usable rows of all tables; `on_rows` is told how many are looked at."""
    tally = Tally(plan)
    tally.note(notes)
    done = 0
    for source, target in zip(plan.files, tables, strict=True):
        before = 0
        for stretch in draft.stretches(target, source):
            tally.add(reading.chunk(stretch, plan, source), source, before=before)
            before += len(stretch.rows)
            on_rows(done + before)
        done += before
    return tally.reading()
