"""Data: files of labelled comments become a dataset."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from toxapp import workspace
from toxapp.data import importing, store
from toxapp.data.choice import Choice, Upload
from toxapp.data.sample import sample_path
from toxapp.errors import ToxappError
from toxapp.jobs.state import look as look_at
from toxapp.runs import run, starting
from toxapp.ui import columns, files, jobs, look, preview, splitting, staged, state
from toxapp.ui import dataset as report
from toxapp.ui.staged import Looked, Written


def offer_files() -> None:
    """The two ways in: files of one's own, or the sample."""
    left, right = st.columns([3, 2], gap="medium")
    with left, look.panel("file"):
        files.offer("A file of labelled comments, or train, validation and test files together")
    with right, look.panel("sample"):
        look.heading("No file at hand?")
        look.remark(
            "1,680 comments written for this app, with five labels. One click reads them, trains a "
            "classifier in a minute or two, and leads to a verdict."
        )
        if st.button("Try it with the sample", type="primary", key="try-sample"):
            st.session_state["after_import"] = "train"
            follow(importing.start([Upload(sample_path())], name="sample"))


def follow(dataset_id: str) -> None:
    """Choose a dataset, whose import this page then follows."""
    st.session_state["wanted_dataset"] = dataset_id
    st.session_state.pop("refused", None)
    staged.clear()
    st.rerun()


def confirm(uploads: Sequence[Upload]) -> None:
    """What the files seem to hold, to be changed where the guess is wrong."""
    first = staged.teaching(uploads)
    main = first or uploads[0]
    with look.panel("files"):
        bar = st.container(horizontal=True, vertical_alignment="bottom")
        files.listed(uploads)
        say_known(uploads)
        left, right = st.columns([2, 3])
        with left, st.expander("Add more files"):
            files.offer("Further files of the same columns")
        with right:
            written = splitting.written(staged.describe(main.path), staged.digest(main.path))
    choice = None
    if first is None:
        look.note("No file has rows that teach. Say of one that its rows are for training.")
    else:
        choice = choose(uploads, first, written)
    act(bar, uploads, main.path.name, choice)


def choose(uploads: Sequence[Upload], first: Upload, written: Written) -> Choice | None:
    """The controls for the columns beside what they make of the first rows."""
    try:
        looked = staged.look(first.path, written)
    except ToxappError as error:
        look.mistake(error)
        return None
    left, right = st.columns([2, 3], gap="medium")
    with left, look.panel("columns"):
        choice = choose_columns(looked, uploads, written)
    with right, look.panel("preview"):
        look.heading("What the first rows become")
        if choice is None or choice.text_column is None or choice.labelling is None:
            look.remark("Nothing yet: choose the column with the texts, and the labels.")
        else:
            preview.readings(
                looked.guess, choice.text_column, choice.labelling, unescape=choice.unescape
            )
    with look.panel("raw"):
        look.heading(f"The first rows of {first.path.name}")
        preview.raw(looked.guess, first.path.name)
    return choice


def choose_columns(looked: Looked, uploads: Sequence[Upload], written: Written) -> Choice | None:
    """What the columns mean; None while something is lacking or wrong, which is then said."""
    text = columns.text_column(looked)
    found = columns.labels(looked)
    columns.notes(looked.guess)
    parting = splitting.parting(looked, uploads)
    unescape = splitting.unescape(looked, text)
    if text is None or found is None:
        look.note("Choose the column with the texts and at least one label column.")
        return None
    try:
        return Choice(
            text,
            found.labelling,
            parting.column,
            seed=parting.seed,
            shares=parting.shares,
            unescape=unescape,
            first=parting.first,
            sample=parting.sample,
            fixed_labels=found.fixed,
            separator=written.separator,
            encoding=written.encoding,
            header=written.header,
        )
    except ToxappError as error:
        look.mistake(error)
        return None


def say_known(uploads: Sequence[Upload]) -> None:
    """That the same files were added before, with a way there."""
    known = staged.same(uploads)
    if known:
        with st.container(horizontal=True, vertical_alignment="center"):
            look.remark(f"Added before, as '{known[0].name}' on {known[0].created[:10]}.")
            if st.button("Show that dataset", type="tertiary"):
                follow(known[0].id)


def act(bar: DeltaGenerator, uploads: Sequence[Upload], main: str, choice: Choice | None) -> None:
    """The heading, the name, and what can be done with the files."""
    what = main if len(uploads) == 1 else f"{len(uploads)} files"
    with bar:
        with st.container():
            look.heading(f"Columns of {what}")
        name = st.text_input("Name of the dataset", uploads[0].path.stem, width=220)
        if st.button("Choose another file"):
            st.session_state.pop("refused", None)
            staged.clear()
            st.rerun()
        if st.button("Make the dataset", type="primary", disabled=choice is None):
            assert choice is not None
            add(uploads, choice, name.strip() or uploads[0].path.stem)


def add(uploads: Sequence[Upload], choice: Choice, name: str) -> None:
    """Start the job that reads the files."""
    try:
        started = importing.start(uploads, choice, name)
    except ToxappError as error:
        look.mistake(error)
        return
    follow(started)


def choose_dataset() -> str:
    """The dataset that the page speaks of, of at least one; kept in the URL."""
    names = {found.id: f"{found.name} · {found.rows:,} texts" for found in store.datasets()}
    known = {name: names.get(name, name) for name in workspace.ids("datasets")}
    return state.choose("dataset", "Dataset", known)


@st.fragment(run_every=0.5)
def follow_import(dataset_id: str) -> None:
    """The progress of a dataset that is being read."""
    folder = workspace.find("datasets", dataset_id)
    status = look_at(folder)
    if status is None or jobs.is_over(folder):
        st.rerun()
    else:
        jobs.progress(status)


def show_dataset(dataset_id: str, bar: DeltaGenerator) -> None:
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
        with bar:
            delete_button(dataset_id)
        return
    if st.session_state.pop("after_import", None) == "train":
        made = run.start(starting.suggested(found.id, found.splits["train"]))
        state.go("train", run=made.id)
    with bar:
        delete_button(dataset_id)
        if st.button("Train on this dataset", type="primary"):
            state.go("train", dataset=dataset_id)
    report.show(found)


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


look.title("Data", "Files of labelled comments become a dataset: columns, counts, splits.")
files.refused()
uploads = staged.files()
if uploads:
    confirm(uploads)
elif not workspace.ids("datasets"):
    offer_files()
    look.empty("No dataset yet", "Upload a file of labelled comments, or try it with the sample.")
else:
    with st.expander("Add a dataset", expanded=bool(st.session_state.get("refused"))):
        offer_files()
    bar = st.container(horizontal=True, vertical_alignment="bottom", key="dataset-bar")
    with bar:
        current = choose_dataset()
    show_dataset(current, bar)
