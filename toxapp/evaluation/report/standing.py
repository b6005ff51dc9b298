"""How far a label's figures can be relied on, and that of all labels in one paragraph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from toxapp.decisions.figures import LabelFigures
from toxapp.decisions.intervals import FEW, HOLDS_FROM, Interval
from toxapp.runs.rules import Rule

HALF = 0.5
WIDE = 0.15

Kind = Literal["sound", "weak", "rough", "unmeasured", "off"]

TITLES: dict[Kind, str] = {
    "sound": "can be relied on",
    "weak": "known well, but weak",
    "rough": "rough",
    "unmeasured": "not measured",
    "off": "switched off",
}


_NONE_SOUND = "No label has figures that can be relied on without reserve."
_VERDICTS: dict[Kind, str] = {
    "sound": "The figures of {} can be relied on, on comments like those it was tested with.",
    "weak": "Known well, but weak: {}.",
    "rough": "Rough: {}, for there are too few comments to know their figures well.",
    "unmeasured": "Not measured: {}, for the test comments do not allow it.",
    "off": "Switched off, so that nothing is flagged for it: {}.",
}


@dataclass(frozen=True)
class Standing:
    """What one label's figures are worth.

    Attributes:
        kind: "sound", where even the cautious ends of precision and recall are a half or more;
            "weak", where one is not; "rough" below `FEW` positives on either split, or where
            an interval is wider than `WIDE`;
            "unmeasured" without a figure on test; "off" without a threshold.
        why: one sentence.
    """

    kind: Kind
    why: str

    @property
    def title(self) -> str:
        """The kind in words."""
        return TITLES[self.kind]


def standing(label: str, rule: Rule, validation: LabelFigures, test: LabelFigures) -> Standing:
    """What the figures of one label at a rule are worth.

    Args:
        label: its name.
        rule: that is reported.
        validation: its figures where its threshold was chosen.
        test: its figures there, with 95 % intervals.
    """
    if rule.thresholds[label] is None:
        return Standing("off", rule.reasons.get(label) or "It was switched off, so it flags none.")
    if test.recall is None or test.precision is None:
        told = test.reasons.get("recall") or test.reasons["precision"]
        return Standing("unmeasured", f"On test its figures cannot be known: {_inner(told)}")
    if min(test.positives, validation.positives) < FEW:
        return Standing("rough", _few(validation.positives, test.positives))
    return _measured(test)


def _measured(test: LabelFigures) -> Standing:
    ends = {name: test.intervals[name] for name in ("precision", "recall")}
    wide = [name for name, (low, high) in ends.items() if high - low > WIDE]
    if wide:
        ranges = " and ".join(f"its {n} may be from {_hundred(ends[n])} of 100" for n in wide)
        return Standing("rough", f"There are few texts: {ranges}.")
    lows = {name: low for name, (low, _) in ends.items()}
    wanting = [name for name, low in lows.items() if low < HALF]
    if not wanting:
        return Standing("sound", "Most of what it flags is right, and it finds most of them.")
    words = {
        "precision": "about half of what it flags, or more, may be wrong",
        "recall": "it may miss about half of the texts that carry the label, or more",
    }
    said = " and ".join(words[name] for name in wanting)
    return Standing("weak", f"{said[0].upper()}{said[1:]}.")


def verdict(standings: Mapping[str, Standing]) -> list[str]:
    """A sentence per kind of standing that there is, the best first."""
    kinds = {kind: [n for n, s in standings.items() if s.kind == kind] for kind in TITLES}
    told = [_VERDICTS[kind].format(listed(names)) for kind, names in kinds.items() if names]
    return told if kinds["sound"] else [_NONE_SOUND, *told]


def listed(names: list[str]) -> str:
    """Names as one says them: "a, b and c"."""
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]


def _few(validation: int, test: int) -> str:
    told = f"{_texts(test)} on test and {validation:,} on validation carry it; below {FEW}"
    if min(validation, test) < HOLDS_FROM:
        return f"{told} figures are rough, and below {HOLDS_FROM} even their intervals say little."
    return f"{told} the figures are rough."


def _hundred(ends: Interval) -> str:
    return f"{100 * ends[0]:.0f} to {100 * ends[1]:.0f}"


def _texts(count: int) -> str:
    return "1 text" if count == 1 else f"{count:,} texts"


def _inner(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]
