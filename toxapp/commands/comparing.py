"""The verb that sets runs side by side: compare."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from toxapp.commands.answers import Json, show
from toxapp.data import store
from toxapp.decisions.figures import as_json
from toxapp.runs import run

if TYPE_CHECKING:
    from toxapp.data.store import Rows
    from toxapp.decisions.paired import Difference
    from toxapp.evaluation.compare import Against, Side


def compare(
    run_ids: Annotated[list[str], typer.Argument(help="Two to six runs of one dataset.")],
    resamples: Annotated[int, typer.Option(min=1, help="Behind intervals and p.")] = 1000,
    comments: Annotated[
        int, typer.Option(min=0, help="Comments that changed verdict, at most per label.")
    ] = 5,
    points: Annotated[bool, typer.Option("--curves", help="With the curves' points.")] = False,
    as_object: Json = False,
) -> None:
    """Set finished runs side by side on their test split; the first is the baseline."""
    from toxapp.evaluation import compare as comparing

    runs = [run.load(run_id) for run_id in run_ids]
    comparing.check(runs)
    sides = [comparing.side(each, resamples=resamples) for each in runs]
    found = [comparing.against(sides[0], other) for other in sides[1:]]
    if not as_object:
        show(_told(sides, found), as_object)
        return
    dataset = runs[0].settings.dataset
    rows = store.read(dataset, comparing.SPLIT)
    named = zip(comparing.NAMES[1:], sides[1:], found, strict=False)
    answer = {
        "dataset": dataset,
        "split": comparing.SPLIT,
        "n_texts": len(rows.row),
        "correction": "p_corrected is by Holm over the labels of the two runs",
        "runs": [_side(*each) for each in zip(comparing.NAMES, sides, strict=False)],
        "settings": comparing.differing_settings(runs),
        "against": [
            _against(sides[0], second, gap, name, (rows, comments)) for name, second, gap in named
        ],
    }
    if points:
        answer["curves"] = _curves(sides)
    show(answer, as_object)


def _side(name: str, found: Side) -> dict[str, Any]:
    from toxapp.evaluation import footprint, outside
    from toxapp.evaluation.compare import SPLIT

    beyond = outside.summary(found.run, outside.kept(found.run, SPLIT))
    return {
        "name": name,
        "run": found.run.id,
        "model": found.run.settings.model,
        "rule": found.rule.number,
        "seconds": footprint.seconds(found.run),
        "size_bytes": footprint.size_bytes(found.run),
        "parameters": footprint.parameters(found.run),
        "serving": footprint.serving(found.run),
        "outside": None if beyond is None else asdict(beyond),
        **as_json(found.figures),
    }


def _against(
    first: Side, second: Side, gap: Against, name: str, wanted: tuple[Rows, int]
) -> dict[str, Any]:
    from toxapp.evaluation.compare import changed_comments

    rows, most = wanted
    labels = {
        label: {
            "sentence": each.sentence(("A", name)),
            **asdict(each.changes),
            "p_corrected": each.p,
            "differences": {figure: asdict(d) for figure, d in each.differences.items()},
            "comments": [
                asdict(c) for c in changed_comments(first, second, label, rows, most=most)
            ],
        }
        for label, each in gap.labels.items()
    }
    means = {mean: asdict(difference) for mean, difference in gap.means.items()}
    return {"first": "A", "second": name, "labels": labels, "means": means}


def _curves(sides: list[Side]) -> dict[str, Any]:
    from toxapp.evaluation.compare import NAMES, curves

    drawn = {name: curves(each) for name, each in zip(NAMES, sides, strict=False)}
    return {
        label: {name: asdict(lines[label]) for name, lines in drawn.items()}
        for label in sides[0].labels
    }


def _told(sides: list[Side], found: list[Against]) -> dict[str, Any]:
    """What is printed to be read: runs, means, settings and a sentence per label."""
    from toxapp.evaluation.compare import NAMES, differing_settings

    runs = {name: each.run.id for name, each in zip(NAMES, sides, strict=False)}
    answer: dict[str, Any] = {"test texts": sides[0].figures.n_texts, "runs": runs}
    answer["means"] = [
        {"run": name, **_means(each)} for name, each in zip(NAMES, sides, strict=False)
    ]
    settings = differing_settings([each.run for each in sides])
    answer["settings"] = [
        {"setting": n, **dict(zip(runs, v, strict=True))} for n, v in settings.items()
    ]
    for name, gap in zip(NAMES[1:], found, strict=False):
        labels = {
            label: {"F1": _gap(each.differences["f1"]), "verdicts": each.sentence(("A", name))}
            for label, each in gap.labels.items()
        }
        means = {mean: _gap(each) for mean, each in gap.means.items()}
        answer[f"{name} against A"] = {"means": means, **labels}
    return answer


def _means(found: Side) -> dict[str, str]:
    figures = found.figures
    return {
        mean: f"{getattr(figures, mean):.3f} ({low:.3f} to {high:.3f})"
        for mean, (low, high) in figures.intervals.items()
    }


def _gap(found: Difference) -> str:
    if found.value is None or found.interval is None:
        return found.reason or "none"
    low, high = found.interval
    better = {1: ", better", 0: "", -1: ", worse"}[found.better]
    return f"{found.value:+.3f} ({low:+.3f} to {high:+.3f}){better}"
