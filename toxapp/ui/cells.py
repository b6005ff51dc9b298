"""Cells of tables that set figures beside each other; escaped HTML."""

from __future__ import annotations

from html import escape

from toxapp.decisions.intervals import Interval
from toxapp.decisions.paired import Difference
from toxapp.evaluation.changes import p_words


def number(value: float | None, ends: Interval | None, reason: str | None) -> str:
    """A figure with its interval, or why there is none."""
    if value is None:
        return f'<span title="{escape(reason or "")}">n/a</span>'
    between = f' <small class="tx-ends">{ends[0]:.3f}–{ends[1]:.3f}</small>' if ends else ""  # noqa: RUF001
    return f"{value:.3f}{between}"


def gap(found: Difference | None, *, against: str, words: tuple[str, str], good: bool) -> str:
    """A difference under a figure, with its interval and, in a tooltip, its p.

    Args:
        found: None where there is none to show.
        against: what it is a difference to.
        words: for one below 0 and above it; only said where the interval excludes 0.
        good: whether one above 0 stands out.
    """
    if found is None or found.value is None:
        return ""
    if found.interval is None or found.p is None:
        return f'<span class="tx-gap">{found.value:+.3f}</span>'
    low, high = found.interval
    told = f"Against {against}: {found.value:+.3f}, 95 % {low:+.3f} to {high:+.3f}, "
    mark = ""
    if found.better:
        bright = " tx-better" if good and found.better > 0 else ""
        mark = f' <span class="tx-mark{bright}">{words[found.better > 0]}</span>'
    sure = " tx-sure" if found.better else ""
    between = f' <small class="tx-between">({low:+.3f} to {high:+.3f})</small>'
    return (
        f'<span class="tx-gap{sure}" title="{escape(told + p_words(found.p))}">'
        f"{found.value:+.3f}{between}{mark}</span>"
    )
