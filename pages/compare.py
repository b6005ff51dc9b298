"""Compare: runs of one dataset side by side, and the comments whose verdict changed."""

from __future__ import annotations

import streamlit as st

from toxapp.data import store
from toxapp.errors import ToxappError
from toxapp.evaluation import compare
from toxapp.evaluation.compare import NAMES, Against, Side
from toxapp.runs.run import Run
from toxapp.ui import changed, chosen, comparing, comparing_charts, elsewhere, look, state

TITLE, SUB = "Compare", "Runs side by side on the test texts, or a run on another dataset."
VIEWS = {"runs": "Runs side by side", "elsewhere": "Another dataset"}
RUNS = ("compare", "with", "figure", "curve", "other")
FEW_SETTINGS = 10


def side_by_side(baseline: Run, others: list[Run]) -> None:
    """All that is said of the runs, from the figures down to single comments."""
    compare.check([baseline, *others])
    sides = comparing.measured([baseline, *others])
    gaps = [compare.against(sides[0], other) for other in sides[1:]]
    look.card(comparing.runs_table(sides), "The runs")
    figures(sides, gaps)
    verdicts(sides, gaps)
    curves(sides)
    settings(sides)


def figures(sides: list[Side], gaps: list[Against]) -> None:
    """The table of figures, one of them for all labels."""
    with look.panel("figures"):
        look.heading(f"Figures on test, {look.texts(sides[0].figures.n_texts)}")
        figure = chosen.one("figure", "Figure per label", comparing.FIGURES)
        st.html(comparing.figures_table(sides, gaps, figure))
        look.remark(
            "Each run at its rule in force. Small: 95 % intervals, from 1,000 resamples of the "
            "texts, and Wilson's for precision and recall; under them the difference to A. Better "
            "or worse is said only where the 95 % interval of that difference excludes 0, which "
            "happens by chance in 1 of 20 comparisons."
        )


def curves(sides: list[Side]) -> None:
    """One chart per label."""
    look.heading("Curves on test")
    kind = chosen.one("curve", "Kind of curve", comparing_charts.KINDS)
    st.html(comparing_charts.key(sides))
    comparing_charts.charts(sides, kind)


@st.fragment
def verdicts(sides: list[Side], gaps: list[Against]) -> None:
    """Which comments changed verdict, between A and one other run."""
    with look.panel("verdicts"):
        look.heading("What changed verdict")
        known = {NAMES[n]: f"{NAMES[n]} against A" for n in range(1, len(sides))}
        name = chosen.one("other", "Which run", known) if len(known) > 1 else "B"
        if len(known) == 1:
            chosen.keep("other", None)
        second = NAMES.index(name)
        rows = comparing.rows_of(sides[0].run.settings.dataset)
        changed.show(sides[0], sides[second], gaps[second - 1], rows, ("A", name))
        look.remark(
            "More and fewer are counted net. p is McNemar's, for being right equally often: exact "
            "below 25 verdicts that differ, corrected chi-square from there on, and corrected by "
            f"Holm for the {len(sides[0].labels)} labels."
        )
    chosen.stand(RUNS)


def settings(sides: list[Side]) -> None:
    """The settings that differ; folded where they are many."""
    table, many = comparing.settings_table(sides)
    if not many:
        look.card(
            '<p class="tx-sub">None: the runs were told the same.</p>', "Settings that differ"
        )
    else:
        with st.expander(f"Settings that differ: {many}", expanded=many <= FEW_SETTINGS):
            st.html(table)


def compared(baseline: Run) -> None:
    """The view of several runs on their own test texts."""
    if not (near := comparing.siblings(baseline)):
        name = store.load(baseline.settings.dataset).name
        why = (
            f"{baseline.title} is the only finished run of the dataset {name}. Train another on "
            "it, choose another run at the left, or measure this one on another dataset."
        )
        if look.empty("Nothing to compare with yet", why, "Train another run"):
            state.go("train", dataset=baseline.settings.dataset)
        return
    picked = comparing.choose_others(near)
    if picked:
        side_by_side(baseline, picked)
    else:
        look.remark("Choose at least one run to compare with.")


found_run = state.chosen_run()
look.title(TITLE, SUB)
comparing.style()
if found_run is None:
    if look.empty("No run yet", "Two finished runs of one dataset can be compared.", "Go to Train"):
        state.go("train")
elif not found_run.finished:
    why = f"It is {found_run.status.state}. Choose another run at the left, or wait for it."
    if look.empty("This run has not finished", why, "See how far it is"):
        state.go("train")
else:
    chosen.begin((*RUNS, *elsewhere.KEYS))
    view = chosen.one("compare", "What is compared", VIEWS)
    try:
        if view == "runs":
            compared(found_run)
        else:
            elsewhere.render(found_run)
    except ToxappError as error:
        look.mistake(error)
    chosen.stand(RUNS if view == "runs" else elsewhere.KEYS)
