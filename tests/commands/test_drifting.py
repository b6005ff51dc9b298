"""The verbs doubts and drift, on a run that was really trained."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from tests.tiny import imported, write_comments
from toxapp.__main__ import app
from toxapp.errors import DataError
from toxapp.evaluation import arrived, looks
from toxapp.evaluation.arrived import Request
from toxapp.jobs import process
from toxapp.runs import rules, run
from toxapp.runs.run import Run

pytestmark = pytest.mark.slow


def answer(*words: str) -> Any:
    done = CliRunner().invoke(app, [*words, "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_doubts_are_told_and_written(trained: Run, tmp_path: Path) -> None:
    file = tmp_path / "doubts.csv"
    found = answer("doubts", trained.id, "--label", "rude", "-n", "5", "-o", str(file))
    assert (found["run"], found["split"], found["label"]) == (trained.id, "validation", "rude")
    scored = run.scored(trained, "validation")
    cut = rules.in_force(trained.folder).thresholds["rude"]
    against = (scored.scores[:, 0] >= (cut or 2)) != (scored.targets[:, 0] >= 0.5)
    belief = np.abs(1 - scored.targets[:, 0] - scored.scores[:, 0])[against]
    told = [doubt["quality"] for doubt in found["doubts"]]
    assert told == pytest.approx(sorted(belief.tolist())[:5])
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert [row["text"] for row in rows] == [doubt["text"] for doubt in found["doubts"]]
    with pytest.raises(DataError, match=r"doubts\.txt: doubts are written as \.csv"):
        answer("doubts", trained.id, "-o", str(tmp_path / "doubts.txt"))


def test_drift_scores_once_and_says_per_label_whether_it_holds(
    trained: Run, tmp_path: Path
) -> None:
    newer = write_comments(tmp_path / "newer.csv", rows=400, seed=5)
    words = ("drift", trained.id, str(newer), "--sample", "300", "--seed", "2")
    found = answer(*words)
    assert (found["rows"], found["texts"], found["own_texts"], found["rule"]) == (400, 300, 36, 1)
    assert list(found["labels"]) == ["rude", "spam", "never"]
    rude = found["labels"]["rude"]
    assert rude["positives"] == pytest.approx(120, abs=30)
    assert set(rude["recall"]) == {"test", "here", "difference", "interval", "strict"}
    assert found["labels"]["never"]["verdict"] == "cannot be said"
    kept = next((Path(trained.folder).parents[1] / "cache" / "drift").glob("*/scores.npz"))
    before = kept.stat().st_mtime_ns
    assert answer(*words) == found
    assert kept.stat().st_mtime_ns == before
    assert looks.count(trained) == 2
    told = CliRunner().invoke(app, list(words)).output
    assert "300 of 400 texts of newer.csv, with 36 of the run's own test split" in told


def test_the_job_scores_as_the_verb_does_whatever_labels_are_called(
    trained: Run, tmp_path: Path
) -> None:
    other = imported(write_comments(tmp_path / "newer.csv", rows=60, seed=5))
    request = Request(trained.id, other.id, {"rude": "spam"}, size=40)
    arrived.start(request)
    assert process.wait(request.folder, timeout_s=120).state == "finished"
    found = arrived.result(request)
    assert found is not None
    assert found.scores.shape == (40, 3)
    plain = Request(trained.id, other.id, {}, size=40)
    again = arrived.result(plain)  # other names need no other scores
    assert again is not None
    assert again.labels == found.labels == ("rude", "spam", "never")
    np.testing.assert_array_equal(again.scores, found.scores)
    np.testing.assert_array_equal(again.targets[:, 1], found.targets[:, 0])
    assert not np.array_equal(again.targets[:, 0], found.targets[:, 0])
