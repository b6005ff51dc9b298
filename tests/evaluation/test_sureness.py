from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.evaluation.sides import finished, guessed, labelled, noisy
from toxapp import workspace
from toxapp.bench import steadiness
from toxapp.decisions.figures import figures
from toxapp.decisions.intervals import FEW, HOLDS_FROM, wilson
from toxapp.decisions.workload import workload
from toxapp.errors import DataError
from toxapp.evaluation.sureness import few, sureness
from toxapp.evaluation.thresholds import BEST_F1
from toxapp.runs import rules, run
from toxapp.runs.rules import Rule
from toxapp.runs.run import Run


@pytest.fixture
def found(tmp_path: Path) -> Run:
    """A run of 1,200 texts whose label b few carry."""
    return guessed(labelled(tmp_path, ["a", "b"], rows=1200), 0.8)


def solved(found: Run, **objective: str) -> Rule:
    rule = rules.in_force(found.folder)
    return replace(rule, objective={**rule.objective, **objective})


def cached() -> list[Path]:
    return sorted((workspace.cache_folder() / "sureness").glob("*.json"))


def test_shares_and_f1_have_the_intervals_of_the_figures(found: Run) -> None:
    here = sureness(found, rules.in_force(found.folder), "test", resamples=20)
    scored = run.scored(found, "test")
    shown = figures(scored.targets, scored.scores, ["a", "b"], [0.5, 0.5]).labels
    for label, ends in here.labels.items():
        assert {x: ends[x] for x in ("precision", "recall", "f1")} == shown[label].intervals
        flagged = shown[label].flagged
        assert ends["flagged_share"] == wilson(flagged, len(scored.scores))
        assert here.positives[label] == shown[label].positives


def test_the_workload_has_intervals_of_its_own(found: Run) -> None:
    here = sureness(found, rules.in_force(found.folder), "test", resamples=20).workload
    scored = run.scored(found, "test")
    read = workload(scored.targets, scored.scores, [0.5, 0.5])
    for name in ("per_thousand", "caught_share", "false_alarm_share"):
        value = getattr(read, name)
        assert value is not None
        assert here[name][0] < value < here[name][1], name


def test_only_a_threshold_that_was_solved_for_has_a_range_and_the_other_says_why(
    found: Run,
) -> None:
    here = sureness(found, solved(found, a=BEST_F1), "test", resamples=50)
    assert list(here.thresholds) == ["a"]
    assert list(here.reasons) == ["b"]
    assert "not solved for this label alone" in here.reasons["b"]


def test_a_range_is_found_once_and_moving_another_label_does_not_ask_again(found: Run) -> None:
    both = solved(found, a=BEST_F1, b="recall at least 0.8, then most precision")
    first = sureness(found, both, "test", resamples=50)
    assert len(cached()) == 2
    before = [file.stat().st_mtime_ns for file in cached()]
    assert sureness(found, both, "test", resamples=50) == first
    moved = sureness(found, solved(found, a=BEST_F1), "validation", resamples=50)
    assert moved.thresholds["a"] == first.thresholds["a"]
    assert [file.stat().st_mtime_ns for file in cached()] == before


def test_other_scores_resamples_or_wishes_are_not_taken_from_the_cache(found: Run) -> None:
    sureness(found, solved(found, a=BEST_F1), "test", resamples=50)
    sureness(found, solved(found, a=BEST_F1), "test", resamples=60)
    sureness(found, solved(found, a="best F2, smoothed"), "test", resamples=50)
    assert len(cached()) == 3


def test_a_label_that_no_text_carries_has_no_intervals_of_what_is_undefined(
    tmp_path: Path,
) -> None:
    dataset = labelled(tmp_path, ["a"], rows=200)
    flat = {
        x: np.full_like(noisy(dataset, x, noise=1, seed=0), 0.3) for x in ("validation", "test")
    }
    made = finished(dataset, flat, [0.5])
    here = sureness(made, solved(made, a=BEST_F1), "test", resamples=10)
    assert set(here.labels["a"]) == {"recall", "f1", "flagged_share"}  # nothing is flagged
    assert "scores the same" in here.reasons["a"]
    assert set(here.workload) == {"per_thousand", "caught_share"}


def test_scores_that_are_none_are_a_sentence(tmp_path: Path) -> None:
    dataset = labelled(tmp_path, ["a"], rows=200)
    broken = {x: noisy(dataset, x, noise=1, seed=0) for x in ("validation", "test")}
    broken["test"][0] = np.nan
    made = finished(dataset, broken, [0.5])
    with pytest.raises(DataError, match="scores are not numbers from 0 to 1"):
        sureness(made, rules.in_force(made.folder), "test", resamples=10)


def test_few_positives_are_said_in_words() -> None:
    assert few(FEW) is None
    assert "Only 49 texts" in (few(FEW - 1) or "")
    assert "even their intervals" in (few(HOLDS_FROM - 1) or "")
    assert "even their intervals" not in (few(HOLDS_FROM) or "")
    assert "nothing to catch" in (few(0) or "")


def test_the_steadiness_of_a_run_leaves_out_labels_with_too_few_positives(found: Run) -> None:
    here = steadiness.of_run(found.id, [5, 60], draws=5)
    assert [x.positives for x in here.labels["a"]] == [5, 60]
    assert here.mean[60].labels == sum(len(x) == 2 for x in here.labels.values())
    assert here.mean[5].smoothed >= 0
    assert list(steadiness.of_run(found.id, [100_000], draws=2).left_out) == ["a", "b"]
