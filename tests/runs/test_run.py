from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import quick_settings
from tests.tiny import imported
from toxapp import workspace
from toxapp.data import importing, store
from toxapp.data.choice import Upload
from toxapp.data.store import Dataset
from toxapp.errors import DataError, JobError, NotFoundError
from toxapp.jobs.work import work
from toxapp.runs import rules, run
from toxapp.runs.run import Run
from toxapp.runs.settings import Settings


@pytest.fixture
def dataset(comments: Path) -> Dataset:
    return imported(comments)


def made(dataset: Dataset, name: str = "tiny") -> Run:
    return run.create(Settings(dataset=dataset.id, name=name))


def test_a_new_run_is_a_folder_with_its_settings_and_nothing_has_started(dataset: Dataset) -> None:
    settings = Settings(dataset=dataset.id, name="Größter Lauf!", epochs=3)
    created = run.create(settings)
    assert created.id.endswith("-groter-lauf")
    assert created.folder == workspace.home() / "runs" / created.id
    assert json.loads((created.folder / "config.json").read_text())["epochs"] == 3
    assert not (created.folder / "status.json").exists()


def test_a_run_is_loaded_as_it_was_made(dataset: Dataset) -> None:
    created = made(dataset)
    found = run.load(created.id)
    assert (found.id, found.settings, found.folder) == (
        created.id,
        created.settings,
        created.folder,
    )
    assert found.status.state == "stopped"
    assert not found.finished


def test_two_runs_of_one_name_in_one_second_are_two_runs(dataset: Dataset) -> None:
    assert made(dataset).id != made(dataset).id
    assert len(run.runs()) == 2


def test_a_title_says_the_name_and_when_the_run_was_made(dataset: Dataset) -> None:
    created = made(dataset, "tiny")
    moment = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC).timestamp()
    os.utime(created.folder / "config.json", (moment, moment))
    assert created.title == "tiny · 04 Mar 05:06"


def test_a_run_needs_a_dataset_that_is_there_and_ready(comments: Path) -> None:
    with pytest.raises(NotFoundError, match="no dataset 'nope'"):
        run.create(Settings(dataset="nope"))
    folder = importing.prepare([Upload(comments)])
    with pytest.raises(DataError, match="was never read"):
        run.create(Settings(dataset=folder.name))
    assert run.runs() == []


def test_runs_are_listed_newest_first_and_strange_folders_left_out(
    dataset: Dataset, home: Path
) -> None:
    created = made(dataset)
    older = home / "runs" / "20200101-000000-old"
    older.mkdir()
    (older / "config.json").write_text((created.folder / "config.json").read_text())
    (home / "runs" / "20300101-000000-empty").mkdir()
    (home / "runs" / "Not An Id").mkdir()
    assert [found.id for found in run.runs()] == [created.id, older.name]


@pytest.mark.parametrize("name", ["nope", "", "../runs", "..", "A", "a/b"])
def test_an_unknown_or_malformed_id_is_not_found(dataset: Dataset, name: str) -> None:
    created = made(dataset)
    with pytest.raises(NotFoundError, match=created.id):
        run.load(name)
    with pytest.raises(NotFoundError):
        run.delete(name)
    assert run.load(created.id) == run.runs()[0]


def test_a_run_folder_without_settings_says_what_to_do(home: Path) -> None:
    (home / "runs" / "20200101-000000-torn").mkdir(parents=True)
    with pytest.raises(NotFoundError, match=r"has no config\.json; delete it"):
        run.load("20200101-000000-torn")
    run.delete("20200101-000000-torn")
    assert workspace.ids("runs") == []


def test_a_deleted_run_is_gone_with_all_that_came_of_it(dataset: Dataset, home: Path) -> None:
    kept, doomed = made(dataset, "kept"), made(dataset, "doomed")
    run.delete(doomed.id)
    assert not doomed.folder.exists()
    assert [found.id for found in run.runs()] == [kept.id]
    assert list((home / "cache").iterdir()) == []


def test_a_run_at_work_cannot_be_deleted_or_resumed(dataset: Dataset) -> None:
    created = made(dataset)
    with work(created.folder) as job:
        with pytest.raises(JobError, match="is running; stop it before you delete it"):
            run.delete(created.id)
        job.queued("waiting for cpu, 1 ahead")
        with pytest.raises(JobError, match="is queued; stop it"):
            run.delete(created.id)
        with pytest.raises(JobError, match="A job already works on"):
            run.resume(created.id)
    run.delete(created.id)


def test_a_finished_run_has_nothing_to_resume(dataset: Dataset) -> None:
    created = made(dataset)
    with work(created.folder):
        pass
    assert run.load(created.id).finished
    with pytest.raises(JobError, match="has finished; there is nothing to resume"):
        run.resume(created.id)


def test_a_dataset_that_runs_rest_on_cannot_be_deleted(dataset: Dataset) -> None:
    created = made(dataset)
    with pytest.raises(JobError, match=f"were trained on it: {created.id}. Delete them first"):
        run.delete_dataset(dataset.id)
    assert store.load(dataset.id) == dataset
    run.delete(created.id)
    run.delete_dataset(dataset.id)
    assert store.datasets() == []
    with pytest.raises(NotFoundError):
        run.delete_dataset(dataset.id)


def test_a_dataset_that_is_being_read_cannot_be_deleted(comments: Path) -> None:
    folder = importing.prepare([Upload(comments)])
    with work(folder), pytest.raises(JobError, match="is still being read"):
        run.delete_dataset(folder.name)
    run.delete_dataset(folder.name)
    assert workspace.ids("datasets") == []


def test_a_run_that_has_not_scored_yet_says_so(dataset: Dataset) -> None:
    created = run.load(made(dataset).id)
    assert run.metrics(created) is None
    with pytest.raises(JobError, match="has no scores yet: it is stopped"):
        run.scored(created, "test")


@pytest.mark.slow
def test_a_finished_run_has_scores_of_validation_and_test_in_file_order(trained: Run) -> None:
    labels = store.load(trained.settings.dataset).labels
    assert labels == ("rude", "spam", "never")
    for split in ("validation", "test"):
        found, rows = run.scored(trained, split), store.read(trained.settings.dataset, split)
        assert found.scores.shape == found.targets.shape == (36, 3)
        assert found.scores.dtype == found.targets.dtype == np.float32
        assert ((found.scores >= 0) & (found.scores <= 1)).all()
        assert (np.diff(found.row) > 0).all()
        assert np.array_equal(found.row, rows.row)
        assert np.array_equal(found.targets, rows.targets)


@pytest.mark.slow
def test_a_finished_run_knows_its_figures_before_and_after_on_every_split(trained: Run) -> None:
    found = run.metrics(trained)
    assert found is not None
    assert set(found["before"]) == set(found["after"]) == {"train", "validation", "test"}
    assert (
        found["after"]["validation"]["mean_roc_auc"] > found["before"]["validation"]["mean_roc_auc"]
    )


@pytest.mark.slow
def test_a_finished_run_has_one_rule_made_by_the_training(trained: Run) -> None:
    (number,) = rules.numbers(trained.folder)
    rule = rules.in_force(trained.folder)
    assert (number, rule.number, rule.by, rule.split) == (1, 1, "training", "validation")
    assert rule.thresholds["rude"] is not None
    assert rule.thresholds["never"] is None
    assert "No text here carries this label" in rule.reasons["never"]


@pytest.mark.slow
def test_settings_of_a_real_run_are_kept_as_asked(trained: Run, model_folder: Path) -> None:
    assert trained.settings == quick_settings(trained.settings.dataset, model_folder)
    assert trained.finished
