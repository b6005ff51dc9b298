"""The curves of several runs in one chart per label, and how runs are told apart."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import streamlit as st

from toxapp.decisions.figures import LabelFigures
from toxapp.decisions.outline import Outline
from toxapp.evaluation import compare
from toxapp.evaluation.compare import NAMES, Side
from toxapp.ui import look

KINDS = {"pr": "Precision and recall", "roc": "ROC"}

# In light and in dark; none of them stands for precision, recall or a label on other pages.
_COLOURS = (
    ("#1c1f26", "#e9eaed"), ("#0b6e69", "#4fc3b8"), ("#8e3b8a", "#e08fd9"),
    ("#3d5bc7", "#93a8ff"), ("#8a6100", "#e0b84a"), ("#8b4a3a", "#e0a08c"),
)  # fmt: skip
_DASHES = ("solid", "solid", "dash", "dot", "dash", "dot")
_BORDERS = {"solid": "solid", "dash": "dashed", "dot": "dotted"}
_COLUMNS = 3


def letter(place: int) -> str:
    """The run's letter on its colour; escaped HTML."""
    return f'<span class="tx-letter" style="background:{_both(place)}">{NAMES[place]}</span>'


def key(sides: Sequence[Side]) -> str:
    """Escaped HTML: which line is whose."""
    entries = "".join(
        f'<span class="tx-entry">{_line(n)}{letter(n)} {escape(each.run.settings.name)}</span>'
        for n, each in enumerate(sides)
    )
    dot = '<span class="tx-sub">A dot is where the thresholds in force stand.</span>'
    return f'<div class="tx-key">{entries}{dot}</div>'


def charts(sides: Sequence[Side], kind: str) -> None:
    """A chart per label in the labels' order, each with the curves of all runs."""
    lines = [_curves(each.run.id, each.rule.number, each) for each in sides]
    labels = sides[0].labels
    for start in range(0, len(labels), _COLUMNS):
        row = zip(
            st.columns(_COLUMNS, gap="medium"), labels[start : start + _COLUMNS], strict=False
        )
        for place, (column, label) in enumerate(row):
            with column, look.panel(f"curve-{start + place}"):
                _chart(sides, [each[label] for each in lines], label, kind)


def figure(
    lines: Sequence[Outline], points: Sequence[LabelFigures], kind: str, *, dark: bool
) -> dict[str, Any]:
    """The curves of one label as Plotly draws them, with a mark where each rule stands.

    A plain dict: checking 28 figures of Plotly's own kind took the server seconds.

    Args:
        lines: per run.
        points: the label's figures per run, at the rule in force.
        kind: "pr" or "roc".
        dark: which of the two sets of colours.
    """
    t = look.DARK if dark else look.LIGHT
    data = [_drawn(n, line, kind, dark=dark) for n, line in enumerate(lines)]
    marks = (_marked(n, point, kind, dark=dark) for n, point in enumerate(points))
    titles = ("recall", "precision") if kind == "pr" else ("false alarms / negatives", "recall")
    axis = {
        "range": [-0.02, 1.02], "gridcolor": t.line, "zeroline": False, "linecolor": t.line,
        "tickvals": [0, 0.25, 0.5, 0.75, 1], "tickfont": {"color": t.soft_ink, "size": 11},
        "automargin": True,
    }  # fmt: skip
    x, y = ({**axis, "title": {"text": name, "font": _font(t)}} for name in titles)
    layout = {
        "height": 230, "margin": {"l": 8, "r": 8, "t": 4, "b": 8}, "showlegend": False,
        "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "Inter, sans-serif", "color": t.ink}, "xaxis": x, "yaxis": y,
        "hoverlabel": {"bgcolor": t.panel, "font": {"color": t.ink}},
    }  # fmt: skip
    return {"data": [*data, *(mark for mark in marks if mark)], "layout": layout}


def _chart(sides: Sequence[Side], lines: Sequence[Outline], label: str, kind: str) -> None:
    points = [each.figures.labels[label] for each in sides]
    carry = f"{look.texts(points[0].positives)} of {points[0].texts:,}"
    st.html(f'<p class="tx-chart-head"><b>{escape(label)}</b><span>{carry}</span></p>')
    name = "average_precision" if kind == "pr" else "roc_auc"
    reason = points[0].reasons.get(name)
    if reason:
        look.remark(reason)
        return
    areas = ", ".join(f"{NAMES[n]} {getattr(p, name):.3f}" for n, p in enumerate(points))
    area = "Average precision" if kind == "pr" else "ROC AUC"
    dark = look.tokens() is look.DARK
    st.plotly_chart(
        figure(lines, points, kind, dark=dark), theme=None, config={"displayModeBar": False},
        key=f"curve-{kind}-{label}", alt=f"{KINDS[kind]} of {label}. {area}: {areas}.",
    )  # fmt: skip
    look.remark(f"{area}: {areas}")


def _drawn(place: int, line: Outline, kind: str, *, dark: bool) -> dict[str, Any]:
    points = line.precision_recall if kind == "pr" else line.roc
    return {
        "type": "scatter", "mode": "lines", "name": NAMES[place],
        "x": [x for x, _ in points], "y": [y for _, y in points],
        "line": {"color": _COLOURS[place][dark], "width": 1.8, "dash": _DASHES[place]},
    }  # fmt: skip


def _marked(place: int, at: LabelFigures, kind: str, *, dark: bool) -> dict[str, Any] | None:
    """Where the rule in force stands on the curve; None where it flags nothing."""
    if at.precision is None or at.recall is None:
        return None
    alarms = at.false_alarms / max(1, at.texts - at.positives)
    x, y = (at.recall, at.precision) if kind == "pr" else (alarms, at.recall)
    return {
        "type": "scatter", "mode": "markers", "name": f"{NAMES[place]} at its threshold",
        "x": [x], "y": [y],
        "marker": {"color": _COLOURS[place][dark], "size": 9, "symbol": "circle",
                   "line": {"color": (look.DARK if dark else look.LIGHT).panel, "width": 1.5}},
    }  # fmt: skip


def _line(place: int) -> str:
    border = _BORDERS[_DASHES[place]]
    return f'<i style="border-top-style:{border};border-top-color:{_both(place)}"></i>'


def _both(place: int) -> str:
    return f"light-dark({_COLOURS[place][0]}, {_COLOURS[place][1]})"


def _font(t: look.Tokens) -> dict[str, Any]:
    return {"color": t.soft_ink, "size": 12}


@st.cache_resource(max_entries=24, show_spinner=False)
def _curves(run_id: str, rule: int, _found: Side) -> dict[str, Outline]:  # noqa: ARG001
    return compare.curves(_found)
