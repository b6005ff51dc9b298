"""What becomes of a run's thresholds on texts that came in: against its own test split.

The run's scores there are `arrived`'s; here they are compared, label by label, at the rule in
force. The verdicts' criterion is `holding`'s.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from toxapp.data import store
from toxapp.decisions.choose import best_f
from toxapp.decisions.curve import CUT, Counts, Floats, counts, decide
from toxapp.decisions.ranking import areas, rank
from toxapp.decisions.shift import Distance, Gap, Share, distance, gap
from toxapp.errors import DataError
from toxapp.evaluation import holding
from toxapp.evaluation.arrived import Arrived
from toxapp.evaluation.holding import Gaps, Held, Verdict
from toxapp.runs import rules, run
from toxapp.runs.rules import Rule
from toxapp.runs.run import Run

OWN_SPLIT = "test"
LEAST_POSITIVES = 20
"""Positives in each half, to choose another threshold on the one and measure it on the other."""

RANKS = 0.03
"""A ROC AUC that is lower by more says that no other threshold brings the figures back."""


@dataclass(frozen=True)
class Retuned:
    """Another threshold, chosen on half of the texts that came in and measured on the other half.

    Attributes:
        threshold: the best F1 of the first half.
        precision, recall: on the second half.
        before: F1 of the threshold in force on the second half.
        after: F1 of the other threshold there.
    """

    threshold: float
    precision: Share
    recall: Share
    before: float | None
    after: float | None


@dataclass(frozen=True)
class LabelDrift:
    """One label.

    Attributes:
        label: its name.
        threshold: in force; None is off.
        scores: how far the scores lie apart from those of test.
        flagged: the flagged share of all texts, on test and here.
        gaps: of precision, recall and the like, where targets are known on both.
        positives: texts here that carry the label; None where no target is known.
        roc_auc: on test and here; None where undefined.
        verdict, words: see `holding`.
        advice: what to do about it; "" where there is nothing to do.
        retuned: where the threshold no longer holds and the texts are enough to choose another.
    """

    label: str
    threshold: float | None
    scores: Distance | None
    flagged: Gap | None
    gaps: Gaps
    positives: int | None
    roc_auc: tuple[float | None, float | None]
    verdict: Verdict
    words: str
    advice: str
    retuned: Retuned | None


@dataclass(frozen=True)
class Drift:
    """Texts that came in, against the run's test texts.

    Attributes:
        run: its id.
        rule: number of the one in force.
        name: of the dataset or file.
        rows: texts there; `texts` of them were sampled.
        texts: compared.
        own_texts: of the run's test split.
        repeated: of the sampled texts, those that the run's own dataset holds too.
        lengths: how far the lengths in characters lie apart.
        median_lengths: on test and here; None of no text.
        labels: in the run's order.
    """

    run: str
    rule: int
    name: str
    rows: int
    texts: int
    own_texts: int
    repeated: int
    lengths: Distance | None
    median_lengths: tuple[float | None, float | None]
    labels: tuple[LabelDrift, ...]


@dataclass(frozen=True, eq=False)
class _Side:
    """One label on one set of texts; targets are None where none is known."""

    targets: Floats | None
    scores: Floats

    def counts(self, threshold: float | None) -> Counts | None:
        known = self.targets is not None and not np.isnan(self.targets).all()
        return counts(self.targets, self.scores, threshold) if known else None  # type: ignore[arg-type]

    def flagged(self, threshold: float | None) -> Share:
        return Share(int(decide(self.scores, threshold).sum()), len(self.scores))


def drift(chosen: Run, came: Arrived) -> Drift:
    """Compare scores, flagged shares, lengths and, where targets are known, figures.

    Args:
        chosen: a finished run; its thresholds in force are the ones that are judged.
        came: its scores of texts that came in.

    Raises:
        DataError: a score is not a number.
    """
    if np.isnan(came.scores).any():
        message = f"The run {chosen.id} gives texts of {came.name} no number for a score: "
        raise DataError(message + "the training went wrong; lower its learning rate.")
    rule, labels = rules.in_force(chosen.folder), store.load(chosen.settings.dataset).labels
    own, lengths = run.scored(chosen, OWN_SPLIT), own_lengths(chosen)
    comparisons = len(labels) + len(came.labels)  # two figures where targets are known, else one
    found = []
    for n, label in enumerate(labels):
        there = came.targets[:, came.labels.index(label)] if label in came.labels else None
        before = _Side(own.targets[:, n], own.scores[:, n])
        found.append(_label(label, rule, before, _Side(there, came.scores[:, n]), comparisons))
    return Drift(
        run=chosen.id,
        rule=rule.number,
        name=came.name,
        rows=came.rows,
        texts=len(came.scores),
        own_texts=len(own.scores),
        repeated=came.repeated,
        lengths=distance(lengths, came.lengths),
        median_lengths=(_median(lengths), _median(came.lengths)),
        labels=tuple(found),
    )


def own_lengths(chosen: Run) -> NDArray[np.int64]:
    """Characters of the run's test texts."""
    texts = store.read(chosen.settings.dataset, OWN_SPLIT).texts
    return np.fromiter(map(len, texts), np.int64, len(texts))


def _label(label: str, rule: Rule, before: _Side, now: _Side, comparisons: int) -> LabelDrift:
    threshold = rule.thresholds[label]
    flagged = gap(before.flagged(threshold), now.flagged(threshold), comparisons=comparisons)
    apart = distance(before.scores, now.scores)
    first, second = before.counts(threshold), now.counts(threshold)
    gaps = _gaps(first, second, comparisons)
    held = _held(threshold, gaps, second, holding.by_flags(flagged, apart))
    areas_of = (_area(before), _area(now))
    return LabelDrift(
        label=label,
        threshold=threshold,
        scores=apart,
        flagged=flagged,
        gaps=gaps,
        positives=second.positives if second else None,
        roc_auc=areas_of,
        verdict=held.verdict,
        words=held.words,
        advice=_advice(held.verdict, *areas_of),
        retuned=_retuned(now, threshold) if held.verdict == "no longer holds" else None,
    )


def _gaps(before: Counts | None, now: Counts | None, comparisons: int) -> Gaps:
    if before is None or now is None:
        return Gaps()
    shares = [
        (
            Share(of.caught, of.flagged),
            Share(of.caught, of.positives),
            Share(of.false_alarms, of.texts - of.positives),
            Share(of.positives, of.texts),
        )
        for of in (before, now)
    ]
    return Gaps(*(gap(*pair, comparisons=comparisons) for pair in zip(*shares, strict=True)))


def _held(threshold: float | None, gaps: Gaps, now: Counts | None, flags: Held) -> Held:
    if threshold is None:
        return Held("cannot be said", "The label is switched off: there is no threshold.")
    return flags if now is None else holding.by_targets(gaps, now.positives)


def _advice(verdict: Verdict, before: float | None, now: float | None) -> str:
    if verdict == "looks different":
        return "Label a few hundred of these texts and compare again."
    if verdict != "no longer holds" or before is None or now is None:
        return ""
    told = f"ROC AUC {now:.3f} here, {before:.3f} on test"
    if now < before - RANKS:
        return f"It also ranks these texts worse ({told}): train on texts like them."
    return f"It ranks these texts about as well ({told}): another threshold can mend it."


def _area(side: _Side) -> float | None:
    if side.targets is None or not len(side.scores):
        return None
    value = float(areas(rank(side.targets, side.scores), np.ones((len(side.scores), 1)))[0][0])
    return None if np.isnan(value) else value


def _retuned(now: _Side, threshold: float | None) -> Retuned | None:
    """The best F1 of one half, measured on the other; None where a half has too few positives."""
    assert now.targets is not None
    order = np.random.default_rng(0).permutation(len(now.scores))
    halves = np.array_split(order, 2)
    if min(int((now.targets[half] >= CUT).sum()) for half in halves) < LEAST_POSITIVES:
        return None
    chosen = best_f(now.targets[halves[0]], now.scores[halves[0]]).threshold
    if chosen is None:
        return None
    rest = now.targets[halves[1]], now.scores[halves[1]]
    found = counts(*rest, chosen)
    return Retuned(
        chosen,
        Share(found.caught, found.flagged),
        Share(found.caught, found.positives),
        before=counts(*rest, threshold).f1,
        after=found.f1,
    )


def _median(lengths: NDArray[np.int64]) -> float | None:
    return float(np.median(lengths)) if len(lengths) else None
