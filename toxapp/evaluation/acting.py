"""The second cut-offs of a rule, above which a text is acted upon: made, kept, or dropped."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TypeVar

from toxapp.decisions.objectives import choose_act
from toxapp.decisions.wishes import Objective
from toxapp.runs.rules import Rule
from toxapp.runs.run import Scored

T = TypeVar("T")

BY_HAND = "by hand"


def with_act_for(rule: Rule, wish: Objective, asked: tuple[str, ...], scored: Scored) -> Rule:
    """The rule with act cut-offs chosen for some labels, whose texts are given."""
    columns = zip(asked, scored.targets.T, scored.scores.T, strict=True)
    chosen = {x: choose_act(t, s, wish, rule.thresholds[x]) for x, t, s in columns}
    words = {x: choice.reason or choice.note for x, choice in chosen.items()}
    reasons = {x: why for x, why in words.items() if why}
    made = with_act(rule, {x: choice.threshold for x, choice in chosen.items()}, wish.words)
    return replace(made, act_reasons={**without(asked, rule.act_reasons), **reasons})


def fitting(rule: Rule, act: Mapping[str, float]) -> Rule:
    """The rule with act cut-offs of before; one no longer above is dropped, with the reason."""
    kept = {x: cut for x, cut in act.items() if _above(cut, rule.thresholds.get(x))}
    said = {x: _dropped(cut, rule.thresholds.get(x)) for x, cut in act.items() if x not in kept}
    told = {x: rule.act_objective.get(x, BY_HAND) for x in kept}
    return replace(rule, act=kept, act_objective=told, act_reasons={**rule.act_reasons, **said})


def with_act(rule: Rule, act: Mapping[str, float | None], words: str) -> Rule:
    """The rule with these act cut-offs; None takes one away."""
    given = {label: cut for label, cut in act.items() if cut is not None}
    kept = without(act, rule.act)
    told = {x: rule.act_objective[x] for x in kept}
    return replace(
        rule, act={**kept, **given}, act_objective={**told, **dict.fromkeys(given, words)}
    )


def _above(act: float, threshold: float | None) -> bool:
    return threshold is not None and act > threshold


def _dropped(act: float, threshold: float | None) -> str:
    if threshold is None:
        return f"The label is switched off, so its act cut-off {act:.4g} is dropped."
    return (
        f"The act cut-off {act:.4g} is not above the threshold {threshold:.4g}, so it is dropped."
    )


def without(labels: Collection[str], values: Mapping[str, T]) -> dict[str, T]:
    """The values of all but some labels."""
    return {name: value for name, value in values.items() if name not in labels}
