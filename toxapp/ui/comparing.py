"""Runs side by side on the screen: which ones, what they are, their figures and what differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st

from toxapp.data import store
from toxapp.data.store import Rows
from toxapp.decisions.figures import LabelFigures
from toxapp.decisions.paired import Difference
from toxapp.evaluation import compare, footprint, outside
from toxapp.evaluation.compare import NAMES, SPLIT, Against, Side
from toxapp.runs import rules
from toxapp.runs import run as runs
from toxapp.runs.run import Run
from toxapp.runs.settings import about
from toxapp.ui import chosen, look
from toxapp.ui.cells import gap, number
from toxapp.ui.comparing_charts import letter

FIGURES = {
    "f1": "F1", "precision": "precision", "recall": "recall", "roc_auc": "ROC AUC",
    "average_precision": "average precision",
}  # fmt: skip
_MEANS = {
    "macro_f1": "macro F1", "micro_f1": "micro F1", "mean_roc_auc": "mean ROC AUC",
    "mean_average_precision": "mean average precision",
}  # fmt: skip
_ROOMY = 4  # runs whose figures have room for their intervals beside them
_STYLE = Path(__file__).with_name("comparing.css")


def style() -> None:
    """Put the page's own styles on it."""
    st.html(f"<style>{_STYLE.read_text('utf-8')}</style>")


def siblings(baseline: Run) -> list[Run]:
    """The other finished runs of a run's dataset, newest first."""
    same = (r for r in runs.runs() if r.settings.dataset == baseline.settings.dataset)
    return [each for each in same if each.finished and each.id != baseline.id]


def choose_others(others: Sequence[Run]) -> list[Run]:
    """The runs to compare with, chosen among others; they stand in the URL, and are kept."""
    known = {each.id: each for each in others}
    first = chosen.kept("with") is None
    chosen.settle("with", partial(_linked, known), lambda _: True, [])
    wanted: list[str] = st.session_state["with"]
    standing = [name for name in wanted if name in known][: compare.MOST - 1]
    if not standing and (first or wanted):  # not where they were all taken out
        standing = [others[0].id]
    st.session_state["with"] = standing
    titles = {name: each.title for name, each in known.items()}
    often = Counter(titles.values())  # Streamlit takes options that read the same for one
    words = {n: said if often[said] == 1 else f"{said} ({n})" for n, said in titles.items()}
    picked = st.multiselect(
        "Compared with", list(known), format_func=words.__getitem__, key="with",
        max_selections=compare.MOST - 1, placeholder="Choose one to five runs",
        help="Finished runs of the same dataset. The baseline, A, is the run at the left.",
    )  # fmt: skip
    chosen.keep("with", picked, ",".join(picked))
    return [known[name] for name in picked]


def measured(wanted: Sequence[Run]) -> list[Side]:
    """All runs measured on their test split, with progress where that takes a while."""
    known: set[tuple[str, int, int]] = st.session_state.setdefault("measured_sides", set())
    keys = [_key(each) for each in wanted]
    bar = None if known.issuperset(keys) else st.progress(0.0, text="Measuring on test")
    sides = []
    for done, key in enumerate(keys):
        if bar:
            bar.progress(done / len(keys), text=f"Measuring run {done + 1} of {len(keys)} on test")
        sides.append(_side(*key))
    if bar:
        bar.empty()
    known.update(keys)
    return sides


def rows_of(dataset_id: str) -> Rows:
    """The test split of a dataset, read once per server."""
    return _rows(dataset_id)


def runs_table(sides: Sequence[Side]) -> str:
    """Escaped HTML: what each run is, what it cost and what it takes to serve."""
    columns = ["run", "model", "parameters", "bundle", "trained in", "thresholds"]
    return (
        '<div class="tx-runs">'
        + look.table(columns, [_run(*each) for each in enumerate(sides)], label="The runs")
        + "</div>"
    )


def figures_table(sides: Sequence[Side], gaps: Sequence[Against], figure: str) -> str:
    """Escaped HTML: the means, then a figure of each label, of every run.

    The others' differences to the first stand under their figures; one is called better or worse
    only where the interval of its difference excludes 0.
    """
    columns = ["", "carry it", *(f"{NAMES[n]}" for n in range(len(sides)))]
    means = [
        [escape(words), "", *_cells(sides, gaps, _mean_of(mean), lambda g, m=mean: g.means.get(m))]  # type: ignore[misc]
        for mean, words in _MEANS.items()
    ]
    first = sides[0].figures.labels
    labels = [
        [
            escape(label),
            f"{first[label].positives:,}",
            *_cells(
                sides, gaps, _figure_of(label, figure),
                lambda g, name=label: g.labels[name].differences[figure],  # type: ignore[misc]
            ),
        ]
        for label in sides[0].labels
    ]  # fmt: skip
    head = [f"<b>{escape(FIGURES[figure])}</b>", *[""] * (len(columns) - 1)]
    table = look.table(columns, [*means, head, *labels], label="Figures on test of every run")
    many = " tx-many" if len(sides) > _ROOMY else ""
    return f'<div class="tx-compared{many}">{table}</div>'


def settings_table(sides: Sequence[Side]) -> tuple[str, int]:
    """Escaped HTML: the settings that differ, first those that all families have; how many."""
    found = compare.differing_settings([each.run for each in sides])
    ordered = sorted(found, key=lambda name: None in found[name])
    rows = [
        [
            f'<span title="{escape(about(name).about)}">{escape(name)}</span>',
            *map(_value, found[name]),
        ]
        for name in ordered
    ]
    columns = ["setting", *NAMES[: len(sides)]]
    return look.table(columns, rows, label="Settings that differ"), len(rows)


def _run(place: int, found: Side) -> list[str]:
    settings, many = found.run.settings, footprint.parameters(found.run)
    when = found.rule.when[:16].replace("T", " ")
    baseline = " <small>baseline</small>" if place == 0 else ""
    return [
        f"{letter(place)} {escape(found.run.title)}{baseline}",
        escape(settings.model) + _beyond(found),
        "n/a" if many is None else _millions(many),
        look.size(footprint.size_bytes(found.run)),
        look.duration(footprint.seconds(found.run)) or "n/a",
        f"rule {found.rule.number} <small>by {escape(found.rule.by)}, {escape(when)} UTC</small>",
    ]


def _beyond(found: Side) -> str:
    """Of a text-to-text run: how much probability its scores do not rest on."""
    told = outside.summary(found.run, outside.kept(found.run, SPLIT))
    if told is None:
        return ""
    why = f"Mean probability on test of strings that the scores do not rest on ({told.method})."
    return f' <small title="{why}">{look.percent(told.mean)} outside</small>'


def _cells(
    sides: Sequence[Side],
    gaps: Sequence[Against],
    value: Callable[[Side], str],
    difference: Callable[[Against], Difference | None],
) -> list[str]:
    told = (gap(difference(g), against="A", words=("worse", "better"), good=True) for g in gaps)
    others = (value(side) + said for side, said in zip(sides[1:], told, strict=True))
    return [value(sides[0]), *others]


def _mean_of(mean: str) -> Callable[[Side], str]:
    def told(found: Side) -> str:
        figures = found.figures
        return number(
            getattr(figures, mean), figures.intervals.get(mean), figures.reasons.get(mean)
        )

    return told


def _figure_of(label: str, figure: str) -> Callable[[Side], str]:
    def told(found: Side) -> str:
        each: LabelFigures = found.figures.labels[label]
        return number(getattr(each, figure), each.intervals.get(figure), each.reasons.get(figure))

    return told


def _value(value: Any) -> str:
    if value is None:
        return '<span title="This family has no such setting.">–</span>'  # noqa: RUF001
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else escape(str(value))


def _millions(count: int) -> str:
    return f"{count / 1e6:.1f} M" if count >= 100_000 else f"{count:,}"


def _linked(known: Collection[str], text: str) -> list[str]:
    """The runs that a link names; a ValueError where it names none of those on offer."""
    names = [name for name in text.split(",") if name]
    if not any(name in known for name in names):
        raise ValueError(text)
    return names


def _key(found: Run) -> tuple[str, int, int]:
    stamp = (found.folder / "scores.parquet").stat().st_mtime_ns
    return found.id, rules.in_force(found.folder).number, stamp


# The rule and the time of the scores stand in the key: others mean other figures.
@st.cache_resource(max_entries=24, show_spinner=False)
def _side(run_id: str, rule: int, stamp: int) -> Side:  # noqa: ARG001
    return compare.side(runs.load(run_id))


@st.cache_resource(max_entries=4, show_spinner=False)
def _rows(dataset_id: str) -> Rows:
    return store.read(dataset_id, SPLIT)
