"""Which finished runs a blend combines."""

from __future__ import annotations

import streamlit as st

from toxapp.data.store import Dataset
from toxapp.runs import run
from toxapp.runs.run import Run
from toxapp.ui import look
from toxapp.ui.told import Values

_LEAST = 2


def choose(dataset: Dataset, filled: Values, version: int) -> tuple[Values, list[str]]:
    """The setting `runs` as chosen, and what is still wrong with it."""
    there = {
        each.id: each
        for each in run.runs()
        if each.finished and each.settings.dataset == dataset.id
    }
    look.heading("The runs that it combines")
    if len(there) < _LEAST:
        count = "one run is" if there else "none is"
        look.remark(f"A blend needs two finished runs of {dataset.name}; {count} finished so far.")
        advice = "Train two classifiers on this dataset first, such as the linear baseline and an "
        return {"runs": ""}, [f"{advice}encoder."]
    asked = [name for name in str(filled.get("runs", "")).split(",") if name in there]
    chosen = st.multiselect(
        "Finished runs of this dataset",
        list(there),
        asked,
        format_func=lambda name: _words(there[name]),
        key=f"runs-{dataset.id}-{version}",
        placeholder="Choose two or more",
        help="The weights of each label are chosen on validation. Unlike kinds gain the most.",
    )
    enough = len(chosen) >= _LEAST
    return {"runs": ",".join(chosen)}, [] if enough else ["Choose two finished runs or more."]


def _words(found: Run) -> str:
    """Its title, its family, how well it ranks, and its id where titles may be the same."""
    measured = run.metrics(found)
    reached = measured["after"]["validation"]["mean_roc_auc"] if measured else None
    ranks = "" if reached is None else f" · ROC AUC {reached:.3f}"
    return f"{found.title} · {found.settings.family}{ranks} · {found.id}"
