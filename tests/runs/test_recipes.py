from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.tiny import imported, tiny_model, tiny_t5, write_comments
from toxapp.errors import NotFoundError, SettingsError
from toxapp.jobs.work import work
from toxapp.runs import events, recipes, rules, run
from toxapp.runs.recipes import Recipe
from toxapp.runs.settings import Settings
from toxapp.runs.starting import changed, suggested

SIX: dict[str, dict[str, Any]] = {
    "bert-label-columns": {"max_length": 128, "learning_rate": 1e-5, "epochs": 3},
    "bert-label-lists": {
        "max_length": 300,
        "batch_size": 16,
        "learning_rate": 2e-5,
        "weight_decay": 0.01,
        "epochs": 50,
        "best_by": "micro_f1_at_half",
    },
    "distilbert-few-rows": {
        "epochs": 5,
        "learning_rate": 5e-5,
        "batch_size": 8,
        "weight_decay": 0.0,
        "schedule": "linear",
        "warmup": 0.0,
    },
    "small-continuous": {
        "max_length": 256,
        "batch_size": 512,
        "learning_rate": 1e-3,
        "epochs": 20,
    },
    "t5-small": {"learning_rate": 1e-4, "batch_size": 1, "epochs": 1, "from_scratch": False},
    "t5-small-from-scratch": {
        "learning_rate": 1e-4,
        "batch_size": 1,
        "epochs": 1,
        "from_scratch": True,
    },
}
MODELS = {
    "bert-label-columns": "bert-base-uncased",
    "bert-label-lists": "bert-base-uncased",
    "distilbert-few-rows": "distilbert-base-uncased",
    "small-continuous": "small",
    "t5-small": "t5:small",
    "t5-small-from-scratch": "t5:small",
}


@pytest.fixture
def one_thread(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """On a busy machine two threads wait for each other longer than they work on so little."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A tiny base model per family."""
    bert, t5 = tmp_path_factory.mktemp("bert"), tmp_path_factory.mktemp("t5")
    tiny_model(bert)
    tiny_t5(t5)
    return {"encoder": str(bert), "small": f"small:{bert}", "text-to-text": f"t5:{t5}"}


def written(path: Path, **changes: Any) -> Path:
    """The file of a sound recipe but for the changes; None takes a key away."""
    sound = {"title": "T", "about": "A.", "model": "minilm", "settings": {"epochs": 2}}
    found = {key: value for key, value in {**sound, **changes}.items() if value is not None}
    path.write_text(json.dumps(found), encoding="utf-8")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(SettingsError) as found:
        recipes.read(path)
    return str(found.value)


def test_the_six_that_ship_say_what_their_originals_did() -> None:
    shipped = recipes.all()
    assert {found.name: found.model for found in shipped} == MODELS
    for found in shipped:
        made = recipes.settings(found, "d", 1000)
        assert made.model == found.model
        assert {name: getattr(made, name) for name in SIX[found.name]} == SIX[found.name]
        assert all(sentence.endswith(".") for sentence in (found.about, *found.beyond))
        assert found.beyond


def test_no_batch_of_a_recipe_is_made_smaller_by_its_tokens() -> None:
    for found in recipes.all():
        made = recipes.settings(found, "d", 1000)
        if "batch_size" in found.settings:
            assert made.batch_tokens >= made.batch_size * made.max_length


@pytest.mark.slow
@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("name", sorted(SIX))
def test_each_trains_a_tiny_model_into_a_finished_run(
    tmp_path: Path, bases: dict[str, str], name: str
) -> None:
    from training.program import train

    dataset = imported(write_comments(tmp_path / "comments.csv", rows=80)).id
    recipe = recipes.find(name)
    chosen = recipes.settings(recipe, dataset, 56, model=bases[recipe.family])
    quick = ["steps=3", "max_length=32", "device=cpu", "precision=fp32"]
    made = run.create(changed(chosen, quick))
    with work(made.folder) as job:
        train(made.folder, job)
    finished = run.load(made.id)
    assert finished.finished
    kept = {**SIX[name], "max_length": 32}
    assert {key: getattr(finished.settings, key) for key in kept} == kept
    assert max(event["step"] for event in events.read(made.folder, "evaluation")) == 3
    scores = run.scored(finished, "test").scores
    assert scores.shape == (12, 3)
    assert ((scores >= 0) & (scores <= 1)).all()
    assert np.ptp(scores[:, 0]) > 0
    assert rules.in_force(made.folder).number == 1


def test_a_recipe_of_ones_own_is_a_file(tmp_path: Path) -> None:
    own = written(tmp_path / "mine.json", settings={"imbalance": "sqrt", "epochs": 7})
    found = recipes.find(str(own))
    assert found == Recipe("mine", "T", "A.", "minilm", {"imbalance": "sqrt", "epochs": 7}, ())
    assert found.family == "encoder"


def test_what_a_recipe_leaves_open_is_suggested_for_the_dataset(tmp_path: Path) -> None:
    own = recipes.read(written(tmp_path / "mine.json", settings={"epochs": 7}))
    for rows in (100, 20_000):
        plain = suggested("d", rows, "minilm")
        made = recipes.settings(own, "d", rows)
        assert (made.epochs, made.batch_size) == (7, plain.batch_size)
    scratch = recipes.settings(own, "d", 100, from_scratch=True)
    assert (scratch.from_scratch, scratch.learning_rate, scratch.epochs) == (True, 1e-4, 7)


def test_pairs_go_before_a_recipe() -> None:
    made = recipes.settings(recipes.find("bert-label-lists"), "d", 1000)
    assert changed(made, ["epochs=2"]).epochs == 2
    assert changed(made, ["epochs=2"]).learning_rate == 2e-5


def test_another_model_of_the_family_will_do_and_one_of_another_family_not() -> None:
    found = recipes.find("distilbert-few-rows")
    assert recipes.settings(found, "d", 89, model="roberta-base").model == "roberta-base"
    for model, family in (("linear", "linear"), ("t5:small", "text-to-text")):
        with pytest.raises(SettingsError) as refused:
            recipes.settings(found, "d", 89, model=model)
        assert str(refused.value) == (
            "The recipe 'distilbert-few-rows' is for the encoder family, such as "
            f"'distilbert-base-uncased'; '{model}' is of the {family} family."
        )


def test_a_name_that_is_none_is_told_those_there_are() -> None:
    with pytest.raises(NotFoundError, match="There is no recipe 'cake'; there are: bert-label-col"):
        recipes.find("cake")


def test_all_that_is_wrong_with_a_recipes_settings_is_named_at_once(tmp_path: Path) -> None:
    wrong = {
        "pace": 3,
        "c": 1.0,
        "dataset": "d",
        "epochs": 0,
        "batch_size": "8",
        "schedule": ["linear"],
        "learning_rate": float("nan"),
        "max_length": 128.5,
        "from_scratch": "yes",
        "vocabulary": 500,
    }
    said = refusal(written(tmp_path / "my.json", settings=wrong))
    assert said.startswith("The recipe my.json cannot be used: There is no setting 'pace'; there ")
    for sentence in (
        "The encoder family has no setting 'c'; it has: model, name, epochs",
        "'dataset' is chosen for each run and cannot stand among a recipe's settings.",
        "epochs must be from 1 to 1000, not 0.",
        "batch_size must be from 1 to 4096, not '8'.",
        "schedule must be one of linear, cosine, constant, not ['linear'].",
        "learning_rate must be above 0 and at most 0.1, not nan.",
        "max_length must be a whole number, not 128.5.",
        "from_scratch must be true or false, not 'yes'.",
        "vocabulary can only be chosen with from_scratch=true.",
    ):
        assert sentence in said, sentence


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"Title": "T"}, "It has an unknown key 'Title'; there are: title, about, model, settings"),
        ({"title": None, "settings": None}, "It lacks 'title'. It lacks 'settings'."),
        ({"about": "  ", "model": 3}, "about must be words, not '  '. model must be words, not 3."),
        ({"settings": [1]}, "settings must be an object, not [1]."),
        ({"beyond": "x"}, "beyond must be a list of sentences, not 'x'."),
        ({"beyond": ["x", 2]}, "beyond must be a list of sentences, not ['x', 2]."),
    ],
)
def test_keys_that_are_wrong_are_refused_with_the_files_name(
    tmp_path: Path, changes: dict[str, Any], sentence: str
) -> None:
    said = refusal(written(tmp_path / "my.json", **changes))
    assert said.startswith(f"The recipe my.json cannot be used: {sentence}")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b'{"title": "T",\n "about" "A"}', "is not JSON: Expecting ':' delimiter in line 2, colu"),
        (b"", "is not JSON: Expecting value in line 1, column 1."),
        (b"[1]", "holds no object: it must begin with a brace."),
        (b'{"title": "\xff"}', "is not UTF-8 text. Save it as such."),
    ],
)
def test_a_file_that_holds_no_recipe_is_refused_by_name(
    tmp_path: Path, content: bytes, sentence: str
) -> None:
    file = tmp_path / "my.json"
    file.write_bytes(content)
    assert refusal(file).startswith(f"The recipe my.json {sentence}")


def test_a_recipe_saved_by_an_editor_that_marks_utf_8_is_read(tmp_path: Path) -> None:
    file = written(tmp_path / "my.json")
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert recipes.read(file).settings == {"epochs": 2}


def test_settings_by_a_recipe_survive_config_json() -> None:
    for found in recipes.all():
        made = recipes.settings(found, "d", 1000)
        assert Settings.from_json(json.loads(json.dumps(made.to_json()))) == made


@pytest.mark.parametrize("recipe", recipes.all(), ids=lambda recipe: recipe.name)
def test_the_settings_of_a_recipe_are_found_again_and_changed_ones_are_not(recipe: Recipe) -> None:
    told = recipes.settings(recipe, "any", 1000)
    assert recipe in recipes.matching(told)
    name, value = next((n, v) for n, v in recipe.settings.items() if type(v) is int)
    assert recipe not in recipes.matching(changed(told, [f"{name}={value + 1}"]))
