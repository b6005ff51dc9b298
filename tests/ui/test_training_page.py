"""The Train page without a browser: the form of each family, and the baseline."""

from __future__ import annotations

import os
import re
from html import unescape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.conftest import ROOT
from tests.tiny import imported
from toxapp import workspace
from toxapp.data.store import Dataset
from toxapp.jobs import process
from toxapp.runs import run
from toxapp.runs.checks import SCRATCH_SETTINGS
from toxapp.runs.settings import GRADIENT, LINEAR, names
from toxapp.ui import settings_form
from toxapp.ui.settings_form import TITLES


@pytest.fixture
def dataset(comments: Path) -> Dataset:
    return imported(comments)


def opened(**query: str) -> AppTest:
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
