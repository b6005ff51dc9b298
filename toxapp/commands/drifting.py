"""The verb for texts that came in after the training: drift."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from toxapp import workspace
from toxapp.commands.answers import Counter, Json, RunId, existing, pair, show
from toxapp.runs import run

if TYPE_CHECKING:
    from toxapp.decisions.shift import Gap, Share
    from toxapp.evaluation.drift import Drift, LabelDrift


def drift(
    run_id: RunId,
    data: Annotated[str, typer.Argument(help="Another dataset, or a file; labelled or not.")],
    pairs: Annotated[
        list[str] | None,
        typer.Option("--map", help="label=column, where names differ; label=none: left out."),
    ] = None,
    sample: Annotated[int, typer.Option(min=1, help="Texts to score, drawn at random.")] = 2000,
    seed: Annotated[int, typer.Option(min=0, help="Of the sample.")] = 0,
    as_object: Json = False,
) -> None:
    """Say per label whether a run's thresholds still hold on texts that came in."""
    from toxapp.evaluation import arrived, looks
    from toxapp.evaluation import drift as drifting

    if data not in workspace.ids("datasets"):
        data = str(existing(Path(data)).resolve())
    chosen = run.load(run_id)
    request = arrived.Request(run_id, data, dict(map(pair, pairs or [])), sample, seed)
    came = arrived.scored(request, report=Counter("texts scored", quiet=as_object))
    found = drifting.drift(chosen, came)
    looks.looked(chosen, found.rule, os.environ.get("USER") or "command line")
    show(_object(found) if as_object else _told(found), as_object)


def _object(found: Drift) -> dict[str, Any]:
    whole = asdict(found)
    labels = {each.label: _figures(each) for each in found.labels}
    return {**whole, "split": "test", "labels": labels}


def _figures(found: LabelDrift) -> dict[str, Any]:
    plain = asdict(found)
    gaps = {name: _gap(getattr(found.gaps, name)) for name in plain.pop("gaps")}
    del plain["label"]
    return {**plain, "flagged": _gap(found.flagged), **gaps}


def _gap(found: Gap | None) -> dict[str, Any] | None:
    if found is None:
        return None
    sides = {"test": _share(found.before), "here": _share(found.now)}
    return {**sides, "difference": found.value, "interval": found.interval, "strict": found.strict}


def _share(found: Share) -> dict[str, Any]:
    return {**asdict(found), "value": found.value, "interval": found.interval}


def _told(found: Drift) -> dict[str, Any]:
    own, here = found.median_lengths
    apart = "" if found.lengths is None else f"; they lie apart by {found.lengths.value:.2f}"
    lengths = f"{here:.0f} characters, of test {own:.0f}{apart}" if own and here else "unknown"
    return {
        "run": found.run,
        "rule": found.rule,
        "compared": f"{found.texts:,} of {found.rows:,} texts of {found.name}, with "
        f"{found.own_texts:,} of the run's own test split",
        "in the run's own dataset as well": f"{found.repeated:,} of them",
        "median length": lengths,
        "labels": {each.label: _words(each, found.run) for each in found.labels},
    }


def _words(found: LabelDrift, run_id: str) -> dict[str, Any]:
    apart = None if found.scores is None else found.scores.value
    told = {"verdict": found.verdict, "because": found.words, "scores apart by": apart}
    if found.advice:
        told["what to do"] = found.advice
    other = found.retuned
    if other is not None:
        f1 = f"F1 {other.before or 0:.3f} -> {other.after or 0:.3f} on the other half"
        told["on half of them"] = f"best F1 at {other.threshold:.4f} ({f1}); to put it in force:"
        told["command"] = (
            f"python -m toxapp thresholds {run_id} --set {found.label}={other.threshold:.4f} --save"
        )
    return told
