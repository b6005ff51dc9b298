"""The verb that names targets to look at again: doubts."""

from __future__ import annotations

import csv
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from toxapp.commands.answers import Json, RunId, show
from toxapp.errors import DataError
from toxapp.runs import run

if TYPE_CHECKING:
    from toxapp.evaluation.mislabelled import Doubt

_SHOWN = 160


def doubts(
    run_id: RunId,
    label: Annotated[str | None, typer.Option(help="Only this label; else all of them.")] = None,
    split: Annotated[
        Literal["validation", "test"], typer.Option(help="Whose texts to look through.")
    ] = "validation",
    number: Annotated[int, typer.Option("-n", min=1, help="How many.")] = 50,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="A .csv file for all of it.")
    ] = None,
    as_object: Json = False,
) -> None:
    """Name the targets that are most likely wrong, for a person to look at again."""
    from toxapp.evaluation import mislabelled

    if output is not None:
        _check(output)
    found = mislabelled.likely(run.load(run_id), split, label, number)
    if output is not None:
        _write(output, found)
    told = [asdict(each) for each in found]
    if not as_object:
        told = [{**each, "text": _cut(str(each["text"]))} for each in told]
    show({"run": run_id, "split": split, "label": label, "doubts": told}, as_object)


def _check(output: Path) -> None:
    """Refuse a file that cannot be written, before seconds of work."""
    if output.suffix != ".csv":
        raise DataError(f"{output.name}: doubts are written as .csv.")
    if not output.parent.is_dir():
        raise DataError(f"There is no folder {output.parent} to write {output.name} into.")


def _write(output: Path, found: tuple[Doubt, ...]) -> None:
    from toxapp.evaluation.mislabelled import Doubt
    from toxapp.scoring.output import guarded

    with output.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
        writer.writerow(each.name for each in fields(Doubt))
        for each in found:
            writer.writerow([guarded(str(cell)) for cell in asdict(each).values()])


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line[:_SHOWN] + ("…" if len(line) > _SHOWN else "")
