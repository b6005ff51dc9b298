"""What is chosen on a page of several controls: in them, in the URL, and kept between pages.

Three say it, and each may be behind the others. The browser tells with every rerun what its URL was
when somebody clicked; where that was before the last answer had come, it is an old one, and was
taken for a link that had been opened: the choice fell back, or stood on the screen but no longer in
the URL. So the URL is listened to only where nobody has just moved a control, and never when a
fragment reruns; and whoever writes it writes all that the page has chosen, in one step.

    chosen.begin(("compare", "figure"))   at the top of the page
    view = chosen.one("compare", ...)     or settle() before and keep() behind any other widget
    chosen.stand(("compare", "figure"))   at the end of the page, and of a fragment with controls
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import streamlit as st

_NEWS, _KEYS = "chosen_news", "chosen_keys"


def begin(keys: Sequence[str]) -> None:
    """Say which parameters of the URL the controls of a page go by, also those not shown now."""
    held = st.session_state
    moved = any(key in held and _kept(key) in held and held[key] != kept(key) for key in keys)
    told = {key: st.query_params[key] for key in keys if key in st.query_params}
    held[_NEWS] = {} if moved else {k: v for k, v in told.items() if v != _said(k)}
    held[_KEYS] = tuple(keys)


def asked(key: str) -> str | None:
    """What a link that was opened says of a control; once, then None."""
    news: dict[str, str] = st.session_state.get(_NEWS, {})
    return news.pop(key, None)


def keep(key: str, value: Any, text: str | None = None) -> None:
    """Keep what a control says, and what the URL is to say of it; None: nothing."""
    st.session_state[_kept(key)] = value
    st.session_state[_url(key)] = text


def kept(key: str) -> Any:
    """What the control said last, also on an earlier visit; None where it never did."""
    return st.session_state.get(_kept(key))


def stand(shown: Sequence[str]) -> None:
    """Put what the controls say that are shown into the URL, in one step, and the chosen run."""
    held, standing = st.session_state, st.query_params.to_dict()
    told = {key: word for key, word in standing.items() if key not in held.get(_KEYS, ())}
    words = {"run": held.get("run"), **{key: _said(key) for key in shown}}
    told |= {key: word for key, word in words.items() if word is not None}
    if told != standing:
        st.query_params.from_dict(told)


def one(key: str, label: str, known: dict[str, str]) -> str:
    """One of a few words that stand beside each other.

    Args:
        key: of the URL's parameter.
        label: of the group, for those who listen.
        known: what the URL says -> what the screen says; the first is the default.
    """
    settle(key, str, lambda found: found in known, next(iter(known)))
    chosen: str | None = st.segmented_control(
        label, list(known), format_func=known.__getitem__, key=key, required=True,
        label_visibility="collapsed",
    )  # fmt: skip
    assert chosen is not None
    keep(key, chosen, chosen)
    return chosen


def settle(
    key: str, parse: Callable[[str], Any], fits: Callable[[Any], bool], default: Any
) -> None:
    """Set a control's state before it is drawn: by the link, itself, its last visit, or default.

    Args:
        key: of the control and of the URL's parameter.
        parse: the URL's text to the control's value; a ValueError says that it is none.
        fits: whether it can have that value now.
        default: what it has otherwise.
    """
    held, link = st.session_state, asked(key)
    value = held[key] if key in held else kept(key)
    if link is not None:
        with suppress(ValueError):  # a link that somebody mistyped
            value = found if fits(found := parse(link)) else value
    held[key] = value if value is not None and fits(value) else default


def _kept(key: str) -> str:
    return f"kept_{key}"


def _said(key: str) -> str | None:
    """What the URL was last meant to say of a control."""
    found: str | None = st.session_state.get(_url(key))
    return found


def _url(key: str) -> str:
    return f"url_{key}"
