"""One label's curves to zoom into and to save as pictures, with its thresholds marked."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from toxapp.decisions.curve import Counts, Curve, Floats, counts, curve
from toxapp.decisions.outline import outline
from toxapp.runs.run import Run
from toxapp.ui import look, state
from toxapp.ui.studio import kept, solving
from toxapp.ui.studio.standing import Standing

MOST = 600
"""Points of a line drawn against the threshold; a chart is at most 600 pixels wide."""

_LONG = 20  # characters of a label that a title has room for beside the buttons
_HEADS = {"cut": "against the threshold", "pr": "precision and recall", "roc": "ROC"}
_TITLES = {
    "cut": ("threshold", "share"),
    "pr": ("recall", "precision"),
    "roc": ("false alarms / negatives", "recall"),
}


def show(found: Run, standing: Standing) -> None:
    """Three charts of the chosen label: against the threshold, precision-recall and ROC."""
    labels = list(standing.thresholds)
    known = {str(n): label for n, label in enumerate(labels)}
    place = int(kept.select("label", "Label", known))
    scored = state.scored(found, "validation")
    targets, scores = scored.targets[:, place], scored.scores[:, place]
    cut = standing.thresholds[labels[place]]
    here = counts(targets, scores, cut)
    charts = {
        "cut": _against(curve(targets, scores), solving.beta()),
        **_outlined(targets, scores, here),
    }
    for column, (name, data) in zip(st.columns(3, gap="medium"), charts.items(), strict=True):
        with column, look.panel(f"closer-{name}"):
            _chart(name, data, labels[place], cut)
    look.remark(
        "On validation; the line, or the dot, is where the threshold stands. Drag to zoom, "
        "double-click to see all again; the camera over a chart saves it as a picture."
    )


def _chart(name: str, data: list[dict[str, Any]], label: str, cut: float | None) -> None:
    x, y = _TITLES[name]
    head = _HEADS[name]
    if not data:
        look.remark(f"{head}: nothing to draw, for no text here carries the label, or every one.")
        return
    at = cut if name == "cut" else None
    short = label if len(label) <= _LONG else f"{label[: _LONG - 1]}…"
    picture = {"format": "png", "scale": 2, "filename": f"{label} {name}"}
    st.plotly_chart(
        {"data": data, "layout": _layout(f"{short}: {head}", (x, y), at)},
        theme=None, key=f"closer-{name}", alt=f"{label}: {head}.",
        config={
            "displayModeBar": True, "displaylogo": False, "toImageButtonOptions": picture,
            "modeBarButtons": [["toImage", "zoom2d", "pan2d", "resetScale2d"]],
        },
    )  # fmt: skip


def _against(found: Curve, beta: float) -> list[dict[str, Any]]:
    """Precision, recall and F against the threshold; nothing without a positive."""
    if not found.positives or not found.negatives:
        return []
    t, square = look.tokens(), beta * beta
    f = (1 + square) * found.caught / (found.flagged + square * found.positives)
    drawn = _few(found)
    lines = [
        ("precision", found.precision, t.precision, "solid"),
        ("recall", found.recall, t.recall, "solid"),
        (f"F{beta:g}", f, t.f1, "dash"),
    ]
    x = found.thresholds[drawn].tolist()
    return [
        {
            "type": "scatter", "mode": "lines", "name": name, "x": x, "y": _plain(y[drawn]),
            "line": {"color": colour, "width": 1.8, "dash": dash, "shape": "hvh"},
        }
        for name, y, colour, dash in lines
    ]  # fmt: skip


def _outlined(targets: Floats, scores: Floats, here: Counts) -> dict[str, list[dict[str, Any]]]:
    """The two curves, each with a mark where the threshold stands."""
    found, t = outline(targets, scores), look.tokens()
    negatives = here.texts - here.positives
    alarms = here.false_alarms / negatives if negatives else None
    return {
        "pr": _marked(found.precision_recall, (here.recall, here.precision), t.precision),
        "roc": _marked(found.roc, (alarms, here.recall), t.recall),
    }


def _marked(
    points: list[tuple[float, float]], at: tuple[float | None, float | None], colour: str
) -> list[dict[str, Any]]:
    t = look.tokens()
    if not points:
        return []
    line = {
        "type": "scatter", "mode": "lines", "name": "every threshold",
        "x": [x for x, _ in points], "y": [y for _, y in points],
        "line": {"color": colour, "width": 1.8},
    }  # fmt: skip
    mark = {
        "type": "scatter", "mode": "markers", "name": "where it stands",
        "x": [at[0]], "y": [at[1]],
        "marker": {"color": t.accent, "size": 11, "line": {"color": t.panel, "width": 2}},
    }  # fmt: skip
    return [line] if None in at else [line, mark]


def _layout(title: str, axes: tuple[str, str], cut: float | None) -> dict[str, Any]:
    """In the theme's colours; the line of the threshold where the chart is drawn against it."""
    t = look.tokens()
    axis = {
        "range": [-0.02, 1.02], "gridcolor": t.line, "zeroline": False, "linecolor": t.line,
        "tickfont": {"color": t.soft_ink, "size": 11}, "automargin": True,
    }  # fmt: skip
    titles = ({"text": name, "font": {"color": t.soft_ink, "size": 12}} for name in axes)
    stands = {
        "type": "line", "x0": cut, "x1": cut, "yref": "paper", "y0": 0, "y1": 1,
        "line": {"color": t.accent, "width": 2},
    }  # fmt: skip
    return {
        "height": 340, "margin": {"l": 8, "r": 8, "t": 52, "b": 8}, "paper_bgcolor": t.panel,
        "title": {"text": plain(title), "x": 0, "xref": "container", "y": 0.97, "yanchor": "top",
                  "font": {"size": 14, "weight": 600}},
        "plot_bgcolor": t.panel, "font": {"family": "Inter, sans-serif", "color": t.ink},
        "xaxis": {**axis, "title": next(titles)}, "yaxis": {**axis, "title": next(titles)},
        "legend": {"orientation": "h", "y": 1.0, "x": 0, "yanchor": "bottom",
                   "font": {"color": t.soft_ink}},
        "modebar": {"color": t.soft_ink, "activecolor": t.accent, "bgcolor": "rgba(0,0,0,0)"},
        "hoverlabel": {"bgcolor": t.panel, "font": {"color": t.ink}},
        "showlegend": cut is not None, "shapes": [] if cut is None else [stands],
    }  # fmt: skip


def plain(text: str) -> str:
    """The text as Plotly shows it word by word: it takes tags for its own, and $ for maths."""
    return escape(text, quote=False).replace("$", "&#36;")


def _few(found: Curve) -> NDArray[np.intp]:
    """Which cut-offs to draw: the first and last, and those nearest to equal steps of the lines."""
    moves = np.abs(np.diff(found.thresholds)) + np.abs(np.diff(found.recall))
    along = np.concatenate([[0.0], np.cumsum(moves)])
    steps = np.searchsorted(along, np.linspace(0, along[-1], MOST))
    return np.unique(np.concatenate([[0], steps, [len(along) - 1]]).clip(max=len(along) - 1))


def _plain(values: NDArray[np.float64]) -> list[float | None]:
    """Numbers as JSON has them: a gap where nothing is flagged."""
    return [None if np.isnan(value) else float(value) for value in values]
