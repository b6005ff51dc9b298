"""What all labels together ask of those who read: a text that several labels flag is read once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from toxapp.decisions.ascending import checked
from toxapp.decisions.curve import CUT, Floats, decide


@dataclass(frozen=True)
class Workload:
    """What one set of thresholds makes of these texts.

    A target that is missing cannot make a text harmful, nor a flagged one a false alarm: flagged
    texts that are known to be neither are `unknown`, and flagged = caught + false_alarms + unknown.

    Attributes:
        texts: all of them, whether or not their targets are known.
        flagged: by any label, each counted once: what is read.
        per_thousand: of 1,000 texts, flagged; None without texts.
        harmful: texts with at least one known positive target, whichever labels flag them.
        caught: harmful texts that any label flags, be it another than the one they carry.
        false_alarms: flagged texts whose targets are all known, and none of them positive.
    """

    texts: int
    flagged: int
    per_thousand: float | None
    harmful: int
    caught: int
    false_alarms: int

    @property
    def unknown(self) -> int:
        """Flagged texts with no known positive target and at least one that is missing."""
        return self.flagged - self.caught - self.false_alarms

    @property
    def caught_share(self) -> float | None:
        """Of the harmful texts, those that are read; None where no text is harmful."""
        return self.caught / self.harmful if self.harmful else None

    @property
    def false_alarm_share(self) -> float | None:
        """Of the flagged texts that are known to be one or the other; None where there is none."""
        known = self.caught + self.false_alarms
        return self.false_alarms / known if known else None

    def a_day(self, volume: float) -> float | None:
        """Texts to read a day where `volume` such texts come in; None without texts."""
        return volume * self.flagged / self.texts if self.texts else None


def workload(targets: Floats, scores: Floats, thresholds: Sequence[float | None]) -> Workload:
    """What these thresholds flag of these texts, over all labels.

    Args:
        targets: (n_texts, n_labels) 1, 0, a fraction (positive from 0.5 on) or NaN (missing).
        scores: (n_texts, n_labels) in [0, 1].
        thresholds: per label; a text is flagged by it when `score >= threshold`; None flags none.

    Returns:
        Zeros, and None for shares, where there are no texts.

    Raises:
        ValueError: the shapes differ.
        DataError: a score is not a number from 0 to 1.
    """
    if targets.shape != scores.shape or scores.shape[1:] != (len(thresholds),):
        raise ValueError(f"{targets.shape}, {scores.shape} and {len(thresholds)} thresholds")
    flagged = np.zeros(len(scores), bool)
    for column, threshold in zip(scores.T, thresholds, strict=True):
        flagged |= decide(checked(column), threshold)
    harmful = (targets >= CUT).any(axis=1)
    harmless = (targets < CUT).all(axis=1)
    read = int(flagged.sum())
    return Workload(
        texts=len(scores),
        flagged=read,
        per_thousand=1000 * read / len(scores) if len(scores) else None,
        harmful=int(harmful.sum()),
        caught=int((harmful & flagged).sum()),
        false_alarms=int((harmless & flagged).sum()),
    )
