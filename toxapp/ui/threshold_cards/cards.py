"""The threshold cards: what they are given, how it travels to the browser, what comes back.

Each card shows one label's precision, recall and F1 against the threshold and how its scores lie;
the threshold is moved by pointer, keys or number, and the figures under it follow without a word
to the server. Counting is done in the browser from the scores themselves (`figures.js`), so it is
exact. This module knows neither runs nor rules nor splits: the page says what the scores are of.

To the browser, as JSON:

    {"token": str, "answered": bool, "cards": [{"label", "texts", "positives", "threshold", "best",
     "best_interval", "note", "reason", "with64", "without64"}]}

    with64, without64: scores as base64 of little-endian float32

and back, when the hand lets go: {"token": str, "values": [float | None, ...]} in the cards' order.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

_FOLDER = Path(__file__).parent
_SCRIPTS = ("figures.js", "chart.js", "card.js", "cards.js")

_component = st.components.v2.component(
    "toxapp_threshold_cards",
    css=(_FOLDER / "cards.css").read_text(encoding="utf-8"),
    js="\n".join((_FOLDER / name).read_text(encoding="utf-8") for name in _SCRIPTS),
)


@dataclass(frozen=True, eq=False)
class Card:
    """What one card shows.

    Attributes:
        label: as the dataset names it; shown as plain text whatever it holds.
        texts: how many texts the figures are of.
        positives: how many of them carry the label.
        threshold: where the line stands at first, in [0, 1]; None is a label switched off.
        best: the threshold with the highest F1, marked on the chart; None where there is none.
        with_label: scores of the texts that carry the label, shape (positives,), ascending,
            in [0, 1]; taken as float32. May be empty.
        without: scores of those that do not, shape (texts - positives,), likewise.
        note: a sentence shown in the warning colours, such as that the figures are rough.
        reason: why no threshold can be chosen; the card can then not be switched on.
        best_interval: where `best` would lie on other such texts, 95 %; None where not known.
    """

    label: str
    texts: int
    positives: int
    threshold: float | None
    best: float | None
    with_label: Sequence[float] | NDArray[np.float32]
    without: Sequence[float] | NDArray[np.float32]
    note: str | None = None
    reason: str | None = None
    best_interval: tuple[float, float] | None = None


def threshold_cards(
    cards: Sequence[Card],
    *,
    key: str,
    version: str = "",
    on_change: Callable[[], None] | None = None,
) -> dict[str, float | None]:
    """Show a card per label and return the thresholds as they stand in the browser.

    A text counts as flagged when `score >= threshold`, compared in double precision, as
    everywhere in the app.

    Who holds the thresholds: those of `cards` are taken when the component first appears, and
    again, all of them, when `version` or the labels change (another run, "revert", a solved
    objective, a saved rule). As long as both stay, the browser's stand, whatever thresholds the
    cards bring; new scores, notes and counts are shown at once. A drag in progress is never
    interrupted: that card stays under the hand, and what it says when let go counts. A component
    that is taken off the page and put back starts from the cards' thresholds, here as there.

    Args:
        cards: in the labels' order; labels are distinct.
        key: of the component, unique on the page.
        version: what the thresholds of `cards` rest on, e.g. "<run> <rule> <times reverted>".
        on_change: called before the rerun that a changed threshold starts.

    Returns:
        label -> threshold in [0, 1], None where switched off; in the order of `cards`. What a
        browser said of an earlier version is not returned.
    """
    token = json.dumps([version, *(card.label for card in cards)])
    held = st.session_state.get(key, {}).get("thresholds") or {}
    answered = held.get("token") == token
    result = _component(
        key=key,
        data={"token": token, "answered": answered, "cards": [_payload(card) for card in cards]},
        on_thresholds_change=on_change or (lambda: None),
    )
    return _standing(cards, result.get("thresholds") or {}, token=token)


def _standing(
    cards: Sequence[Card], answer: dict[str, Any], *, token: str
) -> dict[str, float | None]:
    """The answer's thresholds by label, or the cards' own where it is none or of older data."""
    if answer.get("token") != token:
        return {card.label: card.threshold for card in cards}
    values = [None if value is None else float(value) for value in answer["values"]]
    return dict(zip((card.label for card in cards), values, strict=True))


def _payload(card: Card) -> dict[str, object]:
    return {
        "label": card.label,
        "texts": card.texts,
        "positives": card.positives,
        "threshold": card.threshold,
        "best": card.best,
        "best_interval": card.best_interval,
        "note": card.note,
        "reason": card.reason,
        "with64": _encode(card.with_label),
        "without64": _encode(card.without),
    }


def _encode(scores: Sequence[float] | NDArray[np.float32]) -> str:
    """Base64 of the scores; unsorted ones, or a NaN, would hang or mislead the browser."""
    values = np.asarray(scores, dtype="<f4")
    bounded = np.concatenate([[0.0], values, [1.0]])
    assert bool(np.all(bounded[1:] >= bounded[:-1])), "scores must ascend within [0, 1]"
    return base64.b64encode(values.tobytes()).decode("ascii")
