"""Whether a run's thresholds still hold on another dataset, label by label, in words."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from html import escape
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import streamlit as st

from toxapp.data import store
from toxapp.data.store import Dataset
from toxapp.evaluation import arrived, drift, mapping
from toxapp.evaluation.arrived import Request
from toxapp.evaluation.drift import Drift, LabelDrift
from toxapp.evaluation.elsewhere import NOT_THERE
from toxapp.evaluation.holding import Verdict
from toxapp.evaluation.thresholds import moved_rule
from toxapp.runs import rules
from toxapp.runs import run as runs
from toxapp.runs.run import Run
from toxapp.ui import jobs, look, state
from toxapp.ui.studio import kept, tested
from toxapp.ui.studio.saving import save_in_view

_COLUMNS = 3
_LOOKS: dict[Verdict, str] = {
    "holds": "finished", "looks the same": "finished", "no longer holds": "failed",
    "looks different": "failed", "cannot be said": "unsure",
}  # fmt: skip
_SEVERAL: dict[Verdict, str] = {
    "holds": "hold", "looks the same": "look the same", "no longer holds": "no longer hold",
    "looks different": "look different",
}  # fmt: skip
_STYLE = Path(__file__).with_name("drifting.css")
_CRITERION = (
    "A threshold no longer holds where precision or recall is at least 5 points lower than on the "
    "run's own test texts, and certainly lower with all labels counted together (Bonferroni). It "
    "holds where neither is 10 points lower, by the 95 % intervals of the differences (Newcombe). "
    "Labels without targets there are judged by their flagged share, from 1.5 times on another "
    "one. Scores apart: the Kolmogorov-Smirnov distance, the most by which the flagged shares can "
    "differ at any threshold."
)


def render(found: Run) -> None:
    """The view: choose a dataset, have a sample of it scored, and read what became of the labels.

    Args:
        found: a finished run.
    """
    st.html(f"<style>{_STYLE.read_text('utf-8')}</style>")
    others = {each.id: each for each in store.datasets() if each.id != found.settings.dataset}
    if not others:
        why = "Add texts that came in after the training, labelled or not, and compare them here."
        if look.empty("No other dataset yet", why, "Go to Data"):
            state.go("data")
        return
    with look.panel("drift"):
        request = _choose(found, others)
        ready = _scored(request)
    if ready:
        _show(found, request)


def _choose(found: Run, others: dict[str, Dataset]) -> Request:
    often = Counter(each.name for each in others.values())
    words = {n: d.name if often[d.name] == 1 else f"{d.name} ({n})" for n, d in others.items()}
    known = {name: f"{words[name]}, {look.texts(others[name].rows)}" for name in others}
    with st.container(horizontal=True, vertical_alignment="bottom", key="drift-bar"):
        name = kept.select("came", "Texts that came in", known)
        size = kept.number(
            "arrivals", "Texts to score", (1.0, 1e6), float(arrived.SIZE),
            "Drawn at random, the same ones every time. More texts make the verdicts surer.",
        )  # fmt: skip
    size = min(int(size or arrived.SIZE), others[name].rows)
    return Request(found.id, name, _columns(found, others[name]), size)


def _columns(found: Run, other: Dataset) -> dict[str, str]:
    """Label of the run -> its label there, or none: guessed by name, and changed in selects."""
    labels = store.load(found.settings.dataset).labels
    likely = dict.fromkeys(labels, NOT_THERE) | mapping.guess(labels, other.labels)
    held, link = st.session_state, st.query_params.get("came_map", "")
    keys = {label: f"came-{found.id}-{other.id}-{label}" for label in labels}
    options = list(dict.fromkeys([*other.labels, NOT_THERE]))
    linked = dict(parse_qsl(link)) if link != held.get("kept_came_map", "") else {}
    for label, key in keys.items():
        asked = linked.get(label, held.get(key, held.get(f"kept_{key}", likely[label])))
        held[key] = asked if asked in options else likely[label]
    known = sum(held[key] != NOT_THERE for key in keys.values())
    with st.expander(f"Its labels by the run's: {known} of {len(labels)} known there"):
        for start in range(0, len(labels), _COLUMNS):
            row = zip(st.columns(_COLUMNS), labels[start : start + _COLUMNS], strict=False)
            for column, label in row:
                column.selectbox(label, options, key=keys[label])
    picked = {label: held[key] for label, key in keys.items()}
    held.update({f"kept_{key}": picked[label] for label, key in keys.items()})
    _tell({label: name for label, name in picked.items() if name != likely[label]})
    return picked


def _tell(unlike: dict[str, str]) -> None:
    """Put into the URL which labels are mapped otherwise than guessed."""
    told = urlencode(unlike)
    st.session_state["kept_came_map"] = told
    if told:
        st.query_params["came_map"] = told
    elif "came_map" in st.query_params:
        del st.query_params["came_map"]


def _scored(request: Request) -> bool:
    """The button, or the progress; whether the scores are there."""
    if arrived.result(request) is not None:
        return True
    words = f"Compare {look.texts(request.size)}"
    jobs.offer(request.folder, lambda: arrived.start(request), words, key="compare-drift")
    return False


@st.cache_resource(max_entries=16, show_spinner="Comparing")
def _compared(folder: str, columns: str, rule: int, _asked: Request) -> Drift | None:  # noqa: ARG001
    came = arrived.result(_asked)
    return None if came is None else drift.drift(runs.load(_asked.run), came)


def _show(found: Run, request: Request) -> None:
    rule = rules.in_force(found.folder)
    told = _compared(request.folder.name, urlencode(request.columns), rule.number, request)
    assert told is not None, request
    tested.reveal(found, rule.number)  # figures on test stand here, too: a look that counts
    own, here = told.median_lengths
    with look.panel("drifted"):
        look.heading(_summary(told))
        look.remark(
            f"{told.texts:,} of {look.texts(told.rows)} of {told.name}, against the run's own "
            f"{told.own_texts:,} test texts, at rule {told.rule}. Half of the texts have at least "
            f"{here or 0:,.0f} characters, on test {own or 0:,.0f}"
            + (f" (lengths apart: {told.lengths.value:.2f})." if told.lengths else ".")
        )
        if told.repeated:
            say = look.note if told.repeated > told.texts / 20 else look.remark
            say(
                f"{told.repeated:,} of these texts stand in the run's own dataset too: what it "
                "learned from, it judges better than what is new."
            )
        st.html(f'<ul class="tx-drift">{"".join(map(_item, told.labels))}</ul>')
        _offer(found, told)
        look.remark(_CRITERION)


def _summary(found: Drift) -> str:
    """How many labels have which verdict: "4 hold · 1 no longer holds"."""
    often = Counter(each.verdict for each in found.labels)
    told = ((n, v if n == 1 else _SEVERAL.get(v, v)) for v in _LOOKS if (n := often[v]))
    return " · ".join(f"{count} {words}" for count, words in told)


def _item(found: LabelDrift) -> str:
    at = "off" if found.threshold is None else f"threshold {found.threshold:.3g}"
    why = [f"<p>{escape(found.words)} {escape(found.advice)}</p>", _beside(found)]
    if found.retuned:
        other = found.retuned
        f1 = " to ".join(f"{value or 0:.2f}" for value in (other.before, other.after))
        why.insert(1, (
            f"<p>Its best F1 on half of them is at <b>{other.threshold:.3g}</b>, which takes F1 on "
            f"the other half from {f1}.</p>"
        ))  # fmt: skip
    return (
        f'<li><div class="tx-about"><b>{escape(found.label)}</b>'
        f'<span class="tx-state {_LOOKS[found.verdict]}">{found.verdict}</span>'
        f'<small>{at}</small></div><div class="tx-why">{"".join(why)}</div></li>'
    )


def _beside(found: LabelDrift) -> str:
    """The figures that are no reasons, small; escaped HTML."""
    told = []
    if found.flagged is not None and found.positives is not None:
        here, own = found.flagged.now.value, found.flagged.before.value
        told.append(f"flags {look.percent(here)} here, {look.percent(own)} on test")
    if found.scores is not None:
        low, high = found.scores.interval
        told.append(f"scores apart {found.scores.value:.2f} [{low:.2f}, {high:.2f}]")
    if found.positives is not None:
        told.append(f"{found.positives:,} carry the label here")
    return f'<p class="tx-beside">{" · ".join(told)}</p>'


def _offer(found: Run, told: Drift) -> None:
    """The other thresholds, to be saved as a new rule."""
    other = {each.label: each.retuned.threshold for each in told.labels if each.retuned}
    if not other:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        names = ", ".join(other)
        st.html(
            f'<span class="tx-sub">Other thresholds for {escape(names)}, all else as it is. '
            "An earlier rule can be put back in force.</span>"
        )
        if st.button("Save them as a new rule", key="retune"):
            moved = moved_rule(found, other, by=state.who())
            objective = dict.fromkeys(other, f"best F1 on {told.name}")
            made = replace(moved, objective=moved.objective | objective)
            save_in_view(found, made, "the new thresholds are in force everywhere.")
