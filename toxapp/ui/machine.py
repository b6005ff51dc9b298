"""What this machine trains on, with its memory."""

from __future__ import annotations

import streamlit as st

from toxapp.models import devices
from toxapp.ui import look


def show(asked: str) -> None:
    """The device that the setting means, and what else there is; live until torch has answered."""
    if devices.gpus() is None and not devices.is_silent():
        _wait(asked)
    else:
        look.remark(told(asked))


@st.fragment(run_every=1.0)
def _wait(asked: str) -> None:
    # The line alone: a rerun of the whole page in the moment of a click on another page's link
    # would keep this one on the screen.
    look.remark(told(asked))


def told(asked: str) -> str:
    """One line on what a run trains on, for the setting `device`."""
    cpu, found = devices.processor(), devices.gpus()
    processor = f"CPU, {cpu.title}, {look.size(cpu.memory)} of memory"
    if found is None:
        seen = "torch could not be asked" if devices.is_silent() else "being asked for"
        return f"Trains on: {processor}. GPUs: {seen}."
    named = {gpu.name: f"GPU {gpu.title}, {look.size(gpu.memory)} of memory" for gpu in found}
    if asked == "cpu" or not named:
        others = f" Also there: {', '.join(named.values())}." if named else " No GPU is there."
        return f"Trains on: {processor}.{others}"
    chosen = named.get(asked) or next(iter(named.values()))
    return f"Trains on: {chosen}. Beside it: {processor}, by which it scores at the end."
