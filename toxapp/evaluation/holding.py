"""Whether a threshold still does what it did on the run's own test texts, in words.

The criterion is size and certainty together, never a p alone:

    no longer holds   precision or recall is at least 5 points lower, and the difference is below 0
                      in an interval so wide that it covers all labels and both figures together
    holds             neither is 10 points lower or more, by the 95 % intervals of the differences
    cannot be said    all else: the texts are too few to say either

Where many more texts carry a label, precision is kept however many of the others are flagged; that
is said beside the verdict, which is on what was promised.

Without targets there is only what is flagged, and how the scores lie:

    looks different   the flagged share is 1.5 times as large, or as small, and differs for certain
                      in that wide interval; or the scores lie apart by at least 0.2 for certain
    looks the same    the flagged share is within 1.5 times, by the 95 % interval
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from toxapp.decisions.shift import Distance, Gap, Share

Verdict = Literal["holds", "no longer holds", "cannot be said", "looks the same", "looks different"]
WORSE, TOLERATED = 0.05, 0.10
TIMES, APART = 1.5, 0.2


@dataclass(frozen=True)
class Held:
    """A verdict, and the sentence that gives its reasons."""

    verdict: Verdict
    words: str


@dataclass(frozen=True)
class Gaps:
    """What a threshold does on test and here, of texts whose target is known; None: undefined.

    Attributes:
        precision: of the flagged, those that carry the label.
        recall: of those that carry it, the flagged.
        alarms: of those that do not carry it, the flagged.
        carry: of all, those that carry it.
    """

    precision: Gap | None = None
    recall: Gap | None = None
    alarms: Gap | None = None
    carry: Gap | None = None


def by_targets(gaps: Gaps, positives: int) -> Held:
    """The verdict on a label whose targets are known there, on so many texts that carry it."""
    both = (("precision", gaps.precision), ("recall", gaps.recall))
    known = {name: gap for name, gap in both if gap}
    told = [_told(name, gap) for name, gap in known.items()]
    fallen = [name for name, gap in known.items() if gap.value <= -WORSE and gap.strict[1] < 0]
    if fallen:
        return Held("no longer holds", _sentence([_told(name, known[name]) for name in fallen]))
    if len(known) == 2 and all(gap.interval[0] > -TOLERATED for gap in known.values()):
        return Held("holds", f"{_sentence(told)} {_alarming(gaps)}".strip())
    return Held("cannot be said", f"{_lacking(known, positives)} {_sentence(told)}".strip())


def by_flags(flagged: Gap | None, scores: Distance | None) -> Held:
    """The verdict on a label of which no target is known there."""
    if flagged is None or scores is None:
        return Held("cannot be said", "There are no texts to compare.")
    before, now = flagged.before.value or 0.0, flagged.now.value or 0.0
    told = f"Flags {_percent(flagged.now)} here, {_percent(flagged.before)} on test"
    other = max(before, now) >= TIMES * min(before, now)
    if other and not flagged.strict[0] <= 0 <= flagged.strict[1]:
        return Held("looks different", f"{told}. Whether rightly, only labels can tell.")
    if scores.interval[0] >= APART:
        apart = f"but the scores lie apart ({scores.value:.2f})"
        return Held("looks different", f"{told}, {apart}. What that does, only labels can tell.")
    low, high = before + flagged.interval[0], before + flagged.interval[1]
    if low >= before / TIMES and high <= before * TIMES:
        return Held("looks the same", f"{told}. Nothing speaks against the threshold.")
    few = f"too few texts to say whether the share is {TIMES:g} times another"
    return Held("cannot be said", f"{told}: {few}.")


def _alarming(gaps: Gaps) -> str:
    """That far more of the texts without the label are flagged; "" where that is not so."""
    alarms, carry = gaps.alarms, gaps.carry
    if alarms is None or carry is None or alarms.strict[0] <= 0:
        return ""
    if (alarms.now.value or 0) < TIMES * (alarms.before.value or 0):
        return ""
    return (
        f"But of the texts that do not carry it, {_percent(alarms.now)} are flagged here, "
        f"{_percent(alarms.before)} on test: precision is kept because {_percent(carry.now)} "
        f"carry it here, {_percent(carry.before)} on test."
    )


def _lacking(known: dict[str, Gap], positives: int) -> str:
    """What the texts are too few for."""
    if not positives:
        return "No text here carries the label."
    if "recall" not in known:
        return "No text of test carries the label."
    if "precision" not in known:
        return "Nothing is flagged, here or on test."
    worst = min(gap.interval[0] for gap in known.values())
    name = next(name for name, gap in known.items() if gap.interval[0] == worst)
    texts = "1 text carries" if positives == 1 else f"{positives:,} texts carry"
    return f"{texts} the label here: {name} may be {-100 * worst:.0f} points lower, or not."


def _sentence(told: list[str]) -> str:
    if not told:
        return ""
    joined = "; ".join(told)
    return f"{joined[0].upper()}{joined[1:]}."


def _told(name: str, gap: Gap) -> str:
    return f"promised {name} {_share(gap.before)}, here {_share(gap.now)}"


def _share(share: Share) -> str:
    assert share.value is not None and share.interval is not None  # noqa: PT018 - of something
    low, high = share.interval
    return f"{share.value:.2f} [{low:.2f}, {high:.2f}]"


def _percent(share: Share) -> str:
    assert share.value is not None and share.interval is not None  # noqa: PT018 - of something
    low, high = (100 * end for end in share.interval)
    return f"{100 * share.value:.2g} % [{low:.2g}, {high:.2g}]"
