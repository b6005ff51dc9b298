"""Thresholds: moved on live curves or solved for, saved as numbered rules, reported on test."""

from __future__ import annotations

import streamlit as st

from toxapp.errors import ToxappError
from toxapp.runs.run import Run
from toxapp.ui import look, state
from toxapp.ui.studio import kept, saving, solving, views
from toxapp.ui.studio.standing import CARDS, Standing, reverted, take, version
from toxapp.ui.threshold_cards.cards import View, threshold_cards
from toxapp.ui.thresholds import cards_of

WHAT = "One per label, with what it flags, catches and misses."


def bar(found: Run, standing: Standing) -> Standing:
    """The inputs and actions over the cards; what stands after them."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="studio-bar"):
        kind = solving.kind()
        with st.container(horizontal=True, horizontal_alignment="right", width="stretch"):
            saving.button("Revert", "revert", help="Back to the thresholds in force.")
            saving.button("Save thresholds", "save", type="primary")
    with st.container(horizontal=True, vertical_alignment="bottom", key="studio-wish"):
        a_day = solving.type_volume()
        wish = solving.wish(kind, a_day, tuple(standing.thresholds))
        saving.button("Solve", "solve", help="Put the thresholds where they meet the wish best.")
    action = saving.asked()
    if action == "revert":
        return reverted(standing)
    if action == "solve":
        return solving.apply(found, standing, wish)
    return saving.save(found, standing, by=state.who()) if action == "save" else standing


def studio(found: Run) -> None:
    """The bar, the cards, and the views below them."""
    standing = take(found)
    head = st.container()  # above the inputs, but told after them: they move what stands
    try:
        standing = bar(found, standing)
    except ToxappError as error:
        look.mistake(error)
    saving.done(found, standing)
    unmet = solving.unmet(found, standing)
    scored = state.scored(found, "validation")
    with head:
        new = [label for label in unmet if label in standing.moves]
        saving.say_where_it_stands(len(scored.row), standing, len(new))
    cards = cards_of(scored, standing, solving.best(found, solving.beta()), unmet)
    view = View(solving.beta(), solving.volume(), kept.told_axis(CARDS))
    stands = threshold_cards(cards, key=CARDS, version=version(found, standing), view=view)
    kept.keep_axis(stands.axis)
    views.show(found, standing)


found_run = state.chosen_run()
if found_run is None:
    look.title("Thresholds", WHAT)
    if look.empty("No run yet", "Thresholds are chosen on a trained run's scores.", "Go to Train"):
        state.go("train")
elif not found_run.finished:
    look.title("Thresholds", WHAT)
    why = f"It is {found_run.status.state}. Choose another run at the left, or wait for it."
    if look.empty("This run has not finished", why, "See how far it is"):
        state.go("train")
else:
    try:
        studio(found_run)
    except ToxappError as error:
        look.mistake(error)
