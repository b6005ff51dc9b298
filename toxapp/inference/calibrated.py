"""Raw scores become calibrated probabilities: the only code that applies a calibration.

    {"method": "temperature", "slope": 0.8, "intercept": 0.0}       a line on the log-odds
    {"method": "platt", "slope": 1.2, "intercept": -0.4}            likewise
    {"method": "isotonic", "raw": [0, .2, .7, 1], "probability": [0, .1, .9, 1]}   between points

How one is fitted is not known here. Each rises strictly with the score, so that the order of texts
stays; decisions are taken on the raw scores all the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Calibration = Mapping[str, Any]


def apply(
    scores: NDArray[np.float32], calibration: Mapping[str, Calibration], labels: Sequence[str]
) -> NDArray[np.float32]:
    """The probabilities to show beside raw scores.

    Args:
        scores: (n_texts, n_labels) in [0, 1], or NaN where a text has no score.
        calibration: label -> its calibration; a label without one keeps its raw score.
        labels: in the order of the columns.

    Returns:
        (n_texts, n_labels) in [0, 1]; NaN where the score is. Scores closer together than single
        precision can tell may come out equal, never in another order.
    """
    shown = np.array(scores, np.float32)
    for column, label in enumerate(labels):
        if label in calibration:
            shown[:, column] = probabilities(scores[:, column], calibration[label])
    return shown


def probabilities(
    scores: NDArray[np.floating[Any]], calibration: Calibration
) -> NDArray[np.float64]:
    """One label's probabilities in double precision; see `apply`.

    Args:
        scores: (n_texts,) in [0, 1] or NaN.
        calibration: as in this module's table.

    Raises:
        ValueError: a method that is not known here.
    """
    values = scores.astype(np.float64)
    if calibration["method"] == "isotonic":
        return np.interp(values, calibration["raw"], calibration["probability"])
    if calibration["method"] in ("temperature", "platt"):
        # Scores of 0 and 1 have no finite log-odds and come out as they are, as does NaN.
        with np.errstate(divide="ignore", invalid="ignore"):
            odds = np.log(values) - np.log1p(-values)
            raised = calibration["slope"] * odds + calibration["intercept"]
            likely: NDArray[np.float64] = np.exp(-np.logaddexp(0.0, -raised))
        return likely
    raise ValueError(f"no such calibration: {calibration['method']}")
