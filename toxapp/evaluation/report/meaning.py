"""How far a label's scores, raw and calibrated, can be read as probabilities, on test."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from toxapp.decisions.reliability import Bin, Reliability, reliability
from toxapp.evaluation.report import svg
from toxapp.evaluation.report.drawings import HUNDREDS, Column
from toxapp.evaluation.report.svg import Frame
from toxapp.inference.calibrated import Calibration, probabilities

_SQUARE = Frame(34, 240, 10, 196, 250, 250)


@dataclass(frozen=True, eq=False)
class Meaning:
    """One label on test.

    Attributes:
        method: of the calibration in force; "" without one.
        raw: of the scores as they are.
        calibrated: of the calibrated ones; None without a calibration.
        diagram: of what is shown beside a score: calibrated where there is a calibration.
    """

    method: str
    raw: Reliability
    calibrated: Reliability | None
    diagram: Markup


def meaning(label: str, column: Column, calibration: Calibration | None) -> Meaning:
    """What one label's scores mean on the texts of `column`.

    Args:
        label: its name.
        column: its targets and raw scores on test.
        calibration: of the rule; None without one.
    """
    raw = reliability(column.targets, column.scores)
    if calibration is None:
        return Meaning("", raw, None, diagram(label, raw, None))
    shown = reliability(column.targets, probabilities(column.scores, calibration))
    return Meaning(str(calibration["method"]), raw, shown, diagram(label, raw, shown))


def diagram(label: str, raw: Reliability, calibrated: Reliability | None) -> Markup:
    """The share that carries the label against the mean score, bin by bin, with counts below."""
    main = calibrated or raw
    parts = [
        svg.across(_SQUARE, HUNDREDS),
        svg.rule((_SQUARE.left, _SQUARE.bottom), (_SQUARE.right, _SQUARE.top), "diagonal"),
        svg.line(_points(raw.bins) if calibrated else [], "faint"),
        *map(_reach, main.bins),
        *(svg.dot(place, "strong", radius=3.5) for place in _points(main.bins)),
        *(svg.words((_SQUARE.x((b.low + b.high) / 2), 209), _short(b.texts)) for b in main.bins),
        svg.along(_SQUARE, [(0.0, "0"), (0.5, "0.5"), (1.0, "1")], below=226),
        svg.words((_SQUARE.x(0.5), 246), "calibrated score" if calibrated else "raw score"),
    ]
    told = "; ".join(f"of {b.texts} scored about {b.mean:.2f}, {b.share:.0%}" for b in main.bins)
    return svg.drawing(_SQUARE, f"{label}: texts that carry it by score: {told or 'none'}.", parts)


def _points(bins: tuple[Bin, ...]) -> svg.Points:
    return [(_SQUARE.x(b.mean), _SQUARE.y(b.share)) for b in bins]


def _reach(found: Bin) -> str:
    low, high = found.interval
    x = _SQUARE.x(found.mean)
    return svg.rule((x, _SQUARE.y(low)), (x, _SQUARE.y(high)), "reach strong")


def _short(count: int) -> str:
    return str(count) if count < 1000 else f"{count / 1000:.0f}k"
