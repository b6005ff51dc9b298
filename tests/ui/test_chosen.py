"""What is chosen on a page stays chosen, however late the browser's URL is."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

KEYS = ("figure", "curve")


def script() -> None:
    import streamlit as st

    from toxapp.ui import chosen

    chosen.begin(("figure", "curve"))
    chosen.one("figure", "Figure", {"f1": "F1", "recall": "recall"})
    if st.session_state.get("curves", True):
        chosen.one("curve", "Curve", {"pr": "PR", "roc": "ROC"})
        chosen.stand(("figure", "curve"))
    else:
        chosen.stand(("figure",))


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_function(script, default_timeout=30).run()


def move(app: AppTest, **to: str) -> None:
    for group in app.button_group:
        if group.key in to:
            group.set_value(to[group.key])


def told(app: AppTest) -> dict[str, str]:
    assert not app.exception
    screen = {str(group.key): str(group.value) for group in app.button_group}
    url = {key: "".join(value) for key, value in app.query_params.items()}
    assert url == screen, "the URL says what the screen says"
    return screen


def test_a_choice_stands_in_the_url(app: AppTest) -> None:
    assert told(app) == {"figure": "f1", "curve": "pr"}
    move(app, curve="roc")
    assert told(app.run()) == {"figure": "f1", "curve": "roc"}


def test_a_url_from_before_the_last_answer_undoes_no_choice(app: AppTest) -> None:
    """Two quick clicks: the second came with the URL of before the first, which was then undone."""
    move(app, figure="recall")
    app.run()
    app.query_params["figure"] = "f1"
    move(app, curve="roc")
    assert told(app.run()) == {"figure": "recall", "curve": "roc"}


def test_a_link_that_is_opened_is_followed_and_a_mistyped_one_is_not(app: AppTest) -> None:
    app.query_params["figure"] = "recall"
    app.query_params["curve"] = "rocks"
    assert told(app.run()) == {"figure": "recall", "curve": "pr"}
    app.query_params["curve"] = "roc"
    assert told(app.run()) == {"figure": "recall", "curve": "roc"}


def test_a_control_that_goes_leaves_the_url_and_comes_back_as_it_was(app: AppTest) -> None:
    move(app, curve="roc")
    app.run()
    app.session_state["curves"] = False
    assert told(app.run()) == {"figure": "f1"}
    app.session_state["curves"] = True
    assert told(app.run()) == {"figure": "f1", "curve": "roc"}
