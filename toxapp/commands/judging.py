"""The verbs that judge: evaluate, thresholds, score."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from toxapp import workspace
from toxapp.commands.answers import Counter, Json, RunId, existing, follow, pair, show
from toxapp.decisions.figures import as_json
from toxapp.errors import DataError, SettingsError
from toxapp.runs import rules, run
from toxapp.runs.run import Run

_OBJECTIVE = (
    "What to choose on validation: f1, fbeta=2, precision=0.9 (then most recall), "
    "recall=0.9 (then most precision), cost=5 (a miss costs 5 false alarms; cost=5/2: at 2), "
    "flagged=0.02 (at most), or budget=400/20000 (texts read of texts that come in, all labels "
    "together; budget=400/20000,threat=5: a missed threat costs 5, other misses 1)."
)


def evaluate(
    run_id: RunId,
    data: Annotated[
        str | None, typer.Option(help="A labelled file or a dataset; else the run's test split.")
    ] = None,
    pairs: Annotated[
        list[str] | None, typer.Option("--map", help="label=column, where names differ.")
    ] = None,
    resamples: Annotated[int, typer.Option(help="Behind the 95 % intervals; 0: none.")] = 1000,
    decoded: Annotated[
        bool,
        typer.Option("--decoded", help="Also of the strings that a text-to-text run writes."),
    ] = False,
    as_object: Json = False,
) -> None:
    """Measure a run at the rule in force: on its test split, or on another file or dataset."""
    from toxapp.evaluation import decoded as strings
    from toxapp.evaluation import elsewhere, splits

    chosen = run.load(run_id)
    if decoded:
        strings.require(chosen)  # before minutes of scoring
    columns = dict(pair(text) for text in pairs or [])
    report = Counter("texts scored", quiet=as_object)
    if data is None:
        found, part = splits.evaluate_run(chosen, "test", resamples=resamples), "test"
    elif data in workspace.ids("datasets"):
        part = data
        found = elsewhere.evaluate_dataset(
            chosen, data, columns, resamples=resamples, report=report
        )
    else:
        part = Path(data).name
        found = elsewhere.evaluate_file(
            chosen, existing(Path(data)), columns, resamples=resamples, report=report
        )
    answer = {"run": run_id, "split": part, **as_json(found)}
    if decoded:
        answer["decoded"] = _decoded(chosen, data, columns, quiet=as_object)
    show(answer, as_object)


def _decoded(
    chosen: Run, data: str | None, columns: dict[str, str], *, quiet: bool
) -> dict[str, Any]:
    from toxapp.evaluation import decoded

    report = Counter("strings written", quiet=quiet)
    if data is None:
        found = decoded.evaluate_run(chosen, "test", report=report)
    elif data in workspace.ids("datasets"):
        found = decoded.evaluate_dataset(chosen, data, columns, report=report)
    else:
        found = decoded.evaluate_file(chosen, Path(data), columns, report=report)
    return asdict(found)


def thresholds(
    run_id: RunId,
    label: Annotated[str | None, typer.Option(help="Only this label.")] = None,
    objective: Annotated[str | None, typer.Option(help=_OBJECTIVE)] = None,
    pairs: Annotated[
        list[str] | None, typer.Option("--set", help="label=0.3, or label=off.")
    ] = None,
    save: Annotated[bool, typer.Option("--save", help="Put it in force as a new rule.")] = False,
    as_object: Json = False,
) -> None:
    """Show the thresholds in force, or solve or set new ones; --save puts them in force."""
    from toxapp.evaluation import thresholds as chosen_by

    chosen = run.load(run_id)
    rule = rules.in_force(chosen.folder)
    moved = dict(_threshold(text) for text in pairs or [])
    if objective is not None:
        rule = chosen_by.solved_rule(chosen, objective, label=label, by=_who())
    if moved:
        rule = chosen_by.moved_rule(chosen, moved, by=_who(), rule=rule)
    if save:
        rule = rules.save(chosen.folder, rule)
    if label is not None:
        rules.at(rule, {label: None})  # refuses a label that is not the run's
    shown = {
        name: {
            "threshold": threshold,
            "objective": rule.objective[name],
            "reason": rule.reasons.get(name),
            "interval": rule.threshold_intervals.get(name),
            "expected": rule.expected[name],
            "intervals": rule.intervals[name],
        }
        for name, threshold in rule.thresholds.items()
        if label in (None, name)
    }
    show({"run": run_id, "rule": rule.number, "split": rule.split, "labels": shown}, as_object)


def score(
    run_id: RunId,
    file: Annotated[
        Path | None, typer.Argument(help="A file of comments, of any kind that `add` reads.")
    ] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="The scored file.")] = None,
    text: Annotated[str | None, typer.Option("--text", help="One text to score.")] = None,
    column: Annotated[
        str | None, typer.Option("--column", help="The file's column that holds the texts.")
    ] = None,
    as_object: Json = False,
) -> None:
    """Score one text, or a file: a score and a decision column per label."""
    if (text is None) == (file is None) or (file is None) != (output is None):
        raise SettingsError("Give either --text TEXT, or a FILE and -o OUTPUT.")
    if file is None or output is None:
        assert text is not None
        show(_score_text(run_id, text), as_object)
    else:
        show(_score_file(run_id, existing(file), output, column, quiet=as_object), as_object)


def _score_text(run_id: str, text: str) -> dict[str, Any]:
    from toxapp.scoring.engine import judge, open_scorer

    chosen = run.load(run_id)
    verdict = judge(chosen, open_scorer(chosen), text)
    return {"run": run_id, **asdict(verdict)}


def _score_file(
    run_id: str, file: Path, output: Path, column: str | None, *, quiet: bool
) -> dict[str, Any]:
    from toxapp.scoring import job

    if not output.parent.is_dir():
        raise DataError(f"There is no folder {output.parent} to write {output.name} into.")
    folder = job.start(run_id, file, column=column, suffix=output.suffix)
    ended = follow(folder, quiet=quiet)
    result = job.result_of(folder)
    if ended.state != "finished" or result is None:
        raise DataError(f"The scoring {folder.name} has {ended.state}: {ended.reason}")
    job.deliver(folder, output)
    return {"run": run_id, "output": str(output), **asdict(result)}


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
