"""The page table, and what stands around every page: the look, the navigation, the chosen run."""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:  # started from another folder
    sys.path.insert(0, str(ROOT))

from toxapp.ui import look, state  # noqa: E402


def start() -> None:
    """The bare address shows the first page under that page's own address."""
    state.go("data")


PAGES = (
    ("data", "Data"),
    ("train", "Train"),
    ("thresholds", "Thresholds"),
    ("score", "Score"),
    ("compare", "Compare"),
)

st.set_page_config(page_title="Toxapp", page_icon=str(ROOT / "assets" / "icon.png"), layout="wide")
pages = [
    st.Page(ROOT / "pages" / f"{name}.py", title=title, url_path=name) for name, title in PAGES
]
state.remember_pages(dict(zip((name for name, _ in PAGES), pages, strict=True)))
# A default page answers at "/" alone, and a link to /data would find no page.
home = st.Page(start, title="Start", url_path="start", default=True, visibility="hidden")
chosen = st.navigation([home, *pages])
look.apply()
state.choose_run()
chosen.run()
