"""A dataset on the screen: counts, prevalence, text lengths, problems, first rows."""

from __future__ import annotations

from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING

import streamlit as st

from toxapp.data import store
from toxapp.data.split import SPLITS
from toxapp.data.store import Dataset
from toxapp.ui import look

if TYPE_CHECKING:
    import plotly.graph_objects as go

_FEW = 20


def show(dataset: Dataset) -> None:
    """The whole report of a dataset."""
    _counts(dataset)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        look.card(_prevalence(dataset), "How often each label is carried")
    with right, look.panel("lengths"):
        look.heading("How long the texts are")
        st.plotly_chart(
            lengths(dataset),
            config={"displayModeBar": False},
            key=f"lengths-{dataset.id}",
            alt="Histogram of the text lengths in characters",
        )
    _problems(dataset)
    with st.expander("First rows"):
        _first_rows(dataset)


def _counts(dataset: Dataset) -> None:
    drawn = "by the file's column" if dataset.split_source == "file" else "drawn, stratified"
    values = {
        "texts that can be used": f"{dataset.rows:,}",
        "labels": f"{len(dataset.labels)}",
        **{split: f"{dataset.splits[split]:,}" for split in SPLITS},
    }
    note = f'<p class="tx-sub">Split {escape(drawn)}, equal texts on one side.</p>'
    look.card(look.figures(values) + note)


def _prevalence(dataset: Dataset) -> str:
    """A row per label: its share as a bar, and its positives in every split."""
    rows = []
    for label in dataset.labels:
        carried = dataset.positives[label]
        known = sum(dataset.known[label].values())
        total = sum(carried.values())
        share = total / known if known else None
        width = 0 if share is None else share * 100
        bar = f'<div class="tx-bar"><i style="width:{width:.2f}%"></i></div>'
        cells = [f"{carried[split]:,}{_rare(carried[split])}" for split in SPLITS]
        rows.append([escape(label), bar, look.percent(share), f"{total:,}", *cells])
    names = ["label", "", "share", "texts", *SPLITS]
    return look.table(names, rows, label="Prevalence per label")


def _rare(count: int) -> str:
    return ' <small class="tx-few">few</small>' if count < _FEW else ""


def lengths(dataset: Dataset) -> go.Figure:
    """The histogram of text lengths; ranges grow with the length, a tick is where one begins."""
    import plotly.graph_objects as go  # noqa: PLC0415 - a second of imports, for charts only

    t = look.tokens()
    edges, counts = dataset.text_lengths.edges, dataset.text_lengths.counts
    names = [f"{low:,}–{high - 1:,}" for low, high in pairwise(edges)]  # noqa: RUF001
    figure = go.Figure(
        go.Bar(
            x=names,
            y=counts,
            marker_color=t.accent,
            hovertemplate="%{x} characters: %{y:,} texts<extra></extra>",
        )
    )
    styled(figure, height=230, x_title="characters", y_title="texts")
    shown = range(0, len(names), max(1, len(names) // 6))
    return figure.update_xaxes(
        tickvals=[names[n] for n in shown], ticktext=[f"{edges[n]:,}" for n in shown], tickangle=0
    )


def styled(figure: go.Figure, *, height: int, x_title: str, y_title: str) -> go.Figure:
    """A chart in the app's colours, without ornaments."""
    t = look.tokens()
    axis = {
        "gridcolor": t.line,
        "zeroline": False,
        "linecolor": t.line,
        "tickfont": {"color": t.soft_ink, "size": 11},
        "title_font": {"color": t.soft_ink, "size": 12},
        "automargin": True,
    }
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 32 if len(figure.data) > 1 else 8, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": "Inter, sans-serif", "color": t.ink},
        xaxis={**axis, "title": x_title, "showgrid": False},
        yaxis={**axis, "title": y_title},
        legend={
            "orientation": "h",
            "yanchor": "bottom",
            "y": 1.02,
            "x": 0,
            "font": {"color": t.soft_ink},
        },
        hoverlabel={"bgcolor": t.panel, "font": {"color": t.ink}},
        bargap=0.12,
    )
    return figure


def _problems(dataset: Dataset) -> None:
    if not dataset.problems:
        look.card("Nothing: every row can be used.", "What is wrong in it")
        return
    look.heading(f"What is wrong in it: {len(dataset.problems)} findings")
    look.note(*(problem.message for problem in dataset.problems))


def _first_rows(dataset: Dataset) -> None:
    rows = store.sample(dataset.id, 50)
    columns: dict[str, object] = {"row": rows.row, "text": rows.texts}
    for n, label in enumerate(dataset.labels):
        columns[dataset.columns[label]] = rows.targets[:, n]
    st.dataframe(
        columns,
        hide_index=True,
        height=300,
        column_config={"text": st.column_config.TextColumn(width="large")},
        alt="The first rows of the dataset",
    )
