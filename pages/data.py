"""Data: a file of labelled comments becomes a dataset."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from toxapp import workspace
from toxapp.data import importing, store
from toxapp.data.guess import Guess, guess
from toxapp.data.importing import Choice
from toxapp.data.sample import sample_path
from toxapp.errors import ToxappError
from toxapp.jobs.state import look as look_at
from toxapp.runs import run, settings
from toxapp.ui import dataset as report
from toxapp.ui import jobs, look, state

NONE = "(none: draw a seeded split)"


def offer_file() -> None:
    """The two ways in: a file of one's own, or the sample."""
    left, right = st.columns([3, 2], gap="medium")
    with left, look.panel("file"):
        uploads = st.session_state.get("uploads", 0)
        upload = st.file_uploader(
            "A CSV or TSV with one row per comment and one column per label",
            type=["csv", "tsv", "txt"],
            key=f"upload-{uploads}",
        )
        if upload is not None:
            # The bytes move to disk, and a fresh uploader frees the server's memory.
            st.session_state["staged"] = str(state.stage_upload(upload))
            st.session_state["uploads"] = uploads + 1
            st.rerun()
    with right, look.panel("sample"):
        look.heading("No file at hand?")
        look.remark(
            "1,680 comments written for this app, with five labels. One click reads them, trains a "
            "classifier in a minute or two, and leads to a verdict."
        )
        if st.button("Try it with the sample", type="primary", key="sample"):
            st.session_state["after_import"] = "train"
            follow(importing.start(sample_path(), name="sample"))


def follow(dataset_id: str) -> None:
    """Choose a dataset, whose import this page then follows."""
    st.session_state["wanted_dataset"] = dataset_id
    st.session_state.pop("staged", None)
    st.rerun()


def confirm_columns(path: Path) -> None:
    """What the file seems to hold, to be changed where the guess is wrong."""
    try:
        found = guess(path)
    except ToxappError as error:
        look.mistake(error)
        st.session_state.pop("staged")
        offer_file()
        return
    with look.panel("columns"):
        look.heading(f"Columns of {path.name}")
        choice = choose_columns(found, path.stem)
        st.dataframe(
            {name: [row[i] for row in found.preview] for i, name in enumerate(found.columns)},
            hide_index=True,
            height=220,
            alt=f"The first rows of {path.name}",
        )
        with st.container(horizontal=True, horizontal_alignment="right"):
            if st.button("Choose another file"):
                st.session_state.pop("staged")
                st.rerun()
            if st.button("Make the dataset", type="primary", disabled=choice is None):
                assert choice is not None
                add(path, choice)


def choose_columns(found: Guess, name: str) -> Choice | None:
    """The selects for text, labels and split, filled with the guess."""
    columns = list(found.columns)
    first, second = st.columns(2)
    with first:
        index = columns.index(found.text_column) if found.text_column else None
        text = st.selectbox(
            "Texts", columns, index=index, placeholder="Choose the column with the comments"
        )
        split = st.selectbox(
            "Split",
            [NONE, *columns],
            index=columns.index(found.split_column) + 1 if found.split_column else 0,
            help="A column that says train, validation or test for each row.",
        )
        called = st.text_input("Name of the dataset", name)
    with second:
        labels = st.multiselect(
            "Labels",
            columns,
            default=list(found.labels),
            placeholder="Choose the label columns",
            help="Columns of 0/1, 0.0/1.0 or true/false; -1 and blank are missing.",
        )
        seed = st.number_input(
            "Seed of the split", 0, 2**32 - 1, 0, help="The same seed draws the same split."
        )
    if text is None or not labels:
        look.note("Choose the column with the texts and at least one label column.")
        return None
    try:
        split_column = None if split == NONE else split
        return Choice(text, tuple(labels), split_column, called.strip() or name, int(seed))
    except ToxappError as error:
        look.mistake(error)
        return None


def add(path: Path, choice: Choice) -> None:
    """Start the job that reads the file."""
    try:
        started = importing.start(path, choice)
    except ToxappError as error:
        look.mistake(error)
        return
    follow(started)


def choose_dataset() -> str | None:
    """The dataset that the page speaks of; kept in the URL."""
    ids = workspace.ids("datasets")
    if not ids:
        return None
    names = {found.id: f"{found.name} · {found.rows:,} texts" for found in store.datasets()}
    return state.choose("dataset", "Dataset", {name: names.get(name, name) for name in ids})


@st.fragment(run_every=0.5)
def follow_import(dataset_id: str) -> None:
    """The progress of a dataset that is being read."""
    folder = workspace.find("datasets", dataset_id)
    status = look_at(folder)
    if status is None or jobs.is_over(folder):
        st.rerun()
    else:
        jobs.progress(status)


def show_dataset(dataset_id: str) -> None:
    """A finished dataset's report, a running import's progress, or why it failed."""
    folder = workspace.find("datasets", dataset_id)
    status = look_at(folder)
    if status is not None and not jobs.is_over(folder):
        follow_import(dataset_id)
        return
    try:
        found = store.load(dataset_id)
    except ToxappError as error:
        look.mistake(error)
        delete_button(dataset_id)
        return
    if st.session_state.pop("after_import", None) == "train":
        made = run.start(settings.suggested(found.id, found.splits["train"]))
        state.go("train", run=made.id)
    report.show(found)
    with st.container(horizontal=True, horizontal_alignment="right"):
        delete_button(dataset_id)
        if st.button("Train on this dataset", type="primary"):
            state.go("train", dataset=dataset_id)


def delete_button(dataset_id: str) -> None:
    """Delete the dataset, after a second word."""
    with st.popover("Delete"):
        st.text("The dataset and its copy of the file are removed for good.")
        if st.button("Delete it", key="delete"):
            try:
                run.delete_dataset(dataset_id)
            except ToxappError as error:
                look.mistake(error)
            else:
                st.rerun()


look.title("Data", "A file of labelled comments becomes a dataset: columns, counts, splits.")
staged = st.session_state.get("staged")
if staged and Path(staged).exists():
    confirm_columns(Path(staged))
else:
    offer_file()
current = choose_dataset()
if current is None:
    look.empty("No dataset yet", "Upload a file of labelled comments, or try it with the sample.")
else:
    show_dataset(current)
