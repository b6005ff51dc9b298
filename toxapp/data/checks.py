"""What is wrong with a dataset, said by row: what, where, how many, what happens, what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from toxapp.data import label_checks, notes
from toxapp.data.notes import ROWS_KEPT
from toxapp.data.problem import Problem
from toxapp.data.reading import EXTRA, Reading
from toxapp.data.split import SPLITS
from toxapp.data.texts import duplicates

_FOREIGN = 0.2


def findings(reading: Reading, parts: NDArray[np.int8]) -> tuple[Problem, ...]:
    """All problems of a dataset, those that cost rows first.

    Args:
        reading: the usable rows, and notes on the others.
        parts: (n,) the split in force, 0, 1 or 2.
    """
    label_format = reading.plan.labelling.format
    noted = (
        Problem(note.kind, note.count, note.rows, notes.sentence(note, label_format))
        for note in reading.notes
    )
    return (
        *noted,
        *_repeated(reading),
        *_split(reading, parts),
        *_missing(reading),
        *(
            Problem(kind, count, (), message)
            for kind, count, message in label_checks.findings(
                reading.plan.labels, reading.targets, parts
            )
        ),
        *_languages(reading),
    )


def without_extra(reading: Reading, seen: NDArray[np.bool_]) -> Reading:
    """The reading without the extra rows that `seen` (n,) marks, and with a note on them."""
    dropped = []
    for number, file in enumerate(reading.plan.files):
        rows = reading.rows[seen & (reading.files == number)]
        if len(rows):
            dropped.append(notes.note("extra_row_dropped", file.name, "", rows))
    kept = reading.only(~seen)
    return replace(kept, notes=tuple(notes.added([*kept.notes, *dropped])))


def _about(reading: Reading, kind: str, at: NDArray[np.bool_], sentence: str) -> Iterator[Problem]:
    """A problem about the rows that `at` (n,) marks, none where there are none.

    `{n}`, `{have}` and `{where}` of the sentence are filled in.
    """
    rows, files = reading.rows[at], reading.files[at]
    if len(rows):
        have = "has" if len(rows) == 1 else "have"
        where = _where(reading, rows, files)
        message = sentence.format(n=notes.counted(len(rows)), have=have, where=where)
        yield Problem(kind, len(rows), tuple(int(row) for row in rows[:ROWS_KEPT]), message)


def _where(reading: Reading, rows: NDArray[np.int64], files: NDArray[np.int16]) -> str:
    """Which rows of which file, in brackets: (train.csv rows 5, 9 and 31 more; test.csv row 4)."""
    if len(reading.plan.files) == 1:
        return notes.where(rows.tolist(), len(rows))
    told = []
    for number in np.unique(files)[:4]:
        own = rows[files == number]
        said = notes.where(own[:ROWS_KEPT].tolist(), len(own)).strip(" ()")
        told.append(f"{reading.plan.files[number].name} {said}")
    return f" ({'; '.join(told)})"


def _named(reading: Reading) -> str:
    files = reading.plan.files
    return _braced(files[0].name if len(files) == 1 else f"the {len(files)} files")


def _repeated(reading: Reading) -> Iterator[Problem]:
    """Rows whose text stands in an earlier row or nearly so, and copies with other labels."""
    member, _ = duplicates.groups(reading.keys)
    equal = _later(member)
    files = _named(reading)
    side = "kept" if reading.plan.has_own_split else "kept, in the same split as the first"
    yield from _about(
        reading,
        "duplicate_text",
        equal,
        f"{{n}} of {files} {{have}} a text that stands in an earlier row{{where}}: {side}. "
        "Delete them if they are copies by mistake.",
    )
    yield from _about(
        reading,
        "near_duplicate_text",
        _later(reading.groups) & ~equal,
        f"{{n}} of {files} {{have}} nearly the text of an earlier row{{where}}: {side}. "
        "Delete them if they are copies by mistake.",
    )
    highest = duplicates.per_group(reading.targets, member, pick=np.fmax)
    lowest = duplicates.per_group(reading.targets, member, pick=np.fmin)
    # NaN on both sides compares false: a label nobody knows is no contradiction.
    disputed: NDArray[np.bool_] = np.any((highest >= 0.5) & (lowest < 0.5), axis=1)
    yield from _about(
        reading,
        "contradicting_duplicates",
        disputed[member],
        f"{{n}} of {files} {{have}} a text that other rows label differently{{where}}: kept as "
        "they are. Decide which labels are right, or they teach both.",
    )


def _later(groups: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which rows (n,) have a row of their group before them."""
    later = np.ones(len(groups), bool)
    later[np.unique(groups, return_index=True)[1]] = False
    return later


def _missing(reading: Reading) -> Iterator[Problem]:
    for index, label in enumerate(reading.plan.labels):
        yield from _about(
            reading,
            "missing_target",
            np.isnan(reading.targets[:, index]),
            f"{{n}} of {_named(reading)} {{have}} no known value for label "
            f"'{_braced(label)}'{{where}}: used for the other labels. Fill in what you know.",
        )


def _split(reading: Reading, parts: NDArray[np.int8]) -> Iterator[Problem]:
    """What had to be added to a dataset's own split, and texts that stand on both sides of it."""
    plan = reading.plan
    if not plan.has_own_split:
        return
    for part in (1, 2):
        if part not in reading.parts:
            yield from _about(
                reading,
                "split_made",
                parts == part,
                f"{_lacks(reading, SPLITS[part])}: {{n}} of the train rows were drawn for it, "
                "stratified and seeded. Nothing is to be done.",
            )
    own = reading.parts != EXTRA
    for kind, groups, word in (
        ("text_in_two_splits", reading.keys, "a text that is"),
        ("near_text_in_two_splits", reading.groups, "nearly a text that is"),
    ):
        taught = np.isin(groups, groups[(parts == 0) & own])
        both = taught & (parts != 0)
        if kind.startswith("near"):
            both &= ~np.isin(reading.keys, reading.keys[(parts == 0) & own])
        yield from _about(
            reading,
            kind,
            both,
            f"{{n}} in validation or test of {_named(reading)} {{have}} {word} in train "
            "too{where}: kept, but figures on them flatter. Delete one of each.",
        )


def _lacks(reading: Reading, part: str) -> str:
    column = reading.plan.split_column
    if column is None:
        return f"No file is given for {part}"
    return f"Column '{_braced(column)}' of {_named(reading)} names no {part} rows"


def _languages(reading: Reading) -> Iterator[Problem]:
    """That texts are in other languages than the base model that comes with the app reads."""
    found = [(name, share) for name, share in reading.texts.languages if name != "English"]
    foreign = sum(share for _, share in found)
    if foreign >= _FOREIGN:
        said = ", ".join(f"{name} {share:.0%}" for name, share in found[:4])
        message = (
            f"About {foreign:.0%} of the texts seem to be in other languages than English "
            f"({said}): the base model that comes with the app reads English only. Choose one that "
            "reads them, such as XLM-RoBERTa."
        )
        yield Problem("other_language", round(foreign * len(reading.rows)), (), message)


def _braced(name: str) -> str:
    """`name` for use inside a sentence that is formatted afterwards."""
    return name.replace("{", "{{").replace("}", "}}")
