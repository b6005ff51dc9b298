from __future__ import annotations

import numpy as np
import pytest

from toxapp.bench import coverage
from toxapp.bench.coverage import POPULATIONS, Population, bench, holds_from, intervals
from toxapp.decisions.curve import counts
from toxapp.decisions.figures import figures
from toxapp.decisions.intervals import HOLDS_FROM


@pytest.mark.parametrize("population", POPULATIONS, ids=lambda x: x.name)
def test_the_true_figures_are_those_of_very_many_texts(population: Population) -> None:
    rng = np.random.default_rng(0)
    targets = rng.random(400_000) < population.rate
    positive, negative = (rng.beta(*x, 400_000) for x in (population.positive, population.negative))
    scores = np.where(targets, positive, negative)
    here = counts(targets.astype(np.float32), scores, population.threshold)
    truth = population.truth
    assert here.precision == pytest.approx(truth["precision"], abs=0.02)
    assert here.recall == pytest.approx(truth["recall"], abs=0.02)
    assert here.f1 == pytest.approx(truth["f1"], abs=0.02)
    assert here.flagged / here.texts == pytest.approx(truth["flagged_share"], abs=0.002)


def test_intervals_hold_at_fifty_and_more_positives_and_not_at_five() -> None:
    rows = bench(sizes=(5, 50, 200, 1000), samples=1000, resamples=2)
    assert {row.positives for row in rows if not row.holds} == {5}
    assert holds_from(rows) == 50  # of these sizes


def test_a_bootstrap_of_a_nearly_flawless_classifier_covers_too_little() -> None:
    row = bench(POPULATIONS[-1:], (50,), samples=200, resamples=200)[0]
    assert row.holds
    for figure in ("precision", "recall", "f1"):
        assert (row.bootstrap[figure] or 100) < coverage.LEAST


def test_the_number_below_which_intervals_fail_is_the_one_that_is_said() -> None:
    rows = bench(POPULATIONS[-1:], (5, HOLDS_FROM, 20), samples=2000, resamples=2)
    assert holds_from(rows) == HOLDS_FROM


def test_the_intervals_that_are_measured_are_those_of_the_figures() -> None:
    #                             caught, missed, false alarms, rightly clear
    targets = np.repeat([1, 1, 0, 0], [7, 3, 2, 8]).astype(np.float32)[:, None]
    scores = np.repeat([0.9, 0.1, 0.9, 0.1], [7, 3, 2, 8]).astype(np.float32)[:, None]
    shown = figures(targets, scores, ["a"], [0.5]).labels["a"].intervals
    measured = intervals(np.array([7, 3, 2, 8]))
    assert {name: measured[name] for name in shown} == shown
