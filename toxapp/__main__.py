"""The command line: every screen's job without a screen. `python -m toxapp --help`.

With --json a verb prints one object on stdout and nothing else. A mistake is one sentence on
stderr and exit code 2.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from toxapp import workspace
from toxapp.data import importing, store
from toxapp.data.guess import guess, require_complete
from toxapp.data.importing import Choice
from toxapp.decisions.figures import as_json
from toxapp.errors import DataError, SettingsError, ToxappError
from toxapp.jobs import process
from toxapp.jobs.state import ENDED, Status
from toxapp.runs import rules, run, settings

app = typer.Typer(
    help="From a file of labelled comments to moderation decisions that can be defended.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
File = Annotated[Path, typer.Argument(help="A CSV or TSV file.")]
RunId = Annotated[str, typer.Argument(help="The run's id; `runs` lists them.")]
Text = Annotated[str | None, typer.Option("--text", help="The column that holds the texts.")]
Labels = Annotated[str | None, typer.Option("--labels", help="Label columns, separated by commas.")]
SplitColumn = Annotated[
    str | None, typer.Option("--split-column", help="The column that names each row's split.")
]
Seed = Annotated[int, typer.Option("--seed", help="Of the split, where it is drawn.")]


@app.command()
def check(
    file: File,
    text: Text = None,
    labels: Labels = None,
    split_column: SplitColumn = None,
    as_object: Json = False,
) -> None:
    """Say what is in a file: the columns guessed, the labels, and what is wrong by row."""
    report = asdict(importing.check(_existing(file), _choice(file, text, labels, split_column)))
    _show(report, as_object)


@app.command()
def add(
    file: File,
    text: Text = None,
    labels: Labels = None,
    split_column: SplitColumn = None,
    name: Annotated[str | None, typer.Option(help="What to call it; else the file's name.")] = None,
    seed: Seed = 0,
    as_object: Json = False,
) -> None:
    """Read a file into a dataset of the workspace."""
    choice = _choice(file, text, labels, split_column, seed=seed)
    dataset = _add(file, choice, name, quiet=as_object)
    _show(
        {
            "dataset": dataset.id,
            "rows": dataset.rows,
            "labels": list(dataset.labels),
            "splits": dataset.splits,
            "problems": [asdict(problem) for problem in dataset.problems],
        },
        as_object,
    )


@app.command()
def datasets(as_object: Json = False) -> None:
    """List the datasets, newest first."""
    found = [
        {"dataset": d.id, "name": d.name, "rows": d.rows, "labels": list(d.labels)}
        for d in store.datasets()
    ]
    _show({"datasets": found}, as_object)


@app.command()
def delete(
    name: Annotated[str, typer.Argument(help="The id of a dataset or a run.")],
    as_object: Json = False,
) -> None:
    """Delete a run, or a dataset that no run rests on."""
    if name in workspace.ids("runs"):
        run.delete(name)
    else:
        run.delete_dataset(name)
    _show({"deleted": name}, as_object)


@app.command()
def train(
    data: Annotated[str, typer.Argument(help="A dataset's id, or a file to add first.")],
    model: Annotated[
        str, typer.Option(help="minilm, or an encoder by hub id or folder.")
    ] = "minilm",
    name: Annotated[str | None, typer.Option(help="What to call the run.")] = None,
    pairs: Annotated[
        list[str] | None, typer.Option("--set", help="A setting, such as epochs=2.")
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Return when it has ended.")] = False,
    as_object: Json = False,
) -> None:
    """Train a classifier: make a run and start its job."""
    if data in workspace.ids("datasets"):
        dataset = store.load(data)
    else:
        # Refused now, or the file would be read for nothing.
        settings.changed(settings.Settings(dataset=data, model=model), pairs or [])
        dataset = _add(Path(data), None, None, quiet=as_object)
    chosen = settings.suggested(dataset.id, dataset.splits["train"], model)
    chosen = settings.changed(replace(chosen, name=name or dataset.name), pairs or [])
    made = run.start(chosen)
    status = _follow(made.folder, quiet=as_object) if wait else made.status
    _show({"run": made.id, "state": status.state, "reason": status.reason}, as_object)
    if wait and status.state != "finished":
        raise typer.Exit(2)


@app.command()
def runs(as_object: Json = False) -> None:
    """List the runs, newest first."""
    found = [
        {
            "run": r.id,
            "dataset": r.settings.dataset,
            "model": r.settings.model,
            "state": r.status.state,
        }
        for r in run.runs()
    ]
    _show({"runs": found}, as_object)


@app.command()
def status(run_id: RunId, as_object: Json = False) -> None:
    """Say what a run is doing, and how long it will still take."""
    found = run.load(run_id)
    now = asdict(found.status)
    kept = {k: now[k] for k in ("state", "stage", "step", "steps", "seconds_left", "reason")}
    _show({"run": found.id, "dataset": found.settings.dataset, **kept}, as_object)


@app.command()
def stop(run_id: RunId, as_object: Json = False) -> None:
    """End a run's job; what it has learned is kept, and it can be resumed."""
    ended = process.stop(run.load(run_id).folder)
    _show({"run": run_id, "state": ended.state}, as_object)


@app.command()
def resume(
    run_id: RunId,
    wait: Annotated[bool, typer.Option("--wait", help="Return when it has ended.")] = False,
    as_object: Json = False,
) -> None:
    """Go on with a stopped, failed or lost run from its last checkpoint."""
    made = run.resume(run_id)
    ended = _follow(made.folder, quiet=as_object) if wait else made.status
    _show({"run": made.id, "state": ended.state, "reason": ended.reason}, as_object)


@app.command()
def evaluate(
    run_id: RunId,
    data: Annotated[
        str | None, typer.Option(help="A labelled file or a dataset; else the run's test split.")
    ] = None,
    pairs: Annotated[
        list[str] | None, typer.Option("--map", help="label=column, where names differ.")
    ] = None,
    resamples: Annotated[int, typer.Option(help="Behind the 95 % intervals; 0: none.")] = 1000,
    as_object: Json = False,
) -> None:
    """Measure a run at the rule in force: on its test split, or on another file or dataset."""
    from toxapp.evaluation import elsewhere, splits

    chosen = run.load(run_id)
    columns = dict(_pair(pair) for pair in pairs or [])
    report = _Counter("texts scored", quiet=as_object)
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
            chosen, _existing(Path(data)), columns, resamples=resamples, report=report
        )
    _show({"run": run_id, "split": part, **as_json(found)}, as_object)


@app.command()
def thresholds(
    run_id: RunId,
    label: Annotated[str | None, typer.Option(help="Only this label.")] = None,
    objective: Annotated[str | None, typer.Option(help="f1: the best F1 on validation.")] = None,
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
    moved = dict(_threshold(pair) for pair in pairs or [])
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
    _show({"run": run_id, "rule": rule.number, "split": rule.split, "labels": shown}, as_object)


@app.command()
def score(
    run_id: RunId,
    file: Annotated[Path | None, typer.Argument(help="A CSV or TSV file of comments.")] = None,
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
        _show(_score_text(run_id, text), as_object)
    else:
        _show(_score_file(run_id, _existing(file), output, column, quiet=as_object), as_object)


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
    ended = _follow(folder, quiet=quiet)
    result = job.result_of(folder)
    if ended.state != "finished" or result is None:
        raise DataError(f"The scoring {folder.name} has {ended.state}: {ended.reason}")
    job.deliver(folder, output)
    return {"run": run_id, "output": str(output), **asdict(result)}


def _add(path: Path, choice: Choice | None, name: str | None, *, quiet: bool) -> store.Dataset:
    if not path.exists():
        known = ", ".join(workspace.ids("datasets")[:5]) or "none yet"
        raise DataError(f"'{path}' is neither a file nor a dataset; datasets: {known}.")
    dataset_id = importing.start(_existing(path), choice, name)
    folder = workspace.find("datasets", dataset_id)
    ended = _follow(folder, quiet=quiet)
    if ended.state != "finished":
        workspace.delete(folder)
        raise DataError(ended.reason or f"Reading {path.name} has {ended.state}.")
    return store.load(dataset_id)


def _choice(
    file: Path, text: str | None, labels: str | None, split_column: str | None, seed: int = 0
) -> Choice | None:
    """What is asked for, completed by the guess; None where nothing is."""
    found = guess(_existing(file))
    asked = replace(
        found,
        text_column=text or found.text_column,
        labels=tuple(n.strip() for n in labels.split(",")) if labels else found.labels,
        split_column=split_column or found.split_column,
    )
    require_complete(asked, file.name)
    assert asked.text_column is not None
    free = tuple(n for n in asked.labels if n not in (asked.text_column, asked.split_column))
    return Choice(asked.text_column, free, asked.split_column, seed=seed)


def _existing(file: Path) -> Path:
    if not file.is_file():
        raise DataError(f"There is no file {file}.")
    return file


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.rpartition("=")
    if not equals or not name:
        raise SettingsError(f"'{text}' is not of the form name=value.")
    return name, value


def _threshold(text: str) -> tuple[str, float | None]:
    name, value = _pair(text)
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


class _Counter:
    """A count on stderr that overwrites itself."""

    def __init__(self, what: str, *, quiet: bool) -> None:
        self._what = what
        self._quiet = quiet or not sys.stderr.isatty()

    def __call__(self, done: int) -> None:
        if not self._quiet:
            sys.stderr.write(f"\r{done:,} {self._what} ")


def _follow(folder: Path, *, quiet: bool) -> Status:
    """Wait for a job, saying on stderr what it does."""
    said = ""
    while True:
        now = process.wait(folder, timeout_s=0.5)
        left = "" if now.seconds_left is None else f", {now.seconds_left:.0f} s left"
        line = f"{now.stage} {now.step:,}/{now.steps:,}{left}" if now.steps else now.stage
        if not quiet and line != said and (sys.stderr.isatty() or now.stage not in said):
            end = "" if sys.stderr.isatty() else "\n"
            sys.stderr.write(f"\r\033[K{line}{end}" if not end else f"{line}{end}")
            said = line
        if now.state in ENDED:
            if not quiet and sys.stderr.isatty():
                sys.stderr.write("\r\033[K")
            return now


def _show(answer: dict[str, Any], as_object: bool) -> None:
    if as_object:
        print(json.dumps(answer, ensure_ascii=False))
    else:
        print("\n".join(_lines(answer, "")))


def _lines(value: Any, indent: str) -> list[str]:
    """An answer as indented `name: value` lines."""
    lines: list[str] = []
    items = value.items() if isinstance(value, dict) else ((None, item) for item in value)
    for name, item in items:
        head = f"{indent}{name}:" if name is not None else f"{indent}-"
        if isinstance(item, dict | list | tuple) and any(isinstance(x, dict) for x in _parts(item)):
            lines += [head, *_lines(item, indent + "  ")]
        elif isinstance(item, dict):
            pairs = ", ".join(f"{k} {_plain(v)}" for k, v in item.items())
            lines.append(f"{head} {pairs}")
        else:
            lines.append(f"{head} {_plain(item)}")
    return lines


def _parts(item: Any) -> list[Any]:
    return list(item.values()) if isinstance(item, dict) else list(item)


def _plain(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list | tuple):
        return ", ".join(map(_plain, value))
    return "none" if value is None else str(value)


def main() -> None:
    """Run the command line; a user's mistake is a sentence and exit code 2."""
    try:
        app()
    except ToxappError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
