"""The comments whose verdict changed between two runs, label by label, hidden until asked for."""

from __future__ import annotations

import re
from html import escape

import streamlit as st

from toxapp.data.store import Rows
from toxapp.evaluation.changes import Comment, Kind
from toxapp.evaluation.compare import Against, Side, changed_comments
from toxapp.ui import look

_PAGE = 25
_SHOWN = 600
_WORDS: dict[Kind, str] = {
    "found": "found", "lost": "missed now", "new alarm": "new false alarm",
    "dropped alarm": "false alarm gone", "unknown": "not labelled",
}  # fmt: skip
_MARKUP = re.compile(r"([\\`*_{}\[\]()#+.!$:<>~|&^-])")


def show(first: Side, second: Side, gap: Against, rows: Rows, names: tuple[str, str]) -> None:
    """A fold per label that says what changed, and holds the comments once it is opened."""
    seen = st.toggle(
        "Show the comments' words", key="words",
        help="They may be hurtful. Until then their letters are hidden; this is not in the URL.",
    )  # fmt: skip
    for place, (label, found) in enumerate(gap.labels.items()):
        said = found.sentence(names)
        if not (first.decided(label).flags != second.decided(label).flags).any():
            st.html(f'<p class="tx-sub"><b>{escape(label)}</b> · {escape(said)}</p>')
            continue
        fold = st.expander(
            f"**{_plain(label)}** · {said}",
            key=f"fold-{first.run.id}-{second.run.id}-{place}",
            on_change="rerun",
        )
        if fold.open:
            with fold:
                _comments(first, second, label, rows, names, seen=seen)


def _comments(
    first: Side, second: Side, label: str, rows: Rows, names: tuple[str, str], *, seen: bool
) -> None:
    found = changed_comments(first, second, label, rows)
    key = f"shown-{first.run.id}-{second.run.id}-{label}"
    most: int = st.session_state.get(key, _PAGE)
    several = len(set(rows.file)) > 1
    columns = ["what changed", "row", *names, "comment"]
    told = [_row(each, seen=seen, several=several) for each in found[:most]]
    table = look.table(columns, told, label=f"Changed verdicts on {label}")
    st.html(f'<div class="tx-comments">{table}</div>')
    with st.container(horizontal=True, vertical_alignment="center"):
        st.html(
            f'<span class="tx-sub">{min(most, len(found)):,} of {len(found):,}, the most certain '
            "first: both scores far from their thresholds, on different sides.</span>"
        )
        if most < len(found) and st.button(f"Show {_PAGE} more", key=f"more-{key}"):
            st.session_state[key] = most + _PAGE
            st.rerun(scope="fragment")


def _row(found: Comment, *, seen: bool, several: bool) -> list[str]:
    where = f"{found.row:,}" + (f" <small>{escape(found.file)}</small>" if several else "")
    return [
        _WORDS[found.kind],
        f'<span class="tx-num">{where}</span>',
        *(f'<span class="tx-num">{s:.3f}</span>' for s in (found.first_score, found.second_score)),
        words(found.text, seen=seen),
    ]


def words(text: str, *, seen: bool) -> str:
    """A text as escaped HTML, at most its first 600 characters; every letter a dot while hidden."""
    line = " ".join(text.split())
    cut = line[:_SHOWN] + ("…" if len(line) > _SHOWN else "")
    if seen:
        return f'<span class="tx-text">{escape(cut)}</span>'
    dots = re.sub(r"[^\s]", "•", cut[:160])
    return (
        '<span class="tx-unseen">hidden</span>'
        f'<span class="tx-text tx-hidden" aria-hidden="true">{dots}</span>'
    )


def _plain(label: str) -> str:
    """A label in a heading that takes Markdown: every mark of it escaped."""
    return _MARKUP.sub(r"\\\1", label)
