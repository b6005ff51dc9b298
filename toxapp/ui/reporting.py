"""The report of a run as a file to keep or to send on."""

from __future__ import annotations

import streamlit as st

from toxapp.errors import ToxappError
from toxapp.runs import rules
from toxapp.runs import run as runs
from toxapp.runs.run import Run
from toxapp.ui import look
from toxapp.ui.studio import tested

_WHAT_IT_IS = (
    "One HTML file for somebody who never saw the app: what can be relied on, every label's "
    "figures with their intervals, curves, data, training, limits. It opens without a network and "
    "holds figures only, no comment. Making it counts as a look at the figures on test."
)


def render(found: Run) -> None:
    """A button that makes the report of the rule in force, then one that hands it over."""
    rule = rules.in_force(found.folder).number
    stamp = f"{found.id} {rule}"
    with look.panel("report"):
        look.heading(f"Report on rule {rule}")
        look.remark(_WHAT_IT_IS)
        try:
            if st.session_state.get("reported") == stamp:
                _hand_over(found, rule)
            elif st.button("Make the report", type="primary", key="make-report"):
                _content(found.id, rule)
                tested.reveal(found, rule)
                st.session_state["reported"] = stamp
                st.rerun()
        except ToxappError as error:
            look.mistake(error)


def _hand_over(found: Run, rule: int) -> None:
    content = _content(found.id, rule)
    st.download_button(
        "Download the report",
        content,
        file_name=f"{found.id}-rule-{rule}.html",
        mime="text/html",
        type="primary",
        key="download-report",
        on_click="ignore",
    )
    look.remark(f"One file, {look.size(len(content))}.")


@st.cache_data(max_entries=4, show_spinner="Writing the report")
def _content(run_id: str, rule: int) -> bytes:  # noqa: ARG001 - another rule, another report
    from toxapp.evaluation.report import page  # noqa: PLC0415 - only where it is asked for

    return page.html(runs.load(run_id)).encode()
