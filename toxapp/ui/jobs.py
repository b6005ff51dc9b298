"""A job on the screen: its state in words, its progress with the time left, its end."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from pathlib import Path

import streamlit as st

from toxapp.jobs import process
from toxapp.jobs.state import ENDED, Status, look
from toxapp.ui.look import duration

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
WORDS = {
    "queued": "waiting",
    "running": "running",
    "finished": "finished",
    "failed": "failed",
    "stopped": "stopped",
    "lost": "lost",
}


def badge(status: Status) -> str:
    """The state as escaped HTML."""
    return f'<span class="tx-state {status.state}">{WORDS[status.state]}</span>'


def progress(status: Status) -> None:
    """What the job is doing, how far it is and how long it still takes."""
    share = min(1.0, status.step / status.steps) if status.steps else 0.0
    parts = [status.stage[:1].upper() + status.stage[1:]]
    if status.steps:
        parts.append(f"{status.step:,} of {status.steps:,}")
    if status.seconds_left:
        parts.append(f"about {duration(status.seconds_left)} left")
    st.progress(share, text=" · ".join(parts))


def is_over(folder: Path) -> bool:
    """Whether nothing works on the folder any more."""
    status = look(folder)
    return status is None or status.state in ENDED


def end(status: Status) -> str:
    """Why a job ended otherwise than well, as escaped HTML; "" where it did not."""
    if status.state not in ("failed", "stopped", "lost"):
        return ""
    return f'<div class="tx-note" role="status">{escape(status.reason or status.state)}</div>'


def offer(folder: Path, start: Callable[[], None], words: str, *, key: str) -> None:
    """A button that starts a job on a folder; while it runs, its progress and a way to stop it.

    The page is drawn anew once the job has ended.

    Args:
        folder: that the job works on; need not be there yet.
        start: starts it.
        words: of the button.
        key: of the button, unique in the app.
    """
    status = look(folder)
    if status is not None and status.state not in ENDED:
        _follow(folder, key)
        return
    if status is not None:
        st.html(end(status))
    if st.button(words, type="primary", key=key):
        start()
        st.rerun()


@st.fragment(run_every=0.5)
def _follow(folder: Path, key: str) -> None:
    status = look(folder)
    if status is None or status.state in ENDED:
        st.rerun()
    progress(status)
    if st.button("Stop", key=f"stop-{key}"):
        process.ask_to_stop(folder)


def log_tail(folder: Path, lines: int = 30) -> str:
    """The last lines of what the job printed, colours taken out and progress bars taken apart."""
    file = folder / "log.txt"
    if not file.exists():
        return ""
    with file.open("rb") as log:
        log.seek(max(0, file.stat().st_size - 20_000))
        text = _COLOUR.sub("", log.read().decode("utf-8", errors="replace"))
    return "\n".join(text.replace("\r", "\n").splitlines()[-lines:])
