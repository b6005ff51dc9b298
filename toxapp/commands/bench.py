"""The verbs that measure: bench import, score, thresholds, coverage, steadiness."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from toxapp.bench import coverage as covering
from toxapp.bench import importing, scoring, steadiness, thresholds
from toxapp.bench.measure import machine
from toxapp.commands.answers import Json, RunId, existing, show
from toxapp.errors import SettingsError

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


@app.command("score")
def score_(
    run: Annotated[
        str | None, typer.Option("--run", help="A run's id; else the newest one that has finished.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option("--data", help="A file of texts; else the validation texts.")
    ] = None,
    texts: Annotated[int, typer.Option(min=1, help="Drawn of them.")] = 200,
    rounds: Rounds = 5,
    as_object: Json = False,
) -> None:
    """A run's texts per second and one text's delay, against transformers' pipeline."""
    found = scoring.bench(run, existing(data) if data else None, texts=texts, rounds=rounds)
    show({"what": "score", "machine": machine(), **asdict(found)}, as_object)


@app.command("thresholds")
def thresholds_(
    data: Annotated[
        str | None, typer.Option("--data", help="A run, whose scores to take; else some are made.")
    ] = None,
    texts: Annotated[int, typer.Option(min=100, help="Made, of the curves.")] = 1_000_000,
    resampled: Annotated[int, typer.Option(min=100, help="Made, of all else.")] = 32_000,
    resamples: Annotated[int, typer.Option(min=1, help="Of the intervals.")] = 1000,
    rounds: Rounds = 5,
    as_object: Json = False,
) -> None:
    """Curves, points on them and resamples, against scikit-learn and numpy's argsort."""
    found = thresholds.bench(
        data, curve_texts=texts, texts=resampled, resamples=resamples, rounds=rounds
    )
    show({"what": "thresholds", "machine": machine(), **asdict(found)}, as_object)


@app.command("coverage")
def coverage_(
    samples: Annotated[int, typer.Option(min=1, help="Drawn of each size.")] = 2000,
    resamples: Annotated[int, typer.Option(min=1, help="Of a sample, by the bootstrap.")] = 1000,
    as_object: Json = False,
) -> None:
    """How often the 95 % intervals cover the true figure, on texts whose figures are known."""
    rows = covering.bench(samples=samples, resamples=resamples)
    answer = {
        "what": "coverage",
        "machine": machine(),
        "samples": samples,
        "rows": [asdict(row) | {"holds": row.holds} for row in rows],
        "holds_from": covering.holds_from(rows),
    }
    if not as_object:
        answer["rows"] = {f"{x.population}, {x.positives} positives": _covered(x) for x in rows}
        answer["rows are"] = "per cent covered by our intervals (by a percentile bootstrap's)"
    show(answer, as_object)


@app.command("steadiness")
def steadiness_(
    run: RunId,
    positives: Annotated[
        str, typer.Option(help="To choose by, on average; several with commas between.")
    ] = "3,5,10,20,50",
    draws: Annotated[int, typer.Option(min=1, help="Of each, with seeds from 0 on.")] = 20,
    beta: Annotated[float, typer.Option(min=0.01, help="Recall's weight against precision.")] = 1.0,
    as_object: Json = False,
) -> None:
    """F lost by thresholds chosen on few positives: the smoothed maximum against the plain."""
    found = steadiness.of_run(run, _sizes(positives), draws=draws, beta=beta)
    answer = {
        "what": "steadiness",
        "run": run,
        "rows": [{"label": x, **asdict(each)} for x, of in found.labels.items() for each in of],
        "mean": [{"positives": k, **asdict(each)} for k, each in found.mean.items()],
        "left_out": found.left_out,
    }
    show(answer, as_object)


def _sizes(text: str) -> list[int]:
    found = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() and int(part) for part in found):
        raise SettingsError(f"Positives are whole numbers from 1 on, as in 5,20; found '{text}'.")
    return [int(part) for part in found]


def _covered(row: covering.Row) -> dict[str, str]:
    return {x: f"{_share(row.ours[x])} ({_share(row.bootstrap[x])})" for x in covering.FIGURES}


def _share(per_cent: float | None) -> str:
    return "none" if per_cent is None else f"{per_cent:.1f}"
