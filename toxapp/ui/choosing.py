"""What a run starts from: a recipe, and a base model of any family, with what to know of each."""

from __future__ import annotations

import streamlit as st

from toxapp.errors import SettingsError
from toxapp.runs import recipes
from toxapp.runs.catalogue import CATALOGUE, BaseModel, known
from toxapp.runs.recipes import Recipe
from toxapp.runs.settings import ADOPT, family_of
from toxapp.ui import look, state, told

WORDS = {
    "encoder": "encoder: pre-trained, fine-tuned to your labels",
    "text-to-text": "text-to-text: writes the names of your labels",
    "linear": "linear: weighted n-grams, one logistic regression per label",
    "small": "small network: embeddings of subwords and a few layers, from random weights",
    "blend": "blend: finished runs of this dataset, combined label by label",
    "adopted": "adopted: somebody else's classifier, taken as it is",
}
"""What a family is."""
_MORE = {
    "linear": "Linear baseline: n-grams, no download",
    "small": "Small network: trains in seconds to minutes",
    "blend": "Blend of finished runs",
    "adopt": "Somebody else's classifier, as it is",
    "other": "another one, by hub id or folder",
    "t5": "another T5, by hub id or folder",
}
_TYPED = {
    "other": ("Hub id or folder", "e.g. FacebookAI/roberta-base", ""),
    "t5": ("Hub id or folder of the T5", "e.g. google-t5/t5-base", "t5:"),
    "adopt": ("Hub id or folder of the classifier", "e.g. unitary/toxic-bert", ADOPT),
    "small": ("Tokenizer: hub id or folder", "empty: that of the bundled MiniLM", "small:"),
}
_NO_RECIPE = "none"
_OF_OTHERS = (
    ("Parameters", "as the model has"),
    ("Download", "none from a folder; once from the hub, where it says how large it is"),
    ("Languages", "those that it was trained on"),
    ("Licence", "its own: read it before you use or share what comes of it"),
    ("Longest text", "as many tokens as the model reads"),
)
_FACTS = {
    "linear": (
        ("Parameters", "one per n-gram and label"),
        ("Download", "none"),
        ("Languages", "any that puts spaces between words"),
        ("Licence", "the app's own"),
        ("Longest text", "all of it is read"),
    ),
    "small": (
        ("Parameters", "4 million with the bundled tokenizer, fewer with one of your texts"),
        ("Download", "none"),
        ("Languages", "those of your texts; the bundled tokenizer is for English"),
        ("Licence", "the app's own"),
        ("Longest text", "8,192 tokens"),
    ),
    "blend": (
        ("Parameters", "those of its runs"),
        ("Download", "none"),
        ("Languages", "those of its runs"),
        ("Licence", "those of its runs"),
        ("Longest text", "each run reads as much as it does alone"),
    ),
}


def choose_recipe() -> Recipe | None:
    """Named settings to start from, if the analyst wants any; they suggest the base model, too."""
    found = {recipe.name: recipe for recipe in recipes.all()}
    titles = {name: recipe.title for name, recipe in found.items()}
    before = st.session_state.get("kept_recipe")
    name = state.choose(
        "recipe",
        "Recipe",
        {_NO_RECIPE: "none: what suits the dataset and the model", **titles},
        explain="Named settings, each made for a kind of data. All of them can be changed.",
    )
    chosen = found.get(name)
    newly = before is not None and name != before
    if chosen and (newly or "model" not in st.query_params):
        st.session_state["wanted_model"] = chosen.model
    return chosen


def choose_model() -> str:
    """The base model as the settings name it; "" while it is not named yet."""
    titles = {entry.key: entry.title for entry in CATALOGUE}
    kind = state.choose("model", "Base model", {**titles, **_MORE})
    if kind not in _TYPED:
        st.query_params.pop("base", None)
        return kind
    label, example, before = _TYPED[kind]
    name = told.typed("base", label, placeholder=example)
    if not name:
        return "small" if kind == "small" else ""
    return name if name.startswith(before) else f"{before}{name}"


def fitting(recipe: Recipe | None, model: str) -> Recipe | None:
    """The recipe, where it is for the model's family; else a note says that it is left out."""
    if recipe is None:
        return None
    try:
        recipes.require_family(recipe, model)
    except SettingsError as error:
        look.note(f"{error} It is left out.")
        return None
    return recipe


def show_recipe(recipe: Recipe) -> None:
    """What a recipe is for, and what no setting says."""
    look.remark(recipe.about)
    if recipe.beyond:
        with st.expander("What no setting says"):
            for sentence in recipe.beyond:
                look.remark(sentence)


def show_facts(model: str) -> None:
    """What an analyst needs to know of a model."""
    look.pairs(facts(model))


def show_all() -> None:
    """The models of the catalogue side by side."""
    columns = ["", "Family", "Parameters", "Download", "Languages", "Licence", "Longest text"]
    rows = [[entry.title, *_row(entry)] for entry in CATALOGUE]
    with st.expander("All base models side by side"):
        st.html(f'<div class="tx-tight">{look.table(columns, rows, label="Base models")}</div>')


def facts(model: str) -> list[tuple[str, str]]:
    """What an analyst needs to know of a model, in words."""
    family = family_of(model)
    entry = known(model)
    if entry is None:
        return [("Family", WORDS[family]), *_FACTS.get(family, _OF_OTHERS)]
    names = ("Family", "Parameters", "Download", "Languages", "Licence", "Longest text")
    return list(zip(names, (WORDS[family], *_row(entry)[1:]), strict=True))


def _row(entry: BaseModel) -> list[str]:
    there = entry.key == "minilm"
    return [
        family_of(entry.key),
        f"{entry.parameters:g} million",
        "none, it comes with the app" if there else f"{entry.size_mb:,} MB, once",
        entry.languages,
        entry.licence,
        f"{entry.max_length:,} tokens",
    ]
