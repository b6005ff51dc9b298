"""What the user wants of files: what they are for, and what of the guess is to be otherwise."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from toxapp.data import split
from toxapp.data.guessing.guess import Guess, require_complete
from toxapp.data.labelling import Labelling
from toxapp.data.plan import Role
from toxapp.errors import DataError

_PARTS = {0: "train", 1: "validation", 2: "test"}


@dataclass(frozen=True)
class Upload:
    """A file, and what its rows are for."""

    path: Path
    role: Role = "rows"


@dataclass(frozen=True)
class Choice:
    """What the user wants; what is None is guessed.

    Attributes:
        text_column: holds the texts.
        labelling: how targets are written, and in which columns.
        split_column: says train, validation or test by row; "" where the split is to be drawn.
        name: of the dataset; None: the file's.
        seed: of the drawing.
        shares: of train, validation and test; each above 0, together 1.
        unescape: whether HTML entities become the characters they stand for.
        first: only so many rows, from the beginning of the file or of each part of its own split.
        sample: only so many rows, drawn with every label keeping its rate.
        fixed_labels: whether a list's or class's labels are those of the labelling only.
        separator, encoding, header: how the files are written.

    Raises:
        DataError: a column has two uses, or a number is out of its range.
    """

    text_column: str | None = None
    labelling: Labelling | None = None
    split_column: str | None = None
    name: str | None = None
    seed: int = 0
    shares: tuple[float, float, float] = split.SHARES
    unescape: bool = False
    first: int | None = None
    sample: int | None = None
    fixed_labels: bool = False
    separator: str | None = None
    encoding: str | None = None
    header: bool | None = None

    def __post_init__(self) -> None:
        labels = self.labelling.columns if self.labelling else ()
        used = [name for name in (self.text_column, self.split_column, *labels) if name]
        twice = sorted({name for name in used if used.count(name) > 1})
        if twice:
            message = f"{listed(twice)} cannot have two uses. Choose a column once only: as text, "
            raise DataError(message + "as label or as split.")
        if not (min(self.shares) > 0 and abs(sum(self.shares) - 1) <= 1e-6):  # nor NaN
            message = f"The shares of train, validation and test are {self.shares}. Choose three "
            raise DataError(message + "numbers above 0 that sum to 1.")
        for wanted in (self.first, self.sample):
            if wanted is not None and wanted < len(split.SPLITS):
                message = f"A dataset of {wanted} rows cannot be parted into train, validation "
                raise DataError(message + "and test. Choose 3 rows or more.")

    def filled(self, found: Guess, file: str) -> Self:
        """The choice with the guess where nothing was chosen.

        Raises:
            DataError: neither says which column holds the texts, or which the labels.
        """
        text = self.text_column or found.text_column
        labelling = self.labelling or found.labelling
        require_complete(replace(found, text_column=text, labelling=labelling), file)
        assert labelling is not None
        column = self.split_column
        if column is None and found.split_column not in (text, *labelling.columns):
            column = found.split_column
        return replace(self, text_column=text, labelling=labelling, split_column=column)


def uploads(
    paths: Sequence[Path], *, validation: Path | None, test: Path | None, extra: Sequence[Path] = ()
) -> list[Upload]:
    """What every file is for: as said, else by names such as train.tsv, dev.tsv and test.tsv.

    Names decide only where several files are given and each of them names another split.
    """
    named = [_named_split(path.stem) for path in paths]
    clear = len(paths) > 1 and None not in named and len(set(named)) == len(named)
    roles: list[Role] = [role or "rows" for role in named] if clear else ["rows"] * len(paths)
    files = [Upload(path, role) for path, role in zip(paths, roles, strict=True)]
    files += [Upload(path, "validation") for path in [validation] if path]
    files += [Upload(path, "test") for path in [test] if path]
    return files + [Upload(path, "extra") for path in extra]


def _named_split(stem: str) -> Role | None:
    """The split that a file's name states, as a word of its own; None for none or several."""
    words = re.findall(r"[a-z]+", stem.casefold())
    parts = {part for word in words if (part := split.part_of(word)) is not None}
    return _PARTS[parts.pop()] if len(parts) == 1 else None  # type: ignore[return-value]


def listed(names: Sequence[str]) -> str:
    """Names in quotes, ten at most."""
    more = f" and {len(names) - 10} more" if len(names) > 10 else ""
    return ", ".join(f"'{name}'" for name in names[:10]) + more
