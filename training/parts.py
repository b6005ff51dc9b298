"""The rows of a dataset that a run learns from and is measured on."""

from __future__ import annotations

from toxapp.data import store
from toxapp.data.split import SPLITS
from toxapp.data.store import Rows
from toxapp.errors import DataError


def parts(dataset_id: str) -> dict[str, Rows]:
    """The rows of each split.

    Raises:
        DataError: a split holds no text.
    """
    found = {split: store.read(dataset_id, split) for split in SPLITS}
    for split, rows in found.items():
        if not rows.texts:
            message = f"The {split} part of the dataset {dataset_id} holds no text; split it again."
            raise DataError(message)
    return found


def spread(rows: int, tested: int) -> slice:
    """The places of the training rows that are measured, evenly spread.

    Their figures are there to be compared with those on test, which no more rows make surer; each
    evaluation takes a third of the time that it takes to learn from as many.

    Args:
        rows: of the training part.
        tested: of the test part: at least 100 are taken, at most 1,000, and as many in between.
    """
    most = min(1000, max(100, tested))
    step = max(1, rows // most)
    return slice(0, step * most, step)
