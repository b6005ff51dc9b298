"""The texts behind a threshold: nearest to it, missed or flagged for nothing with most confidence.

First where they stand, from the scores alone; then `read` fetches the texts that are to be shown,
and no others. What counts as a positive, and as flagged, is what `decisions.curve` says.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from toxapp.data import picked, store
from toxapp.decisions.curve import CUT, decide
from toxapp.errors import NotFoundError
from toxapp.runs import run
from toxapp.runs.run import Run, Scored

Places = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Column:
    """One label of one split of a run.

    Attributes:
        dataset: id of the run's.
        split: "validation" or "test".
        label: its name.
        targets: (n_texts,) 1, 0, a fraction or NaN (missing).
        scores: (n_texts,) raw, by the run's own engine.
    """

    dataset: str
    split: str
    label: str
    targets: NDArray[np.float32]
    scores: NDArray[np.float32]

    @property
    def positive(self) -> NDArray[np.bool_]:
        """(n_texts,) whether each is known to carry the label."""
        return self.targets >= CUT

    @property
    def negative(self) -> NDArray[np.bool_]:
        """(n_texts,) whether each is known not to carry it."""
        return self.targets < CUT


@dataclass(frozen=True)
class Found:
    """A text that somebody should look at.

    Attributes:
        file: the name of the file it came in.
        row: as the spreadsheet counts.
        text: in full.
        score: raw.
        target: None where missing.
        distance: score less threshold, below 0 where the text is clear; None where it is off.
    """

    file: str
    row: int
    text: str
    score: float
    target: float | None
    distance: float | None


def column(chosen: Run, split: str, label: str, scored: Scored | None = None) -> Column:
    """One label of a run's split; `scored` where the caller has read that split already.

    Raises:
        NotFoundError: the run has no such label.
        JobError: the run has no scores yet.
    """
    dataset = store.load(chosen.settings.dataset)
    if label not in dataset.labels:
        known = ", ".join(dataset.labels)
        raise NotFoundError(f"There is no label '{label}' in this run; it has: {known}.")
    at, all_of = dataset.labels.index(label), scored or run.scored(chosen, split)
    return Column(dataset.id, split, label, all_of.targets[:, at], all_of.scores[:, at])


def nearest(of: Column, threshold: float | None, n: int = 10) -> Places:
    """Up to `n` texts on either side of the threshold, the highest score first.

    Equal scores keep the file's order. Texts without a target are among them: what a threshold
    does, it does to all. Empty where the label is switched off.
    """
    if threshold is None:
        return np.empty(0, np.int64)
    order = np.argsort(-of.scores, kind="stable")
    above = int(decide(of.scores, threshold).sum())
    return order[max(0, above - n) : above + n]


def misses(of: Column, threshold: float | None) -> Places:
    """All known positives that are not flagged, the lowest score first; all where it is off."""
    missed = np.flatnonzero(of.positive & ~decide(of.scores, threshold))
    return missed[np.argsort(of.scores[missed], kind="stable")]


def false_alarms(of: Column, threshold: float | None) -> Places:
    """All known negatives that are flagged, the highest score first; none where it is off."""
    raised = np.flatnonzero(of.negative & decide(of.scores, threshold))
    return raised[np.argsort(-of.scores[raised], kind="stable")]


def read(of: Column, places: Places, threshold: float | None) -> tuple[Found, ...]:
    """The texts at these places, in their order."""
    rows = picked.pick(of.dataset, places, split=of.split)
    return tuple(
        Found(
            file=rows.file[n],
            row=int(rows.row[n]),
            text=rows.texts[n],
            score=float(of.scores[place]),
            target=None if np.isnan(of.targets[place]) else float(of.targets[place]),
            distance=None if threshold is None else float(of.scores[place]) - threshold,
        )
        for n, place in enumerate(places)
    )
