"""What stands on the Thresholds page, saved or not, and how it outlives a reload.

    ?at=toxic:0.3124:0.9:recall=0.9:    moved labels, each with its threshold, its second cut-off,
                                        and what either was solved for ("" by hand, "off" none)

The rule in force says where all other labels stand, so a rule that somebody saves meanwhile takes
them along, and moves stay moves.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from urllib.parse import quote, unquote

import streamlit as st

from toxapp.decisions.wishes import parse
from toxapp.errors import SettingsError
from toxapp.runs import rules
from toxapp.runs.rules import Rule
from toxapp.runs.run import Run
from toxapp.ui.threshold_cards.cards import Cuts, answered

CARDS = "cards"
_PARAMETER = "at"
_OFF = "off"
_FIELDS = 5


@dataclass(frozen=True)
class Move:
    """Where a label stands that is not where the rule in force has it.

    Attributes:
        threshold: None where switched off.
        act: the second cut-off; None where there is none.
        wish: that the threshold was solved for, as `toxapp.decisions.wishes` has it; "" by hand.
        act_wish: likewise of the second cut-off.
    """

    threshold: float | None
    act: float | None
    wish: str = ""
    act_wish: str = ""


Moves = dict[str, Move]


@dataclass(frozen=True)
class Standing:
    """What stands on the page for one run.

    Attributes:
        rule: in force, as the page last saw it.
        moves: of the labels that stand elsewhere than in the rule.
        base: the moves that the browser was told; it holds those made since.
        turn: goes up when the browser is to take over other cut-offs.
        said: per label that was solved for, what of the wish cannot be met, beside the threshold
            at which that holds.
        newer: rules that came into force since the page was opened, saved elsewhere.
        unseen: whether one of them is shown for the first time now.
    """

    rule: Rule
    moves: Moves = field(default_factory=dict)
    base: Moves = field(default_factory=dict)
    turn: int = 0
    said: dict[str, tuple[float | None, str]] = field(default_factory=dict)
    newer: tuple[Rule, ...] = ()
    unseen: bool = False

    @property
    def thresholds(self) -> Cuts:
        """Per label, as they stand."""
        return thresholds_of(self.rule, self.moves)

    @property
    def acts(self) -> Cuts:
        """Second cut-offs per label, as they stand."""
        return acts_of(self.rule, self.moves)


def thresholds_of(rule: Rule, moves: Moves) -> Cuts:
    """The rule's thresholds with some labels moved."""
    return {**rule.thresholds, **{label: move.threshold for label, move in moves.items()}}


def acts_of(rule: Rule, moves: Moves) -> Cuts:
    """The rule's second cut-offs with some labels moved; None where a label has none."""
    none: Cuts = dict.fromkeys(rule.thresholds)
    return {**none, **rule.act, **{label: move.act for label, move in moves.items()}}


def version(found: Run, standing: Standing) -> str:
    """What the cut-offs that the browser was told rest on."""
    return f"{found.id} {standing.rule.number} {standing.turn}"


def take(found: Run) -> Standing:
    """What stands now: a link that was opened, else what the browser says, else what was kept.

    A rule that somebody else saved since is taken over, the moves kept.
    """
    held: Standing | None = st.session_state.get(_key(found))
    in_force = rules.in_force(found.folder)
    before = held or Standing(in_force)
    labels = list(before.rule.thresholds)
    asked = st.query_params.get_all(_PARAMETER)
    said = answered(labels, key=CARDS, version=version(found, before))
    if asked and tuple(asked) not in _written():
        before = turned(before, _read(asked, before.rule))
    elif said:
        before = replace(before, moves=_moved(before, *said))
    else:
        before = replace(before, base=before.moves)
    return before if before.rule.number == in_force.number else _overtaken(found, before)


def turned(standing: Standing, moves: Moves) -> Standing:
    """The same with other moves, which the browser is to take over."""
    told = _apart(standing.rule, moves)
    return replace(standing, moves=told, base=told, turn=standing.turn + 1)


def reverted(standing: Standing) -> Standing:
    """Nothing moved, and what others saved has been seen."""
    return replace(turned(standing, {}), newer=(), said={})


def fresh(standing: Standing, saved: Rule) -> Standing:
    """After a save: nothing is moved, the saved rule is in force."""
    return Standing(saved, turn=standing.turn + 1)


def hold(found: Run, standing: Standing) -> None:
    """Keep what stands for this session."""
    st.session_state[_key(found)] = replace(standing, unseen=False)


def keep(found: Run, standing: Standing) -> None:
    """Keep what stands, for this session and in the URL."""
    hold(found, standing)
    said = [_write(label, move) for label, move in standing.moves.items()]
    _written().add(tuple(said))
    if not said:
        st.query_params.pop(_PARAMETER, None)
    elif said != st.query_params.get_all(_PARAMETER):
        st.query_params[_PARAMETER] = said


def adopt(found: Run, saved: Rule) -> None:
    """Take over a rule that this session saved in a view; what is moved on the cards stays so."""
    held: Standing | None = st.session_state.get(_key(found))
    if held and saved.number == held.rule.number + 1:  # else others saved, too: that is to be said
        st.session_state[_key(found)] = turned(replace(held, rule=saved), held.moves)


def _overtaken(found: Run, before: Standing) -> Standing:
    """On the rules saved since: labels that were not moved here follow the newest."""
    since = [n for n in rules.numbers(found.folder) if n > before.rule.number]
    newer = tuple(rules.numbered(found.folder, n) for n in since)
    rebased = replace(before, rule=newer[-1], newer=before.newer + newer, unseen=True)
    return turned(rebased, before.moves)


def _moved(before: Standing, thresholds: Cuts, acts: Cuts) -> Moves:
    """The moves that the browser's cut-offs come to; a wish stays with what it was solved for."""
    moves = {}
    for label, threshold in thresholds.items():
        was = before.moves.get(label)
        act = acts[label]
        wish = was.wish if was and was.threshold == threshold else ""
        act_wish = was.act_wish if was and act is not None and was.act == act else ""
        moves[label] = Move(threshold, act, wish, act_wish)
    return _apart(before.rule, moves)


def _apart(rule: Rule, moves: Moves) -> Moves:
    """Those that differ from the rule, be it in nothing but what they were solved for."""
    return {label: move for label, move in moves.items() if _differs(rule, label, move)}


def _differs(rule: Rule, label: str, move: Move) -> bool:
    if (move.threshold, move.act) != (rule.thresholds[label], rule.act.get(label)):
        return True
    told = [(move.wish, rule.objective.get(label)), (move.act_wish, rule.act_objective.get(label))]
    return any(wish and parse(wish).words != words for wish, words in told)


def _write(label: str, move: Move) -> str:
    cuts = (_OFF if cut is None else repr(cut) for cut in (move.threshold, move.act))
    return ":".join([_quoted(label), *cuts, _quoted(move.wish), _quoted(move.act_wish)])


def _read(asked: list[str], rule: Rule) -> Moves:
    """The moves that a link states; what it has no sense in is left out."""
    read = (_parsed(entry) for entry in asked)
    return {label: move for label, move in filter(None, read) if label in rule.thresholds}


def _parsed(entry: str) -> tuple[str, Move] | None:
    parts = entry.split(":")
    if len(parts) != _FIELDS:
        return None
    label, *cuts, wish, act_wish = parts
    try:
        threshold, act = (None if cut == _OFF else float(cut) for cut in cuts)
    except ValueError:
        return None
    fits = threshold is None or 0 <= threshold <= 1
    act = act if act is not None and threshold is not None and threshold < act <= 1 else None
    wishes = (_wish(unquote(text)) for text in (wish, act_wish))
    return (unquote(label), Move(threshold, act, *wishes)) if fits else None


def _wish(text: str) -> str:
    """The wish that a link states, "" where it is none."""
    try:
        parse(text)
    except SettingsError:
        return ""
    return text


def _quoted(text: str) -> str:
    return quote(text, safe="=/,. ")


def _written() -> set[tuple[str, ...]]:
    """What the URL was told in this session: a rerun may bring it back, and then it is no link."""
    found: set[tuple[str, ...]] = st.session_state.setdefault("written_at", set())
    return found


def _key(found: Run) -> str:
    return f"standing-{found.id}"
