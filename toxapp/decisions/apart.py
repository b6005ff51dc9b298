"""One classifier on two sets of texts: whether it is better on one, or the texts happened to be so.

The texts are other ones, so nothing is paired: the resamples of the one set are drawn without those
of the other. What this does not cover: labels that mean something else there.
"""

from __future__ import annotations

from collections.abc import Sequence

from toxapp.decisions.intervals import LABEL_FIGURES, Resampled
from toxapp.decisions.paired import Difference, difference


def label_differences(first: Resampled, second: Resampled) -> list[dict[str, Difference]]:
    """Per label, in their order: figure -> how much more it is on the second texts.

    Args:
        first: of the labels that are compared, resampled by one seed.
        second: of the same labels, resampled as often by another seed.
    """
    _apart(first, second)
    gaps = second.labels - first.labels
    values = second.observed - first.observed
    return [
        {name: difference(*pair) for name, *pair in zip(LABEL_FIGURES, value, gap, strict=True)}
        for value, gap in zip(values, gaps, strict=True)
    ]


def mean_differences(
    first: Resampled, second: Resampled, of: Sequence[str]
) -> dict[str, Difference]:
    """Mean -> how much more it is on the second texts.

    Args:
        first: as for `label_differences`.
        second: likewise.
        of: the means that are over the same labels on both.
    """
    _apart(first, second)
    return {
        name: difference(
            second.means_observed[name] - first.means_observed[name],
            second.means[name] - first.means[name],
        )
        for name in of
    }


def _apart(first: Resampled, second: Resampled) -> None:
    if first.drawn[2] == second.drawn[2] or first.labels.shape != second.labels.shape:
        raise ValueError(f"not drawn apart: {first.drawn}, {second.drawn}")
