"""The views of texts and of new data: what they say, what they hide, what stands in the URL."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.evaluation.sides import finished, noisy
from tests.tiny import imported, marks, wording
from toxapp import workspace
from toxapp.data import store
from toxapp.data.choice import Choice
from toxapp.evaluation import looks
from toxapp.evaluation.arrived import Request
from toxapp.runs import rules
from toxapp.runs.run import Run
from toxapp.ui import evidence

HOSTILE = "<img src=x onerror=alert(1)> **bold** $x$ [a](http://b)"


def texts() -> None:
    from toxapp.runs import rules, run
    from toxapp.ui import evidence

    found = run.runs()[0]
    evidence.render(found, rules.in_force(found.folder).thresholds)


def new_data() -> None:
    from toxapp.runs import run
    from toxapp.ui import drifting

    drifting.render(run.runs()[0])


def url(app: AppTest) -> dict[str, str]:
    """What stands in the URL; the test's own parameters are lists, the page's are not."""
    told = {key: app.query_params[key] for key in app.query_params}
    return {key: value[0] if isinstance(value, list) else value for key, value in told.items()}


def said(app: AppTest) -> str:
    """All that the view says in HTML of its own, its styles left out."""
    assert not app.exception
    found = [str(each.proto.body) for each in app.get("html")]
    return "\n".join(body for body in found if not body.startswith("<style>"))


def read(html: str) -> list[str]:
    """The texts that a list shows, as they are read."""
    found = re.findall(r'<div class="tx-words" dir="auto">(.*?)</div>', html, re.DOTALL)
    return [unescape(re.sub(r"<[^>]*>", "", body)) for body in found]


@pytest.fixture
def chosen(tmp_path: Path) -> Run:
    """A run on texts of one file, the label "never" off; hostile ones score highest for nothing."""
    rows = [f"{wording(n)},{int(n % 3 == 0)},0" for n in range(600)]
    rows += [f"{HOSTILE} {wording(n)},0,0" for n in range(600, 720)]
    file = tmp_path / "own.csv"
    file.write_text("\n".join(["text,rude,never", *rows]), encoding="utf-8")
    dataset = imported(file, choice=Choice("text", marks("rude", "never")))
    parts = {}
    for split in ("validation", "test"):
        scores = noisy(dataset, split, noise=0.7, seed=0) * 0.9
        hostile = [text.startswith("<img") for text in store.read(dataset.id, split).texts]
        scores[hostile, 0] = 0.95
        parts[split] = scores
    return finished(dataset, parts, [0.5, None])


def test_texts_are_hidden_until_asked_for_and_never_rendered(chosen: Run) -> None:
    app = AppTest.from_function(texts, default_timeout=60).run()
    assert url(app)["texts"] == "nearest"
    assert "threshold 0.500" in said(app)
    assert len(read(said(app))) == 10
    app.segmented_control(key="texts").set_value("alarms").run()
    assert url(app)["texts"] == "alarms"
    assert wording(600)[:5] not in said(app)
    assert "hidden, " in said(app)
    app.toggle(key="words").set_value(True).run()
    assert "<img" not in said(app)
    shown = read(said(app))
    assert len(shown) == 10
    assert all(text.startswith(HOSTILE) for text in shown)
    more = next(button for button in app.button if button.label == "Show 10 more")
    more.click().run()
    assert len(read(said(app))) == 20


def test_every_list_says_what_it_holds_or_why_it_is_empty(chosen: Run) -> None:
    app = AppTest.from_function(texts, default_timeout=60)
    for kind, words in {
        "nearest": "switched off",
        "missed": "None of the 108 validation texts carries never",
        "alarms": "switched off",
        "doubts": "108 targets were looked at",
    }.items():
        app.query_params["label"], app.query_params["texts"] = "1", kind
        app.run()
        assert words in said(app), kind


def test_a_long_text_is_cut_and_all_of_it_is_behind_a_click() -> None:
    long = "".join(f"word{n} " for n in range(200))
    html = evidence.words(long, seen=True)
    assert html.startswith("<details><summary>")
    assert f"all {len(long):,} characters" in html
    assert long in html
    assert evidence.words("a < b", seen=True) == "a &lt; b"
    assert "a" not in re.sub(r"<[^>]*>|hidden|characters", "", evidence.words("aaa", seen=False))


def test_new_data_needs_another_dataset(chosen: Run) -> None:
    app = AppTest.from_function(new_data, default_timeout=60).run()
    assert "No other dataset yet" in said(app)


def test_new_data_says_per_label_what_holds_and_saves_another_threshold(
    chosen: Run, tmp_path: Path
) -> None:
    rows = [f"{wording(n)},{int(n % 3 == 0)}" for n in range(5000, 6200)]
    file = tmp_path / "newer.csv"
    file.write_text("\n".join(["text,is_rude", *rows]), encoding="utf-8")
    other = imported(file, choice=Choice("text", marks("is_rude")))
    app = AppTest.from_function(new_data, default_timeout=60).run()
    assert url(app)["came"] == other.id
    assert [button.label for button in app.button] == ["Compare 1,200 texts"]
    _score(chosen, other.id)
    app.run()
    told = unescape(re.sub(r"<[^>]*>", " ", said(app)))
    assert "1 no longer holds · 1 cannot be said" in told
    assert "promised recall" in told.lower()
    assert "The label is switched off" in told
    assert looks.count(chosen) == 1  # figures on test stand beside the others
    app.button(key="retune").click().run()
    rule = rules.in_force(chosen.folder)
    assert rule.number == 2
    assert app.session_state["studio_said"].startswith("Saved as rule 2: ")
    assert 0.2 < (rule.thresholds["rude"] or 0) < 0.4
    assert rule.objective["rude"] == "best F1 on newer"


def _score(chosen: Run, other: str) -> None:
    """Leave scores as the job does: as good as at home, but all lower."""
    request = Request(chosen.id, other, {"rude": "is_rude", "never": "none"}, 1200)
    rows = store.sample(other, 1200)
    rng = np.random.default_rng(0)
    scores = np.column_stack([0.35 * rows.targets[:, 0], np.zeros(1200)]) + 0.25 * rng.random(
        (1200, 2)
    )
    request.folder.mkdir(parents=True)
    np.savez(
        request.folder / "scores.npz",
        scores=scores.astype(np.float32),
        targets=rows.targets,
        lengths=np.array([len(text) for text in rows.texts]),
    )
    told = {"name": "newer", "rows": 1200, "labels": ["rude"], "repeated": 0}
    workspace.write_json(request.folder / "result.json", {**told, "columns": request.columns})
