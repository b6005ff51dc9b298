"""The app as a server: every address, from anywhere, in both themes, for everybody."""

from __future__ import annotations

import sys
import urllib.request
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Page, expect

from tests.conftest import Server, quick_settings
from tests.tiny import marks, wording
from tests.ui.conftest import Visit
from tests.ui.screen import (
    GROUNDS,
    NARROW,
    PAGES,
    WIDE,
    inspect,
    server_process,
    stands,
    turn_to,
    violations,
)
from toxapp import workspace
from toxapp.data import importing
from toxapp.data.choice import Choice, Upload
from toxapp.jobs import process
from toxapp.runs import run
from toxapp.runs.run import Run

pytestmark = pytest.mark.slow

IMAGE = "<img src=x onerror=document.title=1>"
MARKDOWN = "**bold** $x$ :red[y] ![z](x)"


def ground(page: Page) -> str:
    found: str = page.get_by_test_id("stApp").evaluate("it => getComputedStyle(it).backgroundColor")
    return found


def engines(server: psutil.Process) -> set[str]:
    """The engines that a server has loaded, each of which takes memory and time."""
    paths = [each.path for each in server.memory_maps()]
    return {name for name in ("libtorch", "libopenvino") if any(name in path for path in paths)}


@pytest.mark.parametrize("path", ["", *PAGES])
def test_a_page_opened_first_on_a_cold_server_has_the_app_around_it(
    path: str, serve: Server, visit: Visit
) -> None:
    page = visit(f"{serve()}/{path}")
    expect(page.get_by_role("heading", level=1)).to_have_text(PAGES.get(path, "Data"))
    links = page.get_by_test_id("stSidebar").get_by_role("link")
    expect(links).to_have_text(list(PAGES.values()))
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert ground(page) == GROUNDS["light"]


def test_a_server_started_from_another_folder_keeps_theme_and_settings(
    tmp_path: Path, serve: Server, visit: Visit
) -> None:
    address = serve(cwd=tmp_path)
    for scheme, colour in GROUNDS.items():
        page = visit(f"{address}/data", scheme=scheme)
        assert ground(page) == colour
        expect(page.get_by_text("2GB per file")).to_be_visible()
    listening = [c for c in server_process(address).net_connections() if c.status == "LISTEN"]
    assert {connection.laddr.ip for connection in listening} == {"127.0.0.1"}


def test_the_server_says_that_it_is_well(serve: Server) -> None:
    with urllib.request.urlopen(f"{serve()}/healthz", timeout=10) as answer:
        assert answer.status == 200
        assert answer.read() == b'{"status":"ok"}'


@pytest.mark.skipif(sys.platform != "linux", reason="reads the process's memory maps")
def test_only_the_page_that_scores_loads_an_engine(
    trained: Run, serve: Server, visit: Visit
) -> None:
    address = serve()
    page = visit(f"{address}/data")
    for title in (each for each in PAGES.values() if each != "Score"):
        turn_to(page, title)
        assert not engines(server_process(address)), title
    turn_to(page, "Score")
    expect(page.get_by_label("Type or paste a comment")).to_be_visible()
    assert engines(server_process(address)) == {"libopenvino"}


def test_every_empty_page_fits_and_axe_finds_nothing_serious(serve: Server, visit: Visit) -> None:
    walk(serve(), visit, "empty")


def test_every_page_with_a_run_fits_and_axe_finds_nothing_serious(
    trained: Run, serve: Server, visit: Visit
) -> None:
    walk(serve(), visit, "with-a-run")


def walk(address: str, visit: Visit, name: str) -> None:
    """Through all pages on a wide screen and on a phone, with a text typed where one can be."""
    wide, narrow = (visit(f"{address}/data", width=width) for width in (WIDE, NARROW))
    for path, title in PAGES.items():
        turn_to(wide, title)
        narrow.goto(f"{address}/{path}")
        for page in (wide, narrow):
            stands(page)
            type_where_one_can(page)
            inspect(page, f"{name}-{path}")


def type_where_one_can(page: Page) -> None:
    box = page.get_by_role("textbox", name="Type or paste a comment")
    if box.count():
        box.fill("click idiot, the bus was late")
        expect(page.get_by_role("img", name="rude: score")).to_be_visible()


def test_pages_opened_in_the_dark_are_fit_for_everybody(
    trained: Run, serve: Server, visit: Visit
) -> None:
    page = visit(f"{serve()}/data", scheme="dark")
    for title in PAGES.values():
        turn_to(page, title)
        type_where_one_can(page)
        assert violations(page) == [], title


def test_names_that_look_like_code_are_shown_as_they_are(
    tmp_path: Path, serve: Server, visit: Visit, model_folder: Path
) -> None:
    file = tmp_path / "hostile.csv"
    rows = [f"{wording(n)},{n % 2},{n % 3 // 2}\n" for n in range(60)]
    file.write_text(f"comment,{IMAGE},{MARKDOWN}\n{''.join(rows)}", encoding="utf-8")
    choice = Choice("comment", marks(IMAGE, MARKDOWN), name=IMAGE)
    dataset = importing.start([Upload(file)], choice)
    assert process.wait(workspace.find("datasets", dataset), timeout_s=60).state == "finished"
    run.create(quick_settings(dataset, model_folder, name=MARKDOWN))
    page = visit(f"{serve()}/data")
    for label in (IMAGE, MARKDOWN):
        expect(page.get_by_role("cell", name=label, exact=True)).to_be_visible()
    turn_to(page, "Train")
    expect(page.get_by_role("textbox", name="Name of the run")).to_have_value(IMAGE)
    expect(page.get_by_text(MARKDOWN, exact=True)).to_be_visible()
    for title in PAGES.values():
        turn_to(page, title)
        expect(page.locator("img[src=x], .katex, main strong")).to_have_count(0)
    expect(page).not_to_have_title("1")
