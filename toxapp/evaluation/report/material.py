"""What a report says of the data: files, split, labels, findings; never a text of theirs."""

from __future__ import annotations

from dataclasses import dataclass

from toxapp.data.notes import counted
from toxapp.data.plan import Source
from toxapp.data.problem import Problem
from toxapp.data.split import SPLITS
from toxapp.data.store import Dataset

ROLES = {
    "rows": "rows to split",
    "train": "train",
    "validation": "validation",
    "test": "test",
    "extra": "extra training rows",
}
_KINDS = {"excel": "Excel", "parquet": "Parquet", "jsonl": "JSON lines", "separated": "separated"}

# Their messages quote what stands in cells, which in a damaged file can be a piece of a text.
_QUOTING = {
    "ragged_row": "another number of cells than there are columns, and were left out",
    "broken_quote": "a broken quote, and were left out",
    "broken_record": "a form that cannot be read, and were left out",
    "unknown_split": "a word for the split that is none, and were left out",
    "unexplained_value": "a value that the label's format does not explain, taken as missing",
}
_MOST = 8
_FORMATS = {
    "columns": "one column per label, of yes or no",
    "fraction": "one column per label, of shares from 0 to 1; 0.5 and more counts as carrying it",
    "votes": "one column per label, of votes",
    "list": "one column that lists the labels of each text",
    "class": "one column with the class of each text",
}


@dataclass(frozen=True)
class LabelCounts:
    """A label in the data.

    Attributes:
        name: of the label.
        positives, known: split -> texts that carry it, texts whose target is known.
    """

    name: str
    positives: dict[str, int]
    known: dict[str, int]

    def share(self, split: str) -> float | None:
        """Of the texts whose target is known, those that carry it; None without any."""
        return self.positives[split] / self.known[split] if self.known[split] else None


def labels(dataset: Dataset) -> list[LabelCounts]:
    """All labels, in their order."""
    return [LabelCounts(n, dataset.positives[n], dataset.known[n]) for n in dataset.labels]


def has_missing(dataset: Dataset) -> bool:
    """Whether a target of any label is missing."""
    return any(
        known[split] < dataset.splits[split] for known in dataset.known.values() for split in SPLITS
    )


def split_sentence(dataset: Dataset) -> str:
    """How the rows came to be train, validation and test."""
    plan = dataset.plan
    if plan.split_column:
        return f"The file says in its column '{plan.split_column}' which rows are for what."
    if plan.has_own_split:
        return "Separate files say which rows are for what."
    shares = ", ".join(f"{share:.0%}" for share in plan.shares)
    return (
        f"The rows were drawn into train, validation and test ({shares}) with seed {plan.seed}: "
        "every label keeps its rate, and equal or nearly equal texts stay on one side."
    )


def format_words(dataset: Dataset) -> str:
    """How the file states labels."""
    how = dataset.plan.labelling
    at_least = f", at least {how.at_least} of them" if how.at_least is not None else ""
    return _FORMATS[how.format] + at_least


def written(file: Source) -> str:
    """What a file is for and how it is written."""
    form = file.dialect
    kind = _KINDS[form.kind]
    return ", ".join(filter(None, (ROLES[file.role], kind, form.encoding, form.sheet or "")))


def findings(dataset: Dataset) -> list[str]:
    """What the import found, in sentences that quote no cell of the files; a few of each kind."""
    kinds: dict[str, list[Problem]] = {}
    for problem in dataset.problems:
        kinds.setdefault(problem.kind, []).append(problem)
    return [sentence for same in kinds.values() for sentence in _some(same)]


def _some(same: list[Problem]) -> list[str]:
    more = len(same) - _MOST
    said = [_said(problem) for problem in same[: _MOST if more > 1 else None]]
    return [*said, f"And {more} more findings of this kind."] if more > 1 else said


def _said(problem: Problem) -> str:
    quoting = _QUOTING.get(problem.kind)
    return f"{counted(problem.count)} had {quoting}." if quoting else problem.message
