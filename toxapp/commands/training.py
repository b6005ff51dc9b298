"""The verbs that train: train, runs, status, stop, resume."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from toxapp import workspace
from toxapp.commands.answers import Json, RunId, follow, show
from toxapp.commands.data import add_files
from toxapp.data import store
from toxapp.data.choice import Upload
from toxapp.jobs import process
from toxapp.runs import recipes, run, settings, starting
from toxapp.runs.recipes import Recipe
from toxapp.runs.settings import Settings


@dataclass(frozen=True)
class _Asked:
    """What the user says of the settings.

    Attributes:
        model: to start from; None leaves it to the recipe, or to the default.
        recipe: None for none.
        pairs: of --set, which have the last word.
        from_scratch: from random weights.
    """

    model: str | None
    recipe: Recipe | None
    pairs: Sequence[str]
    from_scratch: bool

    def settings(self, dataset: str, train_rows: int, name: str) -> Settings:
        """The settings of a run: suggested, then the recipe's, then those of --set."""
        scratch = self.from_scratch
        if self.recipe is None:
            base = self.model or "minilm"
            found = starting.suggested(dataset, train_rows, base, from_scratch=scratch)
            return starting.changed(replace(found, name=name), self.pairs)
        found = recipes.settings(
            self.recipe, dataset, train_rows, model=self.model, from_scratch=scratch
        )
        found = starting.changed(replace(found, name=name), self.pairs)
        recipes.require_family(self.recipe, found.model)  # --set model=... drops what it had
        return found


def train(
    data: Annotated[str, typer.Argument(help="A dataset's id, or a file to add first.")],
    model: Annotated[
        str | None,
        typer.Option(
            help="minilm (unless said otherwise), linear, small, blend, t5:HUB-ID, or an encoder "
            "by hub id or folder."
        ),
    ] = None,
    adopt: Annotated[
        str | None, typer.Option("--adopt", help="A classifier that is taken as it is: id, folder.")
    ] = None,
    mapped: Annotated[
        list[str] | None, typer.Option("--map", help="With --adopt: label=theirs, or label=none.")
    ] = None,
    from_scratch: Annotated[
        bool, typer.Option("--from-scratch", help="Start from random weights.")
    ] = False,
    recipe: Annotated[
        str | None,
        typer.Option(help="Named settings, or a file of them; --set and --model go before them."),
    ] = None,
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
    kept = recipes.find(recipe) if recipe else None
    asked = _Asked(model, kept, pairs, from_scratch)
    if data in workspace.ids("datasets"):
        dataset = store.load(data)
    else:
        asked.settings(data, 0, "run")  # refused now, or the file would be read for nothing
        dataset = add_files([Upload(Path(data))], None, None, quiet=as_object)
    chosen = asked.settings(dataset.id, dataset.splits["train"], name or dataset.name)
    if kept and not as_object:
        sys.stderr.write("".join(f"{words}\n" for words in (kept.title, *kept.beyond)))
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
