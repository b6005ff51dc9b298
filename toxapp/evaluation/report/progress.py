"""Drawings of how a training went: its loss step by step, its figures epoch by epoch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from markupsafe import Markup

from toxapp.evaluation.report import svg
from toxapp.evaluation.report.svg import Frame
from toxapp.runs import events
from toxapp.runs.run import Run

_FRAME = Frame(40, 392, 12, 168, 400, 206)
_PLACES = 200


def charts(chosen: Run) -> dict[str, Markup]:
    """Title -> drawing; none where nothing was measured step by step."""
    train = events.read(chosen.folder, "train")
    measured = [e for e in events.read(chosen.folder, "evaluation") if e["split"] == "validation"]
    if not train or len(measured) < 2:
        return {}
    return {
        "Loss against the training step": _losses(train, measured),
        "Figures on validation against the epoch": _figures(measured),
    }


def _losses(train: Sequence[dict[str, Any]], measured: Sequence[dict[str, Any]]) -> Markup:
    """Training loss as a line, validation loss with a mark per evaluation."""
    known_ = [e for e in train if e.get("loss") is not None]
    sides = (known_, [e for e in measured if e.get("loss") is not None])
    last = max(e["step"] for side in sides for e in side)
    highest = _rounded(max(e["loss"] for side in sides for e in side))
    learned, judged = (
        _FRAME.points(*_places(side, "step", "loss", (last, highest))) for side in sides
    )
    step = max(1, len(learned) // _PLACES)
    parts = [
        svg.across(_FRAME, [(x / 2, f"{highest * x / 2:g}") for x in range(3)]),
        svg.along(_FRAME, [(0.0, "0"), (1.0, f"{last:,}")], below=_FRAME.bottom + 14),
        svg.line(learned[::step], "faint"),
        svg.line(judged, "strong"),
        *(svg.dot(place, "strong", radius=3) for place in judged),
        svg.words((_FRAME.x(0.5), 202), "step", kind="title"),
    ]
    told = f"Loss against the training step, up to step {last}: training and validation."
    return svg.drawing(_FRAME, told, parts)


def _figures(measured: Sequence[dict[str, Any]]) -> Markup:
    """Means over the labels on validation, evaluation by evaluation."""
    last = max(e["epoch"] or 0 for e in measured) or 1
    kinds = {
        "mean_average_precision": "precision",
        "mean_roc_auc": "strong",
        "macro_f1_at_half": "f1",
    }
    parts = [
        svg.across(_FRAME, [(0.0, "0"), (0.5, "0.5"), (1.0, "1")]),
        svg.along(_FRAME, [(0.0, "0"), (1.0, f"{last:g}")], below=_FRAME.bottom + 14),
        svg.words((_FRAME.x(0.5), 202), "epoch", kind="title"),
    ]
    for name, kind in kinds.items():
        held = [e for e in measured if e.get(name) is not None]
        points = _FRAME.points(*_places(held, "epoch", name, (last, 1.0)))
        parts += [svg.line(points, kind), *(svg.dot(p, kind, radius=3) for p in points)]
    told = f"Average precision, ROC AUC and F1 at 0.5 on validation, up to epoch {last:g}."
    return svg.drawing(_FRAME, told, parts)


def _rounded(highest: float) -> float:
    """The next 1, 2 or 4 times a power of ten, at which an axis can end."""
    power = 10.0 ** math.floor(math.log10(highest or 1.0))
    return next(power * step for step in (1, 2, 4, 10) if highest <= power * step)


def _places(
    found: Sequence[dict[str, Any]], x: str, y: str, ends: tuple[float, float]
) -> tuple[np.ndarray[Any, np.dtype[np.float64]], np.ndarray[Any, np.dtype[np.float64]]]:
    last, highest = ends
    return (
        np.array([(e[x] or 0) / last for e in found], np.float64),
        np.array([e[y] / highest for e in found], np.float64),
    )
