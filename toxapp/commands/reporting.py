"""The verb that writes a run's report: report."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from toxapp.commands.answers import Json, RunId, show
from toxapp.errors import DataError
from toxapp.runs import rules, run


def report(
    run_id: RunId,
    output: Annotated[Path, typer.Option("-o", "--output", help="The HTML file to write.")],
    resamples: Annotated[int, typer.Option(min=1, help="Behind the 95 % intervals.")] = 1000,
    as_object: Json = False,
) -> None:
    """Write a run's report: one HTML file that opens offline and needs nothing else."""
    from toxapp.evaluation import looks
    from toxapp.evaluation.report import page

    if not output.parent.is_dir():
        raise DataError(f"There is no folder {output.parent} to write {output.name} into.")
    if output.is_dir():
        raise DataError(f"{output} is a folder. Name the file to write, such as report.html.")
    chosen = run.load(run_id)
    content = page.html(chosen, resamples=resamples).encode()
    output.write_bytes(content)
    number = rules.in_force(chosen.folder).number
    looks.looked(chosen, number, os.environ.get("USER") or "command line")
    answer = {"run": run_id, "rule": number, "output": str(output), "bytes": len(content)}
    show(answer, as_object)
