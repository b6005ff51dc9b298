"""Which threshold to take for one label, and why none where none can be defended.

Chosen on the validation split, reported on another: that is the caller's to keep. A label that
leaves nothing to choose from is switched off with its reason, never put at 0 or 0.5 in silence.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from toxapp.decisions import smoothed
from toxapp.decisions.curve import Counts, Curve, Floats, counts, curve

_UNKNOWN = "No text here says whether it carries this label"
_NONE = "No text here carries this label"
_EVERY = "Every text here carries this label"
_SAME = "Every text here scores the same for this label"


@dataclass(frozen=True)
class Choice:
    """A threshold, or why there is none.

    Attributes:
        threshold: a cut-off clear of every score; None switches the label off.
        reason: why it is switched off, one sentence; None where there is a threshold.
        expected: what the choice does to the texts that it was made on.
        note: what of the wish cannot be met and the best that can be, or what was chosen where
            that may surprise, one sentence; else None.
    """

    threshold: float | None
    reason: str | None
    expected: Counts
    note: str | None = None


def best_f(targets: Floats, scores: Floats, *, beta: float = 1.0) -> Choice:
    """The cut-off for the highest F-beta on other texts of this kind; see `smoothed.chosen`.

    On these texts another cut-off may have a higher F: the plain maximum does better here and
    worse elsewhere.

    Args:
        targets: (n_texts,) 1, 0, a fraction (positive from 0.5 on) or NaN (missing: left out).
        scores: (n_texts,) in [0, 1].
        beta: how much more recall counts than precision; above 0.

    Returns:
        No threshold where no target is known, none or all of the known ones are positive, or the
        scores cannot tell two texts apart: every cut-off would then flag all texts or none.

    Raises:
        DataError: a score is not a number from 0 to 1.
    """
    reason = reason_for_none(curve(targets, scores))
    threshold = None if reason else _best(targets, scores, beta)
    return Choice(threshold, reason, counts(targets, scores, threshold))


def reason_for_none(found: Curve) -> str | None:
    """Why these texts cannot tell one cut-off from another, one sentence; None where they can."""
    texts = found.positives + found.negatives
    splits = (found.flagged > 0) & (found.flagged < texts)
    causes = [
        (texts == 0, _UNKNOWN),
        (found.positives == 0, _NONE),
        (found.negatives == 0, _EVERY),
        (not splits.any(), _SAME),
    ]
    cause = next((words for holds, words in causes if holds), None)
    return cause and f"{cause}, so no threshold can be chosen; it is switched off."


def _best(targets: Floats, scores: Floats, beta: float) -> float:
    found = smoothed.candidates(targets, scores)
    every = np.ones((len(found.positive), 1))
    return float(found.thresholds[smoothed.chosen(found, every, beta=beta)[0]])
