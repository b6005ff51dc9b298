"""The best-F threshold of one label, steadied so that a handful of positives cannot wreck it.

The plain maximum of F follows every positive: with five of them its cut stands wherever one
happens to score. Here the positives are spread by a kernel on the log-odds of the score, and the
cut so found is drawn towards the one that flags as many texts as there are positives.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toxapp.decisions.curve import Floats, cuts, known

STEADY = 10.0
"""Positives at which the smoothed maximum and the rate of the label have an equal say.

5 to 20 did equally well on the scores that `chosen` tells of."""

GRID = 512
"""Points on the log-odds scale, from the lowest score to the highest, that positives are put on."""

_PRIOR = 4.0  # positives that the spread of all scores counts for, beside the positives' own
_LOGISTIC = 0.5513  # scale of a logistic distribution whose standard deviation is 1: sqrt(3) / pi


@dataclass(frozen=True, eq=False)
class Candidates:
    """One label's texts with a known target, in rising order of score, ready for any weighting.

    Attributes:
        thresholds: (k,) float64, ascending; see `curve.cuts`.
        first: (k,) position of the first text that each flags.
        positive: (n_known,) bool.
        near: (n_known,) the grid point nearest each score.
        at: (k,) float64, where on the grid each threshold stands, from 0 to GRID - 1.
        kernel: (GRID, GRID) how much of a positive at the second point the first one catches.
    """

    thresholds: NDArray[np.float64]
    first: NDArray[np.intp]
    positive: NDArray[np.bool_]
    near: NDArray[np.intp]
    at: NDArray[np.float64]
    kernel: NDArray[np.float64]


def candidates(targets: Floats, scores: Floats) -> Candidates:
    """One label's texts, sorted, with the kernel that their positives ask for.

    Args:
        targets: (n_texts,) 1, 0, a fraction (positive from 0.5 on) or NaN (left out); at least
            one positive.
        scores: (n_texts,) in [0, 1]; at least two distinct ones among those with a target.

    Raises:
        DataError: a score is not a number from 0 to 1.
    """
    positive, values = known(targets, scores)
    rising = np.argsort(values, kind="stable")
    positive, values, thresholds = positive[rising], values[rising], cuts(scores)
    odds = _log_odds(values)
    low, step = odds[0], (odds[-1] - odds[0]) / (GRID - 1)
    return Candidates(
        thresholds=thresholds,
        first=np.searchsorted(values, thresholds),
        positive=positive,
        near=np.rint((odds - low) / step).astype(np.intp),
        at=np.clip((_log_odds(thresholds) - low) / step, 0, GRID - 1),
        kernel=_kernel(odds, positive),
    )


def chosen(
    found: Candidates, weights: NDArray[np.float64], *, beta: float = 1.0
) -> NDArray[np.intp]:
    """Which threshold to take for each weighting of the texts.

    1. Caught positives are smoothed: each is spread over neighbouring log-odds by a kernel of
       width s k^(-1/3), k positives, s their spread; that is the rate for a distribution function
       (Azzalini 1981, Biometrika 68, 326-328). Flagged texts are counted as they are: there are
       enough of them. The highest (1 + b^2) caught / (flagged + b^2 positives) is taken.
    2. On the scale of log flagged texts, the cut is drawn towards beta times the positives, by
       10 / (10 + k): F1 is near its best where as many are flagged as are positive.

    Measured against the plain maximum: validation texts with k positives on average drawn from
    score files of Jigsaw, GoEmotions, Twitter financial and youtoxic (TF-IDF and logistic
    regression, MiniLM), 20 draws (seeds 0 to 19) for each of 50 labels (22 at 200), on files and
    labels that had no part in choosing the criterion, labels of more than 5 % thinned to 1 or
    3 %. F1 lost on the other texts against their own best cut, mean over labels (standard
    deviation over draws):

    k                3            5            10           20           50           200
    plain maximum    .081 (.094)  .068 (.080)  .047 (.057)  .034 (.036)  .022 (.022)  .011 (.010)
    this             .058 (.072)  .045 (.049)  .030 (.035)  .023 (.021)  .018 (.016)  .009 (.008)
    better or equal  78 %         84 %         93 %         95 %         89 %         73 % of labels

    F2 gains more (.071 to .040 at 5), F0.5 less (.087 to .066 at 5, .014 and .014 at 200).
    Averaging the maxima of resamples, with the same drawing, does as well but depends on a seed;
    a Platt fit, the mean F over resamples and a kernel without the drawing do less well.
    `toxapp.bench.steadiness` measures it on any scores.

    Args:
        found: one label's texts.
        weights: (n_known, n_weightings) not negative, in the order of `found`; ones give the
            choice, a bootstrap's counts its range. The kernel stays that of all texts.
        beta: how much more recall counts than precision; above 0.

    Returns:
        (n_weightings,) positions in `found.thresholds`; of equals the highest, which flags the
        fewest; -1 where no positive has weight.
    """
    return best(found, weights[found.positive], _from(weights, found.first), beta=beta)[0]


def best(
    found: Candidates, hits: NDArray[Any], flagged: NDArray[Any], *, beta: float
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """As `chosen`, from what was counted already.

    Args:
        found: one label's texts; perhaps `upper` alone.
        hits: (n_positives, n_weightings) weights of the positives.
        flagged: (k, n_weightings) weight of what each candidate flags.
        beta: as for `chosen`.

    Returns:
        (n_weightings,) positions, and the highest smoothed F, without its factor 1 + beta^2.
    """
    positives = hits.sum(axis=0, dtype=np.float64)
    caught = _smoothed(found, hits)
    # A cut that flags nothing catches nothing, whatever the kernel lets spill over it.
    f = np.where(flagged > 0, caught, 0) / np.maximum(flagged + beta**2 * positives, 1e-300)
    top = np.take_along_axis(flagged, _last_of_highest(f)[None], axis=0)[0]
    share = positives / (positives + STEADY)
    size, highest, wish = (np.log(np.maximum(x, 1e-300)) for x in (flagged, top, beta * positives))
    nearest = _last_of_highest(-np.abs(size - (share * highest + (1 - share) * wish)))
    return np.where(positives > 0, nearest, -1), f.max(axis=0)


def upper(found: Candidates, start: int) -> Candidates:
    """The candidates from a position on; the texts stay."""
    return replace(
        found, thresholds=found.thresholds[start:], first=found.first[start:], at=found.at[start:]
    )


def _smoothed(found: Candidates, hits: NDArray[Any]) -> NDArray[np.float64]:
    """(k, n_weightings) positives that each threshold catches, as the kernel sees them."""
    near = found.near[found.positive]
    first = np.flatnonzero(np.diff(near, prepend=-1))
    caught = found.kernel[:, near[first]] @ np.add.reduceat(hits, first, axis=0, dtype=np.float64)
    low = np.minimum(found.at.astype(np.intp), GRID - 2)
    part = (found.at - low)[:, None]
    between: NDArray[np.float64] = (1 - part) * caught[low] + part * caught[low + 1]
    return between


def _kernel(odds: NDArray[np.float64], positive: NDArray[np.bool_]) -> NDArray[np.float64]:
    mine = odds[positive]
    middle, k = mine.mean(), len(mine)
    spread = np.sqrt((_PRIOR * odds.var() + ((mine - middle) ** 2).sum()) / (_PRIOR + k))
    width = spread * k ** (-1 / 3)
    # Drawing the positives together makes up for the spread that the kernel adds to theirs.
    tighter = 1 / np.sqrt(1 + (width / spread) ** 2)
    grid = np.linspace(odds[0], odds[-1], GRID)
    from_cut = middle + tighter * (grid[None, :] - middle) - grid[:, None]
    # The logistic function, as a tanh that cannot overflow.
    share: NDArray[np.float64] = 0.5 + 0.5 * np.tanh(from_cut / (2 * _LOGISTIC * width * tighter))
    return share


def _log_odds(values: NDArray[np.float64]) -> NDArray[np.float64]:
    inside = np.clip(values, 1e-6, 1 - 1e-6)  # finer than what engines agree on
    odds: NDArray[np.float64] = np.log(inside / (1 - inside))
    return odds


def _from(weights: NDArray[np.float64], first: NDArray[np.intp]) -> NDArray[np.float64]:
    """(k, n_weightings) the weight of all texts from each position on."""
    running = np.concatenate([np.zeros((1, weights.shape[1])), np.cumsum(weights, axis=0)])
    behind: NDArray[np.float64] = running[-1] - running[first]
    return behind


def _last_of_highest(values: NDArray[np.float64]) -> NDArray[np.intp]:
    last: NDArray[np.intp] = len(values) - 1 - np.argmax(values[::-1], axis=0)
    return last
