from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.evaluation.sides import guessed, labelled
from toxapp.__main__ import app
from toxapp.errors import DataError, SettingsError
from toxapp.evaluation import looks
from toxapp.evaluation.thresholds import solved_rule
from toxapp.runs import rules
from toxapp.runs.run import Run
from toxapp.ui.studio import solving
from toxapp.ui.studio.standing import Standing

LABELS = ["rude", "spam"]


@pytest.fixture
def found(tmp_path: Path) -> Run:
    return guessed(labelled(tmp_path, LABELS, rows=600), noise=0.6)


def answer(*words: str) -> dict[str, Any]:
    ended = CliRunner().invoke(app, [*words, "--json"], catch_exceptions=False)
    whole: dict[str, Any] = json.loads(ended.stdout)
    return whole


def test_both_cut_offs_are_solved_saved_and_told_with_all_their_numbers(found: Run) -> None:
    told = answer(
        *("thresholds", found.id, "--objective", "recall=0.9", "--act", "precision=0.95"),
        *("--resamples", "20", "--save"),
    )
    assert (told["rule"], told["split"], told["restores"]) == (2, "validation", None)
    assert told["by"]
    assert told["when"]
    assert told["workload"]["flagged"] <= told["workload"]["texts"]
    assert {"per_thousand", "caught_share"} <= set(told["workload_intervals"])
    rude = told["labels"]["rude"]
    assert rude["objective"] == "recall at least 0.9, then most precision"
    assert rude["expected"]["recall"] >= 0.9
    assert {"precision", "recall", "f1", "flagged_share"} <= set(rude["intervals"])
    low, high = rude["interval"]
    assert low <= rude["threshold"] <= high
    assert rude["act"]["threshold"] > rude["threshold"]
    assert rude["act"]["expected"]["precision"] >= 0.95
    assert rude["act"]["objective"] == "precision at least 0.95, then most recall"
    assert set(rude["act"]["intervals"]) == {"precision", "recall"}
    assert rude["calibration"] is None
    rule = rules.in_force(found.folder)
    assert {x: each["act"]["threshold"] for x, each in told["labels"].items()} == rule.act


def test_a_second_cut_off_is_set_and_taken_away_by_hand(found: Run) -> None:
    words = ("thresholds", found.id, "--resamples", "0")
    told = answer(*words, "--set", "rude=0.4", "--set-act", "rude=0.7", "--save")
    assert (told["labels"]["rude"]["threshold"], told["labels"]["rude"]["act"]["threshold"]) == (
        pytest.approx(0.4, abs=0.01),
        pytest.approx(0.7, abs=0.01),
    )
    dropped = answer(*words, "--set", "rude=0.9")["labels"]["rude"]["act"]
    assert (dropped["threshold"], "so it is dropped" in dropped["reason"]) == (None, True)
    assert answer(*words, "--set-act", "rude=off")["labels"]["rude"]["act"] is None
    with pytest.raises(SettingsError, match="act cut-off of 'rude' must be above"):
        answer(*words, "--set-act", "rude=0.1")


def test_an_earlier_rule_is_put_back_in_force(found: Run) -> None:
    words = ("thresholds", found.id, "--resamples", "0")
    answer(*words, "--set", "rude=off", "--save")
    assert answer(*words, "--restore", "1")["rule"] == 1
    assert rules.numbers(found.folder) == [1, 2]  # shown, not saved
    told = answer(*words, "--restore", "1", "--save")
    assert (told["rule"], told["restores"]) == (3, 1)
    assert rules.in_force(found.folder).thresholds == rules.numbered(found.folder, 1).thresholds
    with pytest.raises(SettingsError, match="give it without other wishes"):
        answer(*words, "--restore", "1", "--set", "rude=0.5")


def test_calibrations_are_tried_saved_and_then_measured_on_test(found: Run) -> None:
    tried = answer("calibrate", found.id)
    rude = tried["labels"]["rude"]
    assert (tried["rule"], rules.numbers(found.folder), looks.count(found)) == (1, [1], 0)
    assert {"ece", "ece_by_chance", "brier", "log_loss", "bins"} <= set(rude["before"])
    assert set(rude["methods"]) == {"none", "temperature", "platt", "isotonic"}
    assert rude["methods"][rude["method"]]["behind"] <= rude["methods"][rude["method"]]["error"]
    assert "test" not in rude
    saved = answer("calibrate", found.id, "--label", "rude", "--method", "platt", "--save")
    assert (saved["rule"], list(saved["labels"]), looks.count(found)) == (2, ["rude"], 1)
    assert saved["labels"]["rude"]["test"]["after"]["brier"] > 0
    rule = rules.in_force(found.folder)
    assert rule.calibration == {"rude": saved["labels"]["rude"]["calibration"]}
    assert rule.thresholds == rules.numbered(found.folder, 1).thresholds
    plain = CliRunner().invoke(app, ["calibrate", found.id]).stdout
    assert "bins" not in plain
    assert "    method: " in plain


def test_a_calibration_that_too_few_texts_allow_is_a_sentence(tmp_path: Path) -> None:
    few = guessed(labelled(tmp_path, LABELS, rows=400), noise=0.6)
    assert answer("calibrate", few.id)["labels"]["spam"]["refused"]
    words = ("calibrate", few.id, "--label", "spam", "--method", "platt")
    with pytest.raises(DataError, match=r"'spam' cannot be calibrated\. Only \d+ texts here"):
        answer(*words)
    with pytest.raises(SettingsError, match="no calibration 'beta'"):
        answer("calibrate", few.id, "--method", "beta")
    with pytest.raises(SettingsError, match="no label 'hate'"):
        answer("calibrate", few.id, "--label", "hate")


def test_command_line_page_and_python_solve_a_wish_alike(found: Run) -> None:
    wishes = ("f1", "fbeta=2", "precision=0.8", "recall=0.9", "cost=5", "flagged=0.1")
    for wish in (*wishes, "budget=10/100,spam=3"):
        told = answer("thresholds", found.id, "--objective", wish, "--resamples", "0")["labels"]
        by_command = {label: each["threshold"] for label, each in told.items()}
        rule = solved_rule(found, wish, label=None, by="Ada")
        assert rule.thresholds == by_command
        assert rule.objective == {label: each["objective"] for label, each in told.items()}
        asked = solving.Wish(wish, None, None)
        standing = solving.apply(found, Standing(rules.in_force(found.folder)), asked)
        assert standing.thresholds == by_command
