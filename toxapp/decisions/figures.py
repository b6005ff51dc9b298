"""All figures of a classifier on a set of texts, each with its interval or why it is missing.

Which split the texts are from, and which rule the thresholds, the caller knows. An undefined
figure is None and never 0; a mean is over the labels that have the figure, and names the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from toxapp.decisions.curve import Counts, Floats, counts
from toxapp.decisions.intervals import Interval, Intervals, bootstrap, wilson, wilson_f1
from toxapp.decisions.ranking import areas, rank

_UNKNOWN = "No text here says whether it carries this label."

_MEANS = {
    "macro_f1": "f1",
    "macro_f1_at_half": "f1_at_half",
    "mean_roc_auc": "roc_auc",
    "mean_average_precision": "average_precision",
}


@dataclass(frozen=True)
class LabelFigures:
    """One label on the texts whose target for it is known.

    Attributes:
        texts: with a known target.
        positives: those whose target is at least 0.5.
        threshold: flags a text when `score >= threshold`; None is switched off.
        flagged, caught, missed, false_alarms: texts; caught + missed = positives.
        precision: caught / flagged.
        recall: caught / positives.
        f1: 0.0 with positives of which none is caught.
        f1_at_half: F1 at the threshold 0.5.
        roc_auc: the chance that a positive outscores a negative, a tie counting half.
        average_precision: the mean precision at the positives' scores.
        intervals: figure -> its 95 % interval: "precision", "recall" and "f1" by Wilson, "roc_auc"
            and "average_precision" where a bootstrap was asked for.
        reasons: figure -> why it is None, one sentence.
    """

    texts: int
    positives: int
    threshold: float | None
    flagged: int
    caught: int
    missed: int
    false_alarms: int
    precision: float | None
    recall: float | None
    f1: float | None
    f1_at_half: float | None
    roc_auc: float | None
    average_precision: float | None
    intervals: dict[str, Interval]
    reasons: dict[str, str]


@dataclass(frozen=True)
class Figures:
    """All labels, and their means.

    Attributes:
        n_texts: all texts, whether or not their targets are known.
        macro_f1, macro_f1_at_half, mean_roc_auc, mean_average_precision: plain means over the
            labels for which the figure is defined; None where it is for none.
        micro_f1: F1 of all labels' decisions pooled, false alarms of labels without a positive
            included; None without any positive.
        left_out: mean -> the labels that it leaves out, an empty list where none.
        reasons: mean or micro_f1 -> why it is None, one sentence.
        intervals: 95 %, by bootstrap where asked for; "macro_f1_at_half" has none.
        labels: label -> its figures, in label order.
    """

    n_texts: int
    macro_f1: float | None
    micro_f1: float | None
    macro_f1_at_half: float | None
    mean_roc_auc: float | None
    mean_average_precision: float | None
    left_out: dict[str, list[str]]
    reasons: dict[str, str]
    intervals: dict[str, Interval]
    labels: dict[str, LabelFigures]


def figures(
    targets: Floats,
    scores: Floats,
    labels: Sequence[str],
    thresholds: Sequence[float | None],
    *,
    resamples: int = 0,
    seed: int = 0,
) -> Figures:
    """Every figure of these texts at these thresholds.

    Args:
        targets: (n_texts, n_labels) 1, 0, a fraction (positive from 0.5 on) or NaN (left out).
        scores: (n_texts, n_labels) in [0, 1].
        labels: distinct names, in the order of the columns.
        thresholds: per label; None is switched off.
        resamples: of the bootstrap; 0 leaves out the intervals that need one.
        seed: of the bootstrap.

    Raises:
        DataError: a score is not a number from 0 to 1.
    """
    drawn = Intervals(tuple({} for _ in labels), {})
    if resamples:
        drawn = bootstrap(targets, scores, thresholds, resamples=resamples, seed=seed)
    columns = zip(targets.T, scores.T, thresholds, drawn.labels, strict=True)
    each = {name: _label(*column) for name, column in zip(labels, columns, strict=True)}
    means = {mean: _mean(each, figure) for mean, figure in _MEANS.items()}
    means["micro_f1"] = _pooled(each)
    return Figures(
        n_texts=len(targets),
        macro_f1=means["macro_f1"],
        micro_f1=means["micro_f1"],
        macro_f1_at_half=means["macro_f1_at_half"],
        mean_roc_auc=means["mean_roc_auc"],
        mean_average_precision=means["mean_average_precision"],
        left_out={mean: _undefined(each, figure) for mean, figure in _MEANS.items()},
        reasons={m: "No label here has this figure." for m, v in means.items() if v is None},
        intervals=drawn.means,
        labels=each,
    )


def as_json(found: Figures) -> dict[str, Any]:
    """The figures as plain dicts, lists, numbers and None: what JSON gives back unchanged."""
    plain = _plain(asdict(found))
    assert isinstance(plain, dict)
    return plain


def _label(
    targets: Floats, scores: Floats, threshold: float | None, drawn: dict[str, Interval]
) -> LabelFigures:
    here = counts(targets, scores, threshold)
    roc, average = (float(a[0]) for a in areas(rank(targets, scores), np.ones((len(targets), 1))))
    shares = {
        "precision": wilson(here.caught, here.flagged),
        "recall": wilson(here.caught, here.positives),
        "f1": wilson_f1(here.caught, here.flagged, here.positives),
    }
    return LabelFigures(
        **asdict(here),
        threshold=threshold,
        precision=here.precision,
        recall=here.recall,
        f1=here.f1,
        f1_at_half=counts(targets, scores, 0.5).f1,
        roc_auc=None if np.isnan(roc) else roc,
        average_precision=None if np.isnan(average) else average,
        intervals={name: ends for name, ends in shares.items() if ends} | drawn,
        reasons=_reasons(here, threshold),
    )


def _reasons(here: Counts, threshold: float | None) -> dict[str, str]:
    reasons: dict[str, str] = {}
    if not here.positives:
        words = "No text here carries this label." if here.texts else _UNKNOWN
        reasons |= dict.fromkeys(("recall", *_MEANS.values()), words)
    elif here.positives == here.texts:
        reasons["roc_auc"] = "Every text here carries this label, so there is none to outrank."
    if not here.flagged:
        off = "The label is switched off, so nothing is flagged."
        words = off if threshold is None else "Nothing is flagged at this threshold."
        reasons["precision"] = words if here.texts else _UNKNOWN
    return reasons


def _undefined(each: Mapping[str, LabelFigures], figure: str) -> list[str]:
    return [name for name, label in each.items() if getattr(label, figure) is None]


def _mean(each: Mapping[str, LabelFigures], figure: str) -> float | None:
    values = [getattr(label, figure) for label in each.values()]
    defined = [value for value in values if value is not None]
    return sum(defined) / len(defined) if defined else None


def _pooled(each: Mapping[str, LabelFigures]) -> float | None:
    caught, flagged, positives = (
        sum(getattr(label, count) for label in each.values())
        for count in ("caught", "flagged", "positives")
    )
    return 2 * caught / (flagged + positives) if positives else None


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
