"""The page on which labelled files become a dataset, in a real browser."""

from __future__ import annotations

import csv
import re
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, expect

from tests.conftest import Server
from tests.tiny import wording
from tests.ui.conftest import Visit
from tests.ui.screen import NARROW, inspect, stands
from toxapp import workspace
from toxapp.data import store

pytestmark = pytest.mark.slow

FEELINGS = ("joy", "grief", "neutral")


def write(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter="\t" if path.suffix == ".tsv" else ",").writerows(rows)
    return path


def feelings(path: Path, start: int, count: int) -> Path:
    """Comments with ids of feelings and no header: in turn 0 and 1, 1 and 2, 2, 0, 1, 2."""
    cells = ("0,1", "1,2", "2", "0", "1", "2")
    return write(path, [[wording(n), cells[n % 6]] for n in range(start, start + count)])


def votes(path: Path) -> Path:
    """Comments with how many of three raters found them rude, or spam."""
    rows = [[wording(n), n % 4, (n + 2) % 4, "ab"[n % 2]] for n in range(80)]
    return write(path, [["comment", "rude", "spam", "batch"], *rows])


def upload(page: Page, *files: Path, box: int = 0) -> None:
    page.locator("input[type=file]").nth(box).set_input_files(files)
    expect(page.get_by_role("heading", name="Columns of")).to_be_visible()
    stands(page)


def choose(page: Page, select: str, option: str) -> None:
    """Choose in a list, opened again where a rerun of the page has closed it."""
    wanted = page.get_by_role("option", name=option).first
    for _ in range(10):
        page.get_by_role("combobox", name=select, exact=True).click()
        with suppress(Error):
            wanted.click(timeout=5_000)
            stands(page)
            return
    pytest.fail(f"'{option}' is not offered by {select}")


def label_with(page: Page, column: str) -> None:
    """Add a label column; while its list is open, nothing else can be found by its role."""
    page.get_by_role("combobox", name="Label columns", exact=True).click()
    page.get_by_role("option", name=column, exact=True).click()
    page.keyboard.press("Escape")
    stands(page)


def made(page: Page) -> store.Dataset:
    """Make the dataset of what is on the page, and wait for its report."""
    page.get_by_role("button", name="Make the dataset").click()
    expect(page.get_by_text("texts that can be used")).to_be_visible()
    stands(page)
    return store.load(workspace.ids("datasets")[0])


def becomes(page: Page) -> list[str]:
    """What the preview says that the first rows become."""
    rows = page.get_by_role("region", name="What the first rows become").get_by_role("row")
    return [row.get_by_role("cell").nth(1).inner_text() for row in rows.all()[1:]]


def becomes_soon(page: Page, wanted: list[str]) -> None:
    """Wait until the preview says that of the first rows: the page may not have begun to rerun."""
    deadline = time.monotonic() + 60
    while becomes(page)[: len(wanted)] != wanted and time.monotonic() < deadline:
        page.wait_for_timeout(100)
    assert becomes(page)[: len(wanted)] == wanted


def test_several_files_get_their_roles_names_and_a_report(
    tmp_path: Path, serve: Server, visit: Visit
) -> None:
    train, dev = feelings(tmp_path / "train.tsv", 0, 120), feelings(tmp_path / "dev.tsv", 200, 60)
    page = visit(f"{serve()}/data")
    upload(page, train, dev)
    role = page.get_by_role("combobox", name="What dev.tsv is for", exact=True)
    expect(role).to_have_value("validation")
    choose(page, "What dev.tsv is for", "test")
    page.get_by_text("Names of the labels").click()
    names = page.get_by_role("textbox", name="A value and its name in every line")
    names.fill("\n".join(FEELINGS))
    names.press("Control+Enter")
    chips = page.get_by_role("region", name="What the first rows become")
    expect(chips.get_by_text("grief", exact=True).first).to_be_visible()
    assert becomes(page)[:3] == ["joygrief", "griefneutral", "neutral"]
    inspect(page, "data-files")
    page.reload()
    stands(page)
    expect(role).to_have_value("test")
    dataset = made(page)
    assert dataset.labels == ("0", "1", "2")
    assert dataset.splits["test"] == 60
    assert [(f.name, f.role) for f in dataset.plan.files] == [
        ("train.tsv", "train"),
        ("dev.tsv", "test"),
    ]
    expect(page.get_by_text("dev.tsv test, tab separated, utf-8, no header row")).to_be_visible()
    expect(page.get_by_role("heading", name="What is wrong in it")).to_be_visible()
    inspect(page, "data-report")
    inspect(visit(page.url, width=NARROW), "data-report-on-a-phone")


def test_a_format_is_corrected_by_hand_and_seen_at_once(
    tmp_path: Path, serve: Server, visit: Visit
) -> None:
    page = visit(f"{serve()}/data")
    upload(page, votes(tmp_path / "votes.csv"))
    label_with(page, "spam")
    format_ = page.get_by_role("combobox", name="How they are written")
    expect(format_).to_have_value(re.compile("how many raters"))
    becomes_soon(page, ["spam", "rudespam", "rude", "rudespam"])
    least = page.get_by_role("spinbutton", name="From so many votes on")
    least.fill("3")
    least.press("Enter")
    expect(page.get_by_text("none").first).to_be_visible()
    stands(page)
    becomes_soon(page, ["none", "spam", "none", "rude"])
    page.get_by_text("Share", exact=True).click()
    expect(page.get_by_text("rude 0.25").first).to_be_visible()
    stands(page)
    becomes_soon(page, ["spam", "rude 0.25spam 0.75", "rude", "rude 0.75spam 0.25"])
    page.get_by_role("button", name="Remove rude").click()
    stands(page)
    page.get_by_role("button", name="Remove spam").click()
    expect(page.get_by_text("at least one label column")).to_be_visible()
    expect(page.get_by_role("button", name="Make the dataset")).to_be_disabled()
    label_with(page, "batch")
    choose(page, "Positive class", "b, as a single label")
    becomes_soon(page, ["none", "b"])
    inspect(page, "data-class")
    dataset = made(page)
    assert dataset.labels == ("b",)
    assert sum(dataset.positives["b"].values()) == 40


def test_a_broken_file_is_told_and_the_others_stay(
    tmp_path: Path, serve: Server, visit: Visit
) -> None:
    good, bad = votes(tmp_path / "votes.csv"), tmp_path / "broken.csv"
    bad.write_bytes(bytes(range(256)) * 9)
    page = visit(f"{serve()}/data")
    upload(page, good, bad)
    alert = page.get_by_role("alert").filter(has_text="broken.csv is a binary file")
    expect(alert).to_have_count(1)
    expect(page.get_by_role("heading", name="Columns of votes.csv")).to_be_visible()
    page.get_by_role("button", name="Choose another file").click()
    expect(page.get_by_text("No dataset yet")).to_be_visible()
    assert "file=" not in page.url


def test_the_same_file_again_is_said_with_a_way_to_its_dataset(
    tmp_path: Path, serve: Server, visit: Visit
) -> None:
    page = visit(f"{serve()}/data")
    upload(page, votes(tmp_path / "votes.csv"))
    first = made(page)
    page.get_by_text("Add a dataset").click()
    upload(page, tmp_path / "votes.csv")
    expect(page.get_by_text("Added before, as 'votes'")).to_be_visible()
    expect(page.get_by_role("button", name="Make the dataset")).to_be_enabled()
    page.get_by_role("button", name="Show that dataset").click()
    expect(page.get_by_text("texts that can be used")).to_be_visible()
    assert workspace.ids("datasets") == [first.id]
