"""What the threshold cards of a run show."""

from __future__ import annotations

from toxapp.decisions.curve import known
from toxapp.evaluation.sureness import few
from toxapp.runs.rules import Rule
from toxapp.runs.run import Scored
from toxapp.ui.studio.standing import Standing, acts_of, thresholds_of
from toxapp.ui.threshold_cards.cards import Card


def cards_of(scored: Scored, standing: Standing, best: Rule, unmet: dict[str, str]) -> list[Card]:
    """A card per label, in the labels' order.

    Args:
        scored: validation texts.
        standing: its `base` says where the lines stand at first.
        best: the best F-beta per label, which the cards mark.
        unmet: label -> what of a wish cannot be met.

    Raises:
        DataError: a score is not a number from 0 to 1.
    """
    thresholds = thresholds_of(standing.rule, standing.base)
    acts = acts_of(standing.rule, standing.base)
    return [
        Card(
            label=label,
            scores=scored.scores[:, n],
            targets=scored.targets[:, n],
            threshold=thresholds[label],
            act=acts[label],
            best=best.thresholds[label],
            note=_note(scored, n, None if label in best.reasons else unmet.get(label)),
            reason=best.reasons.get(label),
            best_interval=best.threshold_intervals.get(label),
        )
        for n, label in enumerate(best.thresholds)
    ]


def _note(scored: Scored, column: int, unmet: str | None) -> str | None:
    positive, _ = known(scored.targets[:, column], scored.scores[:, column])
    positives = int(positive.sum())
    rough = few(positives) if positives else None  # of none, the reason says it
    return " ".join(filter(None, [rough, unmet])) or None
