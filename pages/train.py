"""Train: a dataset and a base model become a classifier."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from toxapp.data import store
from toxapp.data.store import Dataset
from toxapp.errors import ToxappError
from toxapp.jobs.state import ENDED
from toxapp.runs import run, settings
from toxapp.runs.catalogue import CATALOGUE, known
from toxapp.runs.settings import Settings, family_of
from toxapp.ui import baseline, look, settings_form, state, training

LINEAR = "Linear baseline: n-grams, no download"
OTHER = "another one, by hub id or folder"


def choose_settings(datasets: dict[str, Dataset]) -> Settings | None:
    """The form; None while something in it is wrong, which is then said."""
    first, second = st.columns([2, 3], gap="medium")
    with first:
        names = {found.id: f"{found.name} · {found.rows:,} texts" for found in datasets.values()}
        chosen = state.choose("dataset", "Dataset", names)
        dataset = datasets[chosen]
        model = choose_model()
        name = st.text_input("Name of the run", dataset.name, key=f"name-{chosen}")
        if model and family_of(model) != "linear":
            baseline.offer(dataset)
    if not model:
        look.note("Name the base model: a hub id such as FacebookAI/roberta-base, or a folder.")
        return None
    try:
        with second:
            scratch = asks_for_scratch(model)
            rows = dataset.splits["train"]
            start = settings.suggested(chosen, rows, model, from_scratch=scratch)
            return settings_form.choose(replace(start, name=name))
    except ToxappError as error:
        look.mistake(error)
        return None


def choose_model() -> str:
    """The base model: one of the catalogue, the linear family, or any encoder."""
    titles = {entry.key: entry.title for entry in CATALOGUE}
    model = state.choose("model", "Base model", {**titles, "linear": LINEAR, "other": OTHER})
    if model == "other":
        model = st.text_input("Hub id or folder", placeholder="e.g. FacebookAI/roberta-base")
        return model.strip()
    look.pairs(facts(model))
    return model


def facts(model: str) -> list[tuple[str, str]]:
    """What an analyst needs to know of a model, in words."""
    entry = known(model)
    if entry is None:
        return [
            ("Family", "linear: weighted n-grams, one logistic regression per label"),
            ("Parameters", "one per n-gram and label"),
            ("Download", "none"),
            ("Languages", "any that puts spaces between words"),
            ("Licence", "the app's own"),
            ("Longest text", "all of it is read"),
        ]
    there = entry.key == "minilm"
    download = "none, it comes with the app" if there else f"{entry.size_mb:,} MB, once"
    return [
        ("Family", "encoder: pre-trained, fine-tuned to your labels"),
        ("Parameters", f"{entry.parameters:g} million"),
        ("Download", download),
        ("Languages", entry.languages),
        ("Licence", entry.licence),
        ("Longest text", f"{entry.max_length:,} tokens"),
    ]


def asks_for_scratch(model: str) -> bool:
    """Whether the model is to start from random weights."""
    scratch = settings.about("from_scratch")
    if not scratch.of(family_of(model)):
        return False
    told = f"{scratch.about} It shows what pre-training is worth."
    return st.checkbox("From scratch", key=f"scratch-{model}", help=told)


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
