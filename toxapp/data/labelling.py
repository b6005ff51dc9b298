"""How a file writes which labels a text carries.

    columns    one column per label: 0/1, true/false, yes/no, t/f, x/blank
    fraction   one column per label: a share in [0, 1]
    votes      one column per label: how many raters said so
    list       one column with several labels: 2,5   toxic;insult   ["toxic", "insult"]
    class      one column with one class: hateful / non-hateful, 0 / 1 / 2

Knows neither files nor cells.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from toxapp.data import targets
from toxapp.errors import DataError

Format = Literal["columns", "fraction", "votes", "list", "class"]
FORMATS: tuple[Format, ...] = ("columns", "fraction", "votes", "list", "class")
# Of a column of ids every value would be a label, and the targets would fill the memory.
_MOST_LABELS = 1_000
DELIMITERS = {
    ",": "comma",
    ";": "semicolon",
    "|": "vertical bar",
    " ": "blank",
    "_": "underscore",
    "json": "list",
}


@dataclass(frozen=True)
class Labelling:
    """How targets are written in a file.

    Attributes:
        format: see the module.
        columns: of the file; one per label, or the single column of a list or class.
        labels: columns, fraction, votes: as many as columns, in their order. list, class: the
            names that become labels; () where they are still to be collected from the file.
        delimiter: of a list: one of `DELIMITERS`.
        values: list, class: what stands in the file for each of `labels`.
        at_least: votes: from how many on a text carries the label; None: the share of the votes
            is a soft target.
        total_column: votes as shares: the column with the number of raters; None: the votes of
            all columns together.
        ticked: columns: those in which only the positives are marked (x, 1, yes), so that a blank
            is 0 there and not missing.
    """

    format: Format
    columns: tuple[str, ...]
    labels: tuple[str, ...] = ()
    delimiter: str = ""
    values: tuple[str, ...] = ()
    at_least: int | None = None
    total_column: str | None = None
    ticked: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a labelling that cannot be read."""
        if not self.columns:
            raise DataError("No label column is chosen. Choose at least one.")
        for label, count in Counter(self.labels).items():
            if not label.strip():
                raise DataError("A label has a blank name. Choose a name for it.")
            if count > 1:
                message = f"Two labels cannot both be called '{label}'. Choose other names."
                raise DataError(message)
        if self.format in ("list", "class") and len(self.columns) > 1:
            message = f"A {self.format} of labels stands in one column, not in "
            raise DataError(message + f"{len(self.columns)} of them. Choose one column.")
        if self.format == "list" and self.delimiter not in DELIMITERS:
            known = ", ".join(repr(mark) for mark in DELIMITERS)
            message = f"Several labels in a cell cannot be parted by '{self.delimiter}'. "
            raise DataError(message + f"Choose one of {known}.")
        if self.at_least is not None and self.at_least < 1:
            message = f"'At least {self.at_least} votes' would make every text carry every label. "
            raise DataError(message + "Choose 1 or more.")


def needed(labelling: Labelling) -> tuple[str, ...]:
    """The columns of the file that the targets follow from."""
    total = (labelling.total_column,) if labelling.total_column else ()
    return (*labelling.columns, *total)


def completed(labelling: Labelling, values: Iterable[str]) -> Labelling:
    """The labelling with labels for all `values`, those that it has staying first.

    Ids are ordered by number, names by the alphabet, so that the order follows from the file's
    content alone.

    Raises:
        DataError: these are too many to be labels, or one is called like another's given name.
    """
    further = sorted(set(values) - set(labelling.values), key=_order)
    if len(further) > _MOST_LABELS:
        message = f"Column '{labelling.columns[0]}' holds {len(further):,} different values, such "
        raise DataError(
            f"{message}as '{further[0][:40]}': too many to be labels. Choose another column, or "
            "say how the labels in a cell are parted."
        )
    return replace(
        labelling,
        values=(*labelling.values, *further),
        labels=(*labelling.labels, *further),
    )


def renamed(labelling: Labelling, names: Mapping[str, str]) -> Labelling:
    """The labelling with other names for its labels, given by what stands in the file.

    Raises:
        DataError: a name is given to a value that the file does not have, is blank or given twice.
    """
    known = labelling.values or labelling.columns
    strange = [value for value in names if value not in known]
    if strange:
        message = f"There is no label '{strange[0]}' to be named '{names[strange[0]]}'; there are: "
        raise DataError(message + f"{', '.join(known[:10])}.")
    labels = tuple(
        names.get(value, label) for value, label in zip(known, labelling.labels, strict=True)
    )
    return replace(labelling, labels=labels)


def parse_names(text: str) -> dict[str, str]:
    """Names for ids, as pasted or in a file.

        0 admiration            1,amusement         2: anger          admiration
        an id and a name a line, parted by blank, comma, tab, colon or =; or names alone,
        which then count from 0; or a JSON object or list

    Raises:
        DataError: a line has an id without a name.
    """
    text = text.strip()
    if text[:1] in ("{", "["):
        return _names_of_json(text)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    parted = [re.match(r"(-?\d+)\s*[\s,;:=\t]\s*(\S.*)$", line) for line in lines]
    if all(parted) and lines:
        return {m[1]: m[2].strip() for m in parted if m}
    if any(parted):
        line = next(line for line, match in zip(lines, parted, strict=True) if not match)
        message = f"The names of the labels cannot be read: '{line[:40]}' has no id before its "
        raise DataError(
            message + "name, others have. Write 'id,name' in every line, or names only."
        )
    return {str(number): line for number, line in enumerate(lines)}


def _names_of_json(text: str) -> dict[str, str]:
    try:
        found = json.loads(text)
    except ValueError as error:
        message = f"The names of the labels are no JSON: {error}. Write an id and a name a line."
        raise DataError(message) from None
    pairs = found.items() if isinstance(found, dict) else enumerate(found)
    return {str(value): str(name) for value, name in pairs}


def _order(value: str) -> tuple[int, float, str]:
    number = targets.as_number(value)
    return (1, 0.0, value) if number is None else (0, number, value)
