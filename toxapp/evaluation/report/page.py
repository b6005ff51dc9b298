"""The report of a run as one HTML file that asks nobody for anything.

    assets/report/page.html     the frame; one file more per part of the page
    assets/report/report.css    its style, written into the page

Whatever comes from files and people is escaped by the templates.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from toxapp.decisions.figures import LabelFigures
from toxapp.decisions.intervals import FEW, Interval
from toxapp.evaluation.report import drawings, material, standing, words
from toxapp.evaluation.report.axis import suited
from toxapp.evaluation.report.facts import Facts, gather
from toxapp.evaluation.report.meaning import Meaning, meaning
from toxapp.evaluation.report.standing import Standing
from toxapp.evaluation.report.training import FIGURES, training
from toxapp.runs.rules import Rule
from toxapp.runs.run import Run

_FOLDER = Path(__file__).resolve().parents[3] / "assets" / "report"
_FILTERS = (
    words.number,
    words.hundredths,
    words.count,
    words.percent,
    words.between,
    words.size,
    words.duration,
    words.moment,
)
_PACKAGES = ("numpy", "scikit-learn", "torch", "transformers", "tokenizers", "pyarrow")


@dataclass(frozen=True, eq=False)
class LabelPart:
    """One label on the page.

    Attributes:
        number: its place from 1 on, for links.
        name: as the dataset has it.
        standing: what its figures are worth.
        validation, test: its figures.
        sentence: what its threshold does on test.
        acted: what its second cut-off does there; "" without one.
        threshold: in force; None where off.
        act: the second cut-off; None where there is none.
        objective, reason: what the threshold was chosen for; what of it cannot be, or "".
        range: the threshold's over resamples; None where there is none.
        no_range: why, or "".
        curves, precision_recall: drawings.
        log_odds: whether the curves' axis is.
        meaning: of its scores on test.
    """

    number: int
    name: str
    standing: Standing
    validation: LabelFigures
    test: LabelFigures
    sentence: str
    acted: str
    threshold: float | None
    act: float | None
    objective: str
    reason: str
    range: Interval | None
    no_range: str
    curves: Markup
    precision_recall: Markup
    log_odds: bool
    meaning: Meaning


@dataclass(frozen=True)
class Change:
    """A rule in the history.

    Attributes:
        rule: itself.
        what: differs from the rule before, in words.
        objectives: what its thresholds were chosen for, each once.
    """

    rule: Rule
    what: str
    objectives: tuple[str, ...]


def html(chosen: Run, *, resamples: int = 1000) -> str:
    """The report of a finished run at its rule in force.

    Args:
        chosen: the run.
        resamples: behind the 95 % intervals.

    Returns:
        A page that needs nothing else: style and drawings are in it, and no script.

    Raises:
        JobError: the run has not finished.
    """
    found = gather(chosen, resamples=resamples)
    parts = [_label(found, place) for place in range(len(found.labels))]
    standings = {part.name: part.standing for part in parts}
    return (
        _environment()
        .get_template("page.html")
        .render(
            facts=found,
            style=Markup((_FOLDER / "report.css").read_text("utf-8")),  # noqa: S704 - a file of ours
            verdict=standing.verdict(standings),
            parts=parts,
            together=words.together_sentences(found.test.workload, found.test.sureness.workload),
            training=training(chosen),
            figure_names=FIGURES,
            changes=_changes(found.history),
            material=material,
            few=FEW,
            made=f"{datetime.now(UTC):%d %b %Y, %H:%M} UTC",
            versions=_versions(),
        )
    )


def _label(found: Facts, place: int) -> LabelPart:
    name, rule = found.labels[place], found.rule
    validation, test = found.validation.figures.labels[name], found.test.figures.labels[name]
    before, column = found.validation.column(place), found.test.column(place)
    axis = suited(rule.thresholds[name], validation.positives, validation.texts)
    return LabelPart(
        number=place + 1,
        name=name,
        standing=standing.standing(name, rule, validation, test),
        validation=validation,
        test=test,
        sentence=words.label_sentence(test),
        acted=words.act_sentence(found.acted.labels[name]) if name in rule.act else "",
        threshold=rule.thresholds[name],
        act=rule.act.get(name),
        objective=rule.objective[name],
        reason=rule.reasons.get(name, ""),
        range=found.validation.sureness.thresholds.get(name),
        no_range=found.validation.sureness.reasons.get(name, ""),
        curves=drawings.threshold_curves(name, before, axis, rule.thresholds[name], test),
        precision_recall=drawings.precision_recall(name, before, column, test),
        log_odds=axis.log_odds,
        meaning=meaning(name, column, rule.calibration.get(name)),
    )


def _changes(history: Iterable[Rule]) -> list[Change]:
    """The rules, the newest first, each against the one before it."""
    newest_first = list(history)
    pairs = zip(newest_first, [*newest_first[1:], None], strict=True)
    return [_change(rule, before) for rule, before in pairs]


def _change(rule: Rule, before: Rule | None) -> Change:
    if before is None:
        what = "the first"
    else:
        told = (
            _differing(rule.thresholds, before.thresholds, "threshold"),
            _differing(rule.act, before.act, "act cut-off"),
            _differing(rule.calibration, before.calibration, "calibration"),
        )
        what = ", ".join(filter(None, told)) or "nothing"
    return Change(rule, what, tuple(dict.fromkeys(rule.objective.values())))


def _differing(now: Mapping[str, object], before: Mapping[str, object], word: str) -> str:
    """How many labels have another one, in words; "" where none has."""
    count = sum(now.get(label) != before.get(label) for label in now.keys() | before.keys())
    return f"{count} {word}{'s' * (count > 1)}" if count else ""


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for tell in _FILTERS:
        made.filters[tell.__name__] = tell
    return made


def _versions() -> dict[str, str]:
    """What makes this report and scores: package -> version, those that are there."""
    found = {"Python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
