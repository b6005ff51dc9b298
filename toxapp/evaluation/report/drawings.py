"""The drawings of one label: curves against the threshold over the scores, precision and recall.

Lines are thinned to what can be seen; counts, figures and outlines come from `decisions`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from toxapp.decisions.curve import Floats, curve, known
from toxapp.decisions.figures import LabelFigures
from toxapp.decisions.intervals import Interval
from toxapp.decisions.outline import Points, outline
from toxapp.evaluation.report import svg
from toxapp.evaluation.report.axis import Axis
from toxapp.evaluation.report.svg import Frame

_CURVES = Frame(34, 392, 10, 150, 400, 246)
_SCORES = Frame(34, 392, 162, 206, 400, 246)
_SQUARE = Frame(36, 242, 10, 206, 250, 246)
HUNDREDS = [(0.0, "0"), (0.5, "50"), (1.0, "100 %")]
_PLACES = 240
_BINS = 60


@dataclass(frozen=True, eq=False)
class Column:
    """One label on one split.

    Attributes:
        targets: (n_texts,) NaN where missing.
        scores: (n_texts,) in [0, 1].
    """

    targets: Floats
    scores: Floats


def threshold_curves(
    label: str, chosen_on: Column, axis: Axis, threshold: float | None, test: LabelFigures
) -> Markup:
    """Precision, recall and F1 against the threshold, the scores beneath, and the test figures.

    Args:
        label: its name.
        chosen_on: validation, of which the lines and bars are.
        axis: of the scores.
        threshold: where it stands; None where the label is switched off.
        test: drawn as marks with their intervals at the threshold.
    """
    at = None if threshold is None else axis.share(threshold)
    ticks = axis.ticks[::2] if axis.log_odds and len(axis.ticks) > 7 else axis.ticks
    parts = [
        *([_kept(at)] if at is not None else []),
        svg.across(_CURVES, HUNDREDS),
        *_lines(chosen_on, axis),
        *_heaps(chosen_on, axis),
        svg.rule((_SCORES.left, _SCORES.bottom), (_SCORES.right, _SCORES.bottom), "grid"),
        svg.along(_SCORES, ticks, below=_SCORES.bottom + 14),
        svg.words((_SCORES.x(0.5), 242), axis.words, kind="title"),
        *(_standing(at, threshold, test) if at is not None and threshold is not None else []),
    ]
    stands = "switched off" if threshold is None else f"the threshold stands at {threshold:.3f}"
    told = f"{label}: precision, recall and F1 against the threshold on validation; {stands}."
    return svg.drawing(_CURVES, told, parts)


def precision_recall(
    label: str, chosen_on: Column, reported_on: Column, test: LabelFigures
) -> Markup:
    """Precision against recall on test, with the threshold's place, and fainter on validation.

    Empty where no text of either split carries the label.
    """
    on_test = outline(reported_on.targets, reported_on.scores).precision_recall
    before = outline(chosen_on.targets, chosen_on.scores).precision_recall
    if not on_test and not before:
        return Markup()
    parts = [
        svg.across(_SQUARE, HUNDREDS),
        svg.along(_SQUARE, HUNDREDS, below=_SQUARE.bottom + 14),
        svg.line(_placed(before), "faint"),
        svg.line(_placed(on_test), "strong"),
        *_crossed(test),
        svg.words((_SQUARE.x(0.5), 242), "recall", kind="title"),
    ]
    told = f"{label}: precision against recall on test, and fainter on validation."
    return svg.drawing(_SQUARE, told, parts)


def _kept(at: float) -> str:
    """The ground of all that is flagged."""
    corner = (_CURVES.x(at), _CURVES.top)
    return svg.area(corner, (_CURVES.right, _SCORES.bottom), "flagged")


def _lines(column: Column, axis: Axis) -> list[str]:
    found = curve(column.targets, column.scores)
    if not found.positives:
        return []
    shares = axis.shares(found.thresholds)
    steps = np.searchsorted(shares, np.linspace(0, 1, _PLACES), side="right") - 1
    kept = np.unique(steps.clip(0, len(shares) - 1))
    lines = {"precision": found.precision, "recall": found.recall, "f1": found.f1}
    return [
        svg.line(_CURVES.points(shares[kept], values[kept]), name) for name, values in lines.items()
    ]


def _heaps(column: Column, axis: Axis) -> list[str]:
    """How many texts have each score, in bars whose height is the logarithm of the count."""
    positive, scores = known(column.targets, column.scores)
    edges = np.linspace(0, 1, _BINS + 1)
    counts = [np.histogram(axis.shares(scores[of]), edges)[0] for of in (~positive, positive)]
    highest = max(1, *(int(count.max(initial=0)) for count in counts))
    return [
        svg.bars(_tops(count, edges, highest, wide), _SCORES.bottom, kind)
        for count, kind, wide in zip(counts, ("without", "with"), (0.92, 0.5), strict=True)
    ]


def _tops(
    counts: NDArray[np.int64], edges: NDArray[np.float64], highest: int, wide: float
) -> list[tuple[float, float, float]]:
    heights = np.log1p(counts) / np.log1p(highest)
    half = wide * (edges[1] - edges[0]) / 2
    middles = (edges[:-1] + edges[1:]) / 2
    return [
        (_SCORES.x(float(m - half)), _SCORES.x(float(m + half)), _SCORES.y(float(h)))
        for m, h in zip(middles, heights, strict=True)
    ]


def _standing(at: float, threshold: float, test: LabelFigures) -> list[str]:
    """The threshold's line with its number, and the test figures on it, each with its interval."""
    x = _CURVES.x(at)
    left = at > 0.5
    values = (("recall", test.recall, -5.0), ("precision", test.precision, 5.0))
    marks = [
        _mark(x + shift, value, test.intervals.get(name), name)
        for name, value, shift in values
        if value is not None
    ]
    name = svg.words(
        (x + (-5 if left else 5), _SCORES.top + 4),
        f"{threshold:.3f}",
        anchor="end" if left else "start",
        kind="at",
    )
    return [svg.rule((x, _CURVES.top - 6), (x, _SCORES.bottom), "threshold"), *marks, name]


def _mark(x: float, value: float, ends: Interval | None, kind: str) -> str:
    reach = (
        svg.rule((x, _CURVES.y(ends[0])), (x, _CURVES.y(ends[1])), f"reach {kind}") if ends else ""
    )
    return reach + svg.dot((x, _CURVES.y(value)), kind)


def _placed(points: Points) -> svg.Points:
    return [(_SQUARE.x(a), _SQUARE.y(b)) for a, b in points]


def _crossed(test: LabelFigures) -> list[str]:
    """Where the threshold stands on test, with the intervals either way."""
    if test.precision is None or test.recall is None:
        return []
    x, y = _SQUARE.x(test.recall), _SQUARE.y(test.precision)
    across, upright = test.intervals.get("recall"), test.intervals.get("precision")
    parts = []
    if across:
        parts.append(
            svg.rule((_SQUARE.x(across[0]), y), (_SQUARE.x(across[1]), y), "reach threshold")
        )
    if upright:
        parts.append(
            svg.rule((x, _SQUARE.y(upright[0])), (x, _SQUARE.y(upright[1])), "reach threshold")
        )
    return [*parts, svg.dot((x, y), "threshold")]
