"""The run's figures on test at the rule in force: shown when asked for, and every look counted."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from toxapp.decisions.figures import Figures
from toxapp.decisions.intervals import FEW, Interval
from toxapp.decisions.workload import Workload, workload
from toxapp.evaluation import looks, splits
from toxapp.evaluation.sureness import Sureness, sureness
from toxapp.runs import rules
from toxapp.runs import run as runs
from toxapp.runs.run import Run
from toxapp.ui import look, state
from toxapp.ui.figures import figures_table
from toxapp.ui.studio.standing import Standing

_WHY = (
    "Thresholds that are changed after a look at test, and looked at again, are chosen on test: "
    "the figures then promise too much. So looks are counted."
)
_INTERVALS = (
    "Intervals: 95 %; Wilson's for shares and F1, from 1,000 resamples of the texts for the others."
)
_NAMED = 8


def show(found: Run, standing: Standing) -> None:
    """The figures where they were asked for, else the button that asks for them."""
    if standing.moves:
        look.remark(
            "Figures on test are of saved thresholds. Save these, or revert, to see them here."
        )
        return
    rule = standing.rule.number
    seen: dict[tuple[str, int], int] = st.session_state.setdefault("looks", {})
    if (found.id, rule) not in seen:
        look.remark(f"{_counted(looks.count(found))} {_WHY}")
        st.button(f"Show the figures of rule {rule} on test", on_click=reveal, args=(found, rule))
        return
    figures, sure = _measured(found.id, rule)
    heading = f"On test, by rule {rule}: {figures.n_texts:,} texts that had no say in the choice"
    totals = _totals(_workload(found.id, rule), sure.workload)
    look.card(totals + figures_table(figures), heading)
    if sure.notes:
        look.note(_rough({label: sure.positives[label] for label in sure.notes}))
    look.remark(f"{_counted(seen[found.id, rule])} {_INTERVALS}")


def reveal(found: Run, rule: int) -> None:
    """Count a look at the figures of a rule, which this session then sees."""
    seen: dict[tuple[str, int], int] = st.session_state.setdefault("looks", {})
    if (found.id, rule) not in seen:
        seen[found.id, rule] = looks.looked(found, rule, state.who())


def _counted(times: int) -> str:
    if times < 2:
        return ["Nobody has looked at them yet.", "Looked at once so far."][times]
    return f"Looked at {times} times so far."


def _rough(positives: dict[str, int]) -> str:
    """That so few texts carry these labels."""
    named = [f"{label} ({n})" for label, n in list(positives.items())[:_NAMED]]
    more = f" and {len(positives) - _NAMED} more" if len(positives) > _NAMED else ""
    labels = ", ".join(named) + more
    return f"Fewer than {FEW} of these texts carry {labels}: figures are rough, read the intervals."


def _totals(load: Workload, intervals: dict[str, Interval]) -> str:
    """Escaped HTML: what all labels together come to."""
    of_texts, ends = load.per_thousand, intervals.get("per_thousand")
    flagged = "n/a" if of_texts is None else f"{of_texts:.0f}"
    between = f", {ends[0]:.0f}–{ends[1]:.0f}" if ends else ""  # noqa: RUF001
    return look.figures(
        {
            f"of 1,000 texts flagged by any label{between}": flagged,
            f"of the harmful texts caught{_percent(intervals.get('caught_share'))}": look.percent(
                load.caught_share
            ),
            f"of what is flagged is a false alarm{_percent(intervals.get('false_alarm_share'))}": (
                look.percent(load.false_alarm_share)
            ),
        }
    )


def _percent(ends: Interval | None) -> str:
    return f", {ends[0] * 100:.0f}–{ends[1] * 100:.0f} %" if ends else ""  # noqa: RUF001


# The number of the rule stands in the key; a rule never changes, nor do a run's scores.
@st.cache_resource(max_entries=16, show_spinner="Measuring on test")
def _measured(run_id: str, number: int) -> tuple[Figures, Sureness]:
    """The figures, each label's with the intervals that all the app tells."""
    found = runs.load(run_id)
    rule = rules.numbered(found.folder, number)
    sure = sureness(found, rule, "test")
    figures = splits.evaluate_run(found, "test", resamples=1000)
    labels = {
        label: replace(each, intervals={**each.intervals, **sure.labels[label]})
        for label, each in figures.labels.items()
    }
    return replace(figures, labels=labels), sure


@st.cache_resource(max_entries=16, show_spinner=False)
def _workload(run_id: str, rule: int) -> Workload:
    found = runs.load(run_id)
    scored = runs.scored(found, "test")
    thresholds = list(rules.numbered(found.folder, rule).thresholds.values())
    return workload(scored.targets, scored.scores, thresholds)
