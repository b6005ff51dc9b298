"""Whether the scores of a run can be read as probabilities, and what would make them so.

A small reliability diagram per label, before and after; the method is chosen beside it. What is
saved with the rule changes what is shown beside scores, and no decision.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from toxapp.decisions.reliability import Reliability
from toxapp.evaluation import calibration
from toxapp.evaluation.calibration import WISHES, Studied, Wish
from toxapp.runs import rules
from toxapp.runs import run as runs
from toxapp.runs.rules import Rule
from toxapp.runs.run import Run
from toxapp.ui import look, reliability, state
from toxapp.ui.studio import tested
from toxapp.ui.studio.saving import save_in_view

_ACROSS = 3
_PARAMETER = "calibrate"
_STYLE = Path(__file__).with_name("calibrating.css")
_WORDS: dict[str, str] = {
    "none": "None: the raw score",
    "temperature": "Temperature",
    "platt": "Platt",
    "isotonic": "Isotonic",
}
_ABOUT = (
    "Of the texts with a probability of 0.7, do 70 % carry the label? A point on the diagonal says "
    "yes. The bars count the texts behind the points, on a logarithmic scale."
)
_KEEPS = (
    "Saving adds a rule whose calibrated probability is shown and exported beside the raw score. "
    "Decisions go on comparing raw scores with thresholds: none changes."
)


def render(found: Run) -> None:
    """Every label's diagram and method on validation, saving them, and how they do on test.

    Args:
        found: a finished run.
    """
    st.html(f"<style>{_STYLE.read_text('utf-8')}</style>")
    rule = rules.in_force(found.folder)
    with look.panel("calibrating"):
        look.heading("Scores as probabilities, on validation")
        look.remark(_ABOUT)
        st.html(reliability.LEGEND)
        chosen = _labels(found, rule)
        _offer(found, rule, chosen)
    if rule.calibration:
        with look.panel("calibrated"):
            _on_test(found, rule)


def _labels(found: Run, rule: Rule) -> dict[str, Studied]:
    """The labels' cards in their order; what is chosen for each."""
    asked = _asked(found, rule)
    labels, chosen = list(rule.thresholds), {}
    for start in range(0, len(labels), _ACROSS):
        row = labels[start : start + _ACROSS]
        for place, label in zip(st.columns(_ACROSS), row, strict=False):
            with place:
                chosen[label] = _label(found, (labels.index(label), label), asked[label])
    _stand(found, rule, chosen)
    return chosen


def _stand(found: Run, rule: Rule, chosen: dict[str, Studied]) -> None:
    """Put the choices that are not what the rule has into the URL, and keep all of them."""
    wishes = {label: st.session_state[_key(found, label)] for label in rule.thresholds}
    st.session_state[_kept(found)] = [f"{label}:{wish}" for label, wish in wishes.items()]
    start = {label: _wish("", rule, label) for label in wishes}
    said = [f"{x}:{w}" for x, w in wishes.items() if start[x] not in (w, chosen[x].method)]
    if said:
        st.query_params[_PARAMETER] = said
    elif _PARAMETER in st.query_params:
        del st.query_params[_PARAMETER]


def _label(found: Run, at: tuple[int, str], asked: Wish) -> Studied:
    """One label's card; `at` is its place and name."""
    column, label = at
    key = _key(found, label)
    st.session_state[key] = st.session_state.get(key, asked)
    picture = st.container()
    suggested = _suggested(found.id, column, (found.folder / "scores.parquet").stat().st_mtime_ns)
    words = {**_WORDS, "auto": f"Suggested: {suggested.method}"}
    wish: Wish = st.selectbox(
        f"Calibration of {label}", WISHES, format_func=words.__getitem__, key=key,
        label_visibility="collapsed",
    )  # fmt: skip
    scored = state.scored(found, "validation")
    texts = scored.targets[:, column], scored.scores[:, column]
    each = calibration.taken(suggested, *texts, wish)
    picture.html(reliability.card(label, each.before, each.after))
    st.html(reliability.said(each.before, each.words))
    return each


def _offer(found: Run, rule: Rule, chosen: dict[str, Studied]) -> None:
    """The button that saves, where there is something to save."""
    fits = {label: each.fit for label, each in chosen.items() if each.fit is not None}
    look.remark(_KEEPS)
    with st.container(horizontal=True, horizontal_alignment="right"):
        same = fits == rule.calibration
        if st.button("Save with the rule", type="primary", disabled=same, key="save-calibration"):
            made = calibration.calibrated_rule(found, chosen, by=state.who())
            save_in_view(found, made, "probabilities stand beside scores from now on.")


def _on_test(found: Run, rule: Rule) -> None:
    """The calibration in force on texts that had no say in it; a look at test is counted."""
    look.heading(f"On test, by rule {rule.number}")
    if (found.id, rule.number) not in st.session_state.get("looks", {}):
        look.remark("How it does on texts that had no say in it. Looks at test are counted.")
        if st.button("Show the calibration on test"):
            tested.reveal(found, rule.number)
            st.rerun()
        return
    shown = _tested(found.id, rule.number)
    labels = list(shown)
    for start in range(0, len(labels), _ACROSS):
        for place, label in zip(st.columns(_ACROSS), labels[start : start + _ACROSS], strict=False):
            fit = rule.calibration.get(label)
            words = f"Calibrated: {fit['method']}." if fit else "Not calibrated: the raw scores."
            picture = reliability.card(label, *shown[label])
            place.html(picture + reliability.said(shown[label][0], words))


def _asked(found: Run, rule: Rule) -> dict[str, Wish]:
    """What each label starts with: by the link, the last visit, or the rule in force."""
    kept: list[str] = st.session_state.get(_kept(found), [])
    told = dict(said.rpartition(":")[::2] for said in kept or st.query_params.get_all(_PARAMETER))
    return {label: _wish(told.get(label, ""), rule, label) for label in rule.thresholds}


def _wish(told: str, rule: Rule, label: str) -> Wish:
    known = next((wish for wish in WISHES if wish == told), None)
    if known is not None or not rule.calibration:
        return known or "auto"
    return calibration.wish(rule.calibration.get(label, {"method": "none"})["method"])


def _key(found: Run, label: str) -> str:
    return f"calibration-{found.id}-{label}"


def _kept(found: Run) -> str:
    return f"kept-calibration-{found.id}"


# The stamp stands in the key, and a rule of a number never changes, nor do a run's scores.
@st.cache_resource(max_entries=64, show_spinner="Calibrating, by cross-validation")
def _suggested(run_id: str, column: int, stamp: int) -> Studied:  # noqa: ARG001
    scored = state.scored(runs.load(run_id), "validation")
    return calibration.studied(scored.targets[:, column], scored.scores[:, column], "auto")


@st.cache_resource(max_entries=16, show_spinner="Measuring on test")
def _tested(run_id: str, rule: int) -> dict[str, tuple[Reliability, Reliability]]:
    found = runs.load(run_id)
    return calibration.on_split(found, rules.numbered(found.folder, rule), "test")
