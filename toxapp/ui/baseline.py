"""The linear baseline of a dataset: offered where there is none, and what it takes to beat it."""

from __future__ import annotations

import streamlit as st

from toxapp.data.store import Dataset
from toxapp.jobs.state import ENDED
from toxapp.runs import run, starting
from toxapp.runs.run import Run
from toxapp.ui import look, state

_FIGURES = {
    "macro_f1": "macro F1 at tuned thresholds",
    "mean_average_precision": "mean average precision",
    "mean_roc_auc": "mean ROC AUC",
}


def offer(dataset: Dataset) -> None:
    """Say what the newest linear run on the dataset reached, or offer to make one."""
    found = newest(dataset.id)
    if found is not None and found.finished:
        _to_beat(found)
    elif found is not None and found.status.state not in ENDED:
        look.remark(f"The linear baseline '{found.settings.name}' is at work.")
    else:
        look.remark(
            "Run the linear baseline first: word and character n-grams, done in seconds to a "
            "minute. On rare labels it is sometimes ahead, and it says what this model must beat."
        )
        if st.button("Run the baseline first", key="baseline"):
            asked = starting.suggested(dataset.id, dataset.splits["train"], "linear")
            named = starting.changed(asked, [f"name={dataset.name} baseline"])
            state.go("train", run=run.start(named).id)


def newest(dataset_id: str) -> Run | None:
    """The newest linear run on a dataset, a finished one before all others."""
    linear = [
        found
        for found in run.runs()
        if found.settings.dataset == dataset_id and found.settings.family == "linear"
    ]
    return next((found for found in linear if found.finished), linear[0] if linear else None)


def _to_beat(found: Run) -> None:
    measured = run.metrics(found)
    if measured is None:  # of a run from before there were such files
        look.remark(f"The linear baseline '{found.settings.name}' has finished, without figures.")
        return
    reached = measured["after"]["validation"]
    look.remark(f"To beat: the linear baseline '{found.settings.name}', on validation.")
    st.html(
        look.figures(
            {
                words: "n/a" if reached[name] is None else f"{reached[name]:.3f}"
                for name, words in _FIGURES.items()
            }
        )
    )
