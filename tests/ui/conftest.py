"""A browser window that keeps watch while it visits pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.ui.screen import DEADLINE_MS, WIDE, is_local, stands

Visit = Callable[..., Page]


@pytest.fixture(autouse=True)
def _one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """The threads of a tiny model wait for each other on a busy machine."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """Open an address in a fresh browser context: `visit(url, width=..., scheme=...)`.

    Whatever test visits a page, the page asks nobody but this machine and its scripts do not fail.
    """
    opened: list[BrowserContext] = []
    strayed: list[str] = []
    failed: list[str] = []

    def watch(url: str) -> None:
        if not is_local(url):
            strayed.append(url)

    def open_page(
        url: str, *, width: int = WIDE, scheme: Literal["light", "dark"] = "light"
    ) -> Page:
        viewport = {"width": width, "height": 1100}
        context = browser.new_context(viewport=viewport, color_scheme=scheme)  # type: ignore[arg-type]
        opened.append(context)
        context.set_default_timeout(DEADLINE_MS)
        page = context.new_page()
        page.on("request", lambda request: watch(request.url))
        page.on("websocket", lambda socket: watch(socket.url))
        page.on("pageerror", lambda error: failed.append(str(error)))
        page.goto(url)
        stands(page)
        return page

    yield open_page
    for context in opened:
        context.close()
    assert not strayed, "a page asked somebody else than this machine"
    assert not failed, "a script of a page failed"
