"""What becomes of a run's figures on texts from elsewhere: in-domain and out-of-domain.

In-domain is the run's own test split, out-of-domain what `elsewhere` has scored. Both are measured
at the same rule and on the labels that are known in both, so that their means are comparable.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from toxapp.data import store
from toxapp.decisions import apart
from toxapp.decisions.figures import Figures, figures
from toxapp.decisions.intervals import Resampled, intervals, resample
from toxapp.decisions.paired import Difference
from toxapp.evaluation import outside
from toxapp.evaluation.elsewhere import Scored
from toxapp.evaluation.outside import Outside
from toxapp.runs import rules, run
from toxapp.runs.rules import Rule
from toxapp.runs.run import Run

OWN_SPLIT = "test"
_OWN_SEED, _OTHER_SEED = 0, 1  # of the resamples, which are drawn apart
_MICRO = "micro_f1"


@dataclass(frozen=True)
class Domain:
    """A run on one set of texts.

    Attributes:
        figures: of the labels that both sets know.
        outside: of a text-to-text run: how much probability its scores do not rest on.
    """

    figures: Figures
    outside: Outside | None


@dataclass(frozen=True)
class Transfer:
    """A run on its own test split and elsewhere.

    Attributes:
        rule: number of the one in force.
        own, there: in-domain and out-of-domain.
        left_out: labels of the run that are not known there, in its order.
        labels: label -> figure -> out-of-domain less in-domain; empty without resamples.
        means: the same of the means that are over the same labels in both.
    """

    rule: int
    own: Domain
    there: Domain
    left_out: tuple[str, ...]
    labels: dict[str, dict[str, Difference]]
    means: dict[str, Difference]


def transfer(chosen: Run, scored: Scored, *, resamples: int = 1000) -> Transfer:
    """A finished run on its own test split, and on texts that are scored, at the rule in force.

    Args:
        chosen: the run.
        scored: by it, texts from elsewhere.
        resamples: of the bootstrap behind intervals and differences; 0 leaves both out.
    """
    labels = store.load(chosen.settings.dataset).labels
    rule = rules.in_force(chosen.folder)
    test = run.scored(chosen, OWN_SPLIT)
    kept = [labels.index(label) for label in scored.labels]
    own = replace(
        scored,
        targets=test.targets[:, kept],
        scores=test.scores[:, kept],
        outside=outside.kept(chosen, OWN_SPLIT),
    )
    first, second = (
        _measured(each, rule, resamples=resamples, seed=seed)
        for each, seed in ((own, _OWN_SEED), (scored, _OTHER_SEED))
    )
    gaps, means = _differences(first, second, scored.labels)
    return Transfer(
        rule=rule.number,
        own=Domain(first.figures, outside.summary(chosen, own.outside)),
        there=Domain(second.figures, outside.summary(chosen, scored.outside)),
        left_out=tuple(label for label in labels if label not in scored.labels),
        labels=gaps,
        means=means,
    )


@dataclass(frozen=True, eq=False)
class _Measured:
    figures: Figures
    drawn: Resampled | None


def _measured(found: Scored, rule: Rule, *, resamples: int, seed: int) -> _Measured:
    """Figures, with the intervals that the resamples give, where there are any."""
    thresholds = [rule.thresholds[label] for label in found.labels]
    plain = figures(found.targets, found.scores, found.labels, thresholds)
    if not resamples:
        return _Measured(plain, None)
    drawn = resample(found.targets, found.scores, thresholds, resamples=resamples, seed=seed)
    ends = intervals(drawn)
    each = {
        label: replace(plain.labels[label], intervals=plain.labels[label].intervals | more)
        for label, more in zip(found.labels, ends.labels, strict=True)
    }
    return _Measured(replace(plain, labels=each, intervals=ends.means), drawn)


def _differences(
    first: _Measured, second: _Measured, labels: tuple[str, ...]
) -> tuple[dict[str, dict[str, Difference]], dict[str, Difference]]:
    if first.drawn is None or second.drawn is None:
        return {}, {}
    gaps = apart.label_differences(first.drawn, second.drawn)
    of = _comparable(first.figures, second.figures)
    means = apart.mean_differences(first.drawn, second.drawn, of)
    return dict(zip(labels, gaps, strict=True)), means


def _comparable(first: Figures, second: Figures) -> list[str]:
    """The means that both have, and over the same labels."""
    names = [
        _MICRO,
        *(mean for mean, out in first.left_out.items() if out == second.left_out[mean]),
    ]
    both = (n for n in names if getattr(first, n) is not None and getattr(second, n) is not None)
    return [name for name in both if name != "macro_f1_at_half"]  # it is not resampled
