"""Finished runs of one dataset side by side, on its test split, each at its rule in force.

The first is the baseline that the others are measured against. Figures are those of the Thresholds
page to the last digit; differences are paired, as all runs are resampled alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from toxapp.data import store
from toxapp.data.store import Rows
from toxapp.decisions.figures import Figures, figures
from toxapp.decisions.intervals import Resampled, intervals, resample
from toxapp.decisions.outline import Outline, outline
from toxapp.decisions.paired import (
    Changes,
    Difference,
    changes,
    holm,
    label_differences,
    mean_differences,
)
from toxapp.errors import DataError, JobError, SettingsError
from toxapp.evaluation.changes import Comment, Decided, changed, sentence
from toxapp.runs import rules, run
from toxapp.runs.rules import Rule
from toxapp.runs.run import Run, Scored

SPLIT = "test"
MOST = 6
"""Runs side by side; more colours than that are not told apart."""

NAMES = "ABCDEF"

_OF_EACH = ("dataset", "name")


@dataclass(frozen=True, eq=False)
class Side:
    """One run of those compared.

    Attributes:
        run: finished.
        labels: of its dataset, in the order of all arrays.
        rule: in force.
        scored: the test split.
        figures: there, with intervals.
        resampled: what the intervals are of, for differences to other sides.
    """

    run: Run
    labels: tuple[str, ...]
    rule: Rule
    scored: Scored
    figures: Figures
    resampled: Resampled

    def decided(self, label: str) -> Decided:
        """The decisions on one label."""
        column = self.labels.index(label)
        return Decided(self.scored.scores[:, column], self.rule.thresholds[label])


@dataclass(frozen=True)
class LabelAgainst:
    """One label: how the second run differs from the first.

    Attributes:
        changes: the decisions that differ, with McNemar's p.
        p: the same corrected by Holm for all labels of the two runs.
        differences: figure -> the second's less the first's; see `LABEL_FIGURES`.
    """

    changes: Changes
    p: float | None
    differences: dict[str, Difference]

    def sentence(self, names: tuple[str, str] = ("A", "B")) -> str:
        """The changes in words, with the corrected p."""
        return sentence(self.changes, self.p, names)


@dataclass(frozen=True)
class Against:
    """How one run differs from the baseline.

    Attributes:
        labels: label -> its differences, in label order.
        means: mean -> the difference, for those that both have.
    """

    labels: dict[str, LabelAgainst]
    means: dict[str, Difference]


def check(runs: Sequence[Run]) -> None:
    """Refuse runs that cannot stand side by side.

    Raises:
        SettingsError: fewer than two, more than `MOST`, or one of them twice.
        JobError: one has not finished.
        DataError: they are of different datasets.
    """
    if not 2 <= len(runs) <= MOST:
        raise SettingsError(f"From 2 to {MOST} runs can be compared; found {len(runs)}.")
    ids = [each.id for each in runs]
    twice = [name for name in ids if ids.count(name) > 1]
    if twice:
        raise SettingsError(f"The run {twice[0]} is named twice; name each run once.")
    unfinished = [each for each in runs if not each.finished]
    if unfinished:
        words = ", ".join(f"{each.id} is {each.status.state}" for each in unfinished)
        raise JobError(f"Only finished runs can be compared: {words}.")
    if len({each.settings.dataset for each in runs}) > 1:
        words = ", ".join(f"{each.id} of {each.settings.dataset}" for each in runs)
        message = f"Runs of different datasets cannot be compared: {words}. "
        raise DataError(message + "Choose runs that were trained on the same dataset.")


def side(chosen: Run, *, resamples: int = 1000, seed: int = 0) -> Side:
    """A finished run, measured on its test split; about 3 s for 16,000 texts and 6 labels."""
    labels = store.load(chosen.settings.dataset).labels
    rule = rules.in_force(chosen.folder)
    scored = run.scored(chosen, SPLIT)
    thresholds = rules.ordered(rule, labels)
    targets, scores = scored.targets, scored.scores
    drawn = resample(targets, scores, thresholds, resamples=resamples, seed=seed)
    ends = intervals(drawn)
    plain = figures(targets, scores, labels, thresholds)
    each = {
        label: replace(plain.labels[label], intervals=plain.labels[label].intervals | found)
        for label, found in zip(labels, ends.labels, strict=True)
    }
    measured = replace(plain, labels=each, intervals=ends.means)
    return Side(chosen, labels, rule, scored, measured, drawn)


def against(first: Side, second: Side) -> Against:
    """How the second run differs from the first, both of one dataset."""
    found = [
        changes(targets, first.decided(label).flags, second.decided(label).flags)
        for label, targets in zip(first.labels, first.scored.targets.T, strict=True)
    ]
    gaps = label_differences(first.resampled, second.resampled)
    ps = holm([each.p for each in found])
    labels = {
        label: LabelAgainst(change, p, gap)
        for label, change, p, gap in zip(first.labels, found, ps, gaps, strict=True)
    }
    return Against(labels, mean_differences(first.resampled, second.resampled))


def changed_comments(
    first: Side, second: Side, label: str, rows: Rows, *, most: int | None = None
) -> list[Comment]:
    """The test texts whose verdict on a label changed, the most certain first.

    Args:
        first: the run compared with.
        second: a run of the same dataset.
        label: of theirs.
        rows: its test split.
        most: how many at most; None for all.
    """
    column = first.labels.index(label)
    return changed(rows, column, first.decided(label), second.decided(label), most=most)


def curves(found: Side) -> dict[str, Outline]:
    """Label -> its curves on test."""
    columns = zip(found.scored.targets.T, found.scored.scores.T, strict=True)
    return {label: outline(*each) for label, each in zip(found.labels, columns, strict=True)}


def differing_settings(runs: Sequence[Run]) -> dict[str, list[Any]]:
    """Setting -> its value in each run, for those that differ; None where a family lacks it.

    The name and the dataset are left out: the one is each run's own, the other is shared.
    """
    every = [each.settings.to_json() for each in runs]
    names = dict.fromkeys(name for each in every for name in each if name not in _OF_EACH)
    values = {name: [each.get(name) for each in every] for name in names}
    return {name: told for name, told in values.items() if any(v != told[0] for v in told)}
