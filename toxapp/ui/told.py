"""Settings in the URL, as the command line writes them: `?set=epochs=3&set=c=4`.

Only those that differ from where the form starts stand there. A link that is opened fills the form
anew; so does coming back from another page.
"""

from __future__ import annotations

import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from toxapp.runs import allowed, checks
from toxapp.runs.settings import Settings, about, names

Values = dict[str, Any]


@dataclass(frozen=True)
class Form:
    """What a form of settings is filled with when it is drawn first.

    Attributes:
        what: it is a form of: dataset, recipe and model.
        pairs: name=value.
        version: a higher one is another form, with fields of its own.
    """

    what: str = ""
    pairs: tuple[str, ...] = ()
    version: int = 0


def form(what: str, *, back: bool) -> Form:
    """The form as the URL asks for it.

    Args:
        what: it is a form of.
        back: whether its fields were not on the screen before.
    """
    held = st.session_state
    asked, kept = tuple(st.query_params.get_all("set")), held.get("kept_set", ())
    now: Form = held.get("form", Form())
    if asked and asked != kept:  # a link was opened, or the browser went back
        now = Form(what, asked, now.version + 1)
    elif now.what != what:
        now = Form(what, (), now.version + 1)
    elif back:
        now = Form(what, kept, now.version + 1)
    held["form"] = now
    return now


def start_over() -> None:
    """Empty the form: all fields stand where they started."""
    now: Form = st.session_state["form"]
    st.session_state["form"] = Form(now.what, (), now.version + 1)
    st.session_state["kept_set"] = ()
    st.query_params.pop("set", None)


def leave_out() -> None:
    """Fill the form anew with what it shows, without what could not be."""
    now: Form = st.session_state["form"]
    st.session_state["form"] = Form(now.what, st.session_state["kept_set"], now.version + 1)


def values(pairs: Sequence[str], family: str) -> tuple[Values, list[str]]:
    """The values that pairs give the settings of a family, and a sentence on each that cannot be.

    A number with a fraction may be out of bounds: the form shows it, and says why it cannot be.
    """
    kinds = typing.get_type_hints(Settings)
    found: Values = {}
    wrong = []
    for name, text in (pair.partition("=")[::2] for pair in pairs):
        if name not in kinds or name not in names(family) or name in ("dataset", "model"):
            there = [n for n in names(family) if n != "model"]
            wrong.append(checks.lacks(family, name, there))
            continue
        try:
            value = allowed.parse(kinds[name], text)
        except ValueError:
            wrong.append(f"{name} must be {allowed.KINDS[kinds[name]]}, not '{text}'.")
            continue
        refusal = None if kinds[name] is float else about(name).refusal(name, value, "")
        if refusal:
            wrong.append(refusal)
        else:
            found[name] = value
    return found, wrong


def tell(start: Mapping[str, Any], chosen: Mapping[str, Any]) -> list[str]:
    """Put what differs from the start into the URL; the names of these settings."""
    changed = [name for name, value in chosen.items() if value != start[name]]
    pairs = tuple(f"{name}={_written(chosen[name])}" for name in changed)
    st.session_state["kept_set"] = pairs
    if pairs:
        st.query_params["set"] = list(pairs)
    else:
        st.query_params.pop("set", None)
    return changed


def typed(key: str, label: str, **more: Any) -> str:
    """A text field whose words stand in the URL, follow it, and outlive a change of page."""
    held, asked = st.session_state, st.query_params.get(key, "")
    kept = held.get(f"kept_{key}")
    if asked and asked != kept:
        held[key] = asked
    elif key not in held and kept:
        held[key] = kept
    text: str = st.text_input(label, key=key, **more).strip()
    held[f"kept_{key}"] = text
    if text:
        st.query_params[key] = text
    else:
        st.query_params.pop(key, None)
    return text


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
