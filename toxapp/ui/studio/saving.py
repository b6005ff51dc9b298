"""What stands becomes a numbered rule, and what others saved meanwhile is said."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import Any

import streamlit as st

from toxapp.decisions.wishes import parse
from toxapp.evaluation.thresholds import moved_rule
from toxapp.runs import rules
from toxapp.runs.rules import Rule
from toxapp.runs.run import Run
from toxapp.ui import look
from toxapp.ui.studio import tested
from toxapp.ui.studio.solving import chosen_for
from toxapp.ui.studio.standing import Moves, Standing, adopt, fresh, hold, keep


def button(words: str, action: str, **options: Any) -> None:
    """A button whose click is kept until it is done.

    A click that comes while the page is still drawn interrupts that run, and what was clicked
    before would be lost with it.
    """
    st.button(words, on_click=_ask, args=(action,), **options)


def _ask(action: str) -> None:
    st.session_state["studio_asked"] = action


def asked() -> str | None:
    """The action that was asked for and is not done yet."""
    action: str | None = st.session_state.get("studio_asked")
    return action


def done(found: Run, standing: Standing) -> None:
    """Keep what stands after the action, and forget the action."""
    hold(found, standing)
    st.session_state.pop("studio_asked", None)
    if said := st.session_state.pop("studio_said", None):
        st.toast(said)
    keep(found, standing)


def save(found: Run, standing: Standing, *, by: str) -> Standing:
    """Save what stands under the next number, unless a newer rule has not been seen yet.

    Returns:
        What stands after that: nothing moved.

    Raises:
        SettingsError: a cut-off is none.
    """
    if standing.unseen:
        _say("Not saved: somebody saved a rule meanwhile. Look at it, then save again.")
        return standing
    if not standing.moves:
        _say(f"Nothing is moved: rule {standing.rule.number} stays in force.")
        return standing
    made = moved_rule(found, standing.thresholds, by=by, act=_moved_acts(standing))
    saved = rules.save(found.folder, _with_objectives(made, found, standing.moves))
    hold(found, fresh(standing, saved))
    st.session_state.pop("studio_asked", None)  # now, before anything interrupts: it is saved once
    _say(f"Saved as rule {saved.number}, in force everywhere.")
    tested.reveal(found, saved.number)
    return fresh(standing, saved)


def restore(found: Run, standing: Standing, number: int, by: str) -> None:
    """Put an earlier rule back in force."""
    again = rules.restore(found.folder, number, by=by)
    hold(found, fresh(standing, again))
    _say(f"Rule {number} is back in force, as rule {again.number}.")


def save_in_view(found: Run, made: Rule, what: str) -> None:
    """Save a rule that a view below the cards has made, say so, and draw the page anew.

    What is moved on the cards stays moved, and the page does not tell its own save as another's.

    Args:
        found: a finished run.
        made: the rule, not saved yet.
        what: it brings, to stand behind "Saved as rule 3: ".
    """
    saved = rules.save(found.folder, made)
    adopt(found, saved)
    _say(f"Saved as rule {saved.number}: {what}")
    st.rerun()


def _say(sentence: str) -> None:
    st.session_state["studio_said"] = sentence


def _moved_acts(standing: Standing) -> dict[str, float | None]:
    """Second cut-offs that are others than the rule's."""
    before = standing.rule.act
    return {x: act for x, act in standing.acts.items() if act != before.get(x)}


def _with_objectives(made: Rule, found: Run, moves: Moves) -> Rule:
    """The rule with what its moved labels were solved for, where they still stand there."""
    wished = {label: chosen_for(found, move.wish) for label, move in moves.items() if move.wish}
    acting = {x: m.act_wish for x, m in moves.items() if m.act_wish and x in made.act}
    reasons = {x: rule.reasons[x] for x, rule in wished.items() if x in rule.reasons}
    ranges = {x: rule.threshold_intervals.get(x) for x, rule in wished.items()}
    return replace(
        made,
        objective={**made.objective, **{x: rule.objective[x] for x, rule in wished.items()}},
        reasons={**made.reasons, **reasons},
        threshold_intervals={**made.threshold_intervals, **{x: r for x, r in ranges.items() if r}},
        act_objective={**made.act_objective, **{x: parse(w).words for x, w in acting.items()}},
    )


def say_where_it_stands(texts: int, standing: Standing, unmet: int) -> None:
    """What the figures are of, the rule in force, what is moved, what others saved meanwhile."""
    rule = standing.rule
    again = f", which puts rule {rule.restores} back" if rule.restores else ""
    moved = ""
    if standing.moves:
        moved = ' <b class="tx-few">Moved, not saved yet.</b>'
    st.html(
        f'<h1 class="tx-title">Thresholds</h1><p class="tx-sub" role="status">Validation, '
        f"{look.texts(texts)}: chosen here, reported on test. Rule {rule.number} in force{again}, "
        f"by {escape(rule.by)}, {when(rule)}.{moved}</p>"
    )
    if standing.newer:
        look.note(_newer(standing))
    if unmet:
        look.note(
            f"Of {len(rule.thresholds)} labels, {unmet} cannot have what was wished: "
            "their cards say the best that can be."
        )


def when(rule: Rule) -> str:
    """The time of a rule, to the minute; escaped HTML."""
    return f"{escape(rule.when[:16].replace('T', ' '))} UTC"


def _newer(standing: Standing) -> str:
    """Who put another rule in force since the page was opened, and what becomes of the moves."""
    each = "; ".join(f"rule {r.number} by {r.by} at {r.when[11:16]} UTC" for r in standing.newer)
    moved = ", ".join(list(standing.moves)[:5])
    stays = f" What you moved ({moved}) still stands, not saved." if moved else ""
    return f"Saved since you opened this page: {each}. The newest is in force.{stays}"
