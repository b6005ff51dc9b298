from __future__ import annotations

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.evaluation.report.test_report import bundled
from tests.evaluation.sides import guessed, labelled
from toxapp.evaluation import looks
from toxapp.runs import rules
from toxapp.runs.run import Run


def script(run_id: str) -> None:
    from toxapp.runs import run
    from toxapp.ui import reporting

    reporting.render(run.load(run_id))


@pytest.fixture
def made(tmp_path: Path) -> Run:
    # Two runs made within a second, in two workspaces, have the same id.
    st.cache_data.clear()
    st.cache_resource.clear()
    return bundled(guessed(labelled(tmp_path, ("rude", "spam"), rows=100), 0.4))


def test_the_report_is_made_when_asked_for_and_anew_for_a_new_rule(made: Run) -> None:
    app = AppTest.from_function(script, default_timeout=60, kwargs={"run_id": made.id}).run()
    assert not app.get("download_button")
    assert looks.count(made) == 0
    app.button(key="make-report").click().run()
    assert not app.exception
    assert len(app.get("download_button")) == 1
    app.run()
    assert looks.count(made) == 1
    rules.restore(made.folder, 1, by="somebody")
    app.run()
    assert not app.get("download_button")
    assert app.button(key="make-report").label == "Make the report"


def test_what_hinders_a_report_is_a_sentence(made: Run) -> None:
    (made.folder / "bundle" / "bundle.json").unlink()
    app = AppTest.from_function(script, default_timeout=60, kwargs={"run_id": made.id}).run()
    app.button(key="make-report").click().run()
    assert not app.exception
    assert any("cannot be reported" in str(html.proto) for html in app.get("html"))
