"""Every rule of the run, newest first, and the way back to an earlier one."""

from __future__ import annotations

from collections import Counter
from html import escape

import streamlit as st

from toxapp.runs import rules
from toxapp.runs.rules import Rule
from toxapp.runs.run import Run
from toxapp.ui import look, state
from toxapp.ui.studio import saving
from toxapp.ui.studio.standing import Standing

_FEW = 12
_NAMED = 4


def show(found: Run, standing: Standing) -> None:
    """A row per rule; one of them may be put back in force."""
    every = rules.history(found.folder)
    whole = len(every) <= _FEW or st.session_state.get("every_rule", False)
    with look.panel("rules"):
        look.heading("Every rule of this run")
        look.remark(
            "Saving adds a rule and changes none. One that is put back comes in force as a new one."
        )
        for at, rule in enumerate(every if whole else every[:_FEW]):
            before = every[at + 1] if at + 1 < len(every) else None
            _row(found, standing, rule, before)
        if not whole and st.button(f"Show all {len(every)} rules"):
            st.session_state["every_rule"] = True
            st.rerun()


def _row(found: Run, standing: Standing, rule: Rule, before: Rule | None) -> None:
    in_force = rule.number == standing.rule.number
    with st.container(horizontal=True, vertical_alignment="center", key=f"rule-{rule.number}"):
        st.html(_told(rule, before, in_force=in_force), width="stretch")
        if in_force:
            return
        st.button(
            "Put back in force", key=f"restore-{found.id}-{rule.number}",
            on_click=saving.restore, args=(found, standing, rule.number, state.who()),
            disabled=bool(standing.moves),
            help="Save or revert what you moved first." if standing.moves else None,
        )  # fmt: skip


def _told(rule: Rule, before: Rule | None, *, in_force: bool) -> str:
    """What the rule is and what it changed; escaped HTML."""
    badge = ' <span class="tx-state finished">in force</span>' if in_force else ""
    again = f" puts rule {rule.restores} back" if rule.restores else ""
    head = f"<b>Rule {rule.number}</b>{badge}{again}"
    who = f"{saving.when(rule)}, by {escape(rule.by)}, chosen on {escape(rule.split)}"
    said = "<br>".join(escape(line) for line in (_changed(rule, before), _read(rule)) if line)
    return (
        f'<div>{head} <span class="tx-sub">{who}</span><br>{escape(_objectives(rule))}'
        f'<p class="tx-sub">{said}</p></div>'
    )


def _objectives(rule: Rule) -> str:
    """What the thresholds were chosen for, the most frequent first."""
    often = Counter(rule.objective.values()).most_common()
    if len(often) == 1:
        return f"All labels: {often[0][0]}."
    return "; ".join(f"{_labels(rule, words)}: {words}" for words, _ in often) + "."


def _labels(rule: Rule, words: str) -> str:
    """The labels that were chosen for the same."""
    return _few([label for label, said in rule.objective.items() if said == words])


def _changed(rule: Rule, before: Rule | None) -> str:
    """What is other than in the rule before it."""
    if before is None:
        return ""
    cuts = [
        f"{label} {_cut(before.thresholds.get(label))} → {_cut(cut)}"
        for label, cut in rule.thresholds.items()
        if before.thresholds.get(label) != cut
    ]
    labels = rule.thresholds
    acts = [
        f"act on {x} {_cut(before.act.get(x))} → {_cut(rule.act.get(x))}"
        for x in labels
        if rule.act.get(x) != before.act.get(x)
    ]
    calibrated = ["calibration"] if rule.calibration != before.calibration else []
    changes = [*cuts, *acts, *calibrated]
    return f"Changed: {_few(changes)}." if changes else "Changed: nothing."


def _read(rule: Rule) -> str:
    share = rule.workload.get("per_thousand")
    return "" if share is None else f"Expected: {share:.0f} of 1,000 texts flagged by any label."


def _cut(value: float | None) -> str:
    return "off" if value is None else f"{value:.3f}"


def _few(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
