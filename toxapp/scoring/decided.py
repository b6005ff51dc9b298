"""What a rule makes of scores: decisions, and the probabilities that are shown beside them.

The one way from scores to what a screen, a scored file and the command line say of a text.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from toxapp.inference.calibrated import apply
from toxapp.inference.verdict import decisions
from toxapp.runs import rules
from toxapp.runs.rules import Rule


@dataclass(frozen=True)
class Added:
    """What a rule has to say of a text, as the columns of a file.

    Attributes:
        labels: each gets a score and a decision.
        calibrated: of them, those with a probability.
        acting: of them, those with a second decision.
    """

    labels: tuple[str, ...]
    calibrated: tuple[str, ...] = ()
    acting: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """Of the columns, figures first, as long as none is taken."""
        return [
            *(f"{label}_score" for label in self.labels),
            *(f"{label}_flagged" for label in self.labels),
            *(f"{label}_probability" for label in self.calibrated),
            *(f"{label}_act" for label in self.acting),
        ]


@dataclass(frozen=True, eq=False)
class Decided:
    """What a rule says of some texts, column by column as `Added` has them; NaN where not scored.

    Attributes:
        scores: (n, labels)
        flags: (n, labels)
        probabilities: (n, calibrated)
        acts: (n, acting)
    """

    scores: NDArray[np.float32]
    flags: NDArray[np.bool_]
    probabilities: NDArray[np.float32]
    acts: NDArray[np.bool_]

    def __getitem__(self, rows: NDArray[np.bool_]) -> Decided:
        """Some of the rows."""
        return Decided(
            self.scores[rows], self.flags[rows], self.probabilities[rows], self.acts[rows]
        )

    @property
    def scored(self) -> NDArray[np.bool_]:
        """(n,) whether a row has a score of every label."""
        return np.logical_not(np.isnan(self.scores).any(axis=1))

    @property
    def parts(self) -> tuple[NDArray[np.float32] | NDArray[np.bool_], ...]:
        """In the order of the columns."""
        return self.scores, self.flags, self.probabilities, self.acts


def added(rule: Rule, labels: tuple[str, ...]) -> Added:
    """The columns that a rule leads to."""
    return Added(
        labels,
        calibrated=tuple(label for label in labels if label in rule.calibration),
        acting=tuple(label for label in labels if label in rule.act),
    )


def decided(rule: Rule, labels: tuple[str, ...], scores: NDArray[np.float32]) -> Decided:
    """What a rule says of texts; scores (n, n_labels) in the labels' order, NaN where not scored.

    Decisions are taken on the raw scores, whatever the calibration.
    """
    columns = added(rule, labels)
    calibrated = [label in columns.calibrated for label in labels]
    acting = [label in columns.acting for label in labels]
    words = decisions(scores, rules.ordered(rule, labels), rules.ordered_act(rule, labels))
    return Decided(
        scores=scores,
        flags=words != "clear",
        probabilities=apply(scores, rule.calibration, labels)[:, calibrated],
        acts=(words == "act")[:, acting],
    )
