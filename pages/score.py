"""Score: a typed text gets its verdict at once, a file comes back scored."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from toxapp.errors import ToxappError
from toxapp.jobs import process
from toxapp.jobs.state import ENDED
from toxapp.jobs.state import look as look_at
from toxapp.runs.run import Run
from toxapp.scoring import engine, job
from toxapp.scoring.output import SUFFIXES
from toxapp.ui import jobs, look, state, verdict


def type_a_text(found: Run) -> None:
    """The text box, and the verdict under it as one types."""
    scorer = state.scorer(found)

    @st.fragment
    def live() -> None:
        text = st.text_input(
            "Type or paste a comment", key="text", live="200ms", placeholder="You are welcome here."
        )
        if text.strip():
            look.card(verdict.bars(engine.judge(found, scorer, text)))
        else:
            look.card(
                '<p class="tx-sub">The bars appear as you type: a label is flagged when its score '
                "reaches its threshold, the upright line. Where there is a dashed line too, it is "
                "acted upon from there on.</p>"
            )

    live()


def offer_file(found: Run) -> None:
    """A file of comments, to be scored by a job."""
    uploads = st.session_state.get("score-uploads", 0)
    upload = st.file_uploader(
        "A file of comments; it comes back with a score and a decision per label",
        type=["csv", "tsv", "txt", "gz", "zip", "xlsx", "xls", "parquet", "jsonl", "json"],
        key=f"score-upload-{uploads}",
    )
    if upload is not None:
        st.session_state["score-staged"] = str(state.stage_upload(upload))
        st.session_state["score-uploads"] = uploads + 1
        st.rerun()
    staged = st.session_state.get("score-staged")
    if staged and Path(staged).exists():
        confirm(found, Path(staged))


def confirm(found: Run, path: Path) -> None:
    """Which column holds the texts, and go."""
    from toxapp.scoring.source import layout, text_column  # noqa: PLC0415 - only with a file

    try:
        _, columns = layout(path)
        likely = text_column(found, path)
    except ToxappError as error:
        look.mistake(error)
        st.session_state.pop("score-staged")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        column = st.selectbox(
            f"Texts of {path.name}", columns, index=columns.index(likely), width=320
        )
        suffix = st.selectbox("Result as", SUFFIXES, width=140)
        if st.button("Score the file", type="primary"):
            folder = job.start(found.id, path, column=column, suffix=suffix)
            st.session_state.pop("score-staged")
            st.session_state["wanted_scoring"] = folder.name
            st.rerun()


def show_scorings(found: Run) -> None:
    """The chosen scoring of this run: its progress, or its result."""
    known = job.scorings(found.id)
    if not known:
        return
    names = {name: f"{job.request_of(known[name]).source} · {name}" for name in known}
    chosen = state.choose("scoring", "Scored files", names)
    folder = known[chosen]
    status = look_at(folder)
    if status is not None and status.state not in ENDED:
        follow(folder)
    else:
        show_result(folder)


@st.fragment(run_every=0.5)
def follow(folder: Path) -> None:
    """The progress of a scoring; the whole page once it has ended."""
    status = look_at(folder)
    if status is None or status.state in ENDED:
        st.rerun()
    jobs.progress(status)
    if st.button("Stop", key="stop-scoring"):
        process.ask_to_stop(folder)


def show_result(folder: Path) -> None:
    """What became of a scoring, and its file."""
    result, status = job.result_of(folder), look_at(folder)
    if result is None:
        if status is not None:
            look.card(jobs.end(status))
        if st.button("Resume", type="primary", key="resume-scoring"):
            process.start(folder, job.MODULE)
            st.rerun()
        return
    counts = {"rows": result.rows, "scored": result.scored, "without a text": result.empty}
    flagged = {f"flagged {label}": count for label, count in result.flagged.items()}
    acted = {f"act on {label}": count for label, count in result.acted.items()}
    look.card(look.figures({name: f"{n:,}" for name, n in {**counts, **flagged, **acted}.items()}))
    if result.left_out:
        rows = ", ".join(map(str, result.left_out_rows))
        look.note(f"{result.left_out} broken records are left out: rows {rows}.")
    file = job.scored_file(folder)
    st.download_button(
        "Download the scored file",
        lambda: file.open("rb"),
        file_name=f"{Path(job.request_of(folder).source).stem}-scored{file.suffix}",
        type="primary",
        on_click="ignore",
    )


look.title("Score", "A verdict on what you type, and on whole files, by the rule in force.")
found_run = state.chosen_run()
if found_run is None or not found_run.finished:
    running = "" if found_run is None else f"This one is {found_run.status.state}. "
    why = f"{running}A run can score once its training has finished."
    if look.empty("No finished run", why, "Go to Train"):
        state.go("train")
else:
    try:
        type_a_text(found_run)
        offer_file(found_run)
        show_scorings(found_run)
    except ToxappError as error:
        look.mistake(error)
