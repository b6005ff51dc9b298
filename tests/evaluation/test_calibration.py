from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from typer.testing import CliRunner

from toxapp.__main__ import app
from toxapp.data import store
from toxapp.decisions.calibrating import Fit
from toxapp.errors import SettingsError
from toxapp.evaluation import calibration
from toxapp.evaluation.calibration import judge, simplest, studied, taken
from toxapp.evaluation.thresholds import moved_rule, solved_rule
from toxapp.jobs import process
from toxapp.runs import rules
from toxapp.runs.run import Run
from toxapp.scoring import engine, job

Array = NDArray[np.float64]
LABELS = ("rude", "spam", "never")
FITS: dict[str, Fit] = {
    "rude": {"method": "platt", "slope": 0.5, "intercept": 3.0},
    "spam": {"method": "isotonic", "raw": [0.0, 0.6, 1.0], "probability": [0.0, 0.1, 1.0]},
}


def texts(n: int, slope: float = 1.0, seed: int = 0) -> tuple[Array, Array]:
    """Texts whose true log-odds are `slope` times those of their score."""
    rng = np.random.default_rng(seed)
    odds = rng.normal(-1, 2, n)
    targets = rng.random(n) < 1 / (1 + np.exp(-slope * odds))
    return targets.astype(float), 1 / (1 + np.exp(-odds))


def test_scores_that_are_probabilities_already_are_left_alone() -> None:
    found = studied(*texts(800), "auto")
    assert (found.method, found.fit, found.refused) == ("none", None, False)
    assert found.after == found.before
    assert found.words.startswith(("The raw scores do as well", "No calibration has a lower"))


def test_scores_that_are_too_sure_get_the_simplest_that_mends_them() -> None:
    targets, scores = texts(800, 0.5)
    found = studied(targets, scores, "auto")
    assert found.method == "temperature"
    assert found.fit is not None
    assert found.fit["slope"] == pytest.approx(0.5, abs=0.1)
    assert found.after.ece is not None
    assert found.before.ece is not None
    assert found.after.ece < found.before.ece / 2
    ways = found.ways
    assert min(way.behind for way in ways.values()) == 0
    assert ways["none"].behind > ways["none"].error > 0
    assert simplest({**ways, "none": replace(ways["none"], behind=0.0)}) == "none"


def test_figures_out_of_fold_are_by_fits_that_had_not_seen_the_text() -> None:
    """A staircase fitted to the very texts would look faultless on them."""
    targets, scores = texts(150)
    out = judge(targets, scores)["isotonic"].shown
    fitted = taken(studied(targets, scores, "none"), targets, scores, "isotonic")
    assert fitted.fit is not None
    seen = np.interp(scores, fitted.fit["raw"], fitted.fit["probability"])
    assert out.brier is not None
    assert out.brier > ((seen - targets) ** 2).mean()
    assert fitted.after == out
    assert fitted.words.startswith("As asked: log loss")
    missing = np.append(targets, np.nan)
    assert judge(missing, np.append(scores, 0.5))["isotonic"].shown == out


def test_too_few_texts_are_refused_whatever_the_wish() -> None:
    targets, scores = texts(20)
    for wish in calibration.WISHES:
        found = studied(targets, scores, wish)
        assert (found.method, found.fit, found.refused, found.ways) == ("none", None, True, {})
        assert "a calibration needs 20" in found.words
        assert found.after == found.before
        assert taken(found, targets, scores, "platt") == found


def test_a_method_that_is_not_there_is_a_sentence() -> None:
    with pytest.raises(SettingsError, match="no calibration 'beta'; there is: auto, none, temp"):
        calibration.wish("beta")


@pytest.mark.slow
def test_saving_a_calibration_changes_no_decision_in_app_file_or_command_line(
    trained: Run, tmp_path: Path
) -> None:
    comments = store.read(trained.settings.dataset, "validation").texts
    file = tmp_path / "comments.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([["comment"], *([text] for text in comments)])
    scorer = engine.open_scorer(trained)

    def decisions() -> tuple[list[object], list[str]]:
        typed: list[object] = [engine.judge(trained, scorer, t).flagged for t in comments[:20]]
        asked = ["score", trained.id, "--text", comments[0], "--json"]
        typed.append(json.loads(CliRunner().invoke(app, asked).stdout)["flagged"])
        folder = job.start(trained.id, file)
        assert process.wait(folder, timeout_s=60).state == "finished"
        with job.scored_file(folder).open(encoding="utf-8", newline="") as scored:
            rows = list(csv.DictReader(scored))
        return typed, ["".join(row[f"{x}_flagged"] for x in LABELS) for row in rows]

    before, plain = decisions(), rules.in_force(trained.folder)
    found = calibration.study(trained, dict.fromkeys(LABELS, "auto"))
    assert all(each.refused for each in found.values())  # 36 validation texts are too few
    fitted = {x: replace(found[x], fit=fit) for x, fit in FITS.items()}
    saved = rules.save(trained.folder, calibration.calibrated_rule(trained, fitted, by="Ada"))
    assert saved.calibration == FITS
    assert (saved.thresholds, saved.expected) == (plain.thresholds, plain.expected)
    assert (saved.number, saved.by, saved.restores) == (2, "Ada", None)
    assert decisions() == before
    verdict = engine.judge(trained, scorer, comments[0])
    assert list(verdict.probabilities) == ["rude", "spam"]
    assert verdict.probabilities["rude"] > verdict.scores["rude"]
    tested = calibration.on_split(trained, saved, "test")
    assert tested["never"][0] == tested["never"][1]
    assert tested["rude"][0] != tested["rude"][1]
    gone = {"spam": found["spam"]}
    assert list(calibration.calibrated_rule(trained, gone, by="Ada").calibration) == ["rude"]
    moved = moved_rule(trained, {"rude": 0.4}, by="Ada")
    assert moved.calibration == FITS
    assert solved_rule(trained, "f1", label=None, by="Ada").calibration == FITS
