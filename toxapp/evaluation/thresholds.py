"""Thresholds chosen on validation, and what they are expected to do there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import TypeVar

from toxapp.data import store
from toxapp.decisions.choose import best_f1
from toxapp.decisions.curve import settle
from toxapp.decisions.figures import LabelFigures, figures
from toxapp.decisions.stability import best_f1_interval
from toxapp.errors import SettingsError
from toxapp.runs import rules, run
from toxapp.runs.rules import Rule
from toxapp.runs.run import Run, Scored

T = TypeVar("T")

BEST_F1 = "best F1"
BY_HAND = "by hand"
_EXPECTED = (
    "positives",
    "flagged",
    "caught",
    "missed",
    "false_alarms",
    "precision",
    "recall",
    "f1",
)


def best_f1_rule(labels: tuple[str, ...], scored: Scored, *, by: str = "training") -> Rule:
    """The rule that has each label's best F1 on these validation texts; not saved yet.

    A label for which no threshold can be chosen is switched off, with the reason.
    """
    choices = {
        label: best_f1(scored.targets[:, n], scored.scores[:, n]) for n, label in enumerate(labels)
    }
    thresholds = {label: choice.threshold for label, choice in choices.items()}
    reasons = {label: choice.reason for label, choice in choices.items() if choice.reason}
    intervals = {
        label: best_f1_interval(scored.targets[:, n], scored.scores[:, n])
        for n, label in enumerate(labels)
        if thresholds[label] is not None
    }
    rule = Rule(
        thresholds,
        dict.fromkeys(labels, BEST_F1),
        "validation",
        reasons,
        threshold_intervals={label: ends for label, ends in intervals.items() if ends},
        by=by,
    )
    return measured(rule, labels, scored)


def solved_rule(chosen: Run, objective: str, *, label: str | None, by: str) -> Rule:
    """The rule in force with one label's threshold, or all, chosen anew; not saved yet.

    Args:
        chosen: a finished run.
        objective: "f1".
        label: None for all.
        by: who asks.

    Raises:
        SettingsError: the objective is unknown, or the label is not the run's.
    """
    if objective != "f1":
        raise SettingsError(f"There is no objective '{objective}'; there is: f1.")
    labels = store.load(chosen.settings.dataset).labels
    best = best_f1_rule(labels, run.scored(chosen, "validation"), by=by)
    if label is None:
        return best
    rules.at(best, {label: None})  # refuses a label that is not the run's
    moved = moved_rule(chosen, {label: best.thresholds[label]}, by=by)
    return replace(
        moved,
        objective={**moved.objective, label: BEST_F1},
        reasons={**moved.reasons, **_of(label, best.reasons)},
        threshold_intervals={**moved.threshold_intervals, **_of(label, best.threshold_intervals)},
    )


def moved_rule(
    chosen: Run, moved: Mapping[str, float | None], *, by: str, rule: Rule | None = None
) -> Rule:
    """The rule in force, or the one given, with some thresholds moved by hand; not saved yet.

    A threshold that a score stands on is shifted into the gap beside it, so that no text is
    decided by the last digit of its score.

    Args:
        chosen: a finished run.
        moved: label -> threshold; None switches a label off.
        by: who moves them.
        rule: to start from, where not the one in force.

    Raises:
        SettingsError: a label is not the run's, or a threshold not within [0, 1].
    """
    labels = store.load(chosen.settings.dataset).labels
    scored = run.scored(chosen, "validation")
    before = rule or rules.in_force(chosen.folder)
    wanted = rules.at(before, moved)
    settled = {label: _settle(scored, n, wanted[label]) for n, label in enumerate(labels)}
    changed = {label for label in labels if settled[label] != before.thresholds[label]}
    objectives = {**before.objective, **dict.fromkeys(changed, BY_HAND)}
    reasons = {label: why for label, why in before.reasons.items() if settled[label] is None}
    kept = {k: v for k, v in before.threshold_intervals.items() if k not in changed}
    made = Rule(settled, objectives, "validation", reasons, threshold_intervals=kept, by=by)
    return measured(made, labels, scored)


def measured(rule: Rule, labels: tuple[str, ...], scored: Scored) -> Rule:
    """The same rule with what it does to these texts."""
    found = figures(scored.targets, scored.scores, labels, rules.ordered(rule, labels))
    expected = {label: _expected(label_figures) for label, label_figures in found.labels.items()}
    intervals = {label: dict(f.intervals) for label, f in found.labels.items()}
    return replace(rule, expected=expected, intervals=intervals)


def _of(label: str, values: Mapping[str, T]) -> dict[str, T]:
    return {label: values[label]} if label in values else {}


def _settle(scored: Scored, column: int, threshold: float | None) -> float | None:
    return None if threshold is None else settle(scored.scores[:, column], threshold)


def _expected(found: LabelFigures) -> dict[str, float | None]:
    whole = asdict(found)
    return {name: whole[name] for name in _EXPECTED}
