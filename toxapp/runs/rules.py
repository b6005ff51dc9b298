"""Numbered records of the thresholds in force for a run.

rules/0001.json   by the job, best F1 on validation; then one per save. Never changed,
                  created exclusively; the highest number is in force. An earlier one is put
                  back in force by a copy with a number of its own.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from toxapp.errors import NotFoundError, SettingsError


@dataclass(frozen=True)
class Rule:
    """Thresholds in force for a run from `when` on.

    Attributes:
        thresholds: per label; None switches the label off.
        objective: what they were chosen for, per label, in words.
        split: the texts they were chosen on.
        reasons: per label without a threshold, why; or what of a wish cannot be met.
        act: the second, higher cut-off of the labels that have one: a text is acted upon from
            there on (`>=`), and only read between the two.
        act_objective: what those were chosen for, in words.
        act_reasons: per label, why an act cut-off that was wished for or there is none now, or
            what of the wish cannot be met.
        expected: figures per label on that split at these thresholds.
        expected_act: likewise at the act cut-offs.
        intervals: 95 % intervals per label and figure.
        threshold_intervals: per label, where its best threshold would lie on other such texts.
        workload: expected for all labels together; see `toxapp.decisions.workload`.
        calibration: of the labels that have one, as `toxapp.inference.calibrated` applies it to
            what is shown beside a score; no decision rests on it.
        restores: number of the earlier rule that this one put back in force.
        by: who saved it.
        when: UTC, ISO 8601.
        number: from 1, in order; 0 while not saved.
    """

    thresholds: dict[str, float | None]
    objective: dict[str, str]
    split: str
    reasons: dict[str, str] = field(default_factory=dict)
    act: dict[str, float] = field(default_factory=dict)
    act_objective: dict[str, str] = field(default_factory=dict)
    act_reasons: dict[str, str] = field(default_factory=dict)
    expected: dict[str, dict[str, float | None]] = field(default_factory=dict)
    expected_act: dict[str, dict[str, float | None]] = field(default_factory=dict)
    intervals: dict[str, dict[str, tuple[float, float]]] = field(default_factory=dict)
    threshold_intervals: dict[str, tuple[float, float]] = field(default_factory=dict)
    workload: dict[str, float | None] = field(default_factory=dict)
    calibration: dict[str, dict[str, Any]] = field(default_factory=dict)
    restores: int | None = None
    by: str = "training"
    when: str = ""
    number: int = 0

    def __post_init__(self) -> None:
        """Refuse thresholds that are no thresholds."""
        wrong = [
            f"The threshold of '{label}' must be from 0 to 1 or off, not {value}."
            for label, value in self.thresholds.items()
            if value is not None and not 0 <= value <= 1
        ]
        wrong += [said for label in self.act if (said := self._wrong_act(label))]
        if wrong:
            raise SettingsError(" ".join(wrong))
        strange = [label for label in self.calibration if label not in self.thresholds]
        assert not strange, f"a calibration of labels that are not there: {strange}"

    def _wrong_act(self, label: str) -> str | None:
        """What is wrong with the second cut-off of a label."""
        value, threshold = self.act[label], self.thresholds.get(label)
        if threshold is None:
            return f"'{label}' has no threshold, so it can have no act cut-off ({value:g})."
        if threshold < value <= 1:
            return None
        return (
            f"The act cut-off of '{label}' must be above its threshold {threshold:.6g} and at "
            f"most 1, not {value:g}."
        )


def save(folder: Path, rule: Rule) -> Rule:
    """Write the rule under the next free number; the rule as it stands in force."""
    (folder / "rules").mkdir(exist_ok=True)
    while True:
        number = max(numbers(folder), default=0) + 1
        numbered = {**asdict(rule), "number": number, "when": rule.when or _now()}
        try:
            _create(folder / "rules" / f"{number:04}.json", numbered)
        except FileExistsError:
            continue  # somebody saved at the same moment: theirs came first
        return _read(folder / "rules" / f"{number:04}.json")


def in_force(folder: Path) -> Rule:
    """The rule with the highest number.

    Raises:
        NotFoundError: the run has no rule yet.
    """
    found = numbers(folder)
    if not found:
        raise NotFoundError(f"The run {folder.name} has no thresholds yet: it has not finished.")
    return _read(folder / "rules" / f"{found[-1]:04}.json")


def numbered(folder: Path, number: int) -> Rule:
    """The rule of that number.

    Raises:
        NotFoundError: the run has none.
    """
    if number not in numbers(folder):
        raise NotFoundError(f"The run {folder.name} has no rule {number}.")
    return _read(folder / "rules" / f"{number:04}.json")


def history(folder: Path) -> list[Rule]:
    """All rules of the run, the newest, which is in force, first."""
    return [numbered(folder, number) for number in reversed(numbers(folder))]


def restore(folder: Path, number: int, *, by: str) -> Rule:
    """Put an earlier rule back in force: a copy of it, saved as the newest; that copy.

    Raises:
        NotFoundError: the run has no rule of that number.
    """
    return save(folder, replace(numbered(folder, number), by=by, when="", restores=number))


def numbers(folder: Path) -> list[int]:
    """Numbers of the run's rules, ascending."""
    return sorted(int(f.stem) for f in (folder / "rules").glob("[0-9][0-9][0-9][0-9].json"))


def ordered(rule: Rule, labels: tuple[str, ...]) -> list[float | None]:
    """The thresholds in the labels' order."""
    return [rule.thresholds[label] for label in labels]


def ordered_act(rule: Rule, labels: tuple[str, ...]) -> list[float | None]:
    """The act cut-offs in the labels' order; None where a label has none."""
    return [rule.act.get(label) for label in labels]


def at(rule: Rule, moved: Mapping[str, float | None]) -> dict[str, float | None]:
    """The rule's thresholds with some moved.

    Raises:
        SettingsError: a label is not the run's.
    """
    unknown = [label for label in moved if label not in rule.thresholds]
    if unknown:
        known = ", ".join(rule.thresholds)
        raise SettingsError(f"There is no label '{unknown[0]}' in this run; it has: {known}.")
    return {**rule.thresholds, **moved}


def _create(file: Path, content: dict[str, Any]) -> None:
    # Linking a whole draft is exclusive and atomic at once: nobody reads half a rule.
    # The draft is named by the thread, too: pages of one server save at the same moment.
    draft = file.with_name(f".{file.name}.{os.getpid()}-{threading.get_ident()}.tmp")
    draft.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    try:
        os.link(draft, file)
    finally:
        draft.unlink()


def _read(file: Path) -> Rule:
    found = json.loads(file.read_text(encoding="utf-8"))
    unknown = set(found) - {f.name for f in fields(Rule)}
    assert not unknown, f"unknown keys in {file}: {sorted(unknown)}"
    for label, ends in found["threshold_intervals"].items():
        found["threshold_intervals"][label] = tuple(ends)
    found["intervals"] = {
        label: {figure: tuple(ends) for figure, ends in figures.items()}
        for label, figures in found["intervals"].items()
    }
    found["calibration"] = found["calibration"] or {}
    return Rule(**found)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
