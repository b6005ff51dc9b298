"""Train: a dataset and a base model become a classifier."""

from __future__ import annotations

import streamlit as st

from toxapp.data import store
from toxapp.data.store import Dataset
from toxapp.jobs.state import ENDED
from toxapp.runs import run
from toxapp.runs.settings import GRADIENT, Settings, family_of
from toxapp.ui import baseline, choosing, estimate, look, machine, state, telling, training


def form(datasets: dict[str, Dataset]) -> None:
    """What a run starts from, what it is told, how long it takes, and its start."""
    back = "dataset" not in st.session_state
    first, second = st.columns([2, 3], gap="medium")
    with first:
        names = {found.id: f"{found.name} · {found.rows:,} texts" for found in datasets.values()}
        dataset = datasets[state.choose("dataset", "Dataset", names)]
        recipe = choosing.choose_recipe()
        model = choosing.choose_model()
        if model:
            recipe = choosing.fitting(recipe, model)
            if recipe:
                choosing.show_recipe(recipe)
            choosing.show_facts(model)
        if model and family_of(model) != "linear":
            baseline.offer(dataset)
    with second:
        if model:
            start(telling.choose(dataset, recipe, model, back=back))
        else:
            look.note("Name the model: a hub id such as FacebookAI/roberta-base, or a folder.")
            start(None)


def start(asked: Settings | None) -> None:
    """What the run would take, and the button that starts it; None where it cannot be."""
    if asked is not None:
        machine.show(asked.device if asked.family in GRADIENT else "cpu")
        estimate.show(asked)
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Start training", type="primary", disabled=asked is None):
            assert asked is not None
            state.go("train", run=run.start(asked).id)


@st.fragment(run_every=1.0)
def follow(run_id: str) -> None:
    """A run at work, as it goes on; the whole page once it has ended."""
    found = run.load(run_id)
    if found.status.state in ENDED:
        st.rerun()
    training.show(found)


def show_run() -> None:
    """The chosen run: live while it works, its curves and what comes next when it has ended."""
    found = state.chosen_run()
    if found is None:
        look.empty("No run yet", "Choose a dataset and a base model above, and start.")
        return
    if found.status.state in ENDED:
        training.show(found)
    else:
        follow(found.id)


look.title("Train", "A dataset and a base model become a classifier of your labels.")
ready = {found.id: found for found in store.datasets()}
if not ready:
    needed = "Training needs one: upload a file, or take the sample."
    if look.empty("No dataset yet", needed, "Go to Data"):
        state.go("data")
else:
    with look.panel("settings"):
        form(ready)
        choosing.show_all()
show_run()
