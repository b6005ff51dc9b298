"""Thresholds chosen on validation, and what they are expected to do there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace

from toxapp.data import store
from toxapp.decisions.budget import spend
from toxapp.decisions.curve import settle
from toxapp.decisions.figures import LabelFigures, figures
from toxapp.decisions.intervals import Interval
from toxapp.decisions.objectives import choose
from toxapp.decisions.stability import ranges
from toxapp.decisions.wishes import Budget, Objective, parse_pair
from toxapp.decisions.workload import workload
from toxapp.errors import SettingsError
from toxapp.evaluation.acting import BY_HAND, fitting, with_act, with_act_for, without
from toxapp.runs import rules, run
from toxapp.runs.rules import Rule
from toxapp.runs.run import Run, Scored

BEST_F1 = Objective("fbeta").words
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
        `reasons` hold why a label is switched off, or what of the wish cannot be met. Thresholds
        of a budget have no range, as each depends on the others.

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


def solved_rule(
    chosen: Run, objective: str | None, *, label: str | None, by: str, act: str | None = None
) -> Rule:
    """The rule in force with one label's cut-offs, or all, chosen anew; not saved yet.

    What is not asked for stays, the calibration too; an act cut-off that the new threshold is not
    below is dropped, with the reason.

    Args:
        chosen: a finished run.
        objective: of the thresholds, as `toxapp.decisions.wishes` has them: "f1", "recall=0.9",
            "budget=400/20000"; None leaves them as they are.
        label: None for all.
        by: who asks.
        act: of the act cut-offs, as in "precision=0.95"; None leaves them as they are.

    Raises:
        SettingsError: a wish is unknown or out of range, the label is not the run's, or one label
            is to have a budget that all share.
    """
    bands = parse_pair(objective, act)
    labels = store.load(chosen.settings.dataset).labels
    before = rules.in_force(chosen.folder)
    if label is not None:
        rules.at(before, {label: None})  # refuses one that is not the run's
    if label is not None and isinstance(bands.clear, Budget):
        raise SettingsError(f"A budget is shared by all labels: ask for it without '{label}'.")
    asked = labels if label is None else (label,)
    scored = _columns(run.scored(chosen, "validation"), labels, asked)
    made = replace(before, by=by, when="", number=0, restores=None)
    if bands.clear is not None:
        made = _rethought(made, rule_for(bands.clear, asked, scored, by=by))
    if bands.act is not None:
        made = with_act_for(made, bands.act, asked, scored)
    return measured(made, labels, run.scored(chosen, "validation"))


def _rethought(before: Rule, solved: Rule) -> Rule:
    """A rule with the labels of another that was solved for them, act cut-offs where they fit."""
    asked = solved.thresholds
    made = replace(
        before,
        act={},
        thresholds={**before.thresholds, **asked},
        objective={**before.objective, **solved.objective},
        reasons={**without(asked, before.reasons), **solved.reasons},
        act_reasons=without(asked, before.act_reasons),
        threshold_intervals={
            **without(asked, before.threshold_intervals),
            **solved.threshold_intervals,
        },
    )
    return fitting(made, before.act)


def moved_rule(
    chosen: Run,
    moved: Mapping[str, float | None],
    *,
    by: str,
    act: Mapping[str, float | None] | None = None,
    rule: Rule | None = None,
) -> Rule:
    """The rule in force, or the one given, with some cut-offs moved by hand; not saved yet.

    A cut-off that a score stands on is shifted into the gap beside it, so that no text is
    decided by the last digit of its score. What is not moved stays, the calibration too; an act
    cut-off that the threshold has been moved up to is dropped, with the reason.

    Args:
        chosen: a finished run.
        moved: label -> threshold; None switches a label off.
        by: who moves them.
        act: label -> act cut-off; None takes it away.
        rule: to start from, where not the one in force.

    Raises:
        SettingsError: a label is not the run's, a cut-off is not within [0, 1], or an act cut-off
            that is given is not above the threshold.
    """
    labels = store.load(chosen.settings.dataset).labels
    scored = run.scored(chosen, "validation")
    before = rule or rules.in_force(chosen.folder)
    wanted, acts = rules.at(before, moved), dict(act or {})
    rules.at(before, acts)  # refuses a label that is not the run's
    settled = {label: _settle(scored, n, wanted[label]) for n, label in enumerate(labels)}
    changed = {label for label in labels if settled[label] != before.thresholds[label]}
    made = replace(
        before,
        act={},
        thresholds=settled,
        objective={**before.objective, **dict.fromkeys(changed, BY_HAND)},
        split="validation",
        reasons=without(changed, before.reasons),
        act_reasons=without(changed | set(acts), before.act_reasons),
        threshold_intervals=without(changed, before.threshold_intervals),
        by=by,
        when="",
        number=0,
        restores=None,
    )
    given = {x: _settle(scored, labels.index(x), cut) for x, cut in acts.items()}
    made = with_act(fitting(made, without(acts, before.act)), given, BY_HAND)
    return measured(made, labels, scored)


def measured(rule: Rule, labels: tuple[str, ...], scored: Scored) -> Rule:
    """The same rule with what it does to these texts."""
    found = figures(scored.targets, scored.scores, labels, rules.ordered(rule, labels))
    expected = {label: _expected(label_figures) for label, label_figures in found.labels.items()}
    intervals = {label: dict(f.intervals) for label, f in found.labels.items()}
    acting = tuple(label for label in labels if label in rule.act)
    part = _columns(scored, labels, acting)
    higher = figures(part.targets, part.scores, acting, [rule.act[label] for label in acting])
    acted = {label: _expected(label_figures) for label, label_figures in higher.labels.items()}
    read = workload(scored.targets, scored.scores, rules.ordered(rule, labels))
    return replace(
        rule, expected=expected, intervals=intervals, expected_act=acted, workload=asdict(read)
    )


def _prices(wish: Budget, labels: tuple[str, ...]) -> list[float]:
    unknown = [label for label in wish.prices if label not in labels]
    if unknown:
        known = ", ".join(labels)
        raise SettingsError(f"There is no label '{unknown[0]}' in this run; it has: {known}.")
    return [wish.prices.get(label, 1.0) for label in labels]


def _ranges(
    wish: Objective | Budget, labels: tuple[str, ...], scored: Scored
) -> dict[str, Interval]:
    if isinstance(wish, Budget):
        return {}
    found = ranges(scored.targets, scored.scores, [wish] * len(labels))
    return {label: each.ends for label, each in zip(labels, found, strict=True) if each.ends}


def _columns(scored: Scored, labels: tuple[str, ...], asked: tuple[str, ...]) -> Scored:
    kept = [labels.index(label) for label in asked]
    return replace(scored, targets=scored.targets[:, kept], scores=scored.scores[:, kept])


def _settle(scored: Scored, column: int, threshold: float | None) -> float | None:
    return None if threshold is None else settle(scored.scores[:, column], threshold)


def _expected(found: LabelFigures) -> dict[str, float | None]:
    whole = asdict(found)
    return {name: whole[name] for name in _EXPECTED}
