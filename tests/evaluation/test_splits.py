from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score

from toxapp.errors import JobError, NotFoundError
from toxapp.evaluation.splits import evaluate_run
from toxapp.evaluation.thresholds import moved_rule
from toxapp.runs import rules, run
from toxapp.runs.run import Run

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("split", ["validation", "test"])
def test_figures_of_a_split_are_scikit_learns(trained: Run, split: str) -> None:
    data, rule = run.scored(trained, split), rules.in_force(trained.folder)
    found = evaluate_run(trained, split)
    assert found.n_texts == 36
    assert list(found.labels) == ["rude", "spam", "never"]
    f1s, areas, averages = [], [], []
    for column, label in enumerate(("rude", "spam")):
        threshold = rule.thresholds[label]
        assert threshold is not None
        truth, scores = data.targets[:, column], data.scores[:, column].astype(float)
        f1s.append(f1_score(truth, scores >= threshold))
        areas.append(roc_auc_score(truth, scores))
        averages.append(average_precision_score(truth, scores))
        assert found.labels[label].threshold == threshold
        assert found.labels[label].f1 == pytest.approx(f1s[-1])
        assert found.labels[label].f1_at_half == pytest.approx(f1_score(truth, scores >= 0.5))
        assert found.labels[label].roc_auc == pytest.approx(areas[-1])
        assert found.labels[label].average_precision == pytest.approx(averages[-1])
    assert found.macro_f1 == pytest.approx(np.mean(f1s))
    assert found.mean_roc_auc == pytest.approx(np.mean(areas))
    assert found.mean_average_precision == pytest.approx(np.mean(averages))


def test_a_label_without_a_positive_has_no_figure_and_is_named(trained: Run) -> None:
    found = evaluate_run(trained, "test")
    never = found.labels["never"]
    assert (never.positives, never.f1, never.roc_auc, never.recall) == (0, None, None, None)
    assert "No text here carries this label" in never.reasons["f1"]
    assert found.left_out["macro_f1"] == found.left_out["mean_roc_auc"] == ["never"]


def test_the_figures_follow_the_rule_in_force(trained: Run) -> None:
    before = evaluate_run(trained, "test")
    rules.save(trained.folder, moved_rule(trained, {"rude": 0.0001}, by="Ada"))
    after = evaluate_run(trained, "test")
    assert (after.labels["rude"].flagged, after.labels["rude"].recall) == (36, 1.0)
    assert after.labels["spam"] == before.labels["spam"]
    assert after.mean_roc_auc == before.mean_roc_auc
    assert after.macro_f1_at_half == before.macro_f1_at_half


def test_the_expected_figures_of_the_first_rule_are_those_of_validation(trained: Run) -> None:
    rule, found = rules.in_force(trained.folder), evaluate_run(trained, "validation")
    for label in ("rude", "spam", "never"):
        for figure, value in rule.expected[label].items():
            assert getattr(found.labels[label], figure) == value


def test_intervals_are_drawn_where_asked_for_and_hold_the_figure(trained: Run) -> None:
    without, drawn = (evaluate_run(trained, "test", resamples=n) for n in (0, 100))
    assert "roc_auc" not in without.labels["rude"].intervals
    assert without.intervals == {}
    low, high = drawn.intervals["macro_f1"]
    assert drawn.macro_f1 is not None
    assert low <= drawn.macro_f1 <= high
    assert replace(drawn.labels["rude"], intervals={}) == replace(
        without.labels["rude"], intervals={}
    )


def test_the_job_kept_these_very_figures(trained: Run) -> None:
    metrics = run.metrics(trained)
    assert metrics is not None
    for split in ("validation", "test"):
        found = evaluate_run(trained, split)
        assert metrics["after"][split]["macro_f1"] == found.macro_f1
        assert metrics["after"][split]["labels"]["rude"]["f1"] == found.labels["rude"].f1


def test_a_run_that_has_not_scored_yet_is_a_sentence(trained: Run) -> None:
    unfinished = run.load(run.create(trained.settings).id)
    with pytest.raises((JobError, NotFoundError), match="has no"):
        evaluate_run(unfinished, "test")
