"""Choosing which rows are for what, how many are taken, and how the files are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from toxapp.data import split
from toxapp.data.choice import Upload
from toxapp.data.files.separators import SEPARATORS
from toxapp.data.files.table import Dialect
from toxapp.data.guessing.guess import Guess
from toxapp.data.texts import markup
from toxapp.ui import look
from toxapp.ui.staged import Looked, Written

_GUESSED = ""
_DRAWN = "(drawn, every label keeping its rate)"
_ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1")
_ROWS = {"all": "All rows", "first": "The first", "sample": "A sample"}
_QUICK_START = 5_000


@dataclass(frozen=True)
class Parting:
    """Which rows are for what, and how many of them; fields as in `Choice`."""

    column: str
    shares: tuple[float, float, float]
    seed: int
    first: int | None
    sample: int | None


def parting(looked: Looked, uploads: Sequence[Upload]) -> Parting:
    """The controls for the split and for a quick start."""
    given = {upload.role for upload in uploads}
    column = ""
    if not given & {"train", "validation", "test"}:
        column = _column(looked)
    shares = split.SHARES
    if not {"validation", "test"} <= given:
        shares = _shares(looked.key, by_column=bool(column))
    first, sample = _rows(looked.key)
    drawn = not {"validation", "test"} <= given or sample is not None
    seed = _seed(looked.key) if drawn else 0
    return Parting(column, shares, seed, first, sample)


def unescape(looked: Looked, text_column: str | None) -> bool:
    """The offer to make characters of HTML entities, with how many there seem to be."""
    found = _entities(looked.guess, text_column)
    if found:
        rows = len(looked.guess.preview)
        look.remark(f"{found} of the first {rows} texts hold HTML entities.")
    return st.checkbox(
        "Turn HTML entities such as `&amp;` into characters", key=f"unescape-{looked.key}"
    )


def written(dialect: Dialect, key: str) -> Written:
    """The controls for how the file is written; what stays at the guess is None."""
    if dialect.kind == "parquet":
        return Written()
    separator = encoding = header = None
    with st.expander("How the file is written"):
        parts = st.columns(3)
        if dialect.kind == "separated":
            said = SEPARATORS[dialect.separator or ","]
            with parts[0]:
                separator = _override("Separator", said, SEPARATORS, f"separator-{key}")
        if dialect.kind in ("separated", "jsonl"):
            known = {name: name for name in _ENCODINGS}
            with parts[1]:
                encoding = _override(
                    "Encoding", dialect.encoding or "", known, f"encoding-{key}", free=True
                )
        if dialect.kind in ("separated", "excel"):
            words = {"names": "names the columns", "data": "is data already"}
            said = words["names" if dialect.header else "data"]
            with parts[2]:
                row = _override("Row 1", said, words, f"header-{key}")
                header = None if row is None else row == "names"
    return Written(separator, encoding, header)


def _override(
    label: str, guessed: str, known: Mapping[str, str], key: str, *, free: bool = False
) -> str | None:
    """A select that begins with the guess; None while it stays there."""
    words = {_GUESSED: f"{guessed} (as it seems)", **known}
    chosen: str | None = st.selectbox(
        label,
        list(words),
        format_func=lambda value: words.get(value, value),
        key=key,
        accept_new_options=free,
    )
    return None if chosen in (None, _GUESSED) else chosen


def _column(looked: Looked) -> str:
    """The split column; "" where the split is drawn."""
    found = looked.guess
    known = ["", *found.columns]
    chosen: str = st.selectbox(
        "Split",
        known,
        index=known.index(found.split_column or ""),
        format_func=lambda name: name or _DRAWN,
        key=f"split-{looked.key}",
        help="A column that says train, validation or test for each row.",
    )
    return chosen


def _shares(key: str, *, by_column: bool) -> tuple[float, float, float]:
    """Three numbers of any size, as shares that sum to 1."""
    words = " where the column names none" if by_column else ""
    parts = [
        column.number_input(
            name,
            1,
            1000,
            round(share * 100),
            key=f"share-{name}-{key}",
            help=f"The part of {name}{words}, in percent or as a proportion.",
        )
        for column, name, share in zip(
            st.columns(3, wrap=False), ("Train", "Validation", "Test"), split.SHARES, strict=True
        )
    ]
    total = sum(parts)
    return (parts[0] / total, parts[1] / total, parts[2] / total)


def _rows(key: str) -> tuple[int | None, int | None]:
    """How many rows: all, the first n, or a sample of n."""
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    with left:
        way = st.segmented_control(
            "Rows",
            list(_ROWS),
            default="all",
            required=True,
            format_func=_ROWS.__getitem__,
            key=f"rows-{key}",
            help="For a quick start: the first rows, or a seeded sample in which every label "
            "keeps its rate.",
        )
    if way == "all":
        return None, None
    with right:
        count = int(
            st.number_input("How many rows", 3, None, _QUICK_START, 1000, key=f"count-{key}")
        )
    return (count, None) if way == "first" else (None, count)


def _seed(key: str) -> int:
    seed = st.number_input(
        "Seed", 0, 2**32 - 1, 0, key=f"seed-{key}", help="The same seed draws the same rows."
    )
    return int(seed)


def _entities(found: Guess, text_column: str | None) -> int:
    """How many texts of the preview hold HTML entities."""
    if text_column is None:
        return 0
    place = found.columns.index(text_column)
    return sum(markup.has_entity(cells[place]) for cells in found.preview)
