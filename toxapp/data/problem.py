"""What the user should know of a dataset."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """Something the user should know of a dataset.

    Attributes:
        kind: a short word for scripts, such as "empty_text".
        count: how many rows (or, for a label with few positives, how many positives).
        rows: the first 20 of them, as the spreadsheet counts; () where it is about no row.
        message: the sentences to show.
    """

    kind: str
    count: int
    rows: tuple[int, ...]
    message: str
