"""The Thresholds page in a real browser: what is moved, solved for, saved and put back."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.conftest import Server
from tests.ui.conftest import Visit
from tests.ui.screen import inspect, middle, stands, turn_to
from toxapp.evaluation import looks
from toxapp.runs import rules
from toxapp.runs.run import Run

pytestmark = pytest.mark.slow


def handle(page: Page, label: str = "rude") -> Locator:
    return page.get_by_role("slider", name=f"Threshold for {label}", exact=True)


def field(page: Page, label: str = "rude") -> Locator:
    return page.get_by_role("spinbutton", name=f"Threshold for {label}, from 0 to 1", exact=True)


def total(page: Page, name: str) -> str:
    return page.locator(f"[data-total={name}] .value").inner_text()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    stands(page)


def choose(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name, exact=True).click()
    stands(page)


def test_what_is_moved_outlives_reload_and_other_pages_until_it_is_saved_or_reverted(
    trained: Run, serve: Server, visit: Visit
) -> None:
    page = visit(f"{serve()}/thresholds")
    expect(page.get_by_text("Rule 1 in force")).to_be_visible()
    drag(page)
    press_a_key(page)
    held = str(handle(page).get_attribute("aria-valuenow"))
    field(page, "spam").fill("0.7")
    field(page, "spam").press("Enter")
    expect(page).to_have_url(re.compile(r"at=spam"))
    survives(page, held)
    press(page, "Save thresholds")
    expect(page.get_by_text("Rule 2 in force")).to_be_visible()
    expect(page.get_by_text("On test, by rule 2")).to_be_visible()
    saved = rules.in_force(trained.folder)
    assert saved.thresholds["rude"] == pytest.approx(float(held), abs=5e-4)
    assert (saved.thresholds["spam"], saved.thresholds["never"]) == (0.7, None)
    assert looks.count(trained) == 1
    revert(page)
    put_back(page, trained)


def drag(page: Page) -> None:
    before = total(page, "flagged")
    x, y = middle(handle(page))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 150, y, steps=4)
    assert total(page, "flagged") != before  # before the hand lets go
    page.mouse.up()
    expect(page.get_by_text("Moved, not saved yet")).to_be_visible()
    inspect(page, "studio-moved")


def press_a_key(page: Page) -> None:
    before = float(str(handle(page).get_attribute("aria-valuenow")))
    handle(page).press("ArrowRight")
    after = float(str(handle(page).get_attribute("aria-valuenow")))
    assert after == pytest.approx(before + 0.005, abs=0.0011)
    expect(page).to_have_url(re.compile(rf"at=rude%3A{after:g}"))


def survives(page: Page, held: str) -> None:
    page.reload()
    stands(page)
    expect(handle(page)).to_have_attribute("aria-valuenow", held)
    turn_to(page, "Data")
    turn_to(page, "Thresholds")
    expect(handle(page)).to_have_attribute("aria-valuenow", held)
    expect(field(page, "spam")).to_have_value("0.700")
    expect(page.get_by_text("Moved, not saved yet")).to_be_visible()


def revert(page: Page) -> None:
    field(page, "spam").fill("0.9")
    field(page, "spam").press("Enter")
    expect(page.get_by_text("Moved, not saved yet")).to_be_visible()
    expect(page.get_by_text("On test, by rule")).to_have_count(0)
    press(page, "Revert")
    expect(field(page, "spam")).to_have_value("0.700")
    expect(page.get_by_text("Moved, not saved yet")).to_have_count(0)


def put_back(page: Page, trained: Run) -> None:
    choose(page, "Rules")
    inspect(page, "studio-rules")
    press(page, "Put back in force")
    expect(page.get_by_text("Rule 3 in force, which puts rule 1 back")).to_be_visible()
    first, again = rules.numbered(trained.folder, 1), rules.in_force(trained.folder)
    assert (again.number, again.restores, again.thresholds) == (3, 1, first.thresholds)
    at = str(handle(page).get_attribute("aria-valuenow"))
    assert float(at) == first.thresholds["rude"]


def test_a_wish_is_solved_and_saved_with_its_words_and_nobody_is_overrun(
    trained: Run, serve: Server, visit: Visit
) -> None:
    page = visit(f"{serve()}/thresholds?solve=recall&recall=100")
    press(page, "Solve")
    expect(handle(page)).to_have_attribute("aria-valuetext", re.compile("100 % caught"))
    page.get_by_role("button", name="Add a second cut-off for rude").click()
    expect(page.get_by_role("slider", name="Act on rude from")).to_be_focused()
    expect(page.locator("[data-total=acted]")).to_be_visible()
    inspect(page, "studio-act")
    before = rules.in_force(trained.folder)
    theirs = replace(before, thresholds={**before.thresholds, "spam": 0.123}, by="anna", when="")
    rules.save(trained.folder, theirs)
    press(page, "Save thresholds")
    expect(page.get_by_text("Saved since you opened this page: rule 2 by anna")).to_be_visible()
    assert rules.in_force(trained.folder).number == 2
    press(page, "Save thresholds")
    expect(page.get_by_text("Rule 3 in force")).to_be_visible()
    saved = rules.in_force(trained.folder)
    assert saved.objective["rude"] == "recall at least 1, then most precision"
    assert saved.expected["rude"]["recall"] == 1
    assert saved.act["rude"] > float(saved.thresholds["rude"] or 0)
    choose(page, "Closer look")
    expect(page.get_by_role("figure", name="rude: ROC.")).to_be_visible()
    inspect(page, "studio-closer")


def test_a_wish_that_cannot_be_met_says_so_and_a_strange_link_does_no_harm(
    trained: Run, serve: Server, visit: Visit
) -> None:
    link = "solve=budget&reads=0.5&volume=ten&at=rude:7:off::&at=x:0.5:off::&at=rude:0.4:off:bad=1:"
    page = visit(f"{serve()}/thresholds?{link}&prices=nobody=3")
    expect(handle(page)).to_have_attribute("aria-valuenow", "0.4")
    press(page, "Solve")
    expect(page.get_by_role("alert")).to_contain_text("There is no label 'nobody'")
    page.get_by_role("textbox", name="Prices of a miss").fill("rude=3")
    page.get_by_role("textbox", name="Prices of a miss").press("Enter")
    press(page, "Solve")
    expect(page.get_by_text("cannot have what was wished")).to_be_visible()
    assert total(page, "read") == "0"
