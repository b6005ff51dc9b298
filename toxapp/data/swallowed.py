"""Cells that seem to hold whole records, which two quotes far apart have swallowed.

    7;"so what;0          a quote that opens a text and never closes,
    8;fine;1
    9;yes" he said;0      until the next one that does: rows 7 to 9 are one record

The rules of quoting allow it, so that no reader can tell it from a text of three lines. What gives
it away is that its lines have as many cells as the table, with labels where labels stand.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from toxapp.data import stated
from toxapp.data.labelling import Labelling
from toxapp.data.plan import Source


def positions(
    texts: Sequence[str], labelling: Labelling, source: Source, text_column: str
) -> NDArray[np.int64]:
    """Where among the texts of a file such cells are, ascending; none in files without quotes."""
    mark = source.dialect.separator
    if mark is None or not source.dialect.quotes:
        return np.empty(0, np.int64)
    place = source.columns.index(text_column)
    labels = [(source.columns.index(name), name) for name in labelling.columns]
    found = [
        n
        for n, text in enumerate(texts)
        if "\n" in text
        and mark in text
        and _holds_records(text, mark, place, labels, labelling)
        # As many cells as the table has, up to the end of the first line.
        and text.partition("\n")[0].count(mark) == len(source.columns) - 1 - place
    ]
    return np.array(found, np.int64)


def _holds_records(
    text: str, mark: str, place: int, labels: Sequence[tuple[int, str]], labelling: Labelling
) -> bool:
    """Whether the text's first line ends, and its last begins, as records of the table do."""
    lines = text.splitlines()
    # A text was begun before the first line, and is not ended after the last.
    first, last = lines[0].split(mark), lines[-1].split(mark)
    behind = [(n - place, name) for n, name in labels if n > place]
    before = [(n, name) for n, name in labels if n < place]
    ends = all(n < len(first) and stated.is_stated(labelling, name, first[n]) for n, name in behind)
    begins = len(last) > place and all(
        stated.is_stated(labelling, name, last[n]) for n, name in before
    )
    return ends and begins
