"""One label's texts by rising score: how they are checked, sorted, cut into groups and counted.

A float32 from 0 to 1 rises with its bits, and these leave two of 32 free: score and state are one
whole number, and sorting numbers takes a fraction of the time of finding out their order.

    score (30 bits)                  state (2 bits): 0 negative, 1 positive, 2 not known
    01 1111 1100 0000 ... 0000 0000  01
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toxapp.errors import DataError

_Floats = NDArray[np.floating[Any]]

_POSITIVE, _UNKNOWN = 1, 2


@dataclass(frozen=True, eq=False)
class Sorted:
    """Texts by rising score, equal ones in any order.

    Attributes:
        scores: (n_texts,) ascending, of the type they came in.
        positive: (n_texts,) bool, whether each carries the label.
        known: (n_texts,) bool, whether that is known.
    """

    scores: _Floats
    positive: NDArray[np.bool_]
    known: NDArray[np.bool_]


def checked(scores: _Floats) -> _Floats:
    """The scores themselves.

    Raises:
        DataError: one is not a number from 0 to 1.
    """
    wrong = scores[~((scores >= 0) & (scores <= 1))]
    if wrong.size:
        found = ", ".join(f"{x:g}" for x in wrong[:5])
        raise DataError(
            f"{wrong.size} of {scores.size} scores are not numbers from 0 to 1 (found {found}): "
            "the training went wrong; lower its learning rate and train again."
        )
    return scores


def by_score(scores: _Floats, positive: NDArray[np.bool_], known: NDArray[np.bool_]) -> Sorted:
    """Sort (n_texts,) each; scores from 0 to 1, no nan. Other types than float32 take longer."""
    state = np.where(known, positive * np.uint8(_POSITIVE), np.uint8(_UNKNOWN))
    if scores.dtype == np.float32:
        scores, state = _by_key(scores, state)
    else:
        order = np.argsort(scores, kind="stable")
        scores, state = scores[order], state[order]
    return Sorted(scores, state == _POSITIVE, state != _UNKNOWN)


def _by_key(
    scores: _Floats, state: NDArray[np.uint8]
) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    # Adding 0 makes a plain zero of a negative one, whose sign bit would sort it last.
    bits = (scores + np.float32(0)).view(np.uint32)
    key = (bits << np.uint32(2)) | state
    key.sort()
    return (key >> np.uint32(2)).view(np.float32), (key & np.uint32(3)).astype(np.uint8)


def cut(
    values: NDArray[np.float64], *, resolution: float
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """The cut-offs of ascending scores, as `curve.cuts` tells, and the first text each flags.

    Returns:
        (k,) thresholds, and (k,) positions, the last of which may be `len(values)`.
    """
    if not values.size:
        return values, np.zeros(0, np.intp)
    gaps = np.flatnonzero(np.diff(values) > resolution) + 1
    below = [values[0] / 2 if values[0] > resolution else 0.0]
    above = [(values[-1] + 1) / 2] if 1 - values[-1] > resolution else []
    between = (values[gaps - 1] + values[gaps]) / 2
    first = np.concatenate([[0], gaps, [len(values)] * len(above)]).astype(np.intp)
    return np.concatenate([below, between, above]), first


def behind(flags: NDArray[np.bool_], first: NDArray[np.intp]) -> NDArray[np.int64]:
    """How many of (n_texts,) flags are true from each position on, (k,)."""
    before = np.zeros(len(flags) + 1, np.int64)
    np.cumsum(flags, out=before[1:])
    counted: NDArray[np.int64] = before[-1] - before[first]
    return counted


def reaching(values: _Floats, thresholds: NDArray[np.float64]) -> NDArray[np.int64]:
    """How many of the ascending values are `>=` each threshold, compared in float64."""
    return (len(values) - np.searchsorted(values, thresholds, side="left")).astype(np.int64)


def edge(threshold: float, values: _Floats) -> np.floating[Any]:
    """The lowest number of the values' type that is not below the threshold.

    Searched for as it comes, a threshold would turn all the values to float64 first; rounded to
    float32, it would flag a text of 0.69999999 at 0.7.
    """
    rounded: np.floating[Any] = values.dtype.type(threshold)
    if float(rounded) < threshold:
        return values.dtype.type(np.nextafter(rounded, values.dtype.type(np.inf)))
    return rounded
