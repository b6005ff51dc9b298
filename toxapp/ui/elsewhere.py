"""A run on another dataset: which one, which labels are which, and both domains side by side."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from urllib.parse import parse_qsl, urlencode

import streamlit as st

from toxapp.data import store
from toxapp.data.store import Dataset
from toxapp.evaluation import job, mapping
from toxapp.evaluation.elsewhere import NOT_THERE
from toxapp.evaluation.job import Request
from toxapp.evaluation.transfer import Transfer, transfer
from toxapp.runs import rules
from toxapp.runs import run as runs
from toxapp.runs.run import Run
from toxapp.ui import chosen, domains, jobs, look, state

KEYS = ("compare", "elsewhere", "map", "drawn", "size", "draw", "figure")
_COLUMNS, _FEW = 3, 9
_SAMPLE = 1000
_SEEDS = 2**32 - 1


def render(found: Run) -> None:
    """The view: choose, measure, and see what became of the figures."""
    others = [each for each in store.datasets() if each.id != found.settings.dataset]
    if not others:
        why = "Add a dataset that this run was not trained on, labelled alike or in part."
        if look.empty("No other dataset yet", why, "Go to Data"):
            state.go("data")
        return
    with look.panel("elsewhere"):
        request = _choose(found, others)
        ready = request and _measure(request)
    if request and ready:
        _show(found, request)


def _choose(found: Run, others: list[Dataset]) -> Request | None:
    """What is to be measured; None where no label is known there."""
    known = {each.id: each for each in others}
    chosen.settle("elsewhere", str, known.__contains__, others[0].id)
    often = Counter(each.name for each in others)
    words = {n: d.name if often[d.name] == 1 else f"{d.name} ({n})" for n, d in known.items()}
    name = st.selectbox(
        "Measured on", list(known), key="elsewhere",
        format_func=lambda n: f"{words[n]}, {look.texts(known[n].rows)}",
        help="Any dataset that the run was not trained on. All of its rows count, of every split.",
    )  # fmt: skip
    chosen.keep("elsewhere", name, name)
    columns = _map(found, known[name])
    size, seed = _rows(known[name])
    if all(theirs == NOT_THERE for theirs in columns.values()):
        look.note("None of the run's labels is known there. Say above which of its labels is one.")
        return None
    return Request(found.id, name, columns, size, seed)


def _map(found: Run, other: Dataset) -> dict[str, str]:
    """Label of the run -> label of the dataset, or none: a select for each, guessed by name."""
    labels = store.load(found.settings.dataset).labels
    likely = dict.fromkeys(labels, NOT_THERE) | mapping.guess(labels, other.labels)
    _settle_map(other, likely)
    options = [*other.labels, *([] if NOT_THERE in other.labels else [NOT_THERE])]
    many = f"Which of its labels is which: {_count(other, likely)} of {len(labels)}"
    with st.expander(many, expanded=len(labels) <= _FEW):
        for start in range(0, len(labels), _COLUMNS):
            columns = st.columns(_COLUMNS)
            for column, label in zip(columns, labels[start : start + _COLUMNS], strict=False):
                with column:
                    st.selectbox(label, options, key=_key(other, label), format_func=_left_out)
    picked = {label: st.session_state[_key(other, label)] for label in labels}
    unlike = {label: theirs for label, theirs in picked.items() if theirs != likely[label]}
    kept: dict[str, dict[str, str]] = chosen.kept("map") or {}
    chosen.keep("map", {**kept, other.id: picked}, urlencode(unlike) or None)
    return picked


def _settle_map(other: Dataset, likely: Mapping[str, str]) -> None:
    """Set the selects before they are drawn: by a link, themselves, their last visit, the guess."""
    held, link = st.session_state, chosen.asked("map")
    before: dict[str, str] = (chosen.kept("map") or {}).get(other.id, {})
    keys = {label: _key(other, label) for label in likely}
    if any(k in held and held[k] != before.get(label) for label, k in keys.items()):
        link = None  # somebody has just moved one: the link is an old one
    linked = None if link is None else {**likely, **dict(parse_qsl(link))}
    for label, key in keys.items():
        now = held[key] if key in held else before.get(label, likely[label])
        value = now if linked is None else linked[label]
        held[key] = value if value in (*other.labels, NOT_THERE) else likely[label]


def _rows(other: Dataset) -> tuple[int, int]:
    """How many texts are drawn, 0 for all, and by which seed."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        which = chosen.one(
            "drawn", "Which texts", {"all": f"All {look.texts(other.rows)}", "sample": "A sample"}
        )
        if which == "all":
            return 0, 0
        size = _number("size", "Texts", _SAMPLE, (1, other.rows))
        seed = _number("draw", "Seed", 0, (0, _SEEDS))
    return size, seed


def _number(key: str, label: str, usual: int, ends: tuple[int, int]) -> int:
    low, high = ends
    chosen.settle(key, int, lambda found: low <= found <= high, min(usual, high))
    value = int(st.number_input(label, low, high, key=key, width=140))
    chosen.keep(key, value, str(value))
    return value


def _measure(request: Request) -> bool:
    """The button, or the progress; whether the scores are there."""
    if job.result(request) is not None:
        return True
    words = f"Measure on {look.texts(request.size) if request.size else 'all texts'}"
    jobs.offer(request.folder, lambda: job.start(request), words, key="measure-elsewhere")
    return False


def _show(found: Run, request: Request) -> None:
    """Both domains side by side."""
    told = json.dumps(asdict(request), sort_keys=True)
    measured, rows = _transfer(told, rules.in_force(found.folder).number)
    other = store.load(request.dataset)
    with look.panel("domains"):
        look.heading(f"{found.settings.name} on {other.name}")
        figure = chosen.one("figure", "Figure per label", domains.FIGURES)
        st.html(domains.table(measured, figure))
        st.html(domains.remarks(measured, other.name, rows, request.sample))


def _key(other: Dataset, label: str) -> str:
    return f"map-{other.id}-{label}"


def _left_out(theirs: str) -> str:
    return "left out" if theirs == NOT_THERE else theirs


def _count(other: Dataset, likely: Mapping[str, str]) -> int:
    """How many of the run's labels are mapped as the selects stand."""
    held = st.session_state
    return sum(held[_key(other, label)] in other.labels for label in likely)


# The rule stands in the key: another one means other figures.
@st.cache_resource(max_entries=16, show_spinner="Measuring both")
def _transfer(told: str, rule: int) -> tuple[Transfer, int]:  # noqa: ARG001
    request = Request(**json.loads(told))
    found = job.result(request)
    assert found is not None, told
    return transfer(runs.load(request.run), found.scored), found.rows
