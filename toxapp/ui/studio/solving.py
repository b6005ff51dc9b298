"""The bar of the Thresholds page: what the cut-offs are to be solved for, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from toxapp.data import store
from toxapp.decisions.wishes import parse
from toxapp.evaluation.thresholds import BEST_F1, rule_for, solved_rule
from toxapp.runs import rules
from toxapp.runs import run as runs
from toxapp.runs.rules import Rule
from toxapp.runs.run import Run
from toxapp.ui.studio import kept
from toxapp.ui.studio.standing import Move, Standing, turned

KINDS = {
    "f": "Best F", "precision": "Precision at least", "recall": "Recall at least",
    "cost": "Least cost", "flagged": "Flagged at most", "budget": "Daily budget",
}  # fmt: skip
ALL = "all"
_PERCENT, _PRICE, _COUNT, _BETA = (0.0, 100.0), (0.0, 1e6), (1.0, 1e9), (0.1, 10.0)
_VOLUME = 20_000.0


@dataclass(frozen=True)
class Wish:
    """What the bar asks for.

    Attributes:
        text: as `toxapp.decisions.wishes` has it.
        act: of the second cut-offs, likewise; None where they are left alone.
        label: None for all.
    """

    text: str
    act: str | None
    label: str | None


def kind() -> str:
    """What is wished for, one of `KINDS`."""
    return kept.one_of("solve", "Solve for", KINDS)


def beta() -> float:
    """Of the F that the cards draw."""
    return kept.value_of("beta", 1.0, _BETA)


def volume() -> float:
    """Texts that come in a day, as they were typed."""
    return kept.value_of("volume", _VOLUME, _COUNT)


def type_volume() -> float:
    """The input for the texts that come in a day."""
    value = kept.number("volume", "Texts a day", _COUNT, _VOLUME, _VOLUME_TIP)
    return value or _VOLUME


def wish(kind: str, a_day: float, labels: tuple[str, ...]) -> Wish:
    """The inputs that go with a kind of wish."""
    text = _text(kind, a_day)
    act = kept.number(
        "act", "Act from, %", _PERCENT, None,
        "A second cut-off per label: what scores at least that much is acted on unread. Solved for "
        "this precision, in per cent; left empty, second cut-offs stay as they are.",
    )  # fmt: skip
    label = None if kind == "budget" else _label(labels)
    return Wish(text, None if act is None else f"precision={act / 100:g}", label)


def _text(kind: str, a_day: float) -> str:
    if kind == "budget":
        reads = kept.number("reads", "Read a day at most", _COUNT, 400.0, _READS)
        prices = kept.words("prices", "Prices of a miss", "all 1; or threat=5, insult=2", _PRICES)
        priced = "".join(f",{each.strip()}" for each in prices.split(",") if each.strip())
        return f"budget={reads:g}/{a_day:g}{priced}"
    if kind == "cost":
        miss = kept.number("miss", "Price of a miss", _PRICE, 5.0, _MISS)
        alarm = kept.number("alarm", "of a false alarm", _PRICE, 1.0, _MISS)
        return f"cost={miss:g}/{alarm:g}"
    if kind == "f":
        return f"fbeta={kept.number('beta', 'Beta', _BETA, 1.0, _BETA_TIP):g}"
    default, tip = {
        "precision": (90.0, _FLOOR),
        "recall": (90.0, _FLOOR),
        "flagged": (2.0, _SHARE),
    }[kind]
    share = kept.number(kind, f"{KINDS[kind]}, %", _PERCENT, default, tip)
    return f"{kind}={(share or 0) / 100:g}"


_VOLUME_TIP = "How many texts come in a day: for what is read of them."
_READS = "Texts that any label flags, which somebody reads once each, of those that come in."
_PRICES = "What a miss of a label costs, beside 1 for the others: label=price, with commas between."
_MISS = "Only their ratio matters."
_BETA_TIP = "How much more recall counts than precision: 1 alike, 2 for recall, 0.5 for precision."
_FLOOR = "At least this; then the most of the other of the two."
_SHARE = "Of the texts, for each label; as many as that allows."


def _label(labels: tuple[str, ...]) -> str | None:
    known = {ALL: "all labels", **{str(n): label for n, label in enumerate(labels)}}
    chosen = kept.select("for", "For", known, explain="Solve for all labels, or for one alone.")
    return None if chosen == ALL else labels[int(chosen)]


def apply(found: Run, standing: Standing, asked: Wish) -> Standing:
    """What stands once the wish is solved for; labels that were not asked for stay.

    Raises:
        SettingsError: the wish is none, or prices a label that is not there.
    """
    solved = _solved(found.id, _stamp(found), standing.rule.number, asked)
    labels = tuple(solved.thresholds) if asked.label is None else (asked.label,)
    moves = {label: _move(standing, solved, asked, label) for label in labels}
    told = {label: (solved.thresholds[label], why) for label, why in _reasons(solved, labels)}
    said = {label: each for label, each in standing.said.items() if label not in labels}
    return turned(replace(standing, said={**said, **told}), {**standing.moves, **moves})


def _reasons(solved: Rule, labels: tuple[str, ...]) -> list[tuple[str, str]]:
    """What cannot be met, per label that was asked for."""
    both = ((x, solved.reasons.get(x), solved.act_reasons.get(x)) for x in labels)
    return [(label, " ".join(filter(None, whys))) for label, *whys in both if any(whys)]


def _move(standing: Standing, solved: Rule, asked: Wish, label: str) -> Move:
    threshold = solved.thresholds[label]
    if asked.act is not None:
        act = solved.act.get(label)
        return Move(threshold, act, asked.text, "" if act is None else asked.act)
    act = standing.acts[label]
    fits = act is not None and threshold is not None and threshold < act
    before = standing.moves.get(label)
    return Move(threshold, act if fits else None, asked.text, before.act_wish if before else "")


def best(found: Run, of_beta: float) -> Rule:
    """The best F-beta of every label, with its range over resamples.

    The job that trained the run has found the best F1, and looking it up takes no seconds.
    """
    first = rules.numbered(found.folder, 1)
    if of_beta == 1 and first.by == "training" and set(first.objective.values()) == {BEST_F1}:
        return first
    return chosen_for(found, f"fbeta={of_beta:g}")


def chosen_for(found: Run, text: str) -> Rule:
    """The rule that meets a wish for all labels, solved once per server.

    Raises:
        SettingsError: the wish is none.
    """
    return _chosen_for(found.id, _stamp(found), text)


def unmet(found: Run, standing: Standing) -> dict[str, str]:
    """Per label that stands where a wish put it: what of the wish cannot be met, in a sentence."""
    moved = standing.moves
    asked = {label: move.wish for label, move in moved.items() if move.wish}
    reasons = {text: chosen_for(found, text).reasons for text in set(asked.values())}
    solved = {
        label: reasons[text][label] for label, text in asked.items() if label in reasons[text]
    }
    in_force = {label: why for label, why in standing.rule.reasons.items() if label not in moved}
    at = standing.thresholds
    said = {label: why for label, (cut, why) in standing.said.items() if at[label] == cut}
    return in_force | solved | said


def _stamp(found: Run) -> int:
    return (found.folder / "scores.parquet").stat().st_mtime_ns


# The stamp and the rule stand in the key: others mean another answer.
@st.cache_resource(max_entries=64, show_spinner="Solving")
def _chosen_for(run_id: str, stamp: int, text: str) -> Rule:  # noqa: ARG001
    found = runs.load(run_id)
    labels = store.load(found.settings.dataset).labels
    return rule_for(parse(text), labels, runs.scored(found, "validation"), by="")


@st.cache_resource(max_entries=64, show_spinner="Solving")
def _solved(run_id: str, stamp: int, rule: int, asked: Wish) -> Rule:  # noqa: ARG001
    found = runs.load(run_id)
    return solved_rule(found, asked.text, label=asked.label, by="", act=asked.act)
