"""The evaluations of a run in its events: written split by split, and read back by step."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toxapp.runs import events
from training.figures import Measured, measured


def tell(
    folder: Path,
    place: dict[str, Any],
    targets: NDArray[np.float32],
    scores: NDArray[np.float32],
    labels: tuple[str, ...],
) -> Measured:
    """Measure scores (n_texts, n_labels) against targets of that shape, and keep the figures.

    Args:
        folder: of the run.
        place: "step", "epoch" and "split".
        targets: NaN where missing.
        scores: in [0, 1].
        labels: in the order of the columns.
    """
    found = measured(targets, scores, labels)
    events.append(folder, {"kind": "evaluation", **place, **found.known()})
    return found


def figures_at(folder: Path, step: int) -> dict[str, dict[str, Any]]:
    """What was measured after a step, per split; None for what is undefined."""
    found = [e for e in events.read(folder, "evaluation") if e["step"] == step]
    names = [each.name for each in fields(Measured)]
    return {e["split"]: {name: e.get(name) for name in names} for e in found}
