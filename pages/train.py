"""Train: a dataset and a base model become a classifier."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from toxapp.data import store
from toxapp.data.store import Dataset
from toxapp.errors import ToxappError
from toxapp.jobs.state import ENDED
from toxapp.models.devices import devices
from toxapp.runs import run, settings
from toxapp.runs.catalogue import CATALOGUE, known
from toxapp.runs.settings import Settings
from toxapp.ui import look, state, training

OTHER = "another one, by hub id or folder"


def choose_settings(datasets: dict[str, Dataset]) -> Settings | None:
    """The form; None while something in it is wrong, which is then said."""
    first, second = st.columns(2)
    with first:
        names = {found.id: f"{found.name} · {found.rows:,} texts" for found in datasets.values()}
        chosen = state.choose("dataset", "Dataset", names)
        dataset = datasets[chosen]
        model = choose_model()
        name = st.text_input("Name of the run", dataset.name, key=f"name-{chosen}")
    if not model:
        look.note("Name the base model: a hub id such as FacebookAI/roberta-base, or a folder.")
        return None
    start = settings.suggested(chosen, dataset.splits["train"], model)
    try:
        with second:
            return choose_numbers(replace(start, name=name))
    except ToxappError as error:
        look.mistake(error)
        return None


def choose_model() -> str:
    """The base model: one of the catalogue, or any encoder."""
    titles = {entry.key: entry.title for entry in CATALOGUE}
    model = state.choose("model", "Base model", {**titles, "other": OTHER})
    if model == "other":
        model = st.text_input("Hub id or folder", placeholder="e.g. FacebookAI/roberta-base")
        return model.strip()
    entry = known(model)
    assert entry is not None
    where = "on this machine" if entry.key == "minilm" else "downloaded from the hub once"
    look.remark(
        f"{entry.parameters:g} million parameters · {entry.languages} · {entry.licence} · reads up "
        f"to {entry.max_length} tokens · {where}"
    )
    return model


def choose_numbers(start: Settings) -> Settings:
    """The settings that an analyst changes; their defaults suit the dataset and the model."""
    key = f"{start.dataset}-{start.model}"
    left, right = st.columns(2)
    with left:
        epochs = st.number_input(
            "Epochs", 1, 1000, start.epochs, key=f"epochs-{key}", help="Passes over the texts."
        )
        rate = st.number_input(
            "Learning rate",
            value=start.learning_rate,
            format="%.1e",
            step=1e-5,
            key=f"rate-{key}",
            help="Of the base model's body at its highest; the new parts learn faster.",
        )
        batch = st.number_input(
            "Batch size", 1, 4096, start.batch_size, key=f"batch-{key}",
            help="At most so many texts a step; long texts make a step smaller.",
        )  # fmt: skip
    with right:
        longest = st.number_input(
            "Longest text (tokens)", 8, 8192, start.max_length, key=f"longest-{key}",
            help="What is longer is cut. A token is about three quarters of a word.",
        )  # fmt: skip
        seed = st.number_input("Seed", 0, 2**32 - 1, start.seed, key=f"seed-{key}")
        device = st.selectbox(
            "Device",
            devices(),
            key="device",
            help="auto takes the GPU where there is one. One job a device; others wait in order.",
        )
    return replace(
        start,
        epochs=int(epochs),
        learning_rate=float(rate),
        batch_size=int(batch),
        max_length=int(longest),
        seed=int(seed),
        device=device,
    )


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
        asked = choose_settings(ready)
        with st.container(horizontal=True, horizontal_alignment="right"):
            if st.button("Start training", type="primary", disabled=asked is None):
                assert asked is not None
                state.go("train", run=run.start(asked).id)
show_run()
