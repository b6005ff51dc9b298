"""All that a report says of a run, read and counted once; the words come later."""

from __future__ import annotations

from dataclasses import dataclass, replace

from toxapp.data import store
from toxapp.data.store import Dataset
from toxapp.decisions.figures import Figures, LabelFigures, figures
from toxapp.decisions.intervals import Interval
from toxapp.decisions.workload import Workload, workload
from toxapp.errors import JobError
from toxapp.evaluation import looks
from toxapp.evaluation.report.drawings import Column
from toxapp.evaluation.sureness import Sureness, sureness
from toxapp.runs import rules, run
from toxapp.runs.rules import Rule
from toxapp.runs.run import Run, Scored

CHOSEN_ON, REPORTED_ON = "validation", "test"


@dataclass(frozen=True, eq=False)
class Part:
    """A split at the rule that is reported.

    Attributes:
        scored: its texts.
        figures: there, with 95 % intervals.
        workload: of all labels together.
        sureness: where the intervals come from.
    """

    scored: Scored
    figures: Figures
    workload: Workload
    sureness: Sureness

    def column(self, place: int) -> Column:
        """The label of that place in label order."""
        return Column(self.scored.targets[:, place], self.scored.scores[:, place])


@dataclass(frozen=True, eq=False)
class Facts:
    """What is known of a finished run.

    Attributes:
        run: finished.
        dataset: that it was trained on.
        rule: in force.
        history: of its rules, the newest first.
        validation: on which the thresholds were chosen.
        test: on which they are reported.
        acted: figures on test at the second cut-offs; labels without one are off there.
        looks: how often figures on test were looked at.
    """

    run: Run
    dataset: Dataset
    rule: Rule
    history: tuple[Rule, ...]
    validation: Part
    test: Part
    acted: Figures
    looks: int

    @property
    def labels(self) -> tuple[str, ...]:
        """In the order of all arrays."""
        return self.dataset.labels


def gather(chosen: Run, *, resamples: int = 1000) -> Facts:
    """All facts of a finished run at the rule in force.

    Args:
        chosen: the run.
        resamples: behind the intervals.

    Raises:
        JobError: it has not finished.
    """
    if not chosen.finished:
        message = f"The run {chosen.id} is {chosen.status.state}; a report is of a finished run. "
        raise JobError(message + "Wait until it is done, or resume it.")
    history = tuple(rules.history(chosen.folder))
    rule = rules.in_force(chosen.folder)
    dataset = store.load(chosen.settings.dataset)
    test = _part(chosen, rule, REPORTED_ON, resamples)
    acts = rules.ordered_act(rule, dataset.labels)
    return Facts(
        run=chosen,
        dataset=dataset,
        rule=rule,
        history=history,
        validation=_part(chosen, rule, CHOSEN_ON, resamples),
        test=test,
        acted=figures(test.scored.targets, test.scored.scores, dataset.labels, acts),
        looks=looks.count(chosen),
    )


def _part(chosen: Run, rule: Rule, split: str, resamples: int) -> Part:
    labels = store.load(chosen.settings.dataset).labels
    scored = run.scored(chosen, split)
    thresholds = rules.ordered(rule, labels)
    targets, scores = scored.targets, scored.scores
    sure = sureness(chosen, rule, split, resamples=resamples)
    drawn = resamples if split == REPORTED_ON else 0  # areas under curves: the dearest by far
    plain = figures(targets, scores, labels, thresholds, resamples=drawn)
    each = {label: _sure(plain.labels[label], sure.labels[label]) for label in labels}
    measured = replace(plain, labels=each)
    return Part(scored, measured, workload(targets, scores, thresholds), sure)


def _sure(found: LabelFigures, ends: dict[str, Interval]) -> LabelFigures:
    """The figures with the intervals that all labels share the resamples of."""
    return replace(found, intervals=found.intervals | ends)
