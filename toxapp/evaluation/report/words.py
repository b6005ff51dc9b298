"""Numbers as one reads them, and what they say in a sentence."""

from __future__ import annotations

from datetime import datetime

from toxapp.decisions.figures import LabelFigures
from toxapp.decisions.intervals import Interval
from toxapp.decisions.workload import Workload

NONE = "n/a"
_FEW = 20


def number(value: float | None) -> str:
    """Three digits behind the point."""
    return NONE if value is None else f"{value:.3f}"


def hundredths(value: float | None) -> str:
    """Two digits behind the point, as its interval has."""
    return NONE if value is None else f"{value:.2f}"


def count(value: float | None) -> str:
    """A whole number, thousands parted."""
    return NONE if value is None else f"{round(value):,}"


def percent(share: float | None) -> str:
    """A share in per cent, with a digit behind the point below 10."""
    if share is None:
        return NONE
    return f"{share * 100:.1f} %" if share < 0.0995 else f"{share * 100:.0f} %"


def between(ends: Interval | None, scale: float = 1.0) -> str:
    """The two ends of an interval: "0.68 to 0.79", or in hundreds "68 to 79"."""
    if ends is None:
        return ""
    low, high = (end * scale for end in ends)
    return f"{low:.2f} to {high:.2f}" if scale == 1.0 else f"{low:.0f} to {high:.0f}"


def size(count_: int) -> str:
    """Bytes in words."""
    if count_ < 1_000:
        return f"{count_} bytes"
    if count_ < 1_000_000:
        return f"{count_ / 1_000:.0f} kB"
    return f"{count_ / 1_000_000:.1f} MB" if count_ < 1_000_000_000 else f"{count_ / 1e9:.2f} GB"


def duration(seconds: float | None) -> str:
    """Seconds in words."""
    if seconds is None:
        return NONE
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def moment(when: str) -> str:
    """An ISO 8601 time as "22 Nov 2026, 02:57 UTC"; "" where there is none."""
    return f"{datetime.fromisoformat(when):%d %b %Y, %H:%M} UTC" if when else ""


def label_sentence(found: LabelFigures) -> str:
    """What a label's threshold does on test, as far as it is defined."""
    if found.threshold is None:
        return "It is switched off: no text is flagged for it."
    told = [f"It flags {_flagged(found)} on test.", *_rightness(found)]
    missing = (found.reasons[name] for name in ("precision", "recall") if name in found.reasons)
    return " ".join([*told, *dict.fromkeys(missing)])


def act_sentence(found: LabelFigures) -> str:
    """What the second cut-off does on test; its `threshold` is not None."""
    told = f"From {number(found.threshold)} on a text is to be acted upon: {_flagged(found)}."
    return " ".join([told, *_rightness(found)[:1]])


def together_sentences(found: Workload, ends: dict[str, Interval]) -> list[str]:
    """What all labels together ask of those who read, and give them."""
    if found.per_thousand is None:
        return ["There is no text on test."]
    per = f"Of 1,000 texts it flags about {found.per_thousand:.0f}"
    told = [f"{per}{_ends(ends.get('per_thousand'), 1.0)} by one label or several."]
    if found.false_alarm_share is not None:
        share = 1 - found.false_alarm_share
        wrong = ends.get("false_alarm_share")
        right = (1 - wrong[1], 1 - wrong[0]) if wrong else None
        told.append(
            f"Of 100 texts that it flags, about {share * 100:.0f}{_ends(right, 100)} do carry one "
            "of the labels."
        )
    if found.caught_share is not None:
        caught = f"about {found.caught_share * 100:.0f}{_ends(ends.get('caught_share'), 100)}"
        told.append(f"Of 100 texts that carry any label, {caught} are flagged.")
    return told


def _flagged(found: LabelFigures) -> str:
    told = f"{found.flagged:,} of {found.texts:,} texts"
    ends = found.intervals.get("flagged_share")
    if ends is None or not found.texts:
        return told
    return f"{told}, {1000 * found.flagged / found.texts:.0f}{_ends(ends, 1000)} of 1,000"


def _rightness(found: LabelFigures) -> list[str]:
    """Of the flagged, how many are right; of those that carry the label, how many are found."""
    sides = (
        ("precision", found.flagged, "flagged texts", "right"),
        ("recall", found.positives, "texts with the label", "found"),
    )
    return [
        _share(found.caught, whole, (of, end), found.intervals.get(figure))
        for figure, whole, of, end in sides
        if whole
    ]


def _share(part: int, whole: int, words: tuple[str, str], ends: Interval | None) -> str:
    of, end = words
    if whole < _FEW:
        range_ = f", which of 100 may be {between(ends, 100)}" if ends else ""
        told = f"Of {whole} {of}" if whole > 1 else f"Of the one {of.replace('texts', 'text')}"
        verb = "is" if part == 1 else "are"
        return f"{told} {part or 'none'} {verb} {end}{range_}."
    return f"Of 100 {of} about {100 * part / whole:.0f} are {end}{_ends(ends, 100)}."


def _ends(ends: Interval | None, scale: float) -> str:
    if ends is None:
        return ""
    return f" ({ends[0] * scale:.0f} to {ends[1] * scale:.0f})"
