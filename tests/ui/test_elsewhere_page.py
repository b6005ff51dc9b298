"""The view of a run on another dataset: chosen, measured by a job, side by side, fit for all."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect
from streamlit.testing.v1 import AppTest

from tests.conftest import Server
from tests.evaluation.sides import guessed, labelled
from tests.tiny import imported, marks, wording
from tests.ui.conftest import Visit
from tests.ui.screen import inspect, stands, turn_to
from tests.ui.test_pages import bodies, opened
from toxapp.data import store
from toxapp.data.choice import Choice
from toxapp.evaluation.elsewhere import Scored
from toxapp.evaluation.outside import Outside
from toxapp.evaluation.sampling import Sample
from toxapp.evaluation.transfer import transfer
from toxapp.runs.run import Run
from toxapp.ui import domains

HOSTILE = "<img src=x onerror=alert(1)>"


def others(folder: Path) -> None:
    """Another dataset, of 90 texts, where rude is called IsRude and spam something else."""
    lines = [f"{wording(n)},{n % 3 % 2},{int(n % 5 == 0)}" for n in range(90)]
    file = folder / "others.csv"
    file.write_text("\n".join(["text,IsRude,advert", *lines]), encoding="utf-8")
    imported(file, choice=Choice("text", marks("IsRude", "advert")))


def view(app: AppTest) -> AppTest:
    group = next(each for each in app.button_group if each.key == "compare")
    return group.set_value("elsewhere").run()


def test_a_run_needs_another_dataset_and_says_so(tmp_path: Path) -> None:
    guessed(labelled(tmp_path, ["rude"]), 0.6)
    app = view(opened("compare"))
    assert any("No other dataset yet" in body for body in bodies(app))
    assert [button.label for button in app.button] == ["Go to Data"]


def test_labels_are_guessed_by_name_and_none_is_no_measurement(tmp_path: Path) -> None:
    others(tmp_path)
    guessed(labelled(tmp_path, ["rude", "spam"]), 0.6)
    app = view(opened("compare"))
    boxes = {box.label: box for box in app.selectbox}
    assert (boxes["rude"].value, boxes["spam"].value) == ("IsRude", "none")
    assert [button.label for button in app.button] == ["Measure on all texts"]
    boxes["rude"].set_value("none").run()
    assert [button.label for button in app.button] == []
    assert app.query_params["map"] == ["rude=none"] or app.query_params["map"] == "rude=none"
    assert any("labels is known there" in body for body in bodies(app))


def test_what_the_table_leaves_out_is_said_and_escaped(tmp_path: Path) -> None:
    dataset = labelled(tmp_path, [HOSTILE, "spam"])
    chosen = guessed(dataset, 0.6)
    rows = store.read(dataset.id, "train")
    scores = rows.targets[:, :1] * 0.9
    found = transfer(chosen, Scored((HOSTILE,), rows.targets[:, :1], scores, None), resamples=50)
    told = domains.table(found, "f1") + domains.remarks(found, HOSTILE, 40, Sample(99, 3))
    assert "<img" not in told
    assert "not counted as 0: spam" in told
    assert "drawn by seed 3" in told
    assert "fewer than the 99 asked for" in told
    assert "higher" in told


def test_the_probability_outside_the_known_strings_is_told() -> None:
    (told,) = domains.beyond(Outside("beams", 0.02, 0.125), Outside("beams", 0.5, 0.75))
    assert "(beams)" in told
    assert "in-domain 2.0% on average, at most 12% for 95 % of the texts" in told
    assert "out-of-domain 50% on average" in told
    assert domains.beyond(None, None) == []


@pytest.mark.slow
def test_a_run_is_measured_on_another_dataset_and_the_link_shows_it_again(
    trained: Run, tmp_path: Path, serve: Server, visit: Visit
) -> None:
    others(tmp_path)
    page = visit(f"{serve()}/compare?run={trained.id}&compare=elsewhere&drawn=sample&size=60")
    page.get_by_role("button", name="Measure on 60 texts").click()
    told = page.get_by_text("60 of 90, drawn by seed 0, texts of others")
    expect(told).to_be_visible()
    expect(page.get_by_text("not counted as 0: spam, never")).to_be_visible()
    page.get_by_role("radio", name="recall", exact=True).click()
    page.wait_for_url("**figure=recall*")
    stands(page)
    inspect(page, "elsewhere")
    link = page.url
    turn_to(page, "Thresholds")
    turn_to(page, "Compare")
    expect(told).to_be_visible()
    assert page.url == link
