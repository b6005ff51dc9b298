"""See to a browser for the tests: `python -m tests.browser`.

Chromium on PATH, else Playwright's own download, else the system's package where we are root.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")


def on_path() -> str | None:
    """A Chromium that the machine already has."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def own() -> bool:
    """Whether Playwright's own Chromium is there and starts."""
    from playwright.sync_api import Error, sync_playwright

    try:
        with sync_playwright() as playwright:
            playwright.chromium.launch().close()
    except Error:
        return False
    return True


def ensure() -> str:
    """Make sure that there is a browser; what was found or done, in words."""
    if found := on_path():
        return f"browser: {found}"
    if own():
        return "browser: Playwright's own"
    install = [sys.executable, "-m", "playwright", "install", "chromium"]
    if subprocess.run(install, check=False, timeout=600).returncode == 0 and own():
        return "browser: Playwright's own, installed now"
    if os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], check=False)
        if found := on_path():
            return f"browser: {found}, installed now"
    sys.exit(
        "The browser tests need Chromium: none is on PATH, Playwright could not download one, "
        "and no package could be installed. Install Chromium, then run `make test` again."
    )


if __name__ == "__main__":
    print(ensure())
