from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from sklearn.metrics import f1_score

from tests.training.house import ABSENT, EPOCH_STEPS, EPOCHS, House, build
from toxapp import inference
from toxapp.data import store
from toxapp.errors import JobError
from toxapp.runs import events, rules, run
from toxapp.runs.settings import BEST_BY, names
from training.figures import loss

pytestmark = pytest.mark.slow

FIGURES = [*BEST_BY, "labels"]
SPLITS = ["test", "train", "validation"]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, model_folder: Path, comments: Path) -> House:
    place = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TOXAPP_HOME", str(place / "workspace"))
        patch.setenv("TOXAPP_LOCKS", str(place / "locks"))
        patch.setenv("HF_HUB_OFFLINE", "1")
        # On a busy machine two threads wait for each other, 20 times as long as they work.
        patch.setenv("OMP_NUM_THREADS", "1")
        return build(place, model_folder, comments)


@pytest.fixture(autouse=True)
def home(house: House, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TOXAPP_HOME", str(house.home))
    return house.home


def finished(house: House, name: str) -> run.Run:
    found = house.now(name)
    assert found.finished, (found.folder / "log.txt").read_text()
    return found


def files(folder: Path) -> list[str]:
    return sorted(str(f.relative_to(folder)) for f in folder.rglob("*") if f.is_file())


def metrics(house: House, name: str) -> dict[str, Any]:
    found = run.metrics(finished(house, name))
    assert found is not None
    return found


def on_validation(folder: Path) -> list[dict[str, Any]]:
    return [e for e in events.read(folder, "evaluation") if e["split"] == "validation"]


def assert_same_scores(house: House, name: str, undisturbed: str = "reference") -> None:
    """To the last bit those of the run that nobody disturbed."""
    found = pq.read_table(finished(house, name).folder / "scores.parquet")
    expected = pq.read_table(finished(house, undisturbed).folder / "scores.parquet")
    assert found.equals(expected)


def test_a_run_leaves_the_files_that_the_rest_builds_on(house: House) -> None:
    folder = finished(house, "reference").folder
    kept = [f for f in files(folder) if not f.startswith("checkpoints")]
    assert kept == [
        "bundle/bundle.json",
        "bundle/model.bin",
        "bundle/model.xml",
        "bundle/tokenizer.json",
        "config.json",
        "events.jsonl",
        "job.json",
        "log.txt",
        "metrics.json",
        "model/config.json",
        "model/model.safetensors",
        "model/tokenizer.json",
        "model/tokenizer_config.json",
        "rules/0001.json",
        "scores.parquet",
        "status.json",
    ]


def test_a_finished_run_keeps_no_checkpoint_for_it_cannot_be_resumed(house: House) -> None:
    folder = finished(house, "reference").folder
    assert list((folder / "checkpoints").iterdir()) == []
    with pytest.raises(JobError, match="nothing to resume"):
        run.resume(folder.name)


def test_the_records_have_their_keys(house: House) -> None:
    folder = finished(house, "reference").folder
    config = json.loads((folder / "config.json").read_text())
    assert list(config) == names("encoder")
    found = metrics(house, "reference")
    assert sorted(found) == ["after", "at_half", "before", "gap", "step"]
    assert sorted(found["before"]) == sorted(found["after"]) == sorted(found["at_half"]) == SPLITS
    for split in SPLITS:
        assert sorted(found["before"][split]) == sorted(found["at_half"][split]) == sorted(FIGURES)
        assert list(found["before"][split]["labels"]) == ["rude", "spam", "never"]
    assert found["after"]["train"] == found["at_half"]["train"]
    for split in ("validation", "test"):
        assert list(found["after"][split]["labels"]) == ["rude", "spam", "never"]
    step = events.read(folder, "train")[0]
    assert {"step", "epoch", "loss", "learning_rate", "time"} <= set(step)
    evaluated = on_validation(folder)
    assert [e["step"] for e in evaluated] == [EPOCH_STEPS * n for n in range(EPOCHS + 1)]
    assert {"split", "epoch", "selection", *FIGURES} <= set(evaluated[0])


def test_the_gap_is_that_of_the_kept_weights(house: House) -> None:
    found = metrics(house, "reference")
    best = max(on_validation(finished(house, "reference").folder), key=lambda e: e["selection"])
    assert found["step"] == best["step"]
    half = found["at_half"]
    for name, value in found["gap"].items():
        sign = -1 if name == "loss" else 1
        assert value == pytest.approx(sign * (half["train"][name] - half["test"][name]))
    # The serving engine's scores are those of the training, to the last digits.
    assert half["validation"]["loss"] == pytest.approx(best["loss"], rel=1e-4)


def test_the_loss_falls(house: House) -> None:
    losses = [e["loss"] for e in events.read(finished(house, "reference").folder, "train")]
    assert len(losses) == EPOCHS * EPOCH_STEPS // 5
    assert np.mean(losses[-5:]) < 0.8 * np.mean(losses[:5])


def test_every_split_is_measured_before_and_after_training(house: House) -> None:
    found = metrics(house, "reference")
    for split in SPLITS:
        before, after = found["before"][split], found["after"][split]
        assert before["mean_roc_auc"] < 0.7 < after["mean_roc_auc"], split
        assert before["mean_average_precision"] < after["mean_average_precision"], split


def test_scores_are_those_of_the_bundles_own_engine(house: House) -> None:
    made = finished(house, "reference")
    table = pq.read_table(made.folder / "scores.parquet")
    scores = [f"score {n}" for n in range(3)]
    assert table.column_names == ["file", "row", "split", *scores]
    scorer = inference.load(made.folder)
    assert scorer.labels == ("rude", "spam", "never")
    for split in ("validation", "test"):
        rows, kept = store.read(made.settings.dataset, split), run.scored(made, split)
        np.testing.assert_allclose(scorer.score(rows.texts), kept.scores, atol=1e-6)
        np.testing.assert_array_equal(kept.targets, rows.targets)
    assert len(table) == sum(len(run.scored(made, s).row) for s in ("validation", "test"))


def test_few_texts_are_learned_by_heart(house: House) -> None:
    made = finished(house, "few")
    rows = store.read(made.settings.dataset, "train")
    scores = inference.load(made.folder).score(rows.texts)
    for n in (0, 1):
        known = ~np.isnan(rows.targets[:, n])
        assert f1_score(rows.targets[known, n], scores[known, n] >= 0.5) == 1.0


def test_missing_targets_count_for_nothing(house: House) -> None:
    made = finished(house, "few")
    assert np.isnan(store.read(made.settings.dataset, "train").targets[:, 1]).sum() == 8
    validation = run.scored(made, "validation")
    evaluated = on_validation(made.folder)
    best = max(evaluated, key=lambda e: (e["selection"], -e["loss"]))
    assert best["loss"] == pytest.approx(loss(validation.targets, validation.scores), rel=1e-4)


def test_a_label_that_no_text_carries_is_off_with_a_reason(house: House) -> None:
    for name in ("reference", "few"):
        rule = rules.in_force(finished(house, name).folder)
        assert rule.thresholds["never"] is None
        assert "No text here carries this label" in rule.reasons["never"]
        assert rule.thresholds["rude"] is not None
        assert "rude" not in rule.reasons


def test_the_log_is_free_of_warnings_and_progress_bars(house: House) -> None:
    log = (finished(house, "reference").folder / "log.txt").read_text()
    assert not re.search(r"\w*Warning\b|Traceback|deprecated", log), log
    assert "\r" not in log


def test_a_run_killed_within_an_epoch_goes_on_to_the_same_scores(house: House) -> None:
    assert house.seen["killed"].state == "lost"
    assert house.checkpoint["killed"] % EPOCH_STEPS != 0
    assert f"going on from checkpoint-{house.checkpoint['killed']}" in log_of(house, "killed")
    assert_same_scores(house, "killed")


def test_a_run_killed_after_an_epoch_goes_on_to_the_same_scores(house: House) -> None:
    # An evaluation drew from the random numbers of the training: dropout differed from here on.
    assert house.seen["killed later"].state == "lost"
    assert house.checkpoint["killed later"] % EPOCH_STEPS == 0
    assert_same_scores(house, "killed later")


def test_a_run_killed_before_an_evaluation_makes_up_for_it(house: House) -> None:
    step = house.checkpoint["killed later"]
    assert f"going on from checkpoint-{step}" in log_of(house, "unmeasured")
    evaluated = events.read(finished(house, "unmeasured").folder, "evaluation")
    expected = events.read(finished(house, "reference").folder, "evaluation")
    figures = ["step", "split", "epoch", "selection", *FIGURES]
    assert [[e[f] for f in figures] for e in evaluated] == [
        [e[f] for f in figures] for e in expected
    ]
    assert_same_scores(house, "unmeasured")


def test_a_stop_ends_within_seconds_and_keeps_what_was_learned(house: House) -> None:
    assert house.seen["stopped"].state == "stopped"
    assert house.stop_s["stopped"] < 10
    assert house.checkpoint["stopped"] > EPOCH_STEPS


def test_a_stopped_run_goes_on_to_the_same_scores(house: House) -> None:
    assert f"going on from checkpoint-{house.checkpoint['stopped']}" in log_of(house, "stopped")
    assert_same_scores(house, "stopped")


def test_a_stop_leaves_no_evaluation_within_an_epoch(house: House) -> None:
    evaluated = on_validation(finished(house, "stopped").folder)
    assert [e["step"] % EPOCH_STEPS for e in evaluated] == [0] * (EPOCHS + 1)


def test_a_run_that_waits_for_the_device_can_be_stopped(house: House) -> None:
    assert house.seen["waiting"].state == "stopped"
    assert house.seen["waiting"].stage.startswith("waiting for cpu")
    assert house.stop_s["waiting"] < 10
    assert not (house.now("waiting").folder / "events.jsonl").exists()


def test_runs_on_one_device_train_one_after_the_other_in_order(house: House) -> None:
    names = [name for name in house.order if name in ("reference", "few", "several")]
    runs = [finished(house, name) for name in names]
    for earlier, later in pairwise(runs):
        first = min(events.read(later.folder, kind)[0]["time"] for kind in ("train", "evaluation"))
        assert earlier.status.updated <= first


def test_a_base_model_that_is_not_there_fails_with_its_sentence(house: House) -> None:
    ended = house.now("absent").status
    assert ended.state == "failed"
    said = f"There is no folder '{ABSENT}' to take the base model from. "
    assert ended.reason == said + "Start a new run with another folder or a hub id."


def test_two_processes_train_one_run_to_the_same_files(house: House) -> None:
    folder = finished(house, "several").folder
    assert [launcher.returncode for launcher in house.launchers["several"]] == [0]
    kept = [f for f in files(folder) if not f.startswith("checkpoints")]
    alone = [f for f in files(house.now("reference").folder) if not f.startswith("checkpoints")]
    assert kept == alone
    steps = [e["step"] for e in on_validation(folder)]
    assert steps == [EPOCH_STEPS // 2 * n for n in range(EPOCHS + 1)]
    found = metrics(house, "several")
    assert found["before"]["test"]["mean_roc_auc"] < found["after"]["test"]["mean_roc_auc"]


def test_two_processes_stop_together_and_go_on_to_the_same_scores(house: House) -> None:
    # Evaluated before training, the model was trained in each process by itself; resumed, in both.
    assert house.seen["several stopped"].state == "stopped"
    assert house.stop_s["several stopped"] < 10
    codes = [launcher.returncode for launcher in house.launchers["several stopped"]]
    assert codes[0] != 0  # so that the launcher ends a process that waits for the stopped one
    assert codes[1] == 0
    assert f"going on from checkpoint-{house.checkpoint['several stopped']}" in log_of(
        house, "several stopped"
    )
    assert_same_scores(house, "several stopped", undisturbed="several")


def log_of(house: House, name: str) -> str:
    return (house.now(name).folder / "log.txt").read_text()
