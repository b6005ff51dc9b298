"""The axis that scores stand on: even, or in log-odds where all that matters is near one end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEAST = 1e-4
"""Log-odds have no end; a score nearer to 0 or 1 is drawn here."""

_TICKS = ((0.0, "0"), (0.25, "0.25"), (0.5, "0.5"), (0.75, "0.75"), (1.0, "1"))
_ODDS_TICKS = (
    (1e-4, ".0001"), (1e-3, ".001"), (0.01, ".01"), (0.1, ".1"), (0.5, ".5"), (0.9, ".9"),
    (0.99, ".99"), (0.999, ".999"), (0.9999, ".9999"),
)  # fmt: skip
_NEAR = 0.1
_RARE = 0.02


@dataclass(frozen=True)
class Axis:
    """Scores from 0 to 1 as shares of the way from left to right.

    Attributes:
        log_odds: whether equal steps are equal log-odds.
    """

    log_odds: bool

    def shares(self, scores: NDArray[np.floating]) -> NDArray[np.float64]:
        """(n,) where scores (n,) in [0, 1] lie."""
        if not self.log_odds:
            return scores.astype(np.float64)
        sure = np.clip(scores.astype(np.float64), LEAST, 1 - LEAST)
        span = 2 * np.log((1 - LEAST) / LEAST)
        found: NDArray[np.float64] = np.log(sure / (1 - sure)) / span + 0.5
        return found

    def share(self, score: float) -> float:
        """Where one score lies."""
        return float(self.shares(np.array([score]))[0])

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """Places that are named, as shares of the way, with their names."""
        ticks = _ODDS_TICKS if self.log_odds else _TICKS
        return [(self.share(score), name) for score, name in ticks]

    @property
    def words(self) -> str:
        """What the axis shows."""
        return "score, in log-odds" if self.log_odds else "score"


def suited(threshold: float | None, positives: int, texts: int) -> Axis:
    """Log-odds for a rare label or a threshold near an end, where an even axis shows nothing."""
    rare = bool(texts) and positives / texts < _RARE
    at_end = threshold is not None and not _NEAR <= threshold <= 1 - _NEAR
    return Axis(rare or at_end)
