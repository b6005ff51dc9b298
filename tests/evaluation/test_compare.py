from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import f1_score

from tests.evaluation.sides import finished, guessed, labelled
from tests.tiny import imported, marks, wording
from toxapp.__main__ import main
from toxapp.data import store
from toxapp.data.choice import Choice
from toxapp.data.store import Dataset, Rows
from toxapp.decisions.paired import Changes
from toxapp.errors import DataError, JobError, SettingsError
from toxapp.evaluation import compare, footprint
from toxapp.evaluation.changes import Decided, changed, p_words, sentence
from toxapp.evaluation.splits import evaluate_run
from toxapp.runs import events, rules, run
from toxapp.runs.run import Run

LABELS = ("rude", "spam", "never")


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    rng = np.random.default_rng(0)
    rows = [f"{wording(n)},{rng.integers(2)},{int(rng.random() < 0.2)},0\n" for n in range(400)]
    file = tmp_path / "comments.csv"
    file.write_text(f"text,{','.join(LABELS)}\n{''.join(rows)}", encoding="utf-8")
    return imported(file, choice=Choice("text", marks(*LABELS)))


@pytest.fixture
def pair(dataset: Dataset) -> tuple[Run, Run]:
    """A poor run and a better one."""
    return guessed(dataset, 0.9, name="poor"), guessed(dataset, 0.6, seed=1, name="better")


def test_figures_are_those_of_the_run_alone_to_the_last_digit(pair: tuple[Run, Run]) -> None:
    for each in pair:
        assert compare.side(each).figures == evaluate_run(each, "test", resamples=1000)


def test_what_changed_is_counted_as_scikit_learn_would(pair: tuple[Run, Run]) -> None:
    first, second = (compare.side(each, resamples=50) for each in pair)
    found = compare.against(first, second)
    assert list(found.labels) == list(LABELS)
    for column, label in enumerate(LABELS[:2]):
        truth = first.scored.targets[:, column] == 1
        a, b = (each.decided(label).flags for each in (first, second))
        told = found.labels[label].changes
        assert told.found - told.lost == (truth & b).sum() - (truth & a).sum()
        assert told.new_alarms - told.dropped_alarms == (~truth & b).sum() - (~truth & a).sum()
        only_a, only_b = ((a == truth) & (b != truth)).sum(), ((b == truth) & (a != truth)).sum()
        assert told.p == pytest.approx(binomtest(only_a, only_a + only_b).pvalue, abs=0.03)
        gap = found.labels[label].differences["f1"]
        assert gap.value == pytest.approx(f1_score(truth, b) - f1_score(truth, a))
    assert found.means["mean_roc_auc"].better == found.means["micro_f1"].better == 1
    assert "B finds" in found.labels["rude"].sentence()


def test_p_is_corrected_for_all_labels(pair: tuple[Run, Run]) -> None:
    found = compare.against(*(compare.side(each, resamples=5) for each in pair))
    ps = sorted((each.changes.p or 0, each.p or 0) for each in found.labels.values())
    assert ps[0][1] == pytest.approx(min(1, 3 * ps[0][0]))
    assert all(corrected >= plain for plain, corrected in ps)


def test_a_run_does_not_differ_from_its_copy(dataset: Dataset) -> None:
    twins = [guessed(dataset, 0.8, name=name) for name in ("one", "two")]
    first, second = (compare.side(each, resamples=20) for each in twins)
    found = compare.against(first, second)
    rows = store.read(dataset.id, "test")
    for label in LABELS:
        assert found.labels[label].sentence() == "B decides every text as A does."
        assert found.labels[label].p == 1.0
        assert compare.changed_comments(first, second, label, rows) == []
    assert found.means["macro_f1"].better == 0
    assert compare.differing_settings(twins) == {}


ROWS = Rows(
    ["a.csv"] * 6,
    np.arange(2, 8),
    [f"text {n}" for n in range(6)],
    np.array([[1], [1], [0], [0], [np.nan], [1]], np.float32),
)
#                          found lost  new  gone  unknown same
FIRST = Decided(np.array([0.10, 0.90, 0.30, 0.60, 0.20, 0.90], np.float32), 0.5)
SECOND = Decided(np.array([0.70, 0.01, 0.99, 0.20, 0.90, 0.80], np.float32), 0.4)


def test_comments_that_changed_are_told_with_who_is_right() -> None:
    found = {each.row: each for each in changed(ROWS, 0, FIRST, SECOND)}
    kinds = {row: (each.kind, each.right) for row, each in found.items()}
    assert kinds == {
        2: ("found", True),
        3: ("lost", False),
        4: ("new alarm", False),
        5: ("dropped alarm", True),
        6: ("unknown", None),
    }
    assert (found[2].file, found[2].text) == ("a.csv", "text 0")
    assert (found[2].first_score, found[2].second_score) == pytest.approx((0.1, 0.7))


def test_the_most_certain_change_comes_first() -> None:
    # The lesser distance in log-odds: 3: ln(9) = 2.2, 6: ln(4) = 1.4, 2: 1.25, 4: .85, 5: .41
    assert [each.row for each in changed(ROWS, 0, FIRST, SECOND)] == [3, 6, 2, 4, 5]
    assert [each.row for each in changed(ROWS, 0, FIRST, SECOND, most=2)] == [3, 6]


def test_a_label_switched_off_flags_nothing_and_is_sure_of_it() -> None:
    off = replace(FIRST, threshold=None)
    found = changed(ROWS, 0, off, SECOND)
    assert [each.row for each in found] == [4, 6, 7, 2]
    assert {each.kind for each in found} == {"found", "new alarm", "unknown"}
    certain = Decided(np.array([0.0, 1.0], np.float32), 0.5).certainty
    assert np.isfinite(certain).all()


@pytest.mark.parametrize(
    ("counts", "p", "said"),
    [
        ((33, 2, 5, 1), 0.02, "B finds 31 more and raises 4 more false alarms: right on 27 more"),
        ((0, 1, 0, 2), 0.5, "B finds 1 fewer and raises 2 fewer false alarms: right on 1 more"),
        ((1, 1, 1, 0), 1.0, "B finds as many and raises 1 more false alarm: right on 1 fewer"),
        ((4, 0, 4, 0), 1.0, "B finds 4 more and raises 4 more false alarms: right on as many"),
        ((2000, 0, 1, 1), 0.0001, "B finds 2,000 more and raises as many false alarms: right on"),
    ],
)
def test_changes_are_said_in_a_sentence(
    counts: tuple[int, int, int, int], p: float, said: str
) -> None:
    told = sentence(Changes(9000, *counts, p, None), p)
    assert told.startswith(said)
    assert told.endswith(f", {p_words(p)}.")


def test_without_a_target_the_sentence_is_the_reason() -> None:
    assert sentence(Changes(0, 0, 0, 0, 0, None, "No text."), None) == "No text."


def test_p_is_said_as_exactly_as_it_is_known() -> None:
    said = [p_words(p) for p in (0.0001, 0.004, 0.0099, 0.02, 0.345, 1.0)]
    assert said == ["p < 0.001", "p = 0.004", "p = 0.01", "p = 0.02", "p = 0.34", "p = 1.00"]


def test_settings_that_differ_are_named_also_across_families(dataset: Dataset) -> None:
    one = guessed(dataset, 0.9, name="one", epochs=2)
    two = guessed(dataset, 0.9, name="two", epochs=3)
    other = guessed(dataset, 0.9, name="three", model="linear", c=0.5)
    assert compare.differing_settings([one, two]) == {"epochs": [2, 3]}
    found = compare.differing_settings([one, other])
    assert found["model"] == ["minilm", "linear"]
    assert (found["epochs"], found["c"]) == ([2, None], [None, 0.5])
    assert "name" not in found
    assert "dataset" not in found


def test_what_a_run_takes_is_read_from_its_folder(dataset: Dataset) -> None:
    made = guessed(dataset, 0.9, name="run")
    file = made.folder / "events.jsonl"
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    spread = [{**line, "time": 100.0 + 60 * n} for n, line in enumerate(lines)]
    file.write_text("".join(f"{json.dumps(line)}\n" for line in spread))
    assert footprint.seconds(made) == 60.0
    assert footprint.parameters(made) == 12  # not the 9 whole numbers
    assert footprint.size_bytes(made) == (made.folder / "bundle/model.safetensors").stat().st_size
    file.unlink()
    (made.folder / "bundle" / "model.safetensors").unlink()
    assert footprint.seconds(made) is None
    assert footprint.parameters(made) is None
    events.append(made.folder, {"kind": "train", "step": 1})
    assert footprint.seconds(made) is None


def test_curves_are_there_for_every_label_that_has_them(pair: tuple[Run, Run]) -> None:
    found = compare.curves(compare.side(pair[0], resamples=1))
    assert list(found) == list(LABELS)
    assert found["rude"].roc[-1] == (0, 0)
    assert found["never"].roc == found["never"].precision_recall == []


def test_runs_that_cannot_stand_side_by_side_are_refused(
    pair: tuple[Run, Run], tmp_path: Path
) -> None:
    first, second = pair
    for runs in ([first], [first] * 7):
        with pytest.raises(SettingsError, match=rf"From 2 to 6 runs .* found {len(runs)}\."):
            compare.check(runs)
    with pytest.raises(SettingsError, match=rf"{first.id} is named twice"):
        compare.check([first, second, first])
    unfinished = run.load(run.create(first.settings).id)
    with pytest.raises(JobError, match=rf"finished runs .*: {unfinished.id} is stopped\."):
        compare.check([first, unfinished])
    stranger = guessed(labelled(tmp_path, ["rude"], rows=200), 0.9, name="stranger")
    with pytest.raises(DataError, match=rf"{first.id} of .*{stranger.id} of .*the same dataset\."):
        compare.check([first, stranger])
    compare.check([first, second])


def test_the_rule_in_force_is_what_counts(pair: tuple[Run, Run]) -> None:
    before = compare.side(pair[0], resamples=5)
    rule = before.rule
    rules.save(pair[0].folder, replace(rule, thresholds={**rule.thresholds, "rude": None}))
    after = compare.side(pair[0], resamples=5)
    assert after.rule.number == 2
    found = compare.against(before, after).labels["rude"]
    assert found.changes.found == found.changes.new_alarms == 0
    assert found.changes.lost > 0
    assert found.differences["precision"].value is None
    assert after.figures.labels["rude"].reasons["precision"].startswith("The label is switched off")


def test_a_text_without_a_target_is_in_no_count(tmp_path: Path) -> None:
    cells = ["1", "0", ""]
    lines = [f"{wording(n)},{cells[n % 3]},{n % 2}" for n in range(300)]
    file = tmp_path / "gaps.csv"
    file.write_text("\n".join(["text,rude,spam", *lines]), encoding="utf-8")
    made = imported(file, choice=Choice("text", marks("rude", "spam")))
    scores = {
        split: np.full((len(store.read(made.id, split).row), 2), 0.5, np.float32)
        for split in ("validation", "test")
    }
    first = finished(made, scores, [None, None], name="none")
    second = finished(made, scores, [0.1, 0.1], name="all")
    one, two = (compare.side(each, resamples=5) for each in (first, second))
    told = compare.against(one, two).labels["rude"].changes
    targets = store.read(made.id, "test").targets[:, 0]
    assert told.texts == (~np.isnan(targets)).sum() < len(targets)
    assert (told.found, told.new_alarms) == ((targets == 1).sum(), (targets == 0).sum())
    comments = compare.changed_comments(one, two, "rude", store.read(made.id, "test"))
    assert len(comments) == len(targets)
    assert sum(each.kind == "unknown" for each in comments) == np.isnan(targets).sum()


def told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str
) -> tuple[int, str, str]:
    """What `python -m toxapp compare WORDS` exits with and says."""
    monkeypatch.setattr("sys.argv", ["toxapp", "compare", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert isinstance(ended.value.code, int)
    return ended.value.code, *capsys.readouterr()


def test_the_verb_answers_in_one_object(
    pair: tuple[Run, Run],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = [*(each.id for each in pair), "--resamples", "50", "--curves", "--comments", "2"]
    code, out, err = told(monkeypatch, capsys, *words, "--json")
    assert (code, err, out.count("\n")) == (0, "", 1)
    found = json.loads(out)
    assert [each["run"] for each in found["runs"]] == [each.id for each in pair]
    assert (found["split"], found["n_texts"]) == ("test", len(run.scored(pair[0], "test").row))
    (gap,) = found["against"]
    rude = gap["labels"]["rude"]
    assert rude["p_corrected"] >= rude["p"]
    assert len(rude["comments"]) == 2
    assert rude["differences"]["f1"]["interval"][0] < rude["differences"]["f1"]["value"]
    assert gap["labels"]["never"]["differences"]["recall"]["value"] is None
    assert set(found["curves"]["rude"]) == {"A", "B"}
    assert found["runs"][0]["macro_f1"] + gap["means"]["macro_f1"]["value"] == pytest.approx(
        found["runs"][1]["macro_f1"]
    )


def test_the_verb_can_be_read_and_refuses_in_a_sentence(
    pair: tuple[Run, Run],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    ids = [each.id for each in pair]
    code, out, _ = told(monkeypatch, capsys, *ids, "--resamples", "50")
    assert code == 0
    assert "B against A" in out
    assert "verdicts B finds" in out
    code, out, err = told(monkeypatch, capsys, ids[0])
    assert (code, out) == (2, "")
    assert err == "From 2 to 6 runs can be compared; found 1.\n"


@pytest.mark.slow
def test_a_run_that_was_really_trained_stands_beside_another(trained: Run) -> None:
    dataset = store.load(trained.settings.dataset)
    other = guessed(dataset, 0.95, name="other", model="linear")
    compare.check([trained, other])
    first, second = (compare.side(each) for each in (trained, other))
    assert first.figures == evaluate_run(trained, "test", resamples=1000)
    assert compare.against(first, second).means["mean_roc_auc"].better == -1
    assert (footprint.seconds(trained) or 0) > 0
    assert (footprint.parameters(trained) or 0) > 1000
    assert compare.differing_settings([trained, other])["model"][1] == "linear"
