"""Thresholds: one per label, moved on live curves from validation, reported on test."""

from __future__ import annotations

from html import escape

import streamlit as st

from toxapp.data import store
from toxapp.errors import ToxappError
from toxapp.evaluation.thresholds import moved_rule
from toxapp.runs import rules
from toxapp.runs.rules import Rule
from toxapp.runs.run import Run
from toxapp.ui import look, state
from toxapp.ui.figures import figures_table
from toxapp.ui.threshold_cards.cards import threshold_cards
from toxapp.ui.thresholds import cards_of


def bar(found: Run, rule: Rule) -> tuple[bool, bool, bool]:
    """The row of actions; which of revert, best F1 and save was asked for."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.html(
            f'<span class="tx-sub">Rule {rule.number} in force, by {escape(rule.by)}, '
            f"{escape(rule.when[:16].replace('T', ' '))} UTC</span>",
            width="stretch",
        )
        revert = st.button("Revert", help="Back to the thresholds in force.")
        best = st.button("Best F1", help="The best F1 on validation for every label.")
        save = st.button("Save thresholds", type="primary", key=f"save-{found.id}")
    return revert, best, save


def tune(found: Run) -> None:
    """The cards, and what is done with the thresholds that stand on them."""
    rule = rules.in_force(found.folder)
    revert, best, save = bar(found, rule)
    key = f"proposed-{found.id}"
    if revert:
        st.session_state.pop(key, None)
    if best:
        st.session_state[key] = state.best_rule(found).thresholds
    if revert or best:
        st.session_state["moves"] = st.session_state.get("moves", 0) + 1
    shown = st.session_state.get(key, rule.thresholds)
    labels = store.load(found.settings.dataset).labels
    scored = state.scored(found, "validation")
    suggested = state.best_rule(found)
    version = f"{found.id} {rule.number} {st.session_state.get('moves', 0)}"
    standing = threshold_cards(
        cards_of(labels, scored, shown, suggested), key="cards", version=version
    )
    if save:
        rules.save(found.folder, moved_rule(found, standing, by=state.who()))
        st.session_state.pop(key, None)
        st.session_state["saved"] = True
        st.rerun()
    if any(standing[label] != rule.thresholds[label] for label in labels):
        look.note("Moved, not saved yet: scoring goes on with the rule in force.")


def report(found: Run) -> None:
    """The test split at the thresholds in force."""
    rule = rules.in_force(found.folder)
    figures = state.test_figures(found, rule.number)
    kept_out = f"{figures.n_texts:,} texts that had no say in the choice"
    heading = f"On test, by rule {rule.number}: {kept_out}"
    look.card(figures_table(figures), heading)


found_run = state.chosen_run()
if found_run is None:
    look.title("Thresholds", "One per label, with what it flags, catches and misses.")
    if look.empty("No run yet", "Thresholds are chosen on a trained run's scores.", "Go to Train"):
        state.go("train")
elif not found_run.finished:
    look.title("Thresholds", "One per label, with what it flags, catches and misses.")
    why = f"It is {found_run.status.state}. Choose another run at the left, or wait for it."
    if look.empty("This run has not finished", why, "See how far it is"):
        state.go("train")
else:
    texts = len(state.scored(found_run, "validation").row)
    look.title("Thresholds", f"Validation, {texts:,} texts. Chosen here, reported on test below.")
    if st.session_state.pop("saved", False):
        st.toast("Saved. The new thresholds are in force everywhere.")
    try:
        tune(found_run)
        report(found_run)
    except ToxappError as error:
        look.mistake(error)
