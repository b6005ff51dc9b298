"""Which comments changed verdict between two runs of one dataset, and that in a sentence.

"Found" and "lost" are texts that carry the label, "new alarm" and "dropped alarm" texts that do
not; what the first run flags is lost or dropped where the second does not flag it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from toxapp.data.store import Rows
from toxapp.decisions.curve import CUT, decide
from toxapp.decisions.paired import Changes

Kind = Literal["found", "lost", "new alarm", "dropped alarm", "unknown"]

# A score of 0 or 1 is as far from its threshold as a score can be told from it.
_LEAST = 1e-7


@dataclass(frozen=True)
class Decided:
    """One run's decisions on one label.

    Attributes:
        scores: (n_texts,) float32.
        threshold: None where the label is switched off.
    """

    scores: NDArray[np.float32]
    threshold: float | None

    @property
    def flags(self) -> NDArray[np.bool_]:
        """(n_texts,) whether each is flagged."""
        return decide(self.scores, self.threshold)

    @property
    def certainty(self) -> NDArray[np.float64]:
        """(n_texts,) how far each score is from the threshold, in log-odds; inf where off."""
        if self.threshold is None:
            return np.full(len(self.scores), np.inf)
        distance: NDArray[np.float64] = np.abs(_odds(self.scores) - _odds(self.threshold))
        return distance


@dataclass(frozen=True)
class Comment:
    """A text on which two runs decide differently.

    Attributes:
        file, row: where it stands, as the spreadsheet counts.
        text: in full.
        kind: what became of it; "unknown" without a target.
        right: whether the second run is the one that is right; None without a target.
        first_score, second_score: raw.
    """

    file: str
    row: int
    text: str
    kind: Kind
    right: bool | None
    first_score: float
    second_score: float


def changed(
    rows: Rows, column: int, first: Decided, second: Decided, *, most: int | None = None
) -> list[Comment]:
    """The texts on which two runs differ about a label, the most certain first.

    A change is as certain as the less certain of the two: both scores are far from their own
    thresholds, on different sides.

    Args:
        rows: of the split.
        column: of the label among the targets.
        first: one run's, on those rows.
        second: the other's.
        most: how many at most; None for all.
    """
    differing = np.flatnonzero(first.flags != second.flags)
    certain = np.minimum(first.certainty, second.certainty)[differing]
    order = differing[np.argsort(-certain, kind="stable")][:most]
    flags = second.flags
    return [
        Comment(
            file=rows.file[n],
            row=int(rows.row[n]),
            text=rows.texts[n],
            kind=_kind(float(rows.targets[n, column]), flagged=bool(flags[n])),
            right=_right(float(rows.targets[n, column]), flagged=bool(flags[n])),
            first_score=float(first.scores[n]),
            second_score=float(second.scores[n]),
        )
        for n in map(int, order)
    ]


def sentence(found: Changes, p: float | None, names: tuple[str, str] = ("A", "B")) -> str:
    """What the second run does differently, in words.

    Such as "B finds 31 more and raises 4 more false alarms: right on 27 more texts, p = 0.02."

    Args:
        found: the changes on one label.
        p: as it is to be told, corrected or not.
        names: of the first run and the second.
    """
    first, second = names
    if p is None:
        return found.reason or ""
    if not any((found.found, found.lost, found.new_alarms, found.dropped_alarms)):
        return f"{second} decides every text as {first} does."
    more, alarms = found.found - found.lost, found.new_alarms - found.dropped_alarms
    caught = f"finds {_more(more)}" if more else "finds as many"
    raised = f"{_more(alarms)} false {_plural('alarm', alarms)}" if alarms else ""
    told = f"{second} {caught} and raises {raised or 'as many false alarms'}"
    return f"{told}: {_gain(more - alarms)}, {p_words(p)}."


def p_words(p: float) -> str:
    """The p as one says it: "p < 0.001", "p = 0.004", "p = 0.02"."""
    if p < 0.001:
        return "p < 0.001"
    return f"p = {p:.3f}" if p < 0.0095 else f"p = {p:.2f}"


def _gain(right: int) -> str:
    if not right:
        return "right on as many texts"
    return f"right on {_more(right)} {_plural('text', right)}"


def _more(count: int) -> str:
    return f"{abs(count):,} {'more' if count > 0 else 'fewer'}"


def _plural(word: str, count: int) -> str:
    return word if abs(count) == 1 else f"{word}s"


def _kind(target: float, *, flagged: bool) -> Kind:
    if np.isnan(target):
        return "unknown"
    if target >= CUT:
        return "found" if flagged else "lost"
    return "new alarm" if flagged else "dropped alarm"


def _right(target: float, *, flagged: bool) -> bool | None:
    return None if np.isnan(target) else (target >= CUT) == flagged


def _odds(scores: NDArray[np.float32] | float) -> NDArray[np.float64]:
    sure = np.clip(np.asarray(scores, np.float64), _LEAST, 1 - _LEAST)
    odds: NDArray[np.float64] = np.log(sure / (1 - sure))
    return odds
