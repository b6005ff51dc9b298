"""The texts behind a label's threshold, to be read: on validation, where thresholds are chosen.

Comments are never rendered: they stand as escaped text, and hidden until asked for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path

import streamlit as st

from toxapp.decisions.curve import CUT
from toxapp.evaluation import evidence, mislabelled
from toxapp.evaluation.evidence import Column, Found, Places
from toxapp.evaluation.mislabelled import Ranked
from toxapp.runs import run as runs
from toxapp.runs.run import Run
from toxapp.ui import look, state
from toxapp.ui.studio import kept

SPLIT = "validation"
_PAGE = 10
_SHORT = 280
_WHOLE = 20_000  # characters of one text that the browser is given
_STYLE = Path(__file__).with_name("evidence.css")


def render(found: Run, standing: dict[str, float | None]) -> None:
    """The texts of a label that is chosen, at the thresholds that stand on the page.

    Args:
        found: a finished run.
        standing: label -> threshold; None is switched off.
    """
    st.html(f"<style>{_STYLE.read_text('utf-8')}</style>")
    if not len(state.scored(found, SPLIT).row):
        look.remark("This run has no validation texts, so there is none to read.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom", key="evidence-bar"):
        known = {str(place): name for place, name in enumerate(standing)}
        label = known[kept.select("label", "Label", known)]  # its place: so does the closer look
        seen = show_words()
    threshold = standing[label]
    of = evidence.column(found, SPLIT, label, state.scored(found, SPLIT))
    kind = kept.one_of("texts", "Which texts", _kinds(of, threshold))
    with look.panel("evidence"):
        _list(found, of, threshold, kind, seen=seen)


def show_words() -> bool:
    """Whether the words of comments are to be seen; hidden until asked for, in every session."""
    return st.toggle(
        "Show the comments' words", key="words", persist_state="session",
        help="They may be hurtful. Until then their letters are hidden; this is not in the URL.",
    )  # fmt: skip


def _kinds(of: Column, threshold: float | None) -> dict[str, str]:
    missed, alarms = evidence.misses(of, threshold), evidence.false_alarms(of, threshold)
    return {
        "nearest": "Nearest the threshold",
        "missed": f"Missed: {len(missed):,}",
        "alarms": f"False alarms: {len(alarms):,}",
        "doubts": "Targets in doubt",
    }


def _list(found: Run, of: Column, threshold: float | None, kind: str, *, seen: bool) -> None:
    look.remark(_about(kind, of, threshold))
    key = f"texts-{found.id}-{of.label}-{kind}"
    most: int = st.session_state.get(key, _PAGE)
    places, every = _places(found, of, threshold, kind, most)
    if not len(places):
        return
    rows = evidence.read(of, places, threshold)
    st.html(_rows(rows, of.label, threshold if kind == "nearest" else None, seen=seen))
    if len(places) < every:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.html(f'<span class="tx-sub">{len(places):,} of {every:,}</span>')
            if st.button(f"Show {_PAGE} more", key=f"more-{key}"):
                st.session_state[key] = most + _PAGE
                st.rerun()


def _places(
    found: Run, of: Column, threshold: float | None, kind: str, most: int
) -> tuple[Places, int]:
    """Where the texts to be shown stand, and of how many they are."""
    if kind == "nearest":
        near = evidence.nearest(of, threshold, most // 2)
        return near, 0 if threshold is None else len(of.scores)
    if kind == "doubts":
        every = _against(found, of, threshold)
    else:
        listed = evidence.misses if kind == "missed" else evidence.false_alarms
        every = listed(of, threshold)
    return every[:most], len(every)


def _against(found: Run, of: Column, threshold: float | None) -> Places:
    stamp = (found.folder / "scores.parquet").stat().st_mtime_ns
    return mislabelled.disputed(of, _ranked(found.id, of.label, stamp), threshold).places


@st.cache_resource(max_entries=32, show_spinner="Ranking the targets by how much is against them")
def _ranked(run_id: str, label: str, stamp: int) -> Ranked:  # noqa: ARG001 - stands in the key
    return mislabelled.ranked(evidence.column(runs.load(run_id), SPLIT, label))


def _about(kind: str, of: Column, threshold: float | None) -> str:
    """What the list holds, or why there is nothing in it."""
    known = int((of.positive | of.negative).sum())
    if kind != "nearest" and not known:
        return f"No target of {of.label} is known on the {len(of.scores):,} validation texts."
    if kind == "doubts":
        return (
            "Decided against their target, and with most confidence first (confident learning, by "
            "cleanlab). It may be the classifier that errs: read them, and correct the file where "
            f"it does not. {known:,} targets were looked at."
        )
    if kind == "missed":
        return _about_misses(of, threshold)
    if threshold is None:
        return f"{of.label} is switched off, so nothing is flagged: choose a threshold first."
    return _about_flagged(kind, of, threshold)


def _about_flagged(kind: str, of: Column, threshold: float) -> str:
    if kind == "nearest":
        return "Above the line: flagged. A slightly other threshold would decide these otherwise."
    if not len(evidence.false_alarms(of, threshold)):
        return f"None: no text without {of.label} is flagged at {figure(threshold)}."
    return f"Flagged at {figure(threshold)} without carrying {of.label}; highest scores first."


def _about_misses(of: Column, threshold: float | None) -> str:
    carry = int(of.positive.sum())
    if not carry:
        texts = f"{len(of.scores):,} validation texts"
        return f"None of the {texts} carries {of.label}, so none can be missed."
    if threshold is None:
        return f"{of.label} is switched off, so every text that carries it is missed."
    if not len(evidence.misses(of, threshold)):
        return f"None: all {carry:,} that carry {of.label} are flagged at {figure(threshold)}."
    return f"They carry {of.label} and are clear at {figure(threshold)}; lowest scores first."


def figure(value: float) -> str:
    """A score or a threshold, with digits enough to tell it from 0: "0.412", "0.00031"."""
    return f"{value:.3f}" if value >= 0.01 or value == 0 else f"{value:.2g}"


def _rows(rows: Sequence[Found], label: str, threshold: float | None, *, seen: bool) -> str:
    """The texts as a list; a line where the threshold falls between them, if one is given."""
    several = len({each.file for each in rows}) > 1
    items = [_item(each, label, several=several, seen=seen) for each in rows]
    if threshold is not None:
        above = sum(1 for each in rows if (each.distance or 0) >= 0)
        items.insert(above, f'<li class="tx-cut">threshold {figure(threshold)}</li>')
    return f'<ul class="tx-found">{"".join(items)}</ul>'


def _item(found: Found, label: str, *, several: bool, seen: bool) -> str:
    where = f"row {found.row:,}" + (f", {escape(found.file)}" if several else "")
    kind, word = _target(found.target, label)
    exact, score = f"score {found.score:.6f}", figure(found.score)
    return (
        f'<li><span class="tx-score-at" title="{exact}">{score}</span>'
        f'<span class="tx-given {kind}"><b>{escape(word)}</b><small>{where}</small></span>'
        f'<div class="tx-words" dir="auto">{words(found.text, seen=seen)}</div></li>'
    )


def _target(target: float | None, label: str) -> tuple[str, str]:
    """The class of a target's mark, and the target in words."""
    if target is None:
        return "tx-unknown", "not known"
    share = "" if target in (0, 1) else f" ({target:.2f})"
    kind, word = ("tx-yes", label) if target >= CUT else ("tx-no", f"not {label}")
    return kind, f"{word}{share}"


def words(text: str, *, seen: bool) -> str:
    """A text as escaped HTML: its beginning, the rest behind a click; dots while it is hidden."""
    line = " ".join(text.split())
    if not seen:
        dots = re.sub(r"\S", "•", line[:120])
        return (
            f'<span class="tx-unseen">hidden, {len(text):,} characters</span>'
            f'<span class="tx-hidden" aria-hidden="true">{dots}</span>'
        )
    if len(line) <= _SHORT:
        return escape(line)
    first = "" if len(text) <= _WHOLE else f"the first {_WHOLE:,} of "
    return (
        f'<details><summary><span class="tx-short">{escape(line[:_SHORT])}… </span>'
        f"<u>{first}all {len(text):,} characters</u></summary>"
        f'<p class="tx-whole">{escape(text[:_WHOLE])}</p></details>'
    )
