"""Thresholds chosen on validation, and what they are expected to do there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import TypeVar

from toxapp.data import store
from toxapp.decisions.budget import spend
from toxapp.decisions.curve import settle
from toxapp.decisions.figures import LabelFigures, figures
from toxapp.decisions.intervals import Interval
from toxapp.decisions.objectives import choose
from toxapp.decisions.stability import best_f_range
from toxapp.decisions.wishes import Budget, Objective, parse
from toxapp.errors import SettingsError
from toxapp.runs import rules, run
from toxapp.runs.rules import Rule
from toxapp.runs.run import Run, Scored

T = TypeVar("T")

BEST_F1 = Objective("fbeta").words
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
    return rule_for(Objective("fbeta"), labels, scored, by=by)


def rule_for(wish: Objective | Budget, labels: tuple[str, ...], scored: Scored, *, by: str) -> Rule:
    """The rule that meets a wish on these validation texts, or says per label why not; not saved.

    Args:
        wish: of every label, or one budget for all.
        labels: in the order of the columns.
        scored: validation texts.
        by: who asks.

    Returns:
        `reasons` hold why a label is switched off, or what of the wish cannot be met. The range of
        a threshold is told for F-beta alone.

    Raises:
        SettingsError: the budget prices a label that is not there.
    """
    if isinstance(wish, Budget):
        prices = _prices(wish, labels)
        choices = spend(scored.targets, scored.scores, wish.share, prices).choices
    else:
        columns = zip(scored.targets.T, scored.scores.T, strict=True)
        choices = tuple(choose(t, s, wish) for t, s in columns)
    chosen = dict(zip(labels, choices, strict=True))
    words = {label: choice.reason or choice.note for label, choice in chosen.items()}
    rule = Rule(
        {label: choice.threshold for label, choice in chosen.items()},
        dict.fromkeys(labels, wish.words),
        "validation",
        {label: why for label, why in words.items() if why},
        threshold_intervals=_ranges(wish, labels, scored),
        by=by,
    )
    return measured(rule, labels, scored)


def solved_rule(chosen: Run, objective: str, *, label: str | None, by: str) -> Rule:
    """The rule in force with one label's threshold, or all, chosen anew; not saved yet.

    Args:
        chosen: a finished run.
        objective: as `toxapp.decisions.wishes` has them: "f1", "recall=0.9", "budget=400/20000".
        label: None for all.
        by: who asks.

    Raises:
        SettingsError: the objective is unknown or out of range, the label is not the run's, or
            one label is to have a budget that all share.
    """
    wish = parse(objective)
    labels = store.load(chosen.settings.dataset).labels
    scored = run.scored(chosen, "validation")
    if label is None:
        return rule_for(wish, labels, scored, by=by)
    if isinstance(wish, Budget):
        raise SettingsError(f"A budget is shared by all labels: ask for it without '{label}'.")
    rules.at(rules.in_force(chosen.folder), {label: None})  # refuses one that is not the run's
    best = rule_for(wish, (label,), _column(scored, labels.index(label)), by=by)
    moved = moved_rule(chosen, {label: best.thresholds[label]}, by=by)
    return replace(
        moved,
        objective={**moved.objective, **best.objective},
        reasons={**_without(label, moved.reasons), **best.reasons},
        threshold_intervals={
            **_without(label, moved.threshold_intervals),
            **best.threshold_intervals,
        },
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
    reasons = {label: why for label, why in before.reasons.items() if label not in changed}
    kept = {k: v for k, v in before.threshold_intervals.items() if k not in changed}
    made = Rule(settled, objectives, "validation", reasons, threshold_intervals=kept, by=by)
    return measured(made, labels, scored)


def measured(rule: Rule, labels: tuple[str, ...], scored: Scored) -> Rule:
    """The same rule with what it does to these texts."""
    found = figures(scored.targets, scored.scores, labels, rules.ordered(rule, labels))
    expected = {label: _expected(label_figures) for label, label_figures in found.labels.items()}
    intervals = {label: dict(f.intervals) for label, f in found.labels.items()}
    return replace(rule, expected=expected, intervals=intervals)


def _prices(wish: Budget, labels: tuple[str, ...]) -> list[float]:
    unknown = [label for label in wish.prices if label not in labels]
    if unknown:
        known = ", ".join(labels)
        raise SettingsError(f"There is no label '{unknown[0]}' in this run; it has: {known}.")
    return [wish.prices.get(label, 1.0) for label in labels]


def _ranges(
    wish: Objective | Budget, labels: tuple[str, ...], scored: Scored
) -> dict[str, Interval]:
    if isinstance(wish, Budget) or wish.kind != "fbeta":
        return {}
    columns = zip(scored.targets.T, scored.scores.T, strict=True)
    found = [best_f_range(t, s, beta=wish.value) for t, s in columns]
    return {label: ends for label, ends in zip(labels, found, strict=True) if ends}


def _column(scored: Scored, n: int) -> Scored:
    return replace(scored, targets=scored.targets[:, n : n + 1], scores=scored.scores[:, n : n + 1])


def _without(label: str, values: Mapping[str, T]) -> dict[str, T]:
    return {name: value for name, value in values.items() if name != label}


def _settle(scored: Scored, column: int, threshold: float | None) -> float | None:
    return None if threshold is None else settle(scored.scores[:, column], threshold)


def _expected(found: LabelFigures) -> dict[str, float | None]:
    whole = asdict(found)
    return {name: whole[name] for name in _EXPECTED}
