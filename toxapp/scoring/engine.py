"""A finished run as a judge of texts: its scorer, and the thresholds in force."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from toxapp import inference
from toxapp.errors import JobError, ModelError
from toxapp.inference.bundle import BundleError
from toxapp.runs import rules
from toxapp.runs.run import Run
from toxapp.scoring.decided import added, decided

if TYPE_CHECKING:  # the engine takes seconds to import; pages that only start a job go without
    from toxapp.inference import Scorer


@dataclass(frozen=True)
class Verdict:
    """A text's decisions.

    Attributes:
        scores: per label, in the labels' order.
        thresholds: in force; None is switched off.
        flagged: the labels the text is flagged for, those to act on among them.
        act: the labels for which the text is to be acted upon.
        act_thresholds: in force, of the labels that have a second cut-off.
        probabilities: calibrated, of the labels that have a calibration; no decision rests on them.
        rule: number of the rule that decided.
    """

    scores: dict[str, float]
    thresholds: dict[str, float | None]
    flagged: tuple[str, ...]
    act: tuple[str, ...]
    act_thresholds: dict[str, float]
    probabilities: dict[str, float]
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
    columns, found = added(rule, labels), decided(rule, labels, scores)
    return Verdict(
        scores=_named(labels, scores),
        thresholds={label: rule.thresholds[label] for label in labels},
        flagged=_those(labels, found.flags),
        act=_those(columns.acting, found.acts),
        act_thresholds={label: rule.act[label] for label in columns.acting},
        probabilities=_named(columns.calibrated, found.probabilities),
        rule=rule.number,
    )


def _named(labels: tuple[str, ...], figures: NDArray[np.float32]) -> dict[str, float]:
    return dict(zip(labels, figures[0].tolist(), strict=True))


def _those(labels: tuple[str, ...], decisions: NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(x for x, decision in zip(labels, decisions[0].tolist(), strict=True) if decision)
