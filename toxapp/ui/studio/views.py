"""The views below the cards: a word for each, drawn only while it is open."""

from __future__ import annotations

from collections.abc import Callable

from toxapp.runs.run import Run
from toxapp.ui import calibrating, drifting, evidence, reporting
from toxapp.ui.studio import closer, history, kept, tested
from toxapp.ui.studio.standing import Standing

VIEWS: dict[str, tuple[str, Callable[[Run, Standing], None]]] = {
    "test": ("On test", tested.show),
    "texts": ("Texts", lambda found, standing: evidence.render(found, standing.thresholds)),
    "calibration": ("Calibration", lambda found, _: calibrating.render(found)),
    "closer": ("Closer look", closer.show),
    "drift": ("New data", lambda found, _: drifting.render(found)),
    "rules": ("Rules", history.show),
    "report": ("Report", lambda found, _: reporting.render(found)),
}


def show(found: Run, standing: Standing) -> None:
    """The chosen view, whose name stands in the URL."""
    chosen = kept.one_of("view", "Look at", {name: words for name, (words, _) in VIEWS.items()})
    VIEWS[chosen][1](found, standing)
