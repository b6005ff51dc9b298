"""What a run is told, from its name to its last setting: chosen, judged, and kept in the URL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from toxapp.data.store import Dataset
from toxapp.errors import SettingsError
from toxapp.runs import recipes, settings, starting
from toxapp.runs.recipes import Recipe
from toxapp.runs.settings import ADOPT, Settings, family_of
from toxapp.ui import adopting, blending, look, settings_form, told
from toxapp.ui.told import Form, Values


def choose(dataset: Dataset, recipe: Recipe | None, model: str, *, back: bool) -> Settings | None:
    """The settings as chosen; None while some cannot be, which is then said of all of them.

    Args:
        dataset: to train on.
        recipe: where the form starts; None for what suits the dataset and the model.
        model: as the settings name it.
        back: whether the form was not on the screen before.
    """
    form = told.form(f"{dataset.id} {recipe.name if recipe else ''} {model}", back=back)
    filled, wrong = told.values(form.pairs, family_of(model))
    usual = _start(dataset, recipe, model, from_scratch=False)
    name = st.text_input(
        "Name of the run", filled.get("name", dataset.name), key=f"name-{form.version}"
    )
    scratch = _asks_for_scratch(usual, filled, form)
    start = _start(dataset, recipe, model, from_scratch=scratch)
    values, lacking = _ask(dataset, start, filled, form)
    values |= {"name": name, "from_scratch": scratch}
    defaults = {**vars(start), "from_scratch": usual.from_scratch}
    _show_changed(told.tell(defaults, values), recipe)
    try:
        chosen = replace(start, **values)
    except SettingsError as error:
        lacking = [str(error), *lacking]
    for sentence in (*wrong, *lacking):
        look.alert(sentence)
    if wrong and st.button("Leave out what cannot be", key="leave-out"):
        told.leave_out()
        st.rerun()
    return None if wrong or lacking else chosen


def _start(dataset: Dataset, recipe: Recipe | None, model: str, *, from_scratch: bool) -> Settings:
    """The settings of the recipe, or those that suit the dataset and the model."""
    rows = dataset.splits["train"]
    if recipe:
        made = recipes.settings(recipe, dataset.id, rows, model=model, from_scratch=from_scratch)
    else:
        made = starting.suggested(dataset.id, rows, model, from_scratch=from_scratch)
    return replace(made, name=dataset.name)


def _asks_for_scratch(usual: Settings, filled: Values, form: Form) -> bool:
    """Whether the model is to start from random weights; a recipe may have settled that."""
    scratch = settings.about("from_scratch")
    if not scratch.of(usual.family):
        return False
    if usual.from_scratch:
        look.remark("This recipe starts from random weights.")
        return True
    return st.checkbox(
        "From scratch",
        bool(filled.get("from_scratch")),
        key=f"scratch-{usual.model}-{form.version}",
        help=f"{scratch.about} It shows what pre-training is worth.",
    )


def _ask(dataset: Dataset, start: Settings, filled: Values, form: Form) -> tuple[Values, list[str]]:
    """The values of the settings of a family, and what is lacking among them."""
    if start.family == "blend":
        return blending.choose(dataset, filled, form.version)
    if start.family == "adopted":
        base = start.model.removeprefix(ADOPT)
        return adopting.choose(base, dataset, filled, form.version)
    return settings_form.choose(start, filled, form.version), []


def _show_changed(changed: Sequence[str], recipe: Recipe | None) -> None:
    """Which settings are no longer those that the form started with, and the way back."""
    named = [settings_form.TITLES[name] for name in changed if name in settings_form.TITLES]
    if not named:
        return
    origin = f"the recipe '{recipe.title}'" if recipe else "what is suggested"
    with st.container(horizontal=True, vertical_alignment="center", key="changed"):
        st.html(
            look.chips([f"changed: {name}" for name in named], f"Not as in {origin}."),
            width="stretch",
        )
        back = "Back to the recipe" if recipe else "Back to what is suggested"
        if st.button(back, key="start-over", type="tertiary"):
            told.start_over()
            st.rerun()
