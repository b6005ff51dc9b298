from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests.evaluation.sides import finished, guessed, labelled, noisy
from tests.tiny import imported, marks, wording
from toxapp import workspace
from toxapp.__main__ import main
from toxapp.data import store
from toxapp.data.choice import Choice
from toxapp.data.problem import Problem
from toxapp.data.split import SPLITS
from toxapp.data.store import Dataset
from toxapp.errors import JobError
from toxapp.evaluation import looks
from toxapp.evaluation.report import material, page
from toxapp.evaluation.thresholds import measured
from toxapp.inference import bundle
from toxapp.inference.bundle import ENGINES, Bundle
from toxapp.runs import rules, run
from toxapp.runs.run import Run
from toxapp.runs.settings import ADOPT

LABELS = ("rude", "spam", "rare")


class Page(HTMLParser):
    """The tags and attributes of a page, and its words."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.words = ""
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.words += data


def bundled(made: Run) -> Run:
    """The run with a record of its bundle, as its job leaves one."""
    kind = made.settings.family
    labels = store.load(made.settings.dataset).labels
    record = Bundle(kind, labels, None, {}, {"model.safetensors": "0" * 64}, ENGINES[kind])
    bundle.write(made.folder / "bundle", record)
    return made


def asks_nobody(content: str) -> bool:
    """Whether nothing in the page is fetched, by tag, attribute or style."""
    found = Page(content)
    fetching = {"script", "link", "img", "iframe", "object", "embed", "image", "use", "base"}
    away = [v for n, v in found.attributes if n in ("src", "href") and not v.startswith("#")]
    handlers = [n for n, _ in found.attributes if n.startswith("on")]
    return not (found.tags & fetching or away or handlers or re.search(r"url\(|@import", content))


def test_names_of_users_stand_in_the_page_as_words_and_as_nothing_else(tmp_path: Path) -> None:
    label, name = "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'
    file = tmp_path / f"{name}.csv"
    rows = [f"{wording(n)},{n % 3 == 0:d},{n % 2}" for n in range(120)]
    file.write_text("\n".join([f"text,{label},b{{{{ 7*7 }}}}", *rows]), encoding="utf-8")
    dataset = imported(file, choice=Choice("text", marks(label, "b{{ 7*7 }}")))
    made = bundled(guessed(dataset, 0.5, name="</title><svg onload=alert(1)>"))
    content = page.html(made, resamples=20)
    found = Page(content)
    assert asks_nobody(content)
    assert label in found.words
    assert "b{{ 7*7 }}" in found.words
    assert f"{name}.csv" in found.words
    assert f"Report on {made.settings.name}" in found.words


def test_what_cannot_be_known_says_why_and_is_not_0(tmp_path: Path) -> None:
    rows = [f"{wording(n)},{n % 4 == 0:d},0,{n % 2}" for n in range(200)]
    (tmp_path / "c.csv").write_text("\n".join(["text,rude,never,off", *rows]), encoding="utf-8")
    dataset = imported(tmp_path / "c.csv", choice=Choice("text", marks("rude", "never", "off")))
    scores = {part: noisy(dataset, part, noise=0.5, seed=1) for part in ("validation", "test")}
    made = bundled(finished(dataset, scores, [0.5, 0.999, None], name="degenerate"))
    content = page.html(made, resamples=20)
    words = " ".join(Page(content).words.split())
    assert "Not measured: never" in words
    assert "Switched off, so that nothing is flagged for it: off" in words
    assert "No text here carries this label." in words
    assert "So what reads n/a cannot be known here; it is not 0." in words
    card = content[content.index('id="label-2"') : content.index('id="label-3"')]
    assert re.search(r"recall</th><td><span [^>]*>n/a</span></td>", card)
    assert "No curve of precision against recall" in card


@pytest.mark.parametrize(
    "family", ["linear", "encoder", "text-to-text", "small", "blend", "adopted"]
)
def test_every_family_has_a_report(tmp_path: Path, family: str) -> None:
    dataset = labelled(tmp_path, LABELS, rows=200)
    models = {"encoder": "minilm", "text-to-text": "t5:small", "adopted": f"{ADOPT}some/classifier"}
    settings: dict[str, Any] = {"model": models.get(family, family)}
    if family == "blend":
        settings["runs"] = ",".join(guessed(dataset, 0.5, name=n).id for n in ("one", "two"))
    content = page.html(bundled(guessed(dataset, 0.4, name="any", **settings)), resamples=20)
    assert asks_nobody(content)
    assert ENGINES[family] in content
    assert "learned by heart" not in content  # it keeps no figures of before and after
    assert "The machine that it was trained on is not recorded." in content


def test_it_tells_of_rules_act_cut_offs_calibration_and_looks(tmp_path: Path) -> None:
    dataset = labelled(tmp_path, LABELS, rows=300)
    made = bundled(guessed(dataset, 0.4))
    looks.looked(made, 1, "somebody")
    before = rules.in_force(made.folder)
    line = {"method": "platt", "slope": 1.5, "intercept": -0.5}
    moved = replace(
        before,
        thresholds={**before.thresholds, "spam": 0.6},
        act={"rude": 0.8},
        act_objective={"rude": "precision at least 0.95"},
        calibration={"rude": line},
        by="the analyst",
        number=0,
    )
    rules.save(made.folder, measured(moved, dataset.labels, run.scored(made, "validation")))
    words = " ".join(Page(page.html(made, resamples=20)).words.split())
    assert "had been looked at once" in words
    assert "Rule 2 was saved by the analyst" in words
    assert "1 threshold, 1 act cut-off, 1 calibration" in words
    assert "From 0.800 on a text is to be acted upon" in words
    assert "For rude a calibration belongs to this rule" in words


def test_a_run_without_a_bundle_or_an_end_is_refused_in_a_sentence(dataset: Dataset) -> None:
    made = guessed(dataset, 0.5)
    with pytest.raises(JobError, match=f"The run {made.id} cannot be reported: There is no bundle"):
        page.html(made, resamples=20)
    unfinished = run.create(made.settings)
    with pytest.raises(JobError, match="is stopped; a report is of a finished run"):
        page.html(run.load(unfinished.id), resamples=20)


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return labelled(tmp_path, LABELS, rows=100)


def test_findings_quote_no_cell_of_the_files(dataset: Dataset) -> None:
    quoting = "2 rows of c.csv have something else than train in column 'split': 'you are a fool'."
    found = replace(
        dataset,
        problems=(
            Problem("unknown_split", 2, (3, 4), quoting),
            Problem("duplicate_text", 1, (7,), "1 row has a text of before (row 7): kept."),
        ),
    )
    assert material.findings(found) == [
        "2 rows had a word for the split that is none, and were left out.",
        "1 row has a text of before (row 7): kept.",
    ]


@pytest.mark.slow
def test_the_verb_writes_one_file_that_holds_all_but_the_comments(
    trained: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "report.html"
    monkeypatch.setattr("sys.argv", ["toxapp", "report", trained.id, "-o", str(file), "--json"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    content = file.read_text("utf-8")
    expected = {"run": trained.id, "rule": 1, "output": str(file), "bytes": file.stat().st_size}
    assert json.loads(capsys.readouterr().out) == expected
    assert asks_nobody(content)
    assert looks.count(trained) == 1
    words = " ".join(Page(content).words.split())
    assert "It was trained on cpu (" in words
    for split in SPLITS:
        assert not any(text in words for text in store.read(trained.settings.dataset, split).texts)
    for file_ in store.load(trained.settings.dataset).plan.files:
        assert file_.sha256 in words
    assert workspace.home().as_posix() not in content
