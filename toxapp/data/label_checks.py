"""What is wrong with labels as a whole: too rare, constant, implied by or complement of another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from toxapp.data.split import SPLITS

FEW_POSITIVES = 20

_LEAST_IMPLIED = 20
_MOST_EXCEPTIONS = 0.01
_PAIRS_SAID = 10

Finding = tuple[str, int, str]
"""A kind, how many texts it is about, the sentences."""


def findings(
    labels: Sequence[str], targets: NDArray[np.float32], parts: NDArray[np.int8]
) -> Iterator[Finding]:
    """What the user should know of the labels.

    Args:
        labels: m names.
        targets: (n, m) in [0, 1], NaN where missing; 0.5 and more is positive.
        parts: (n,) of 0, 1, 2.
    """
    known = ~np.isnan(targets)
    positive = targets >= 0.5
    for index, label in enumerate(labels):
        yield from _rare(f"Label '{label}'", positive[:, index], known[:, index], parts)
    yield from _implied(labels, positive, known)
    yield from _complements(labels, positive, known)


def _rare(
    named: str, positive: NDArray[np.bool_], known: NDArray[np.bool_], parts: NDArray[np.int8]
) -> Iterator[Finding]:
    count, total = int(positive.sum()), int(known.sum())
    if count == 0:
        yield "no_positive", 0, f"{named} {_NO_POSITIVE.format(known=total)}"
        return
    if count == total:
        yield "no_negative", count, f"{named} {_NO_NEGATIVE.format(known=total)}"
    held = np.bincount(parts[positive], minlength=3)
    few = [f"{n} in {s}" for n, s in zip(held, SPLITS, strict=True) if n < FEW_POSITIVES]
    if few:
        small = f" {_NOT_IN_ALL}" if count < len(SPLITS) else ""
        message = f"{named} has few positives: {', '.join(few)}.{small} {_FEW_POSITIVES}"
        yield "few_positives", count, message


def _implied(
    labels: Sequence[str], positive: NDArray[np.bool_], known: NDArray[np.bool_]
) -> Iterator[Finding]:
    """Labels whose positives, 99 in 100 or more, carry another label that is wider."""
    marks = positive.astype(np.float64)
    both, carried = marks.T @ marks, marks.T @ known.astype(np.float64)
    totals = positive.sum(axis=0)
    said = 0
    for one in range(len(labels)):
        for other in range(len(labels)):
            texts = carried[one, other]
            exceptions = texts - both[one, other]
            wider = totals[other] > totals[one] and totals[other] < known[:, other].sum()
            if texts < _LEAST_IMPLIED or not wider or exceptions > _MOST_EXCEPTIONS * texts:
                continue
            said += 1
            if said > _PAIRS_SAID:
                return
            but = f" but for {exceptions:,.0f}" if exceptions else ""
            message = (
                f"Label '{labels[one]}' implies '{labels[other]}': all {texts:,.0f} texts that "
                f"carry it{but} carry both. Nothing is to be done; read their figures together."
            )
            yield "implied_label", int(both[one, other]), message


def _complements(
    labels: Sequence[str], positive: NDArray[np.bool_], known: NDArray[np.bool_]
) -> Iterator[Finding]:
    """Labels that are carried exactly where no other one is, such as "clean"."""
    # Of classes that exclude each other, each is the complement of the others.
    if len(labels) < 2 or (len(labels) > 2 and (positive.sum(axis=1) < 2).all()):
        return
    for index, label in enumerate(labels):
        others: NDArray[np.bool_] = np.any(np.delete(positive, index, axis=1), axis=1)
        sure: NDArray[np.bool_] = np.all(known, axis=1)
        carried = positive[sure, index]
        if carried.any() and not carried.all() and (carried != others[sure]).all():
            message = (
                f"Label '{label}' is carried by exactly those {carried.sum():,} texts that carry "
                "no other label: it says nothing that the others do not say. Leave it out."
            )
            yield "complement_label", int(carried.sum()), message


_NO_POSITIVE = (
    "has no positive among {known:,} rows where it is known: it cannot be learned, and its "
    "figures stay undefined. Add comments that carry it, or leave the label out."
)
_NO_NEGATIVE = (
    "is positive in all {known:,} rows where it is known: it cannot be learned, and its "
    "figures stay undefined. Add comments without it, or leave the label out."
)
_NOT_IN_ALL = "Too few for three splits: they stay where the draw put them."
_FEW_POSITIVES = (
    f"Below {FEW_POSITIVES} in a split its figures and its threshold there are uncertain, and "
    "without any undefined. Add comments that carry it where you can."
)
