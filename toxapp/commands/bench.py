"""The verb that measures: bench import."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from toxapp.bench import importing
from toxapp.bench.measure import machine
from toxapp.commands.answers import Json, existing, show

app = typer.Typer(help="Time ours against named baselines, in turn.", no_args_is_help=True)

Data = Annotated[Path | None, typer.Option("--data", help="A file; else one is made.")]
Rounds = Annotated[int, typer.Option("--rounds", min=1, help="How often each is timed.")]


@app.command("import")
def import_(
    data: Data = None,
    megabytes: Annotated[int, typer.Option(min=1, help="Of the file that is made.")] = 250,
    rounds: Rounds = 5,
    as_object: Json = False,
) -> None:
    """A CSV file into the workspace, against pyarrow's own conversion to Parquet."""
    found = importing.bench(existing(data) if data else None, megabytes=megabytes, rounds=rounds)
    show({"what": "import", "machine": machine(), **asdict(found)}, as_object)
