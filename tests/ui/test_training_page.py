"""The Train page without a browser: the form of each family, and the baseline."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button, NumberInput, Selectbox

from tests.conftest import ROOT
from tests.tiny import imported
from toxapp import workspace
from toxapp.data.store import Dataset
from toxapp.jobs import process
from toxapp.models import pace
from toxapp.models.pace import Pace
from toxapp.runs import run, starting
from toxapp.runs.checks import SCRATCH_SETTINGS
from toxapp.runs.settings import GRADIENT, LINEAR, names
from toxapp.ui import choosing, estimate, settings_form
from toxapp.ui.settings_form import TITLES


@pytest.fixture
def dataset(comments: Path) -> Dataset:
    return imported(comments)


def opened(**query: str | list[str]) -> AppTest:
    """The Train page, opened by the front door."""
    app = AppTest.from_file(str(ROOT / "toxapp" / "ui" / "main.py"), default_timeout=60).run()
    for name, value in query.items():
        app.query_params[name] = value
    page = os.path.relpath(ROOT / "pages" / "train.py", ROOT / "toxapp" / "ui")
    return app.switch_page(page).run()


def words(app: AppTest) -> str:
    """All that the page says in HTML of its own."""
    assert not app.exception
    bodies = [str(each.proto.body) for each in app.get("html")]
    return unescape(re.sub(r"<[^>]*>", " ", " ".join(b for b in bodies if "<style>" not in b)))


def asked(app: AppTest) -> set[str]:
    """The titles of the fields."""
    fields = [*app.number_input, *app.selectbox, *app.checkbox, *app.text_input]
    return {field.label for field in fields}


def pick(app: AppTest, model: str) -> AppTest:
    return app.selectbox(key="model").set_value(model).run()


def field(app: AppTest, name: str) -> NumberInput:
    """The field of a setting that is a number."""
    return next(each for each in app.number_input if each.label == TITLES[name])


def mapped(app: AppTest, label: str) -> Selectbox[str]:
    """The field that says which of a foreign classifier's labels is ours."""
    return next(each for each in app.selectbox if each.label == label)


def told(app: AppTest) -> list[str]:
    """The settings in the URL."""
    found = app.query_params["set"]
    return [found] if isinstance(found, str) else list(found)


def start_button(app: AppTest) -> Button:
    assert not app.exception
    return next(each for each in app.button if each.label == "Start training")


def start(app: AppTest) -> run.Run:
    """Start what the page has; the job is ended at once."""
    next(each for each in app.button if each.label == "Start training").click().run()
    assert not app.exception
    made = run.load(workspace.ids("runs")[0])
    process.stop(made.folder, patience_s=0.1)
    return made


@pytest.mark.parametrize("family", sorted({*GRADIENT, *LINEAR}))
def test_every_setting_of_a_trained_family_has_its_place(family: str) -> None:
    beside_the_form = {"dataset", "model", "name", "from_scratch"}
    assert set(names(family)) - beside_the_form <= settings_form.placed()
    assert settings_form.placed() == set(TITLES)
    assert len(set(TITLES.values())) == len(TITLES)


def test_a_model_shows_what_an_analyst_needs_to_know(dataset: Dataset) -> None:
    said = words(opened())
    for fact in ("22.7 million", "none, it comes with the app", "English", "Apache-2.0"):
        assert fact in said
    assert "512 tokens" in said
    said = words(pick(opened(), "xlm-roberta-base"))
    assert "278 million" in said
    assert "1,116 MB, once" in said
    assert "100 languages" in said


def test_the_form_asks_a_family_for_its_own_settings_alone(dataset: Dataset) -> None:
    app = pick(opened(), "linear")
    assert {TITLES[name] for name in ("c", "class_weight", "bits")} <= asked(app)
    assert not {TITLES["epochs"], TITLES["device"], "From scratch"} & asked(app)
    app = pick(app, "minilm")
    assert {TITLES["epochs"], TITLES["patience"], "From scratch"} <= asked(app)
    assert not {TITLES["c"], TITLES["focal_gamma"], TITLES["vocabulary"]} & asked(app)


def test_what_has_no_effect_is_not_asked(dataset: Dataset) -> None:
    app = opened()
    assert TITLES["freeze_layers"] in asked(app)
    assert not {TITLES[name] for name in SCRATCH_SETTINGS} & asked(app)
    next(box for box in app.checkbox if box.label == "From scratch").check().run()
    assert TITLES["freeze_layers"] not in asked(app)
    assert {TITLES["layers"], TITLES["tokenizer"]} <= asked(app)
    next(box for box in app.selectbox if box.label == TITLES["imbalance"]).set_value("focal").run()
    assert TITLES["focal_gamma"] in asked(app)


def test_all_wrong_settings_are_told_at_once(dataset: Dataset) -> None:
    app = opened()
    for name in ("learning_rate", "warmup"):
        next(f for f in app.number_input if f.label == TITLES[name]).set_value(2.0)
    app.run()
    said = words(app)
    assert "learning_rate must be above 0 and at most 0.1, not 2.0." in said
    assert "warmup must be from 0 to below 1, not 2.0." in said


@pytest.mark.slow
def test_the_baseline_is_offered_and_then_says_what_to_beat(dataset: Dataset) -> None:
    app = opened()
    assert "Run the linear baseline first" in words(app)
    next(each for each in app.button if each.label == "Run the baseline first").click().run()
    assert not app.exception
    made = run.load(workspace.ids("runs")[0])
    assert made.settings.family == "linear"
    assert process.wait(made.folder, timeout_s=60).state == "finished"
    app = opened()
    said = words(app)
    assert "Run the linear baseline first" not in said
    assert "To beat: the linear baseline 'comments baseline', on validation." in said
    reached = run.metrics(made)
    assert reached is not None
    assert f"{reached['after']['validation']['mean_average_precision']:.3f}" in said
    assert "train better than test by" in said  # of the run, below
    assert "no training text carries this label" in said


@pytest.mark.slow
def test_what_was_chosen_is_what_is_trained(dataset: Dataset) -> None:
    app = pick(opened(), "linear")
    next(f for f in app.number_input if f.label == TITLES["c"]).set_value(4.0).run()
    made = start(app)
    assert (made.settings.model, made.settings.c) == ("linear", 4.0)


def test_a_text_to_text_model_is_called_one(dataset: Dataset) -> None:
    said = words(pick(opened(), "t5:small"))
    assert "text-to-text: writes the names of your labels" in said
    assert "60.5 million" in said


@pytest.mark.parametrize(
    ("kind", "named", "family"),
    [
        ("other", "google/electra-small-discriminator", "encoder"),
        ("t5", "google/flan-t5-small", "text-to-text"),
        ("small", "", "small"),
        ("small", "FacebookAI/roberta-base", "small"),
    ],
)
def test_every_family_can_be_chosen(dataset: Dataset, kind: str, named: str, family: str) -> None:
    app = opened(model=kind, base=named)
    assert choosing.WORDS[family] in words(app)
    assert TITLES["epochs"] in asked(app)
    assert (TITLES["embedding_size"] in asked(app)) == (family == "small")
    assert (TITLES["prefix"] in asked(app)) == (family == "text-to-text")
    assert start_button(app).disabled is False


def test_settings_stand_in_the_url_and_a_link_fills_the_form(dataset: Dataset) -> None:
    app = opened()
    field(app, "epochs").set_value(7).run()
    next(box for box in app.checkbox if box.label == "From scratch").check().run()
    assert told(app) == ["from_scratch=true"]  # the new start has epochs of its own
    field(app, "epochs").set_value(5).run()
    link = told(app)
    assert set(link) == {"from_scratch=true", "epochs=5"}
    fresh = opened(set=link)
    assert field(fresh, "epochs").value == 5
    assert next(box for box in fresh.checkbox if box.label == "From scratch").value is True
    assert "changed: Epochs" in words(fresh)
    next(each for each in fresh.button if each.key == "start-over").click().run()
    assert "set" not in fresh.query_params
    assert field(fresh, "epochs").value == 4


def test_a_link_with_settings_that_cannot_be_says_so_of_all_and_can_be_mended(
    dataset: Dataset,
) -> None:
    app = opened(set=["epochs=many", "c=3", "batch_size=0", "warmup=0.2"])
    said = words(app)
    assert "epochs must be a whole number, not 'many'." in said
    assert "The encoder family has no setting 'c'" in said
    assert "batch_size must be from 1 to 4096, not 0." in said
    assert start_button(app).disabled is True
    next(each for each in app.button if each.key == "leave-out").click().run()
    assert start_button(app).disabled is False
    assert told(app) == ["warmup=0.2"]


def test_a_recipe_brings_its_model_and_settings_which_are_then_shown_as_changed(
    dataset: Dataset,
) -> None:
    app = opened()
    app.selectbox(key="recipe").set_value("distilbert-few-rows").run()
    assert app.selectbox(key="model").value == "distilbert-base-uncased"
    assert (field(app, "epochs").value, field(app, "max_length").value) == (5, 512)
    assert "changed:" not in words(app)
    assert "What no setting says" in [each.label for each in app.expander]
    field(app, "epochs").set_value(6).run()
    assert "changed: Epochs" in words(app)
    assert app.query_params["recipe"] == "distilbert-few-rows"
    pick(app, "linear")
    assert "is for the encoder family" in words(app)
    assert "It is left out." in words(app)
    assert start_button(app).disabled is False


def test_a_blend_needs_two_finished_runs(dataset: Dataset) -> None:
    app = opened(model="blend")
    assert "A blend needs two finished runs of comments; none is finished so far." in words(app)
    assert start_button(app).disabled is True


def test_the_labels_of_a_classifier_in_a_folder_are_read_and_mapped(
    dataset: Dataset, tmp_path: Path
) -> None:
    theirs = {"id2label": {"0": "RUDE", "1": "toxic", "2": "spam"}}
    (tmp_path / "config.json").write_text(json.dumps(theirs), "utf-8")
    app = opened(model="adopt", base=str(tmp_path))
    assert "It says RUDE, toxic, spam: one label of all (softmax)." in words(app)
    assert [mapped(app, label).value for label in dataset.labels] == ["RUDE", "spam", None]
    assert "Say which of its labels is never, or none" in words(app)
    assert start_button(app).disabled is True
    mapped(app, "never").set_value("none").run()
    mapped(app, "spam").set_value("toxic").run()
    assert start_button(app).disabled is False
    assert told(app) == ["map=rude=RUDE,spam=toxic,never=none"]
    fresh = opened(model="adopt", base=str(tmp_path), set=told(app))
    assert [mapped(fresh, label).value for label in dataset.labels] == ["RUDE", "toxic", "none"]


def test_the_labels_of_a_classifier_elsewhere_are_typed(dataset: Dataset) -> None:
    app = opened(model="adopt", base="somebody/else")
    field_ = next(box for box in app.text_input if box.label == "never")
    field_.set_value("none").run()
    assert told(app) == ["map=never=none"]


def test_an_estimate_follows_what_needs_no_new_measurement(dataset: Dataset) -> None:
    asked_ = starting.suggested(dataset.id, 100)
    found = Pace("5 steps", 10, 20, 2.0, 0, 5.0, 30.0, 0.1, 2, 1.0, 0.0, 1_000.0)
    once = replace(asked_, epochs=1)
    # 20 batches of 2 s, evaluations before and after, the start and the scores.
    assert pace.estimate(found, once).total_s == 10 + 40 + 2 * 5 + 30
    assert pace.estimate(found, replace(once, epochs=3)).total_s == 10 + 120 + 4 * 5 + 30
    assert pace.estimate(found, replace(once, steps=5)).training_s == 10
    assert pace.estimate(found, replace(once, accumulation=3)).training_s == 40
    assert pace.estimate(found, replace(once, evaluate_every=5)).evaluations_s == 5 * 5
    said = estimate.words(found, pace.estimate(found, once), 1_000.0 + 120)
    assert said[0] == "About 2 min, measured by 5 steps on this machine"
    assert said[1].endswith("Measured 2 min ago.")
    assert len(said) == 2


def test_an_estimate_says_what_else_the_machine_did(dataset: Dataset) -> None:
    found = Pace("5 steps", 0, 60, 60.0, 0, 0.0, 0.0, 1.8, 2, 0.1, 0.3, 0.0)
    took = pace.estimate(found, starting.suggested(dataset.id, 100, "minilm"))
    said = " ".join(estimate.words(found, took, 0.0))
    assert "Other programs used 1.8 of the 2 cores" in said
    assert said.startswith("24 min to 4.0 h, measured by 5 steps")
    assert "Others held 30% of the GPU's memory" in said


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["steps", "fit"])
def test_a_measurement_is_made_kept_and_shown(
    dataset: Dataset, model_folder: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    model = {"steps": str(model_folder), "fit": "linear"}[kind]
    app = opened(model="other" if kind == "steps" else "linear", base=model)
    if kind == "steps":
        field(app, "max_length").set_value(32).run()
    assert "has not been measured yet" in words(app)
    next(each for each in app.button if each.key == "measure").click().run()
    assert "Measuring how long this run takes" in words(app)
    place = next((workspace.cache_folder() / "pace").iterdir())
    ended = process.wait(place, timeout_s=120)
    assert ended.state == "finished", (place / "log.txt").read_text()
    said = words(app.run())
    by = "5 steps" if kind == "steps" else "a fit of"
    assert re.search(rf"\d (s|min), measured by {by}", said)
    assert not (place / "model").exists()
    found = json.loads((place / "pace.json").read_text("utf-8"))
    assert found["cores"] >= 1
    assert (found["batches"] > 0) == (kind == "steps")
