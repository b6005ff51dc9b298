"""What the tests of the screens share: waiting for a page, axe, pictures."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import psutil
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Locator, Page, expect

DEADLINE_MS = 90_000
PAGES = {
    "data": "Data",
    "train": "Train",
    "thresholds": "Thresholds",
    "score": "Score",
    "compare": "Compare",
}
GROUNDS: dict[Literal["light", "dark"], str] = {
    "light": "rgb(250, 250, 248)",
    "dark": "rgb(20, 22, 26)",
}
WIDE, NARROW = 1440, 390

# What Streamlit's own markup gets wrong and nothing of ours can mend: (rule, part of the element).
ALLOWED = (
    ("aria-dialog-name", 'data-testid="stToast"'),  # st.toast names no dialog; it goes by itself
)

expect.set_options(timeout=DEADLINE_MS)


def stands(page: Page) -> None:
    """Wait until the page is drawn and its script has ended, and well."""
    frame = page.get_by_test_id("stApp")
    expect(frame).to_have_attribute("data-test-connection-state", "CONNECTED")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(frame).to_have_attribute("data-test-script-state", "notRunning")
    expect(page.get_by_test_id("stException")).to_have_count(0)


def turn_to(page: Page, title: str) -> None:
    """Follow the link of the sidebar to another page."""
    link = page.get_by_test_id("stSidebar").get_by_role("link", name=title, exact=True)
    heading = page.get_by_role("heading", level=1, name=title, exact=True)
    link.click()
    try:
        expect(heading).to_be_visible(timeout=20_000)
    except AssertionError:
        # A page that reruns in that very moment, for a job has ended, keeps the screen.
        link.click()
        expect(heading).to_be_visible()
    stands(page)


def is_local(url: str) -> bool:
    """Whether a request stays on this machine (what the page holds itself does)."""
    parts = urlsplit(url.removeprefix("blob:"))
    return parts.scheme == "data" or parts.hostname == "127.0.0.1"


def scrolls_sideways(page: Page) -> bool:
    """Whether the page as a whole is wider than the window."""
    wider = "node => node.scrollWidth > node.clientWidth"
    return any(
        frame.evaluate(wider) for frame in (page.get_by_test_id("stMain"), page.locator("html"))
    )


def violations(page: Page) -> list[str]:
    """What axe-core finds serious or critical and is not allowed, a line per rule and node."""
    page.evaluate(AXE_SCRIPT)
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{rule['id']}: {node['html'][:200]} {node['failureSummary']}"
        for rule in found["violations"]
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
        if not any(rule["id"] == name and mark in node["html"] for name, mark in ALLOWED)
    ]


def server_process(address: str) -> psutil.Process:
    """The process of the server at `address`, which the test itself started."""
    port = str(urlsplit(address).port)
    children = psutil.Process().children()
    living = (child for child in children if child.status() != psutil.STATUS_ZOMBIE)
    return next(child for child in living if port in child.cmdline())


def middle(locator: Locator) -> tuple[float, float]:
    """The centre of an element, in pixels of the window."""
    box = locator.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def inspect(page: Page, name: str) -> None:
    """Look at the page: drawn to its end, no wider than the window, in both themes fit for all."""
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    keep_pictures(page, name)
    assert not scrolls_sideways(page), name
    for scheme, colour in GROUNDS.items():
        page.emulate_media(color_scheme=scheme)
        expect(page.get_by_test_id("stApp")).to_have_css("background-color", colour)
        found = violations(page)
        if found:  # colours still on their way from one theme to the other
            page.wait_for_timeout(1000)
            found = violations(page)
        assert not found, "\n".join([f"{name}, {scheme}", *found])


def keep_pictures(page: Page, name: str) -> None:
    """Keep what the page shows in the folder that TOXAPP_PICTURES names, if it does.

    Wide and narrow, light and dark; charts keep the colours of the page as it was opened.
    """
    folder, size = os.environ.get("TOXAPP_PICTURES"), page.viewport_size
    if not folder or not size:
        return
    for width in (WIDE, NARROW):
        page.set_viewport_size({"width": width, "height": 1600})
        for scheme in GROUNDS:
            page.emulate_media(color_scheme=scheme)
            page.wait_for_timeout(600)
            page.screenshot(path=Path(folder) / f"{name}-{width}-{scheme}.png")
    page.set_viewport_size(size)
