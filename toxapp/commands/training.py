"""The verbs that train: train, runs, status, stop, resume."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer

from toxapp import workspace
from toxapp.commands.answers import Json, RunId, follow, show
from toxapp.commands.data import add_files
from toxapp.data import store
from toxapp.data.choice import Upload
from toxapp.jobs import process
from toxapp.runs import run, settings


def train(
    data: Annotated[str, typer.Argument(help="A dataset's id, or a file to add first.")],
    model: Annotated[
        str,
        typer.Option(help="minilm, linear, blend, t5:HUB-ID, or an encoder by hub id or folder."),
    ] = "minilm",
    adopt: Annotated[
        str | None, typer.Option("--adopt", help="A classifier that is taken as it is: id, folder.")
    ] = None,
    mapped: Annotated[
        list[str] | None, typer.Option("--map", help="With --adopt: label=theirs, or label=none.")
    ] = None,
    from_scratch: Annotated[
        bool, typer.Option("--from-scratch", help="Start from random weights.")
    ] = False,
    name: Annotated[str | None, typer.Option(help="What to call the run.")] = None,
    pairs: Annotated[
        list[str] | None, typer.Option("--set", help="A setting, such as epochs=2.")
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Return when it has ended.")] = False,
    as_object: Json = False,
) -> None:
    """Train a classifier: make a run and start its job."""
    model = f"{settings.ADOPT}{adopt}" if adopt else model
    pairs = [*(pairs or []), *([f"map={','.join(mapped)}"] if mapped else [])]
    if data in workspace.ids("datasets"):
        dataset = store.load(data)
    else:
        # Refused now, or the file would be read for nothing.
        settings.changed(settings.suggested(data, 0, model, from_scratch=from_scratch), pairs)
        dataset = add_files([Upload(Path(data))], None, None, quiet=as_object)
    chosen = settings.suggested(
        dataset.id, dataset.splits["train"], model, from_scratch=from_scratch
    )
    chosen = settings.changed(replace(chosen, name=name or dataset.name), pairs)
    made = run.start(chosen)
    status = follow(made.folder, quiet=as_object) if wait else made.status
    show({"run": made.id, "state": status.state, "reason": status.reason}, as_object)
    if wait and status.state != "finished":
        raise typer.Exit(2)


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
    show({"runs": found}, as_object)


def status(run_id: RunId, as_object: Json = False) -> None:
    """Say what a run is doing, and how long it will still take."""
    found = run.load(run_id)
    now = asdict(found.status)
    kept = {k: now[k] for k in ("state", "stage", "step", "steps", "seconds_left", "reason")}
    show({"run": found.id, "dataset": found.settings.dataset, **kept}, as_object)


def stop(run_id: RunId, as_object: Json = False) -> None:
    """End a run's job; what it has learned is kept, and it can be resumed."""
    ended = process.stop(run.load(run_id).folder)
    show({"run": run_id, "state": ended.state}, as_object)


def resume(
    run_id: RunId,
    wait: Annotated[bool, typer.Option("--wait", help="Return when it has ended.")] = False,
    as_object: Json = False,
) -> None:
    """Go on with a stopped, failed or lost run from its last checkpoint."""
    made = run.resume(run_id)
    ended = follow(made.folder, quiet=as_object) if wait else made.status
    show({"run": made.id, "state": ended.state, "reason": ended.reason}, as_object)
