"""What all pages share: the chosen run, ways between pages, and what is read once and kept.

Sessions hold ids only. What a page shows is read from the workspace, or kept here under a key
that changes when the file does.
"""

from __future__ import annotations

import getpass
import hashlib
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from toxapp import workspace
from toxapp.runs import reach
from toxapp.runs import run as runs
from toxapp.runs.reach import Lengths
from toxapp.runs.run import Run, Scored

if TYPE_CHECKING:
    from streamlit.navigation.page import Page

    from toxapp.inference import Scorer

_pages: dict[str, Page] = {}


def remember_pages(pages: dict[str, Page]) -> None:
    """Keep the page table, so that a page can lead to another by name."""
    _pages.update(pages)


def go(name: str, *, run: str | None = None, **query: str) -> None:
    """Show another page, there with `run` chosen where given; `query` goes into its URL."""
    if run is not None:
        st.session_state["wanted_run"] = run
    st.switch_page(_pages[name], query_params=query)


def choose(key: str, label: str, known: dict[str, str], *, explain: str | None = None) -> str:
    """A select whose choice stands in the URL, follows it, and outlives a change of page.

    Streamlit's own binding puts the words of the screen into the URL, and leaves the default out.

    Args:
        key: of the URL's parameter.
        label: of the select.
        known: id -> what the screen says, not empty; the first is the default.
        explain: a tooltip.

    Returns:
        The chosen id.
    """
    held = st.session_state
    wanted, asked = held.pop(f"wanted_{key}", None), st.query_params.get(key)
    kept = held.get(f"kept_{key}")
    if wanted in known:
        held[key] = wanted
    elif asked in known and asked != kept:  # a link was opened, or the browser went back
        held[key] = asked
    elif key not in held and kept in known:  # back from a page that has no such select
        held[key] = kept
    # Said at every run, or the browser keeps the words of before when those of a choice change.
    held[key] = held[key] if held.get(key) in known else next(iter(known))
    often = Counter(known.values())  # Streamlit takes options that read the same for one
    words = {name: said if often[said] == 1 else f"{said} ({name})" for name, said in known.items()}
    chosen: str = st.selectbox(
        label, list(known), format_func=words.__getitem__, key=key, help=explain
    )
    held[f"kept_{key}"] = chosen
    st.query_params[key] = chosen
    return chosen


def choose_run() -> None:
    """The run that all pages speak of: chosen in the sidebar, kept in the URL."""
    known = {found.id: found.title for found in runs.runs()}
    if known:
        with st.sidebar:
            choose("run", "Run", known, explain="All pages speak of this run.")


def chosen_run_id() -> str | None:
    """The id of the chosen run; None where there is no run yet."""
    found: str | None = st.session_state.get("run")
    return found


def chosen_run() -> Run | None:
    """The chosen run as it stands now."""
    name = chosen_run_id()
    return runs.load(name) if name in workspace.ids("runs") and name else None


def who() -> str:
    """Who acts: the user of the machine."""
    return getpass.getuser()


def stage_upload(upload: UploadedFile) -> Path:
    """Keep the bytes of an upload in the workspace's cache, under their hash; where they lie.

    The name is made safe, and the same bytes are kept once.
    """
    digest = hashlib.file_digest(upload, "sha256").hexdigest()[:16]
    upload.seek(0)
    plain = re.sub(r"[^\w .()-]+", "_", Path(upload.name).name).strip(" .") or "upload.csv"
    folder = workspace.cache_folder() / "uploads" / digest
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / plain
    if not target.exists():
        draft = folder / f".{plain}.part"
        with draft.open("wb") as file:
            shutil.copyfileobj(upload, file, 1 << 20)
        draft.replace(target)
    return target


def token_lengths(dataset_id: str) -> Lengths | None:
    """Tokens per text of a dataset's first texts, counted once per server; None as in `reach`."""
    return _token_lengths(dataset_id)


def scorer(chosen: Run) -> Scorer:
    """The scorer of a finished run, loaded once per server."""
    stamp = (chosen.folder / "bundle" / "bundle.json").stat().st_mtime_ns
    return _scorer(chosen.id, stamp)


def scored(chosen: Run, split: str) -> Scored:
    """Scores and targets of a split of a finished run, read once per server."""
    stamp = (chosen.folder / "scores.parquet").stat().st_mtime_ns
    return _scored(chosen.id, split, stamp)


# The last argument of each stands in the key: another one means another file.


@st.cache_resource(max_entries=16, show_spinner="Measuring the texts")
def _token_lengths(dataset_id: str) -> Lengths | None:
    return reach.of_dataset(dataset_id)


@st.cache_resource(max_entries=2, show_spinner="Loading the classifier")
def _scorer(run_id: str, stamp: int) -> Scorer:  # noqa: ARG001
    from toxapp.scoring.engine import open_scorer  # noqa: PLC0415 - only pages that score load it

    loaded = open_scorer(runs.load(run_id))
    loaded.score(["warm"])
    return loaded


@st.cache_resource(max_entries=8, show_spinner=False)
def _scored(run_id: str, split: str, stamp: int) -> Scored:  # noqa: ARG001
    return runs.scored(runs.load(run_id), split)
