"""Choosing what the columns of a file mean: the guess filled in, all of it correctable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import streamlit as st

from toxapp.data import labelling
from toxapp.data.guessing.guess import Guess
from toxapp.data.labelling import DELIMITERS, FORMATS, Format, Labelling
from toxapp.data.wish import Wish, as_format, resolved
from toxapp.errors import ToxappError
from toxapp.ui import look
from toxapp.ui.staged import Looked

_WORDS: dict[Format, str] = {
    "columns": "One column per label: 0 and 1, yes and no, x and blank",
    "fraction": "One column per label: a share from 0 to 1",
    "votes": "One column per label: how many raters said so",
    "list": "One column with several labels",
    "class": "One column with one class per row",
}
_SINGLE: tuple[Format, ...] = ("list", "class")
_ALL_VOTES = "(all votes together)"


class Labels(NamedTuple):
    """How labels are written, and whether no others are to be collected from the file."""

    labelling: Labelling
    fixed: bool


def text_column(looked: Looked) -> str | None:
    """The select for the column with the texts."""
    columns = list(looked.guess.columns)
    guessed = looked.guess.text_column
    chosen: str | None = st.selectbox(
        "Texts",
        columns,
        index=columns.index(guessed) if guessed else None,
        placeholder="Choose the column with the comments",
        key=f"text-{looked.key}",
    )
    return chosen


def labels(looked: Looked) -> Labels | None:
    """The controls for the labels; None while no column is chosen."""
    found = looked.guess
    guessed = found.labelling.columns if found.labelling else ()
    columns = st.multiselect(
        "Label columns",
        found.columns,
        default=guessed,
        placeholder="Choose the label columns, or the one with all labels",
        key=f"labels-{looked.key}",
    )
    if not columns:
        return None
    try:
        return _options(looked, _format(looked, tuple(columns)))
    except ToxappError as error:
        look.mistake(error)
        return None


def notes(found: Guess) -> None:
    """What the guess left out, and why."""
    for name in found.complements:
        look.remark(f"'{name}' is 1 where no other label is: it says nothing new and is left out.")
    reasons = [(n, r) for n, r in zip(found.columns, found.refused, strict=True) if r]
    if reasons:
        with st.expander(f"Why not the other {_counted(len(reasons), 'column')}"):
            look.pairs(reasons)


def _counted(count: int, word: str) -> str:
    return word if count == 1 else f"{count} {word}s"


def _format(looked: Looked, columns: tuple[str, ...]) -> Labelling:
    """How the labels are written in these columns: as it seems, or as somebody says."""
    likely = _likely(looked.key, columns, looked)
    known = [name for name in FORMATS if len(columns) == 1 or name not in _SINGLE]
    # A choice outlives a change of columns that leaves the default as it is.
    single = len(columns) == 1
    chosen: Format = st.selectbox(
        "How they are written",
        known,
        index=known.index(likely.format),
        format_func=_WORDS.__getitem__,
        key=f"format-{looked.key}-{likely.format}-{single}",
    )
    return likely if chosen == likely.format else _read_as(looked.key, columns, chosen, ",", looked)


def _options(looked: Looked, base: Labelling) -> Labels:
    """What the format leaves to be said."""
    key = f"{looked.key}-{base.format}-{'-'.join(base.columns)}"
    if base.format == "columns":
        return Labels(_blanks(base, key, "A blank cell means 0, not missing"), fixed=False)
    if base.format == "fraction":
        look.remark(
            "The share itself is learned; all figures count a text as positive from 0.5 on."
        )
        return Labels(base, fixed=False)
    if base.format == "votes":
        return Labels(_votes(base, looked.guess, key), fixed=False)
    if base.format == "list":
        base = _parted(looked, base, key)
        return _named(_blanks(base, key, "A blank cell means no label, not missing"), key)
    return _class(looked, base, key)


def _blanks(base: Labelling, key: str, words: str) -> Labelling:
    zero = st.checkbox(words, bool(base.ticked), key=f"blank-{key}")
    return replace(base, ticked=(base.ticked or base.columns) if zero else ())


def _votes(base: Labelling, found: Guess, key: str) -> Labelling:
    """From how many votes on, or their share; and of how many raters."""
    left, right = st.columns(2)
    with left:
        ways = ("at least", "share")
        words = {"at least": "Votes", "share": "Share"}
        way = st.segmented_control(
            "A label counts by",
            ways,
            default=ways[base.at_least is None],
            required=True,
            format_func=words.__getitem__,
            key=f"way-{key}",
        )
    with right:
        if way == "at least":
            least = st.number_input(
                "From so many votes on", 1, 1000, base.at_least or 1, key=f"least-{key}"
            )
            return replace(base, at_least=int(least), total_column=None)
        others = [name for name in found.columns if name not in base.columns]
        total = base.total_column
        raters = st.selectbox(
            "Number of raters",
            [_ALL_VOTES, *others],
            index=others.index(total) + 1 if total in others else 0,
            key=f"raters-{key}",
        )
    look.remark("The share itself is learned; all figures count a text as positive from 0.5 on.")
    return replace(base, at_least=None, total_column=None if raters == _ALL_VOTES else raters)


def _parted(looked: Looked, base: Labelling, key: str) -> Labelling:
    mark = st.selectbox(
        "Labels in a cell are parted by",
        list(DELIMITERS),
        index=list(DELIMITERS).index(base.delimiter),
        format_func=lambda mark: f"{DELIMITERS[mark]} {mark}".removesuffix(" json").strip(),
        key=f"mark-{key}",
    )
    if mark == base.delimiter:
        return base
    return replace(_read_as(looked.key, base.columns, "list", mark, looked), ticked=base.ticked)


def _class(looked: Looked, base: Labelling, key: str) -> Labels:
    """Of two classes the positive one, or all classes."""
    whole = _read_as(looked.key, base.columns, "class", "", looked)
    if len(whole.values) != 2:
        return _named(base, key)
    one, two = whole.values
    words = {one: f"{one}, as a single label", two: f"{two}, as a single label"}
    values = [*words, None]
    chosen = st.selectbox(
        "Positive class",
        values,
        index=values.index(base.values[0]) if len(base.values) == 1 else 2,
        format_func=lambda value: words.get(value, "both, each a label"),
        key=f"positive-{key}",
    )
    if chosen is None:
        return _named(whole, key)
    return _named(replace(whole, values=(chosen,), labels=(chosen,)), key)


def _named(base: Labelling, key: str) -> Labels:
    """Names for what stands in the file, and labels to be left out."""
    with st.expander("Names of the labels"):
        said = st.text_area(
            "A value and its name in every line, or the names alone in order",
            placeholder="0,admiration\n1,amusement\n2,anger",
            key=f"names-{key}",
        )
        upload = st.file_uploader(
            "Or a file of such lines", type=["txt", "csv", "tsv", "json"], key=f"named-{key}"
        )
        if upload is not None:
            said = upload.getvalue().decode("utf-8-sig", errors="replace")
        named = labelling.renamed(base, labelling.parse_names(said)) if said.strip() else base
        if len(named.labels) < 3:
            return Labels(named, fixed=False)
        dropped = st.multiselect(
            "Leave out", named.labels, placeholder="None", key=f"dropped-{key}"
        )
    return Labels(_without(named, dropped), fixed=bool(dropped))


def _without(base: Labelling, dropped: Sequence[str]) -> Labelling:
    kept = [
        (label, value)
        for label, value in zip(base.labels, base.values, strict=True)
        if label not in dropped
    ]
    names, values = zip(*kept, strict=True) if kept else ((), ())
    return replace(base, labels=names, values=values)


@st.cache_resource(max_entries=32, show_spinner=False)
def _likely(key: str, columns: tuple[str, ...], _looked: Looked) -> Labelling:  # noqa: ARG001
    return resolved(Wish(labels=columns), _looked.guess, _looked.cells)


@st.cache_resource(max_entries=32, show_spinner=False)
def _read_as(
    key: str,  # noqa: ARG001
    columns: tuple[str, ...],
    asked: Format,
    delimiter: str,
    _looked: Looked,
) -> Labelling:
    return as_format(asked, columns, _looked.guess, _looked.cells, delimiter=delimiter)
