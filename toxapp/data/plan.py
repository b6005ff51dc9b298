"""What an import is asked to do: which files, how they are written, what their columns mean.

Decided before the reading starts, and the same for all files of a dataset but for their columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from toxapp.data.files.table import Dialect
from toxapp.data.labelling import Labelling

Role = Literal["rows", "train", "validation", "test", "extra"]
"""What a file's rows are for. "rows" are split by a column or drawn; where another file is the
validation or test part they teach. "extra" rows teach and never enter validation or test."""

ROLES: tuple[Role, ...] = ("rows", "train", "validation", "test", "extra")


@dataclass(frozen=True)
class Source:
    """A file of a dataset.

    Attributes:
        name: as the user knows it.
        stored: the name of its copy in source/.
        sha256, bytes: of the bytes as uploaded.
        role: what its rows are for.
        dialect: how it is written, once unpacked.
        columns: all of them, in file order.
    """

    name: str
    stored: str
    sha256: str
    bytes: int
    role: Role
    dialect: Dialect
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """What is read of a dataset's files.

    Attributes:
        files: at least one.
        text_column: holds the texts.
        labelling: how targets are written; for a list or class its labels may be incomplete.
        split_column: of the files whose rows are "rows"; None where the split is made.
        seed: of the split where it is drawn, and of a sample.
        shares: of train, validation and test where they are drawn.
        unescape: whether HTML entities in texts become the characters they stand for.
        first: only so many rows, from the beginning of the file or of each part of its own split.
        sample: only so many rows, drawn with every label keeping its rate.
        fixed_labels: whether the labels are those of the labelling and no others.
    """

    files: tuple[Source, ...]
    text_column: str
    labelling: Labelling
    split_column: str | None
    seed: int
    shares: tuple[float, float, float]
    unescape: bool = False
    first: int | None = None
    sample: int | None = None
    fixed_labels: bool = False

    @property
    def labels(self) -> tuple[str, ...]:
        """In the order of every array made from the dataset."""
        return self.labelling.labels

    @property
    def has_own_split(self) -> bool:
        """Whether a column or separate files say which rows are for what."""
        return self.split_column is not None or any(
            file.role in ("validation", "test") for file in self.files
        )

    @property
    def others(self) -> tuple[str, ...]:
        """The columns that are neither text nor split nor labels, of all files, in order."""
        names = dict.fromkeys(name for file in self.files for name in file.columns)
        return tuple(name for name in names if name not in self.chosen)

    @property
    def chosen(self) -> tuple[str, ...]:
        """The columns that every file needs."""
        split = (self.split_column,) if self.split_column else ()
        return (self.text_column, *self.labelling.columns, *split)


def from_json(found: dict[str, Any]) -> Plan:
    """The plan in a request.json or dataset.json."""
    files = tuple(
        Source(**{**file, "dialect": Dialect(**file["dialect"]), "columns": tuple(file["columns"])})
        for file in found["files"]
    )
    lists = {key: tuple(value) for key, value in found["labelling"].items() if type(value) is list}
    labelling = Labelling(**{**found["labelling"], **lists})
    shares = tuple(found["shares"])
    return Plan(**{**found, "files": files, "labelling": labelling, "shares": shares})
