"""What the threshold cards of a run show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from toxapp.decisions.curve import known
from toxapp.runs.rules import Rule
from toxapp.runs.run import Scored
from toxapp.ui.threshold_cards.cards import Card

ROUGH = 50


def cards_of(
    labels: Sequence[str], scored: Scored, shown: Mapping[str, float | None], best: Rule
) -> list[Card]:
    """A card per label: its scores, where its threshold stands, and where its best F1 is."""
    return [_card(label, n, scored, shown[label], best) for n, label in enumerate(labels)]


def _card(label: str, column: int, scored: Scored, threshold: float | None, best: Rule) -> Card:
    positive, scores = known(scored.targets[:, column], scored.scores[:, column])
    positives = int(positive.sum())
    rough = f"{positives} texts carry this label. Its figures are rough."
    return Card(
        label=label,
        texts=len(scores),
        positives=positives,
        threshold=threshold,
        best=best.thresholds[label],
        with_label=np.sort(scores[positive]),
        without=np.sort(scores[~positive]),
        note=rough if 0 < positives < ROUGH else None,
        reason=best.reasons.get(label),
        best_interval=best.threshold_intervals.get(label),
    )
