"""How long the run will take: asked for, measured by a job of its own, shown with what it is from.

What other programs took of the machine meanwhile is said, and what the run might take without them.
"""

from __future__ import annotations

import time

import streamlit as st

from toxapp.jobs.state import ENDED
from toxapp.models import pace
from toxapp.models.pace import Estimate, Pace
from toxapp.runs.settings import Settings
from toxapp.ui import jobs, look

_BUSY = 0.25
_TAKEN = 0.05
_MINUTE = 60
_HOUR = 3600


def show(settings: Settings) -> None:
    """The estimate of a run of these settings, and the way to one."""
    status = pace.status(settings)
    if status is not None and status.state not in ENDED:
        _follow(settings)
        return
    found = pace.found(settings)
    with st.container(horizontal=True, vertical_alignment="center", key="estimate"):
        st.html(_told(found, settings), width="stretch")
        again = "Measure again" if found else "Measure"
        explain = "Makes a few steps of this very run in a process of its own, and forgets them."
        if st.button(again, key="measure", help=explain):
            pace.measure(settings)
            st.rerun()
    if found is None and status is not None:
        st.html(jobs.end(status))


@st.fragment(run_every=1.0)
def _follow(settings: Settings) -> None:
    """A measurement at work; the whole page once it has ended."""
    status = pace.status(settings)
    if status is None or status.state in ENDED:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center", key="measuring"):
        with st.container():
            look.remark("Measuring how long this run takes")
            jobs.progress(status)
        if st.button("Give up", key="give-up"):
            pace.give_up(settings)


def _told(found: Pace | None, settings: Settings) -> str:
    if found is None:
        return '<p class="tx-sub">How long it takes here has not been measured yet.</p>'
    sentences = words(found, pace.estimate(found, settings), time.time())
    first, rest = sentences[0], " ".join(sentences[1:])
    return f'<p class="tx-time" role="status"><b>{first}</b></p><p class="tx-sub">{rest}</p>'


def words(found: Pace, took: Estimate, now: float) -> list[str]:
    """Sentences on an estimate, the one that matters first.

    Args:
        found: what was measured.
        took: what follows for the settings.
        now: seconds since the epoch.
    """
    busy = found.others > _BUSY * found.cores
    least = about(took.total_s * found.alone)
    span = f"{least} to {about(took.total_s)}" if busy else f"About {about(took.total_s)}"
    said = [f"{span}, measured by {found.by} on this machine"]
    parts = {
        "start": took.start_s,
        "training": took.training_s,
        "evaluations": took.evaluations_s,
        "scores at the end": took.scoring_s,
    }
    shares = ", ".join(f"{name} {about(seconds)}" for name, seconds in parts.items() if seconds)
    said.append(f"{shares[:1].upper()}{shares[1:]}. {_ago(now - found.at)}.")
    if busy:
        said.append(
            f"Other programs used {found.others:.1f} of the {found.cores} cores meanwhile: the "
            f"longer time is for a machine that stays as busy, {least} is a guess at one that has "
            "nothing else to do. Measure again when it is quiet."
        )
    if found.taken > _TAKEN:
        share = look.percent(found.taken)
        said.append(f"Others held {share} of the GPU's memory meanwhile, and may slow it down.")
    return said


def about(seconds: float) -> str:
    """Seconds in words as rough as an estimate is: "40 s", "14 min", "3.5 h"."""
    if seconds < _MINUTE:
        return f"{max(1, round(seconds))} s"
    if seconds < 2 * _HOUR:
        return f"{max(1, round(seconds / _MINUTE))} min"
    return f"{seconds / _HOUR:.1f} h"


def _ago(seconds: float) -> str:
    return "Measured just now" if seconds < _MINUTE else f"Measured {about(seconds)} ago"
