"""The verbs on what decides: thresholds, calibrate."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from toxapp.commands.answers import Json, RunId, pair, show
from toxapp.decisions.intervals import wilson
from toxapp.errors import DataError, SettingsError
from toxapp.runs import rules, run
from toxapp.runs.rules import Rule
from toxapp.runs.run import Run

if TYPE_CHECKING:
    from toxapp.decisions.reliability import Reliability
    from toxapp.evaluation.calibration import Studied

_OBJECTIVE = (
    "What to choose on validation: f1, fbeta=2, precision=0.9 (then most recall), "
    "recall=0.9 (then most precision), cost=5 (a miss costs 5 false alarms; cost=5/2: at 2), "
    "flagged=0.02 (at most), or budget=400/20000 (texts read of texts that come in, all labels "
    "together; budget=400/20000,threat=5: a missed threat costs 5, other misses 1)."
)
_ACT = (
    "What to choose a second, higher cut-off for, from which on a text is acted upon: as for "
    "--objective, but no budget; precision=0.95 is the usual one."
)

Pairs = list[str] | None


def thresholds(
    run_id: RunId,
    label: Annotated[str | None, typer.Option(help="Only this label.")] = None,
    objective: Annotated[str | None, typer.Option(help=_OBJECTIVE)] = None,
    act: Annotated[str | None, typer.Option("--act", help=_ACT)] = None,
    pairs: Annotated[Pairs, typer.Option("--set", help="label=0.3, or label=off.")] = None,
    act_pairs: Annotated[
        Pairs, typer.Option("--set-act", help="The second cut-off: label=0.8, or label=off.")
    ] = None,
    restore: Annotated[
        int | None, typer.Option("--restore", help="Go back to the rule of this number.")
    ] = None,
    save: Annotated[bool, typer.Option("--save", help="Put it in force as a new rule.")] = False,
    resamples: Annotated[
        int, typer.Option(help="Behind the 95 % intervals that --json adds; 0: none.")
    ] = 1000,
    as_object: Json = False,
) -> None:
    """Show the thresholds in force, or solve or set new ones; --save puts them in force."""
    chosen = run.load(run_id)
    if restore is not None:
        if objective or act or pairs or act_pairs:
            raise SettingsError("--restore takes a whole rule back: give it without other wishes.")
        earlier = rules.numbered(chosen.folder, restore)
        rule = rules.restore(chosen.folder, restore, by=_who()) if save else earlier
    else:
        rule = _wished(chosen, (objective, act, label), (pairs, act_pairs))
        rule = rules.save(chosen.folder, rule) if save else rule
    if label is not None:
        rules.at(rule, {label: None})  # refuses a label that is not the run's
    told = {"run": run_id, **_told(rule, label)}
    show(_surer(chosen, rule, told, resamples) if as_object and resamples else told, as_object)


def _wished(
    chosen: Run, wish: tuple[str | None, str | None, str | None], moved: tuple[Pairs, Pairs]
) -> Rule:
    """The rule in force, solved and moved as asked for."""
    from toxapp.evaluation import thresholds as chosen_by

    objective, act, label = wish
    by_hand, act_by_hand = (dict(_threshold(text) for text in pairs or []) for pairs in moved)
    rule = rules.in_force(chosen.folder)
    if objective is not None or act is not None:
        rule = chosen_by.solved_rule(chosen, objective, label=label, by=_who(), act=act)
    if by_hand or act_by_hand:
        rule = chosen_by.moved_rule(chosen, by_hand, by=_who(), act=act_by_hand, rule=rule)
    return rule


def _told(rule: Rule, label: str | None) -> dict[str, Any]:
    shown = {
        name: {
            "threshold": threshold,
            "objective": rule.objective[name],
            "reason": rule.reasons.get(name),
            "interval": rule.threshold_intervals.get(name),
            "expected": rule.expected.get(name, {}),
            "intervals": rule.intervals.get(name, {}),
            "act": _act(rule, name),
            "calibration": rule.calibration.get(name),
        }
        for name, threshold in rule.thresholds.items()
        if label in (None, name)
    }
    return {
        "rule": rule.number,
        "split": rule.split,
        "by": rule.by,
        "when": rule.when or None,
        "restores": rule.restores,
        "workload": rule.workload,
        "labels": shown,
    }


def _act(rule: Rule, label: str) -> dict[str, Any] | None:
    """The second cut-off of a label; None where it has none and none was wished for."""
    reason, cut = rule.act_reasons.get(label), rule.act.get(label)
    if cut is None:
        return None if reason is None else {"threshold": None, "reason": reason}
    expected = rule.expected_act[label]
    caught, flagged, positives = (
        int(expected[count] or 0) for count in ("caught", "flagged", "positives")
    )
    intervals = {"precision": wilson(caught, flagged), "recall": wilson(caught, positives)}
    return {
        "threshold": cut,
        "objective": rule.act_objective[label],
        "reason": reason,
        "expected": expected,
        "intervals": {name: ends for name, ends in intervals.items() if ends},
    }


def _surer(chosen: Run, rule: Rule, told: dict[str, Any], resamples: int) -> dict[str, Any]:
    """The same with the intervals that take resampling."""
    from toxapp.evaluation.sureness import sureness

    found = sureness(chosen, rule, rule.split, resamples=resamples)
    labels = {
        name: {
            **each,
            "interval": found.thresholds.get(name),
            "intervals": {**found.labels[name], **each["intervals"]},
        }
        for name, each in told["labels"].items()
    }
    return {**told, "workload_intervals": found.workload, "labels": labels}


def calibrate(
    run_id: RunId,
    label: Annotated[str | None, typer.Option(help="Only this label.")] = None,
    method: Annotated[
        str,
        typer.Option(
            help="auto (the simplest that does as well as the best, cross-validated on "
            "validation), temperature, platt, isotonic or none."
        ),
    ] = "auto",
    save: Annotated[
        bool, typer.Option("--save", help="Put it in force in a new rule, and measure it on test.")
    ] = False,
    as_object: Json = False,
) -> None:
    """Make scores readable as probabilities, per label; no decision changes by it."""
    from toxapp.evaluation import calibration, looks

    chosen = run.load(run_id)
    rule = rules.in_force(chosen.folder)
    asked = list(rule.thresholds) if label is None else [label]
    found = calibration.study(chosen, dict.fromkeys(asked, calibration.wish(method)))
    if label is not None and found[label].refused and method not in ("auto", "none"):
        raise DataError(f"'{label}' cannot be calibrated. {found[label].words}")
    told = {name: _studied(each, bins=as_object) for name, each in found.items()}
    if save:
        rule = rules.save(chosen.folder, calibration.calibrated_rule(chosen, found, by=_who()))
        looks.looked(chosen, rule.number, _who())
        measured = calibration.on_split(chosen, rule, "test")
        for name, each in told.items():
            before, after = (_reliability(x, bins=as_object) for x in measured[name])
            each["test"] = {"before": before, "after": after}
    show({"run": run_id, "rule": rule.number, "split": "validation", "labels": told}, as_object)


def _studied(found: Studied, *, bins: bool) -> dict[str, Any]:
    ways = {
        name: {"log_loss": way.shown.log_loss, "behind": way.behind, "error": way.error}
        for name, way in found.ways.items()
    }
    return {
        "method": found.method,
        "words": found.words,
        "refused": found.refused,
        "before": _reliability(found.before, bins=bins),
        "after": _reliability(found.after, bins=bins),
        "methods": ways,
        **({"calibration": found.fit} if bins else {}),
    }


def _reliability(found: Reliability, *, bins: bool) -> dict[str, Any]:
    whole = asdict(found)
    return whole if bins else {name: value for name, value in whole.items() if name != "bins"}


def _threshold(text: str) -> tuple[str, float | None]:
    name, value = pair(text)
    if value == "off":
        return name, None
    try:
        return name, float(value)
    except ValueError:
        raise SettingsError(
            f"The threshold of '{name}' must be a number or off, not '{value}'."
        ) from None


def _who() -> str:
    return os.environ.get("USER") or "command line"
