"""How it looks: the tokens that Streamlit's theme has no name for, and the pieces in plain HTML.

Whatever stands in HTML here is escaped: label names and file names come from users.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from toxapp.errors import ToxappError


@dataclass(frozen=True)
class Tokens:
    """Colours with one meaning on every page."""

    panel: str
    ink: str
    soft_ink: str
    line: str
    accent: str
    accent_ground: str
    on_accent: str
    precision: str
    recall: str
    f1: str
    carries: str
    carries_not: str
    warning: str
    warning_ground: str
    quiet: str


LIGHT = Tokens(
    panel="#ffffff", ink="#1c1f26", soft_ink="#5d6470", line="#e4e4df",
    accent="#0b6e69", accent_ground="#dce9e6", on_accent="#ffffff",
    precision="#0072b2", recall="#d55e00", f1="#3b8f5a",
    carries="#d55e00", carries_not="#b9bfc9", warning="#9a6700", warning_ground="#fff6dd",
    quiet="#f3f3ef",
)  # fmt: skip
DARK = Tokens(
    panel="#1b1e24", ink="#e9eaed", soft_ink="#a0a7b4", line="#2d323b",
    accent="#4fc3b8", accent_ground="#1c2f2e", on_accent="#14161a",
    precision="#56b4e9", recall="#f2915a", f1="#7ecf9b",
    carries="#f2915a", carries_not="#566070", warning="#e8c268", warning_ground="#2b2616",
    quiet="#22262d",
)  # fmt: skip

_VARIABLES = {
    "panel": "panel", "ink": "ink", "soft_ink": "soft", "line": "line", "accent": "accent",
    "accent_ground": "accent-ground", "carries": "carries", "carries_not": "carries-not",
    "warning": "warn", "warning_ground": "warn-ground", "on_accent": "on-accent",
    "quiet": "quiet",
}  # fmt: skip
_STYLE = Path(__file__).with_name("look.css")


def tokens() -> Tokens:
    """The colours of the theme that the browser shows."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def apply() -> None:
    """Put the tokens and styles on the page.

    Each token has both colours: a page that stands open when the system turns dark is not run
    anew, but Streamlit changes its `color-scheme`; what it draws outside of the app's frame, such
    as a dialog, goes by the system's.
    """
    variables = "".join(
        f"--tx-{css}: light-dark({getattr(LIGHT, name)}, {getattr(DARK, name)}); "
        for name, css in _VARIABLES.items()
    )
    root = f":root {{ color-scheme: light dark; {variables}}}"
    st.html(f"<style>{root} {_STYLE.read_text('utf-8')}</style>")


def title(text: str, sub: str) -> None:
    """The page's name, and one sentence on what it is for."""
    st.html(f'<h1 class="tx-title">{escape(text)}</h1><p class="tx-sub">{escape(sub)}</p>')


def figures(values: dict[str, str]) -> str:
    """A row of numbers, each over its unit."""
    cells = (
        f'<div class="tx-figure"><b>{escape(value)}</b><span>{escape(name)}</span></div>'
        for name, value in values.items()
    )
    return f'<div class="tx-figures">{"".join(cells)}</div>'


def card(html: str, heading: str = "") -> None:
    """A white panel around HTML that is escaped already."""
    head = f'<h2 class="tx-head">{escape(heading)}</h2>' if heading else ""
    st.html(f'<div class="tx-card">{head}{html}</div>')


def panel(key: str) -> DeltaGenerator:
    """A white panel for widgets, to be entered by `with`."""
    return st.container(border=True, key=f"panel-{key}")


def heading(text: str) -> None:
    """The heading of a panel."""
    st.html(f'<h2 class="tx-head">{escape(text)}</h2>')


def remark(text: str) -> None:
    """A sentence in soft ink."""
    st.html(f'<p class="tx-sub">{escape(text)}</p>')


def note(*texts: str) -> None:
    """Sentences in the colours of a warning, one under the other."""
    notes = "".join(f'<div class="tx-note" role="note">{escape(text)}</div>' for text in texts)
    st.html(notes)


def pairs(rows: Iterable[tuple[str, str]]) -> None:
    """Names with a word on each, in soft ink."""
    told = "".join(f"<dt>{escape(name)}</dt><dd>{escape(word)}</dd>" for name, word in rows)
    st.html(f'<dl class="tx-terms">{told}</dl>')


def empty(heading: str, text: str, action: str = "") -> bool:
    """What a page shows where there is nothing to show yet; whether `action` was asked for."""
    with st.container(horizontal_alignment="center"):
        st.html(f'<div class="tx-empty"><b>{escape(heading)}</b>{escape(text)}</div>')
        return bool(action) and st.button(action, type="primary", key="next")


def mistake(error: ToxappError) -> None:
    """The sentence of a mistake that the user can mend."""
    alert(str(error))


def alert(sentence: str) -> None:
    """Something that is wrong, said at once also to those who listen."""
    st.html(f'<div class="tx-note" role="alert">{escape(sentence)}</div>')


def log(text: str) -> None:
    """What a program printed, in a box that scrolls by keys too, as that of `st.code` does not."""
    st.html(f'<pre class="tx-log" tabindex="0" role="region" aria-label="Log">{escape(text)}</pre>')


def table(columns: list[str], rows: list[list[str]], *, label: str) -> str:
    """A table of cells that are escaped HTML already, the first column flush left."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in columns)
    body = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in rows)
    return (
        f'<div class="tx-wide" tabindex="0" role="region" aria-label="{escape(label)}">'
        f'<table class="tx-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def chips(words: Iterable[str], explain: str) -> str:
    """Small facts side by side, with one tooltip for all; escaped HTML."""
    return "".join(
        f'<span class="tx-chip" title="{escape(explain)}">{escape(word)}</span>' for word in words
    )


def chip(word: str, *, strong: bool) -> str:
    """A label that a text carries, or carries a little; escaped HTML."""
    return f'<span class="tx-chip{" tx-strong" if strong else ""}">{escape(word)}</span>'


def size(count: int) -> str:
    """Bytes in words: "812 bytes", "3.4 MB"."""
    if count < 1_000:
        return f"{count} bytes"
    if count < 1_000_000:
        return f"{count / 1_000:.0f} kB"
    return f"{count / 1_000_000:.1f} MB" if count < 1_000_000_000 else f"{count / 1e9:.2f} GB"


def texts(count: int) -> str:
    """So many texts, in words."""
    return "1 text" if count == 1 else f"{count:,} texts"


def duration(seconds: float | None) -> str:
    """Seconds in words: "40 s", "3 min 20 s", "1 h 5 min"; "" where unknown."""
    if seconds is None:
        return ""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def percent(share: float | None) -> str:
    """A share as a percentage with one digit below 10 %, "n/a" where undefined."""
    if share is None:
        return "n/a"
    return f"{share:.1%}" if share < 0.0995 else f"{share:.0%}"
