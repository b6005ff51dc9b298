"""Drawings as SVG text inside a page: axes, lines, bars, marks. They know nothing of runs.

Colours are classes, so that the page's style decides them, in light, dark and print. All that is
written into a drawing is escaped here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Frame:
    """Where a drawing's data lie, in its own units; y runs downwards.

    Attributes:
        left, right, top, bottom: the edges of the data.
        width, height: of the whole drawing.
    """

    left: float
    right: float
    top: float
    bottom: float
    width: float
    height: float

    def x(self, share: float) -> float:
        """The place of a share of the way from the left edge to the right."""
        return self.left + share * (self.right - self.left)

    def y(self, share: float) -> float:
        """The place of a share of the way from the bottom edge to the top."""
        return self.bottom - share * (self.bottom - self.top)

    def points(
        self, x: NDArray[np.float64], y: NDArray[np.float64], *, offset: float = 0.0
    ) -> Points:
        """Shares of both ways, (n,) each, as places; where either is nan there is none."""
        pairs = zip(x, y, strict=True)
        return [
            (self.x(float(a)), self.y(float(b)) + offset)
            for a, b in pairs
            if not np.isnan(a) and not np.isnan(b)
        ]


def drawing(frame: Frame, told: str, parts: Iterable[str]) -> Markup:
    """The whole drawing.

    Args:
        frame: its size.
        told: what it shows, for those who do not see it.
        parts: made by the functions of this module.
    """
    head = (
        f'<svg viewBox="0 0 {frame.width:g} {frame.height:g}" role="img" '
        f'aria-label="{escape(told)}" class="drawing">'
    )
    return Markup(f"{head}{''.join(parts)}</svg>")  # noqa: S704 - escaped by what made the parts


def line(points: Points, kind: str) -> str:
    """A line through all points; nothing for fewer than two."""
    if len(points) < 2:
        return ""
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return f'<path class="line {kind}" d="M{path}"/>'


def bars(tops: Iterable[tuple[float, float, float]], bottom: float, kind: str) -> str:
    """Bars, each from one x to another, standing on `bottom` and reaching up to y."""
    path = "".join(
        f"M{x0:.1f} {bottom:.1f}V{y:.1f}H{x1:.1f}V{bottom:.1f}Z" for x0, x1, y in tops if y < bottom
    )
    return f'<path class="bars {kind}" d="{path}"/>' if path else ""


def rule(start: tuple[float, float], end: tuple[float, float], kind: str) -> str:
    """A straight line between two places."""
    (x0, y0), (x1, y1) = start, end
    return f'<path class="rule {kind}" d="M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}"/>'


def area(start: tuple[float, float], end: tuple[float, float], kind: str) -> str:
    """A filled rectangle from one corner to the other."""
    (x0, y0), (x1, y1) = start, end
    return (
        f'<rect class="area {kind}" x="{min(x0, x1):.1f}" y="{min(y0, y1):.1f}" '
        f'width="{abs(x1 - x0):.1f}" height="{abs(y1 - y0):.1f}"/>'
    )


def dot(place: tuple[float, float], kind: str, *, radius: float = 4) -> str:
    """A round mark."""
    return f'<circle class="dot {kind}" cx="{place[0]:.1f}" cy="{place[1]:.1f}" r="{radius:g}"/>'


def words(place: tuple[float, float], text: str, *, anchor: str = "middle", kind: str = "") -> str:
    """Text that begins, ends or has its middle at a place."""
    x, y = place
    said = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return (
        f'<text class="{kind}" {said}>{escape(text)}</text>'
        if kind
        else (f"<text {said}>{escape(text)}</text>")
    )


def across(frame: Frame, ticks: Iterable[tuple[float, str]]) -> str:
    """Grid lines over the whole width at shares of the height, with their names at the left."""
    return "".join(
        rule((frame.left, frame.y(at)), (frame.right, frame.y(at)), "grid")
        + words((frame.left - 5, frame.y(at) + 3.5), name, anchor="end")
        for at, name in ticks
    )


def along(frame: Frame, ticks: Iterable[tuple[float, str]], *, below: float) -> str:
    """Names under the drawing at shares of the width, `below` being their line."""
    return "".join(words((frame.x(at), below), name) for at, name in ticks)
