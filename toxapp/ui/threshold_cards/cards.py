"""The threshold cards: what they are given, how it travels to the browser, what comes back.

Each card shows one label's precision, recall and F-beta against the threshold and how its scores
lie; its cut-offs are moved by pointer, keys or number, and the figures under it, and those of all
labels together below the cards, follow without a word to the server. Counting is done in the
browser from the scores themselves (`figures.js`, `tally.js`), so it is exact. This module knows
neither runs nor rules nor splits: the page says what the scores are of.

To the browser, as JSON:

    {"token": str, "beta": float, "volume": float, "axis": "linear" | "odds",
     "cards": [{"label", "threshold", "act", "best", "best_interval", "note", "reason",
                "scores64", "targets64"}]}

    scores64    base64 of little-endian float32, text by text
    targets64   base64 of a byte per text: 1 carries the label, 0 does not, 255 not known

and back, when the hand lets go: "thresholds": {"token": str, "values": [float | None, ...],
"acts": [float | None, ...]} in the cards' order, and "axis" when another one is chosen.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from toxapp.decisions.curve import CUT, Floats

_FOLDER = Path(__file__).parent
_SCRIPTS = ("figures", "axes", "tally", "chart", "card", "hand", "totals", "cards")
_MISSING = 255

Cuts = dict[str, float | None]

_component = st.components.v2.component(
    "toxapp_threshold_cards",
    css=(_FOLDER / "cards.css").read_text(encoding="utf-8"),
    js="\n".join((_FOLDER / f"{name}.js").read_text(encoding="utf-8") for name in _SCRIPTS),
)


@dataclass(frozen=True, eq=False)
class Card:
    """What one card shows.

    Attributes:
        label: as the dataset names it; shown as plain text whatever it holds.
        scores: (n_texts,) in [0, 1], taken as float32; the same texts, in the same order, on all
            cards. May be empty.
        targets: (n_texts,) 1, 0, a fraction (positive from 0.5 on) or NaN (missing: in no figure
            of the card, but counted as read where a label flags the text).
        threshold: where the line stands at first, in [0, 1]; None is a label switched off.
        best: the threshold with the best F-beta, marked on the chart; None where there is none.
        act: where the second, higher line stands at first; None where the label has none.
        note: a sentence shown in the warning colours, such as that the figures are rough.
        reason: why no threshold can be chosen; the card can then not be switched on.
        best_interval: between which values `best` lies on resamples; None where not known.
    """

    label: str
    scores: Floats
    targets: Floats
    threshold: float | None
    best: float | None
    act: float | None = None
    note: str | None = None
    reason: str | None = None
    best_interval: tuple[float, float] | None = None


@dataclass(frozen=True)
class View:
    """How the cards are looked at.

    Attributes:
        beta: of the F that is drawn, above 0.
        volume: texts that come in a day, from 0 on.
        axis: the score axis at first, "linear" or "odds"; the browser's choice outlasts it.
    """

    beta: float = 1.0
    volume: float = 20_000
    axis: str = "linear"


@dataclass(frozen=True)
class Stands:
    """What stands in the browser.

    Attributes:
        thresholds: label -> threshold in [0, 1], None where switched off, in the cards' order.
        acts: label -> second cut-off, above the threshold; None where there is none.
        axis: as it was chosen last.
    """

    thresholds: Cuts
    acts: Cuts
    axis: str


def threshold_cards(
    cards: Sequence[Card], *, key: str, version: str = "", view: View | None = None
) -> Stands:
    """Show a card per label and return the cut-offs as they stand in the browser.

    A text counts as flagged when `score >= threshold`, compared in double precision, as
    everywhere in the app.

    Who holds the cut-offs: those of `cards` are taken when the component first appears, and
    again, all of them, when `version` or the labels change (another run, "revert", a solved
    objective, a saved rule). As long as both stay, the browser's stand, whatever cut-offs the
    cards bring; new scores, notes and counts are shown at once. A drag in progress is never
    interrupted: that card stays under the hand, and what it says when let go counts. A component
    that is taken off the page and put back, its version the same, stands where it stood.
    The data must not change with what stands, or all scores would travel again at every move.

    Args:
        cards: in the labels' order; labels are distinct.
        key: of the component, unique on the page.
        version: what the cut-offs of `cards` rest on, e.g. "<run> <rule> <times reverted>".
        view: how they are looked at.

    Returns:
        What stands; what a browser said of an earlier version is not returned.
    """
    view = view or View()
    labels = [card.label for card in cards]
    found = answered(labels, key=key, version=version)
    result = _component(
        key=key,
        data={
            "token": _token(labels, version),
            "beta": view.beta,
            "volume": view.volume,
            "axis": view.axis,
            "cards": [_payload(card) for card in cards],
        },
        on_thresholds_change=lambda: None,
        on_axis_change=lambda: None,
    )
    at_first = {card.label: card.threshold for card in cards}
    thresholds, acts = found or (at_first, {card.label: card.act for card in cards})
    return Stands(thresholds, acts, result.get("axis") or view.axis)


def answered(labels: Sequence[str], *, key: str, version: str) -> tuple[Cuts, Cuts] | None:
    """Thresholds and second cut-offs that the browser named, before the cards are drawn again.

    Returns:
        None where it named none, or only for another version or other labels.
    """
    held: Mapping[str, Any] = st.session_state.get(key) or {}
    answer = held.get("thresholds") or {}
    if answer.get("token") != _token(labels, version):
        return None
    return _by_label(labels, answer["values"]), _by_label(labels, answer["acts"])


def _by_label(labels: Sequence[str], values: Sequence[float | None]) -> Cuts:
    told = [None if value is None else float(value) for value in values]
    return dict(zip(labels, told, strict=True))


def _token(labels: Sequence[str], version: str) -> str:
    return json.dumps([version, *labels])


def _payload(card: Card) -> dict[str, object]:
    return {
        "label": card.label,
        "threshold": card.threshold,
        "act": card.act,
        "best": card.best,
        "best_interval": card.best_interval,
        "note": card.note,
        "reason": card.reason,
        "scores64": _encode(_checked(card.scores)),
        "targets64": _encode(_bytes(card.targets)),
    }


def _checked(scores: Floats) -> NDArray[np.float32]:
    """The scores as the browser sorts them, by their bits: a NaN or a -0.0 would mislead it."""
    values = np.asarray(scores, dtype="<f4")
    assert bool(np.all((values >= 0) & (values <= 1))), "scores must be numbers within [0, 1]"
    return values + np.float32(0)


def _bytes(targets: Floats) -> NDArray[np.uint8]:
    known = np.asarray(targets) >= CUT
    return np.where(np.isnan(targets), _MISSING, known).astype(np.uint8)


def _encode(values: NDArray[Any]) -> str:
    return base64.b64encode(values.tobytes()).decode("ascii")
