"""Texts that may carry the wrong target: the given one is what the classifier least believes.

The ranking is cleanlab's for multi-label data, label by label ("self-confidence": the score that
the given target has). It needs scores of texts that the classifier did not learn from, so it is
for validation and test. A low place is a reason to look again, not a verdict: a hard text stands
there beside a wrong target.

    C. G. Northcutt, L. Jiang, I. L. Chuang: Confident Learning, JAIR 70 (2021).
    A. Thyagarajan, E. Snorrason, C. Northcutt, J. Mueller: Identifying Incorrect Annotations in
    Multi-Label Classification Data (2022), arXiv 2211.13895.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from toxapp.data import picked, store
from toxapp.decisions.curve import decide, known
from toxapp.errors import DataError
from toxapp.evaluation.evidence import Column, Places, column
from toxapp.runs import rules, run
from toxapp.runs.run import Run


@dataclass(frozen=True)
class Ranked:
    """Texts whose target is known, the most doubtful first.

    Attributes:
        places: (n,) in the split.
        quality: (n,) ascending: how far the classifier believes the given target, from 0 to 1.
    """

    places: Places
    quality: NDArray[np.float64]


@dataclass(frozen=True)
class Doubt:
    """A target to look at again.

    Attributes:
        file: the name of the file.
        row: as the spreadsheet counts.
        label: whose target it is.
        target: as given.
        score: raw, of the classifier.
        quality: see `Ranked`.
        text: in full.
    """

    file: str
    row: int
    label: str
    target: float
    score: float
    quality: float
    text: str


def ranked(of: Column) -> Ranked:
    """All texts with a known target, the most doubtful first; equal ones keep the file's order.

    Raises:
        DataError: a score is not a number from 0 to 1.
    """
    from cleanlab.multilabel_classification.rank import (  # noqa: PLC0415 - takes 2 s to load
        get_label_quality_scores_per_class,
    )

    positive, scores = known(of.targets, of.scores)
    if not len(scores):
        return Ranked(np.empty(0, np.int64), np.empty(0))
    # "Not carried" is a label of its own: cleanlab fails on texts of which none has any label.
    given = [[0] if carries else [1] for carries in positive]
    quality = get_label_quality_scores_per_class(given, np.stack([scores, 1 - scores], 1))[:, 0]
    order = np.argsort(quality, kind="stable")
    return Ranked(np.flatnonzero(~np.isnan(of.targets))[order], quality[order])


def disputed(of: Column, found: Ranked, threshold: float | None) -> Ranked:
    """Those of the texts that the threshold decides against their target; all where it is off.

    Without this, the doubts on a rare label are soon texts that are flagged as their target has it:
    its scores are low, so nothing is believed much.
    """
    if threshold is None:
        return found
    against = (decide(of.scores, threshold) != of.positive)[found.places]
    return Ranked(found.places[against], found.quality[against])


def likely(
    chosen: Run, split: str = "validation", label: str | None = None, n: int = 50
) -> tuple[Doubt, ...]:
    """The `n` most doubtful targets that the rule in force decides against, of a label or of all.

    The most doubtful first; empty where the rule decides every text as its target has it.

    Args:
        chosen: a run that has scores.
        split: "validation" or "test".
        label: None for all; a text may then be there once per label.
        n: how many at most.

    Raises:
        NotFoundError: the run has no such label.
        DataError: no text of the split has a known target of it.
    """
    scored, rule = run.scored(chosen, split), rules.in_force(chosen.folder)
    labels = (label,) if label else store.load(chosen.settings.dataset).labels
    columns = [column(chosen, split, name, scored) for name in labels]
    if not any((each.positive | each.negative).any() for each in columns):
        names = ", ".join(labels)
        message = f"No {split} text has a known target of {names}, so none can be doubted."
        raise DataError(f"{message} Choose another split or label.")
    against = [disputed(each, ranked(each), rule.thresholds[each.label]) for each in columns]
    found = [
        (float(quality), at, int(place))
        for at, each in enumerate(against)
        for place, quality in zip(each.places[:n], each.quality[:n], strict=True)
    ]
    return _doubts(columns, sorted(found)[:n])


def _doubts(columns: list[Column], found: list[tuple[float, int, int]]) -> tuple[Doubt, ...]:
    places = np.unique(np.array([place for _, _, place in found], np.int64))
    rows = picked.pick(columns[0].dataset, places, split=columns[0].split)
    where = {int(place): n for n, place in enumerate(places)}
    return tuple(
        Doubt(
            file=rows.file[where[place]],
            row=int(rows.row[where[place]]),
            label=columns[at].label,
            target=float(columns[at].targets[place]),
            score=float(columns[at].scores[place]),
            quality=quality,
            text=rows.texts[where[place]],
        )
        for quality, at, place in found
    )
