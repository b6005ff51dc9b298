"""A run of the linear family, by the real job, from its settings to served scores."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.tiny import imported
from toxapp import inference
from toxapp.data import store
from toxapp.jobs import process
from toxapp.jobs.work import Stopped, work
from toxapp.runs import events, rules, run
from toxapp.runs.settings import BEST_BY, Settings, names
from toxapp.scoring.engine import judge, open_scorer
from training import linear
from training.program import train

pytestmark = pytest.mark.slow

SPLITS = ["test", "train", "validation"]


@pytest.fixture
def settings(comments: Path) -> Settings:
    return Settings(imported(comments).id, "linear", "baseline", c=4.0)


@pytest.fixture
def finished(settings: Settings) -> run.Run:
    made = run.start(settings)
    ended = process.wait(made.folder, timeout_s=60)
    assert ended.state == "finished", (made.folder / "log.txt").read_text()
    return run.load(made.id)


def files(folder: Path) -> list[str]:
    return sorted(str(f.relative_to(folder)) for f in folder.rglob("*") if f.is_file())


def test_a_linear_run_leaves_what_every_run_leaves_and_loads_no_torch(finished: run.Run) -> None:
    assert files(finished.folder) == [
        "bundle/bundle.json",
        "bundle/linear.json",
        "bundle/model.safetensors",
        "config.json",
        "events.jsonl",
        "job.json",
        "log.txt",
        "metrics.json",
        "model/linear.json",
        "model/model.safetensors",
        "rules/0001.json",
        "scores.parquet",
        "status.json",
    ]
    assert list(json.loads((finished.folder / "config.json").read_text())) == names("linear")
    assert "device" not in (finished.folder / "log.txt").read_text()


def test_it_is_measured_before_and_after_on_every_split(finished: run.Run) -> None:
    found = run.metrics(finished)
    assert found is not None
    assert found["step"] == 3  # labels
    for split in SPLITS:
        before, after = found["before"][split], found["at_half"][split]
        assert before["mean_roc_auc"] == 0.5  # each label's rate for every text
        assert before["micro_roc_auc"] > 0.5
        assert after["mean_roc_auc"] > 0.99
        assert sorted(after) == sorted([*BEST_BY, "labels"])
    assert found["after"]["test"]["mean_roc_auc"] == found["at_half"]["test"]["mean_roc_auc"]
    assert found["gap"]["loss"] > 0
    evaluated = events.read(finished.folder, "evaluation")
    assert [(e["step"], e["split"]) for e in evaluated] == [(n, s) for n in (0, 3) for s in SPLITS]


def test_it_tells_each_label_and_what_could_not_be_fitted(finished: run.Run) -> None:
    told = events.read(finished.folder, "label")
    assert [(e["step"], e["label"]) for e in told] == [(1, "rude"), (2, "spam"), (3, "never")]
    (note,) = events.read(finished.folder, "note")
    assert note["message"].startswith("'never': no training text carries this label")


def test_it_serves_the_scores_that_its_thresholds_were_chosen_on(finished: run.Run) -> None:
    scorer = open_scorer(finished)
    for split in ("validation", "test"):
        rows, kept = store.read(finished.settings.dataset, split), run.scored(finished, split)
        np.testing.assert_array_equal(scorer.score(rows.texts), kept.scores)
    rule = rules.in_force(finished.folder)
    assert rule.thresholds["never"] is None
    assert judge(finished, scorer, "you idiot, click the cheap offer").flagged == ("rude", "spam")
    assert judge(finished, scorer, "the bus was late again").flagged == ()
    assert inference.load(finished.folder).labels == ("rude", "spam", "never")


def test_its_settings_reach_the_fit() -> None:
    chosen: dict[str, Any] = {
        "c": 3.0, "class_weight": "balanced", "char_min": 3, "char_max": 4, "word_max": 1,
        "min_texts": 5, "bits": 12,
    }  # fmt: skip
    found = linear.linear_settings(Settings("d", "linear", **chosen))
    assert (found.c, found.class_weight, found.min_texts) == (3.0, "balanced", 5)
    assert vars(found.grams) == {"shortest": 3, "longest": 4, "words": 1, "bits": 12}


def test_a_run_stopped_or_killed_anywhere_goes_on_to_the_same_scores(
    finished: run.Run, settings: Settings
) -> None:
    expected = pq.read_table(finished.folder / "scores.parquet")
    folder = run.create(settings).folder
    (folder / "stop").touch()
    with work(folder) as job, pytest.raises(Stopped):
        train(folder, job)
    (folder / "stop").unlink()
    for left in (
        [],
        ["bundle/bundle.json"],
        ["scores.parquet", "metrics.json"],
        ["model", "bundle"],
    ):
        for name in left:
            place = folder / name
            shutil.rmtree(place) if place.is_dir() else place.unlink()
            (folder / "scores.parquet").unlink(missing_ok=True)
        with work(folder) as job:
            train(folder, job)
        assert pq.read_table(folder / "scores.parquet").equals(expected), left
        assert rules.numbers(folder) == [1]
        assert run.metrics(run.load(folder.name)) == run.metrics(finished)
