"""The verbs that judge: evaluate, score."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from toxapp import workspace
from toxapp.commands.answers import Counter, Json, RunId, existing, follow, pair, show
from toxapp.decisions.figures import as_json
from toxapp.errors import DataError, SettingsError
from toxapp.runs import run
from toxapp.runs.run import Run

if TYPE_CHECKING:
    from toxapp.evaluation.sampling import Sample
    from toxapp.evaluation.transfer import Domain


def evaluate(
    run_id: RunId,
    data: Annotated[
        str | None, typer.Option(help="A labelled file or a dataset; else the run's test split.")
    ] = None,
    pairs: Annotated[
        list[str] | None,
        typer.Option("--map", help="label=column, where names differ; label=none leaves it out."),
    ] = None,
    sample: Annotated[
        int | None, typer.Option("--sample", help="Of --data only so many texts, drawn by --seed.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the sample: the same one takes the same rows.")] = 0,
    resamples: Annotated[int, typer.Option(help="Behind the 95 % intervals; 0: none.")] = 1000,
    decoded: Annotated[
        bool,
        typer.Option("--decoded", help="Also of the strings that a text-to-text run writes."),
    ] = False,
    as_object: Json = False,
) -> None:
    """Measure a run at the rule in force: on its test split, or on another file or dataset too."""
    from toxapp.evaluation import decoded as strings
    from toxapp.evaluation.sampling import Sample

    chosen = run.load(run_id)
    if decoded:
        strings.require(chosen)  # before minutes of scoring
    if data is None:
        if sample is not None or pairs:
            raise SettingsError("--sample and --map are of --data: name a file or a dataset by it.")
        answer = _at_home(chosen, resamples, decoded=decoded, quiet=as_object)
    else:
        if data not in workspace.ids("datasets"):
            existing(Path(data))
        columns = dict(pair(text) for text in pairs or [])
        asked = _Away(data, columns, None if sample is None else Sample(sample, seed))
        answer = _away(chosen, asked, resamples, decoded=decoded, quiet=as_object)
    show(answer, as_object)


@dataclass(frozen=True)
class _Away:
    """What is measured that is not the run's own test split."""

    data: str
    columns: dict[str, str]
    sample: Sample | None


def _at_home(chosen: Run, resamples: int, *, decoded: bool, quiet: bool) -> dict[str, Any]:
    from toxapp.evaluation import decoded as strings
    from toxapp.evaluation import outside, splits

    found = splits.evaluate_run(chosen, "test", resamples=resamples)
    answer = {"run": chosen.id, "split": "test", **as_json(found)}
    beyond = outside.summary(chosen, outside.kept(chosen, "test"))
    if beyond:
        answer["outside"] = asdict(beyond)
    if decoded:
        report = Counter("strings written", quiet=quiet)
        answer["decoded"] = asdict(strings.evaluate_run(chosen, "test", report=report))
    return answer


def _away(
    chosen: Run, asked: _Away, resamples: int, *, decoded: bool, quiet: bool
) -> dict[str, Any]:
    from toxapp.evaluation import decoded as strings
    from toxapp.evaluation import elsewhere, sampling
    from toxapp.evaluation.transfer import transfer

    with elsewhere.of(chosen, asked.data, asked.columns) as found:
        texts, rows = sampling.some(found, asked.sample)
        scored = elsewhere.score(chosen, texts, report=Counter("texts scored", quiet=quiet))
    told = transfer(chosen, scored, resamples=resamples)
    n_texts = len(scored.targets)
    answer = {
        "run": chosen.id,
        "split": asked.data if asked.data in workspace.ids("datasets") else Path(asked.data).name,
        **_drawn(asked.sample, n_texts if rows is None else rows),
        **_domain(told.there),
        "labels_left_out": list(told.left_out),
        "own_test": {"split": "test", **_domain(told.own)},
        "differences": {
            "means": {name: asdict(gap) for name, gap in told.means.items()},
            "labels": {
                label: {name: asdict(gap) for name, gap in gaps.items()}
                for label, gaps in told.labels.items()
            },
        },
    }
    if decoded:
        report = Counter("strings written", quiet=quiet)
        with elsewhere.of(chosen, asked.data, asked.columns) as found:
            texts, _ = sampling.some(found, asked.sample)
            written = strings.evaluate_texts(chosen, texts, report=report)
        answer["decoded"] = asdict(written)
    return answer


def _drawn(sample: Sample | None, rows: int) -> dict[str, Any]:
    """How the texts were chosen among the usable rows, in the answer's words."""
    if sample is None:
        return {"rows": rows, "sample": None, "seed": None}
    told: dict[str, Any] = {"rows": rows, "sample": sample.size, "seed": sample.seed}
    if rows < sample.size:
        told["note"] = f"There are {rows:,} usable rows, fewer than the sample: all are measured."
    return told


def _domain(found: Domain) -> dict[str, Any]:
    beyond = {"outside": asdict(found.outside)} if found.outside else {}
    return {**as_json(found.figures), **beyond}


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
