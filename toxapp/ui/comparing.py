"""Runs side by side on the screen: which ones, what they are, their figures and what differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st

from toxapp.data import store
from toxapp.data.store import Rows
from toxapp.decisions.figures import LabelFigures
from toxapp.decisions.intervals import Interval
from toxapp.decisions.paired import Difference
from toxapp.evaluation import compare, footprint
from toxapp.evaluation.changes import p_words
from toxapp.evaluation.compare import NAMES, SPLIT, Against, Side
from toxapp.runs import rules
from toxapp.runs import run as runs
from toxapp.runs.run import Run
from toxapp.runs.settings import about
from toxapp.ui import look
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
    held, known = st.session_state, {each.id: each for each in others}
    asked, kept = _ids(st.query_params.get("with", "")), held.get("kept_with")
    if asked != kept and any(name in known for name in asked):  # a link was opened
        held["with"] = asked
    elif "with" not in held:  # back from another page
        held["with"] = kept or []
    standing = [name for name in held["with"] if name in known][: compare.MOST - 1]
    if not standing and (kept is None or held["with"]):  # not where they were all taken out
        standing = [others[0].id]
    held["with"] = standing
    titles = {name: each.title for name, each in known.items()}
    often = Counter(titles.values())  # Streamlit takes options that read the same for one
    words = {n: said if often[said] == 1 else f"{said} ({n})" for n, said in titles.items()}
    chosen = st.multiselect(
        "Compared with", list(known), format_func=words.__getitem__, key="with",
        max_selections=compare.MOST - 1, placeholder="Choose one to five runs",
        help="Finished runs of the same dataset. The baseline, A, is the run at the left.",
    )  # fmt: skip
    held["kept_with"] = chosen
    st.query_params["with"] = ",".join(chosen)
    return [known[name] for name in chosen]


def choose_one(key: str, label: str, known: dict[str, str]) -> str:
    """One of a few words that stand beside each other; the choice stands in the URL, and is kept.

    Args:
        key: of the URL's parameter.
        label: of the group, for those who listen.
        known: what the URL says -> what the screen says; the first is the default.
    """
    held, asked = st.session_state, st.query_params.get(key)
    kept = held.get(f"kept_{key}")
    if asked in known and asked != kept:
        held[key] = asked
    elif key not in held:
        held[key] = kept
    if held[key] not in known:
        held[key] = next(iter(known))
    chosen = st.segmented_control(
        label, list(known), format_func=known.__getitem__, key=key, required=True,
        label_visibility="collapsed",
    )  # fmt: skip
    assert chosen is not None
    held[f"kept_{key}"] = st.query_params[key] = chosen
    return chosen


def measured(chosen: Sequence[Run]) -> list[Side]:
    """All runs measured on their test split, with progress where that takes a while."""
    known: set[tuple[str, int, int]] = st.session_state.setdefault("measured_sides", set())
    keys = [_key(each) for each in chosen]
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
        escape(settings.model),
        "n/a" if many is None else _millions(many),
        look.size(footprint.size_bytes(found.run)),
        look.duration(footprint.seconds(found.run)) or "n/a",
        f"rule {found.rule.number} <small>by {escape(found.rule.by)}, {escape(when)} UTC</small>",
    ]


def _cells(
    sides: Sequence[Side],
    gaps: Sequence[Against],
    value: Callable[[Side], str],
    gap: Callable[[Against], Difference | None],
) -> list[str]:
    others = (value(side) + _gap(gap(found)) for side, found in zip(sides[1:], gaps, strict=True))
    return [value(sides[0]), *others]


def _mean_of(mean: str) -> Callable[[Side], str]:
    def told(found: Side) -> str:
        figures = found.figures
        return _number(
            getattr(figures, mean), figures.intervals.get(mean), figures.reasons.get(mean)
        )

    return told


def _figure_of(label: str, figure: str) -> Callable[[Side], str]:
    def told(found: Side) -> str:
        each: LabelFigures = found.figures.labels[label]
        return _number(getattr(each, figure), each.intervals.get(figure), each.reasons.get(figure))

    return told


def _number(value: float | None, ends: Interval | None, reason: str | None) -> str:
    if value is None:
        return f'<span title="{escape(reason or "")}">n/a</span>'
    between = f' <small class="tx-ends">{ends[0]:.3f}–{ends[1]:.3f}</small>' if ends else ""  # noqa: RUF001
    return f"{value:.3f}{between}"


def _gap(found: Difference | None) -> str:
    """The difference to the baseline, its interval and p behind it."""
    if found is None or found.value is None:
        return ""
    if found.interval is None or found.p is None:
        return f'<span class="tx-gap">{found.value:+.3f}</span>'
    low, high = found.interval
    words = f"Against A: {found.value:+.3f}, 95 % {low:+.3f} to {high:+.3f}, {p_words(found.p)}"
    mark = {1: ' <span class="tx-mark tx-better">better</span>', 0: "", -1: _WORSE}[found.better]
    sure = " tx-sure" if found.better else ""
    between = f' <small class="tx-between">({low:+.3f} to {high:+.3f})</small>'
    return f'<span class="tx-gap{sure}" title="{words}">{found.value:+.3f}{between}{mark}</span>'


_WORSE = ' <span class="tx-mark">worse</span>'


def _value(value: Any) -> str:
    if value is None:
        return '<span title="This family has no such setting.">–</span>'  # noqa: RUF001
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else escape(str(value))


def _millions(count: int) -> str:
    return f"{count / 1e6:.1f} M" if count >= 100_000 else f"{count:,}"


def _ids(text: str) -> list[str]:
    return [name for name in text.split(",") if name]


def _key(chosen: Run) -> tuple[str, int, int]:
    stamp = (chosen.folder / "scores.parquet").stat().st_mtime_ns
    return chosen.id, rules.in_force(chosen.folder).number, stamp


# The rule and the time of the scores stand in the key: others mean other figures.
@st.cache_resource(max_entries=24, show_spinner=False)
def _side(run_id: str, rule: int, stamp: int) -> Side:  # noqa: ARG001
    return compare.side(runs.load(run_id))


@st.cache_resource(max_entries=4, show_spinner=False)
def _rows(dataset_id: str) -> Rows:
    return store.read(dataset_id, SPLIT)
