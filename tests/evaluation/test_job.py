from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.test_command_line import answer, toxapp
from tests.tiny import imported, write_comments
from toxapp.errors import DataError
from toxapp.evaluation import elsewhere, job, sampling
from toxapp.evaluation.job import Request
from toxapp.jobs import process
from toxapp.runs.run import Run

pytestmark = pytest.mark.slow


@pytest.fixture
def other(trained: Run, tmp_path: Path) -> str:
    """Another dataset: 150 comments, of which some are rude."""
    return imported(write_comments(tmp_path / "others.csv", rows=150, seed=4)).id


def test_a_sample_of_another_dataset_is_scored_once_and_kept(trained: Run, other: str) -> None:
    request = Request(trained.id, other, {"never": "none"}, size=40, seed=2)
    assert job.result(request) is None
    job.start(request)
    assert process.wait(request.folder, timeout_s=120).state == "finished"
    found = job.result(request)
    assert found is not None
    assert found.rows == 150
    assert found.scored.labels == ("rude", "spam")
    with elsewhere.of(trained, other, {"never": "none"}) as texts:
        expected = elsewhere.score(
            trained, sampling.some(texts, request.sample)[0], report=lambda _: None
        )
    assert np.array_equal(found.scored.targets, expected.targets)
    assert np.array_equal(found.scored.scores, expected.scores)
    assert job.result(Request(trained.id, other, {"never": "none"}, size=40, seed=3)) is None


def test_what_cannot_be_measured_is_said_before_a_job_starts(trained: Run) -> None:
    request = Request(trained.id, trained.settings.dataset, {})
    with pytest.raises(DataError, match="that the run was trained on"):
        job.start(request)
    assert not request.folder.exists()


def test_evaluate_gives_both_domains_of_a_sample_that_a_seed_repeats(
    trained: Run, other: str, tmp_path: Path
) -> None:
    asked = ("evaluate", trained.id, "--data", other, "--map", "never=none", "--resamples", "20")
    found = answer(*asked, "--sample", "50", "--seed", "7")
    assert (found["rows"], found["sample"], found["seed"], found["n_texts"]) == (150, 50, 7, 50)
    assert found["labels_left_out"] == ["never"]
    assert list(found["labels"]) == list(found["own_test"]["labels"]) == ["rude", "spam"]
    own = answer("evaluate", trained.id, "--resamples", "20")
    assert found["own_test"]["labels"]["rude"] == own["labels"]["rude"]
    assert set(found["differences"]) == {"means", "labels"}
    file = write_comments(tmp_path / "others.csv", rows=150, seed=4)
    by_file = answer("evaluate", trained.id, "--data", str(file), *asked[4:], "--sample", "500")
    assert by_file["note"] == "There are 150 usable rows, fewer than the sample: all are measured."
    assert by_file["n_texts"] == 150


def test_a_sample_of_the_own_test_split_is_no_measurement(trained: Run) -> None:
    told = toxapp("evaluate", trained.id, "--sample", "5")
    assert told.returncode == 2
    assert "--sample and --map are of --data" in told.stderr
