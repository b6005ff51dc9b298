"""The verbs on files and datasets: check, add, datasets, delete."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from toxapp import workspace
from toxapp.commands.answers import Json, existing, follow, show
from toxapp.data import importing, planning, store
from toxapp.data.choice import Choice, Upload, uploads
from toxapp.data.problem import Problem
from toxapp.data.split import SHARES
from toxapp.data.wish import Wish
from toxapp.errors import DataError
from toxapp.runs import reach, run

Files = Annotated[list[Path], typer.Argument(help="One file, or train, validation and test files.")]
Text = Annotated[str | None, typer.Option("--text", help="The column that holds the texts.")]
Labels = Annotated[
    str | None, typer.Option("--labels", help="Label columns, or labels of one column; by commas.")
]
LabelColumn = Annotated[
    str | None, typer.Option("--label-column", help="The one column with a class or a list.")
]
LabelFormat = Annotated[
    str | None,
    typer.Option("--label-format", help="columns, fraction, votes, list or class."),
]
Delimiter = Annotated[
    str | None, typer.Option("--delimiter", help="Of a list: , ; | blank or json.")
]
AtLeast = Annotated[
    int | None, typer.Option("--at-least", help="Votes from which a text carries a label.")
]
Share = Annotated[
    bool, typer.Option("--share", help="Take votes as their share of all, a soft target.")
]
TotalColumn = Annotated[
    str | None, typer.Option("--total-column", help="The column with the number of raters.")
]
Names = Annotated[
    Path | None, typer.Option("--names", help="A file with an id and a label's name a line.")
]
SplitColumn = Annotated[
    str | None,
    typer.Option("--split-column", help="Names each row's split; 'none': draw one."),
]
Validation = Annotated[Path | None, typer.Option("--validation", help="The validation rows.")]
Test = Annotated[Path | None, typer.Option("--test", help="The test rows.")]
Extra = Annotated[
    list[Path] | None,
    typer.Option("--extra-train", help="More training rows, never validation or test."),
]
Separator = Annotated[str | None, typer.Option("--separator", help="comma, tab, ; or |.")]
Encoding = Annotated[str | None, typer.Option("--encoding", help="Such as utf-8 or cp1252.")]
Header = Annotated[
    bool | None, typer.Option("--header/--no-header", help="Whether row 1 names the columns.")
]
Shares = Annotated[
    str | None, typer.Option("--shares", help="Of train, validation, test: 70/15/15.")
]
Seed = Annotated[int, typer.Option("--seed", help="Of the split and the sample.")]
First = Annotated[int | None, typer.Option("--first", help="Only so many rows, from the top.")]
Sample = Annotated[
    int | None, typer.Option("--sample", help="Only so many rows, labels keeping their rates.")
]
Unescape = Annotated[
    bool, typer.Option("--unescape", help="Write &amp; and the like as characters.")
]

_WRITTEN = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}


@dataclass(frozen=True)
class Options:
    """What `check` and `add` can be told; all else is guessed."""

    text: Text = None
    labels: Labels = None
    label_column: LabelColumn = None
    label_format: LabelFormat = None
    delimiter: Delimiter = None
    at_least: AtLeast = None
    share: Share = False
    total_column: TotalColumn = None
    names: Names = None
    split_column: SplitColumn = None
    validation: Validation = None
    test: Test = None
    extra_train: Extra = None
    separator: Separator = None
    encoding: Encoding = None
    header: Header = None
    shares: Shares = None
    seed: Seed = 0
    first: First = None
    sample: Sample = None
    unescape: Unescape = False


def with_options(verb: Callable[..., None]) -> Callable[..., None]:
    """The verb with every field of `Options` as an option of its own, as typer wants them."""
    own = inspect.signature(verb, eval_str=True)
    fields = inspect.signature(Options, eval_str=True).parameters
    kept = [p for p in own.parameters.values() if p.name != "options"]

    @functools.wraps(verb)
    def called(**given: Any) -> None:
        options = Options(**{name: given.pop(name) for name in fields})
        verb(options=options, **given)

    parameters = [p.replace(kind=p.KEYWORD_ONLY) for p in (*kept, *fields.values())]
    called.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
    called.__annotations__ = {p.name: p.annotation for p in parameters}
    return called


@with_options
def check(files: Files, options: Options, as_object: Json = False) -> None:
    """Say what is in files: the columns guessed, the labels, and what is wrong by row."""
    given = _given(files, options)
    show(_reported(importing.check(given, _choice(options, given))), as_object)


@with_options
def add(
    files: Files,
    options: Options,
    name: Annotated[str | None, typer.Option(help="What to call it; else the file's name.")] = None,
    as_object: Json = False,
) -> None:
    """Read files into a dataset of the workspace."""
    given = _given(files, options)
    same = [found.id for found in importing.same(given)]
    dataset = add_files(given, _choice(options, given), name, quiet=as_object)
    show(
        {
            "dataset": dataset.id,
            "rows": dataset.rows,
            "labels": list(dataset.labels),
            "splits": dataset.splits,
            "same_files_as": same,
            "problems": [asdict(problem) for problem in dataset.problems],
        },
        as_object,
    )


def datasets(as_object: Json = False) -> None:
    """List the datasets, newest first."""
    found = [
        {"dataset": d.id, "name": d.name, "rows": d.rows, "labels": list(d.labels)}
        for d in store.datasets()
    ]
    show({"datasets": found}, as_object)


def delete(
    name: Annotated[str, typer.Argument(help="The id of a dataset or a run.")],
    as_object: Json = False,
) -> None:
    """Delete a run, or a dataset that no run rests on."""
    if name in workspace.ids("runs"):
        run.delete(name)
    else:
        run.delete_dataset(name)
    show({"deleted": name}, as_object)


def add_files(
    given: Sequence[Upload], choice: Choice | None, name: str | None, *, quiet: bool
) -> store.Dataset:
    """The dataset that the files become; waits for the job that reads them."""
    for upload in given:
        if not upload.path.exists():
            known = ", ".join(workspace.ids("datasets")[:5]) or "none yet"
            message = f"'{upload.path}' is neither a file nor a dataset; datasets: {known}."
            raise DataError(message)
    dataset_id = importing.start(given, choice, name)
    folder = workspace.find("datasets", dataset_id)
    ended = follow(folder, quiet=quiet)
    if ended.state != "finished":
        workspace.delete(folder)
        raise DataError(ended.reason or f"Reading {given[0].path.name} has {ended.state}.")
    return store.load(dataset_id)


def _given(files: Sequence[Path], asked: Options) -> list[Upload]:
    extra = asked.extra_train or []
    found = uploads(files, validation=asked.validation, test=asked.test, extra=extra)
    for upload in found:
        existing(upload.path)
    return found


def _choice(asked: Options, given: Sequence[Upload]) -> Choice:
    """What is asked for; the rest is left to the guess."""
    choice = Choice(
        text_column=asked.text,
        split_column="" if asked.split_column == "none" else asked.split_column,
        seed=asked.seed,
        shares=_shares(asked.shares),
        unescape=asked.unescape,
        first=asked.first,
        sample=asked.sample,
        separator=_WRITTEN.get(asked.separator or "", asked.separator),
        encoding=asked.encoding,
        header=asked.header,
    )
    wish = Wish(
        labels=_listed(asked.labels),
        column=asked.label_column,
        format=asked.label_format,
        delimiter=" " if asked.delimiter == "blank" else asked.delimiter,
        at_least=asked.at_least,
        share=asked.share,
        total_column=asked.total_column,
        names=_text(asked.names) if asked.names else None,
    )
    return planning.wished(given, choice, wish) if wish != Wish() else choice


def _listed(names: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in names.split(",")) if names else ()


def _shares(text: str | None) -> tuple[float, float, float]:
    if text is None:
        return SHARES
    try:
        train, validation, test = (float(part) for part in text.split("/"))
    except ValueError:
        message = f"--shares must be three numbers such as 70/15/15, not '{text}'."
        raise DataError(message) from None
    total = train + validation + test
    if not total > 0:
        raise DataError(f"The --shares must be above 0, and are '{text}'.")
    return (train / total, validation / total, test / total)


def _text(file: Path) -> str:
    try:
        return existing(file).read_text("utf-8-sig")
    except UnicodeDecodeError:
        message = f"The names in {file.name} are not UTF-8 text. Save the file as UTF-8."
        raise DataError(message) from None


def _reported(found: importing.Report) -> dict[str, Any]:
    plan = found.plan
    file = plan.files[0]
    return {
        "text_column": plan.text_column,
        "label_format": plan.labelling.format,
        "labels": list(plan.labels),
        "label_columns": list(plan.labelling.columns),
        "split_column": plan.split_column,
        "kind": file.dialect.kind,
        "separator": file.dialect.separator,
        "encoding": file.dialect.encoding,
        "header": file.dialect.header,
        "files": [{"file": each.name, "role": each.role} for each in plan.files],
        "rows": found.rows,
        "splits": found.splits,
        "positives": found.positives,
        "problems": [asdict(problem) for problem in (*found.problems, *_cut(found))],
    }


def _cut(found: importing.Report) -> list[Problem]:
    """That base models cut texts, where they do."""
    lengths = reach.token_lengths(found.sample)
    told = None if lengths is None else reach.cut_finding(reach.reach(lengths), found.rows)
    return [told] if told else []
