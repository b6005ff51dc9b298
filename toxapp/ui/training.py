"""A run on the screen while it trains, and what it was told."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st

from toxapp.jobs import process
from toxapp.jobs.state import ENDED
from toxapp.runs import events, run
from toxapp.runs.run import Run
from toxapp.runs.settings import GRADIENT, Settings
from toxapp.ui import jobs, look, state
from toxapp.ui.charts import styled

if TYPE_CHECKING:
    import plotly.graph_objects as go

_FIGURES = {
    "loss": "loss",
    "mean_average_precision": "average precision",
    "mean_roc_auc": "ROC AUC",
    "macro_f1_at_half": "F1 at 0.5",
}


def show(found: Run) -> None:
    """The run's state and what can be done with it, its curves and its log."""
    with look.panel("run"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.html(_name(found), width="stretch")
            _buttons(found)
        if found.status.state not in ENDED:
            jobs.progress(found.status)
        elif not found.finished:
            st.html(jobs.end(found.status))
    left, right = st.columns(2, gap="medium")
    train = events.read(found.folder, "train")
    measured = [e for e in events.read(found.folder, "evaluation") if e["split"] == "validation"]
    if found.settings.family in GRADIENT and (train or measured):
        with left, look.panel("loss"):
            look.heading("Loss")
            _chart(loss_chart(train, measured), "loss", "Loss against the training step")
        with right, look.panel("figures"):
            look.heading("On validation after each epoch, mean over the labels")
            _chart(figure_chart(measured), "figures", "Figures on validation after each epoch")
    notes = [event["message"] for event in events.read(found.folder, "note")]
    if notes:
        look.note(*notes)
    _before_and_after(found)
    with st.expander("Log", expanded=found.status.state in ("failed", "lost")):
        look.log(jobs.log_tail(found.folder) or "Nothing yet.")


def _name(found: Run) -> str:
    told = _told(found.settings)
    return (
        f'<div class="tx-runline"><b>{escape(found.settings.name)}</b>'
        f"{jobs.badge(found.status)}</div>"
        f'<p class="tx-sub">{escape(told)}</p>'
    )


def _told(s: Settings) -> str:
    """The settings that matter most, in a line."""
    if s.family == "linear":
        return f"linear · C {s.c:g} · weight of positives {s.class_weight}"
    if s.family not in GRADIENT:
        return s.model
    length = f"{s.steps} steps" if s.steps else f"{s.epochs} epoch{'s' * (s.epochs > 1)}"
    scratch = " from scratch" if s.from_scratch else ""
    return (
        f"{s.model}{scratch} · {length} · learning rate {s.learning_rate:g} · at most "
        f"{s.batch_size} texts a batch · {s.max_length} tokens · seed {s.seed} · {s.device}"
    )


def _before_and_after(found: Run) -> None:
    """How far training has brought every split, and how much better train is than test."""
    measured = run.metrics(found)
    if measured is None or "gap" not in measured:
        return
    rows = [
        [split, *(_moved(measured, split, name) for name in _FIGURES)]
        for split in ("train", "validation", "test")
    ]
    gap = [_signed(measured["gap"].get(name)) for name in _FIGURES]
    columns = ["", *_FIGURES.values()]
    table = look.table(
        columns, [*rows, ["train better than test by", *gap]], label="Before and after training"
    )
    look.card(table, "Before and after training")


def _moved(measured: dict[str, Any], split: str, name: str) -> str:
    values = (measured[when][split].get(name) for when in ("before", "at_half"))
    return " → ".join("n/a" if value is None else f"{value:.3f}" for value in values)


def _signed(value: float | None) -> str:
    return "n/a" if value is None else f"{value:+.3f}"


def loss_chart(train: list[dict[str, Any]], measured: list[dict[str, Any]]) -> go.Figure:
    """Training loss as a line, validation loss as points."""
    import plotly.graph_objects as go  # noqa: PLC0415 - a second of imports, for charts only

    t = look.tokens()
    figure = go.Figure()
    figure.add_scatter(
        x=[e["step"] for e in train],
        y=[e["loss"] for e in train],
        name="training",
        mode="lines",
        line={"color": t.carries_not, "width": 1.5},
    )
    figure.add_scatter(
        x=[e["step"] for e in measured],
        y=[e["loss"] for e in measured],
        name="validation",
        mode="lines+markers",
        line={"color": t.accent, "width": 2},
    )
    figure = styled(figure, height=260, x_title="step", y_title="cross-entropy")
    figure.update_yaxes(rangemode="tozero")
    return figure


def figure_chart(measured: list[dict[str, Any]]) -> go.Figure:
    """What needs no threshold, and macro F1 at one half, epoch by epoch."""
    import plotly.graph_objects as go  # noqa: PLC0415 - a second of imports, for charts only

    t = look.tokens()
    colours = (t.precision, t.accent, t.f1)
    figure = go.Figure()
    for (name, words), colour in zip(list(_FIGURES.items())[1:], colours, strict=True):
        known = [e for e in measured if name in e]
        figure.add_scatter(
            x=[round(e["epoch"] or 0, 2) for e in known],
            y=[e[name] for e in known],
            name=words,
            mode="lines+markers",
            line={"color": colour, "width": 2, "dash": "dash" if "f1" in name else "solid"},
        )
    figure = styled(figure, height=260, x_title="epoch", y_title="")
    figure.update_yaxes(range=[0, 1.02])
    return figure


def _chart(figure: go.Figure, key: str, alt: str) -> None:
    st.plotly_chart(figure, config={"displayModeBar": False}, key=f"chart-{key}", alt=alt)


def _buttons(found: Run) -> None:
    now = found.status.state
    if now in ("queued", "running"):
        asked = (found.folder / "stop").exists()
        if st.button("Stopping" if asked else "Stop", key="stop", disabled=asked):
            process.ask_to_stop(found.folder)
            st.toast("It ends at its next step; what it has learned is kept.")
        return
    with st.popover("Delete"):
        st.text("The run and all that came of it are removed for good.")
        if st.button("Delete it", key="delete-run"):
            run.delete(found.id)
            st.rerun()
    if found.finished:
        if st.button("Tune the thresholds", key="tune"):
            state.go("thresholds", run=found.id)
        if st.button("Score a text", type="primary", key="score"):
            state.go("score", run=found.id)
    elif st.button("Resume", type="primary", help="Goes on from the last checkpoint."):
        run.resume(found.id)
        st.rerun()
