from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.evaluation.sides import guessed, labelled
from toxapp.decisions.reliability import reliability
from toxapp.evaluation import looks
from toxapp.runs import rules
from toxapp.runs.run import Run
from toxapp.ui.reliability import card, said


@pytest.fixture
def found(tmp_path: Path) -> Run:
    return guessed(labelled(tmp_path, ["rude", "<b>spam"], rows=500), noise=0.7)


def script() -> None:
    import streamlit as st

    from toxapp.runs import run
    from toxapp.ui import calibrating

    calibrating.render(run.load(st.query_params["run"]))


def opened(found: Run, **query: str) -> AppTest:
    app = AppTest.from_function(script, default_timeout=60)
    for key, value in {"run": found.id, **query}.items():
        app.query_params[key] = value
    return app.run()


def test_the_method_is_chosen_per_label_kept_in_the_url_and_saved_with_the_rule(
    found: Run,
) -> None:
    app = opened(found)
    assert [box.value for box in app.selectbox] == ["auto", "auto"]
    assert "calibrate" not in app.query_params
    app.selectbox[0].select("platt").run()
    assert app.query_params["calibrate"] == "rude:platt"
    assert opened(found, calibrate="rude:platt").selectbox[0].value == "platt"
    assert opened(found, calibrate="rude:beta").selectbox[0].value == "auto"
    assert rules.numbers(found.folder) == [1]
    app.button(key="save-calibration").click().run()
    rule = rules.in_force(found.folder)
    assert rule.number == 2
    assert app.session_state["studio_said"].startswith("Saved as rule 2: ")
    assert rule.calibration["rude"]["method"] == "platt"
    assert rule.thresholds == rules.numbered(found.folder, 1).thresholds
    assert app.button(key="save-calibration").disabled
    assert looks.count(found) == 0
    app.button[-1].click().run()  # on test, when asked for
    assert looks.count(found) == 1
    assert "Calibrated: platt." in " ".join(html.proto.body for html in app.get("html"))


def test_a_card_escapes_names_and_says_what_is_rough() -> None:
    rng = np.random.default_rng(0)
    scores = rng.random(60)
    before = reliability((rng.random(60) < scores).astype(float), scores)
    html = card("<b>spam", before, before)
    assert "<b>spam" not in html
    assert "&lt;b&gt;spam" in html
    assert "texts carry this label. Its figures are rough." in said(before, "Why.")
    nothing = reliability(np.zeros(0), np.zeros(0))
    assert "no text whose target is known" in card("spam", nothing, nothing)
    assert "n/a" in card("spam", nothing, nothing)
