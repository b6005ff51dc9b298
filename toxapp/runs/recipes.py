"""Named settings that suit a kind of data: files under assets/recipes/, or a user's own.

    {"title": ..., "about": ..., "model": ..., "settings": {"epochs": 5, ...}, "beyond": [...]}

A recipe says nothing of the dataset or of the name of a run. What it leaves open is suggested for
the dataset, as without a recipe.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from toxapp.errors import NotFoundError, SettingsError
from toxapp.runs import checks
from toxapp.runs.settings import Settings, about, family_of, names
from toxapp.runs.starting import suggested

_FOLDER = Path(__file__).resolve().parents[2] / "assets" / "recipes"
_WORDS = ("title", "about", "model")
_KEYS = (*_WORDS, "settings", "beyond")
_OF_A_RUN = ("dataset", "model", "name")


@dataclass(frozen=True)
class Recipe:
    """Settings with a name.

    Attributes:
        name: of its file, without the ending.
        title: what the screen says.
        about: what it is and for what data, one or two sentences.
        model: the base model that it suggests; any other of the same family will do.
        settings: name -> value, each sound in that family and all of them together.
        beyond: what no setting says, such as how the data was split; a sentence each.
    """

    name: str
    title: str
    about: str
    model: str
    settings: Mapping[str, Any]
    beyond: tuple[str, ...] = ()

    @property
    def family(self) -> str:
        """The kind of classifier that it trains."""
        return family_of(self.model)


def all() -> list[Recipe]:  # noqa: A001 - read as recipes.all()
    """The recipes that ship with the app, by name."""
    return [read(path) for path in _shipped().values()]


def find(named: str) -> Recipe:
    """The recipe of that name, or in the file of that path.

    Raises:
        NotFoundError: there is neither.
        SettingsError: the file holds no recipe, or settings that cannot be.
    """
    path = _shipped().get(named, Path(named))
    if not path.is_file():
        known = ", ".join(_shipped())
        message = f"There is no recipe '{named}'; there are: {known}. "
        raise NotFoundError(message + "A file of your own can be named, too.")
    return read(path)


def read(path: Path) -> Recipe:
    """The recipe in a file.

    Raises:
        SettingsError: it is not JSON, has a key that recipes have not or lacks one, or has settings
            that are unknown, of another family, out of bounds or at odds; all are named at once.
    """
    found = _object(path)
    wrong = _faults(found)
    if not wrong:
        wrong = _refusals(found["model"], found["settings"])
    if wrong:
        raise SettingsError(f"The recipe {path.name} cannot be used: {' '.join(wrong)}")
    words = {key: found[key] for key in _WORDS}
    return Recipe(path.stem, **words, settings=found["settings"], beyond=tuple(found["beyond"]))


def settings(
    recipe: Recipe,
    dataset: str,
    train_rows: int,
    *,
    model: str | None = None,
    from_scratch: bool = False,
) -> Settings:
    """The settings of a run by a recipe.

    Args:
        recipe: what it says is taken as it is.
        dataset: its id.
        train_rows: by which the rest is suggested.
        model: what to start from instead of the recipe's suggestion.
        from_scratch: from random weights, where the recipe does not say so already.

    Raises:
        SettingsError: the model is of another family than the recipe.
    """
    base = model or recipe.model
    require_family(recipe, base)
    return _filled(base, recipe.settings, dataset, train_rows, from_scratch=from_scratch)


def require_family(recipe: Recipe, model: str) -> None:
    """Refuse a model for which the recipe was not written.

    Raises:
        SettingsError: it is of another family.
    """
    if family_of(model) != recipe.family:
        message = f"The recipe '{recipe.name}' is for the {recipe.family} family, such as "
        other = f"'{recipe.model}'; '{model}' is of the {family_of(model)} family."
        raise SettingsError(message + other)


def matching(chosen: Settings) -> list[Recipe]:
    """The shipped recipes whose every setting is as in `chosen`, and of its family."""
    return [
        recipe
        for recipe in all()
        if recipe.family == chosen.family and not recipe.settings.items() - chosen.to_json().items()
    ]


def _shipped() -> dict[str, Path]:
    return {path.stem: path for path in sorted(_FOLDER.glob("*.json"))}


def _object(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8-sig"))
    except UnicodeDecodeError:
        raise SettingsError(f"The recipe {path.name} is not UTF-8 text. Save it as such.") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        message = f"The recipe {path.name} is not JSON: {error.msg} in {where}."
        raise SettingsError(message) from None
    if not isinstance(found, dict):
        raise SettingsError(f"The recipe {path.name} holds no object: it must begin with a brace.")
    return {"beyond": [], **found}


def _faults(found: Mapping[str, Any]) -> list[str]:
    """What is wrong with the keys of a file, and with what stands behind them."""
    keys = ", ".join(_KEYS)
    wrong = [
        f"It has an unknown key '{key}'; there are: {keys}." for key in found if key not in _KEYS
    ]
    wrong += [f"It lacks '{key}'." for key in _KEYS if key not in found]
    wrong += [
        f"{key} must be words, not {found[key]!r}."
        for key in _WORDS
        if key in found and not _is_text(found[key])
    ]
    if not isinstance(found.get("settings", {}), dict):
        wrong.append(f"settings must be an object, not {found['settings']!r}.")
    beyond = found["beyond"]
    if not isinstance(beyond, list) or len(list(filter(_is_text, beyond))) < len(beyond):
        wrong.append(f"beyond must be a list of sentences, not {beyond!r}.")
    return wrong


def _refusals(model: str, given: Mapping[str, Any]) -> list[str]:
    """What is wrong with settings one by one; then, for those that are sound, taken together."""
    refused = {name: _refusal(family_of(model), name, value) for name, value in given.items()}
    wrong = [sentence for sentence in refused.values() if sentence]
    sound = {name: value for name, value in given.items() if not refused[name]}
    try:
        _filled(model, sound, "any", 0)
    except SettingsError as error:
        wrong.append(str(error))
    return wrong


def _refusal(family: str, name: str, value: object) -> str | None:
    kinds = {found.name: str(found.type) for found in fields(Settings)}
    there = names(family)
    if name in _OF_A_RUN:
        return f"'{name}' is chosen for each run and cannot stand among a recipe's settings."
    if name not in kinds:
        known = ", ".join(n for n in there if n not in _OF_A_RUN)
        return f"There is no setting '{name}'; there are: {known}."
    if name not in there:
        return checks.lacks(family, name, there)
    return about(name).refusal(name, value, kinds[name])


def _filled(
    model: str,
    given: Mapping[str, Any],
    dataset: str,
    train_rows: int,
    *,
    from_scratch: bool = False,
) -> Settings:
    scratch = from_scratch or given.get("from_scratch", False)
    return replace(suggested(dataset, train_rows, model, from_scratch=scratch), **given)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
