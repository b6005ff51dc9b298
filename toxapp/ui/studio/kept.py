"""Inputs whose value stands in the URL, follows it, and outlives a change of page.

As `toxapp.ui.state.choose` for a select: a link that is opened wins over what was kept, what was
kept wins over the default.
"""

from __future__ import annotations

from math import isfinite

import streamlit as st

AXES = ("linear", "odds")


def one_of(key: str, label: str, known: dict[str, str]) -> str:
    """One of a few words that stand beside each other.

    Args:
        key: of the URL's parameter.
        label: of the group, for those who listen.
        known: what the URL says -> what the screen says; the first is the default.
    """
    _follow_word(key, known)
    chosen = st.segmented_control(
        label, list(known), format_func=known.__getitem__, key=key, required=True,
        label_visibility="collapsed",
    )  # fmt: skip
    assert chosen is not None
    _keep(key, chosen, chosen)
    return chosen


def select(key: str, label: str, known: dict[str, str], *, explain: str | None = None) -> str:
    """One of many words, in a list that opens; as `one_of`."""
    _follow_word(key, known)
    chosen = st.selectbox(
        label, list(known), format_func=known.__getitem__, key=key, help=explain, width=170
    )
    _keep(key, chosen, chosen)
    return chosen


def number(
    key: str, label: str, ends: tuple[float, float], default: float | None, explain: str
) -> float | None:
    """A number within `ends`; None where it may be left empty, which a default of None allows."""
    asked = _number(st.query_params.get(key), ends)
    _follow(key, default, {} if asked is None else {st.query_params[key]: asked})
    value: float | None = st.number_input(
        label, *ends, key=key, help=explain, step=_step(ends), format="%g", width=132,
        placeholder="none",
    )  # fmt: skip
    value = default if value is None else value
    _keep(key, "" if value is None else f"{value:g}", value)
    return value


def words(key: str, label: str, placeholder: str, explain: str) -> str:
    """A line of text, empty at first."""
    asked = st.query_params.get(key)
    _follow(key, "", {} if asked is None else {asked: asked})
    value = st.text_input(label, key=key, placeholder=placeholder, help=explain, width=210)
    _keep(key, value, value)
    return value


def value_of(key: str, default: float, ends: tuple[float, float]) -> float:
    """What `number` would give for that key where it is not on the page."""
    asked = _number(st.query_params.get(key), ends)
    held: float | None = st.session_state.get(f"kept_{key}", asked)
    return default if held is None else held


def _follow_word(key: str, known: dict[str, str]) -> None:
    """As `_follow`; what is not among the words, such as another run's label, gives the first."""
    first = next(iter(known))
    _follow(key, first, {name: name for name in known})
    if st.session_state[key] not in known:
        st.session_state[key] = first


def _follow(key: str, default: object, asked: dict[str, object]) -> None:
    """Put into the widget what a new link says, what was kept, or else the default.

    A rerun tells the URL of the moment of the click, which may be behind what was written since:
    what this session has ever written is no link.
    """
    held, link = st.session_state, st.query_params.get(key)
    if link in asked and link not in _written(key):
        held[key] = asked[link]
    elif key not in held:
        held[key] = held.get(f"kept_{key}", default)


def _keep(key: str, said: str, value: object) -> None:
    """Keep the widget's value, and put what is said of it into the URL; "" takes it out."""
    st.session_state[f"kept_{key}"] = value
    _written(key).add(said)
    tell(key, said)


def tell(key: str, said: str) -> None:
    """Put a parameter into the URL; "" takes it out."""
    if not said:
        st.query_params.pop(key, None)
    elif st.query_params.get(key) != said:
        st.query_params[key] = said


def _written(key: str) -> set[str]:
    """What the URL was told of a widget, in this session."""
    found: set[str] = st.session_state.setdefault(f"written_{key}", set())
    return found


def _number(text: str | None, ends: tuple[float, float]) -> float | None:
    """The number that a URL's parameter states; None where it is none, or out of its range."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if isfinite(value) and ends[0] <= value <= ends[1] else None


def _step(ends: tuple[float, float]) -> float:
    """What a click on + adds: to a count of texts, to a factor below 1, to all else."""
    if ends[0] >= 1:
        return 100.0
    return 0.5 if ends[0] > 0 else 1.0


def told_axis(component: str) -> str:
    """The score axis that the cards start with: a link's, else what was chosen last.

    It stays as it is while the component is on the page, which knows better what is chosen since.
    """
    held = st.session_state
    answer = held.get(component) or {}
    if not (answer.get("thresholds") or answer.get("axis")):
        asked = st.query_params.get("axis")
        held["told_axis"] = asked if asked in AXES else held.get("kept_axis", AXES[0])
    told: str = held["told_axis"]
    return told


def keep_axis(axis: str) -> None:
    """Keep the axis that the cards have."""
    st.session_state["kept_axis"] = axis
    tell("axis", "" if axis == AXES[0] else axis)
