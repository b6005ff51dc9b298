"""Which threshold to take for one label, and why none where none can be defended.

Chosen on the validation split, reported on another: that is the caller's to keep. A label that
leaves nothing to choose from is switched off with its reason, never put at 0 or 0.5 in silence.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

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
    """

    threshold: float | None
    reason: str | None
    expected: Counts


def best_f1(targets: Floats, scores: Floats) -> Choice:
    """The cut-off with the highest F1; among equals the highest one, which flags the fewest.

    Args:
        targets: (n_texts,) 1, 0, a fraction (positive from 0.5 on) or NaN (missing: left out).
        scores: (n_texts,) in [0, 1].

    Returns:
        No threshold where no target is known, none or all of the known ones are positive, or the
        scores cannot tell two texts apart: every cut-off would then flag all texts or none.

    Raises:
        DataError: a score is not a number from 0 to 1.
    """
    candidates = curve(targets, scores)
    reason = _reason_for_none(candidates)
    threshold = None if reason else _highest_best(candidates)
    return Choice(threshold, reason, counts(targets, scores, threshold))


def _highest_best(candidates: Curve) -> float:
    # F1 is one division of two counts, so equal fractions are equal floats.
    best = np.flatnonzero(candidates.f1 == candidates.f1.max())
    return float(candidates.thresholds[best[-1]])


def _reason_for_none(candidates: Curve) -> str | None:
    texts = candidates.positives + candidates.negatives
    splits = (candidates.flagged > 0) & (candidates.flagged < texts)
    causes = [
        (texts == 0, _UNKNOWN),
        (candidates.positives == 0, _NONE),
        (candidates.negatives == 0, _EVERY),
        (not splits.any(), _SAME),
    ]
    cause = next((words for holds, words in causes if holds), None)
    return cause and f"{cause}, so no threshold can be chosen; it is switched off."
