"""A finished run as a judge of texts: its scorer, and the thresholds in force."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from toxapp import inference
from toxapp.errors import JobError, ModelError
from toxapp.inference.bundle import BundleError
from toxapp.inference.verdict import flagged
from toxapp.runs import rules
from toxapp.runs.run import Run

if TYPE_CHECKING:  # the engine takes seconds to import; pages that only start a job go without
    from toxapp.inference import Scorer


@dataclass(frozen=True)
class Verdict:
    """A text's decisions.

    Attributes:
        scores: per label, in the labels' order.
        thresholds: in force; None is switched off.
        flagged: the labels the text is flagged for.
        rule: number of the rule that decided.
    """

    scores: dict[str, float]
    thresholds: dict[str, float | None]
    flagged: tuple[str, ...]
    rule: int


def open_scorer(run: Run) -> Scorer:
    """The scorer of a finished run.

    Raises:
        JobError: the run has not finished.
        ModelError: its bundle is missing or damaged.
    """
    if not run.finished:
        state = run.status.state
        raise JobError(f"The run {run.id} is {state}; it can score once it has finished.")
    try:
        return inference.load(run.folder / "bundle")
    except BundleError as error:
        raise ModelError(str(error)) from error


def judge(run: Run, scorer: Scorer, text: str) -> Verdict:
    """The verdict on one text by the rule in force."""
    return verdict(run, scorer.labels, scorer.score([text]))


def verdict(run: Run, labels: tuple[str, ...], scores: NDArray[np.float32]) -> Verdict:
    """The verdict that scores (1, n_labels) lead to by the rule in force."""
    rule = rules.in_force(run.folder)
    limits = rules.ordered(rule, labels)
    decided = flagged(scores, limits)[0]
    return Verdict(
        scores={label: float(score) for label, score in zip(labels, scores[0], strict=True)},
        thresholds=dict(zip(labels, limits, strict=True)),
        flagged=tuple(label for label, flag in zip(labels, decided, strict=True) if flag),
        rule=rule.number,
    )
