from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.evaluation.sides import guessed, labelled, noisy
from toxapp.data import store
from toxapp.data.store import Dataset
from toxapp.decisions.figures import figures
from toxapp.decisions.intervals import resample
from toxapp.evaluation import compare
from toxapp.evaluation.elsewhere import Scored
from toxapp.evaluation.transfer import Transfer, transfer
from toxapp.runs.run import Run

LABELS = ["rude", "spam", "threat"]


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return labelled(tmp_path, LABELS)


@pytest.fixture
def chosen(dataset: Dataset) -> Run:
    return guessed(dataset, 0.6)


def there(dataset: Dataset, *, noise: float, labels: tuple[str, ...]) -> Scored:
    """The training rows as if they came from elsewhere, with some of the labels."""
    kept = [LABELS.index(label) for label in labels]
    targets = store.read(dataset.id, "train").targets[:, kept]
    scores = noisy(dataset, "train", noise=noise, seed=5)[:, kept]
    return Scored(labels, targets, scores, None)


def found(chosen: Run, scored: Scored, resamples: int = 200) -> Transfer:
    return transfer(chosen, scored, resamples=resamples)


def test_both_domains_are_measured_on_the_labels_that_both_know(
    chosen: Run, dataset: Dataset
) -> None:
    scored = there(dataset, noise=0.9, labels=("threat", "rude"))
    both = found(chosen, scored, 0)
    assert both.left_out == ("spam",)
    assert list(both.own.figures.labels) == list(both.there.figures.labels) == ["threat", "rude"]
    own = compare.side(chosen, resamples=1).figures.labels
    assert both.own.figures.labels["rude"].caught == own["rude"].caught
    at_half = figures(scored.targets, scored.scores, scored.labels, [0.5, 0.5])
    assert both.there.figures == at_half
    assert both.labels == {}
    assert both.means == {}


def test_a_difference_is_out_of_domain_less_in_domain_with_an_interval(
    chosen: Run, dataset: Dataset
) -> None:
    both = found(chosen, there(dataset, noise=0.95, labels=("rude", "spam", "threat")))
    gap = both.labels["rude"]["roc_auc"]
    first, second = both.own.figures.labels["rude"], both.there.figures.labels["rude"]
    assert first.roc_auc is not None
    assert second.roc_auc is not None
    assert gap.value == pytest.approx(second.roc_auc - first.roc_auc)
    assert gap.better == -1
    assert gap.interval is not None
    assert gap.value is not None
    assert gap.interval[0] < gap.value < gap.interval[1] < 0
    assert set(both.means) == {"macro_f1", "micro_f1", "mean_roc_auc", "mean_average_precision"}
    assert both.means["micro_f1"].better == -1


def test_the_same_scores_on_texts_alike_differ_by_no_more_than_chance(
    chosen: Run, dataset: Dataset
) -> None:
    both = found(chosen, there(dataset, noise=0.6, labels=("rude",)))
    assert {gap.better for gap in both.labels["rude"].values()} == {0}


def test_a_mean_over_other_labels_there_is_not_compared(chosen: Run, dataset: Dataset) -> None:
    scored = there(dataset, noise=0.6, labels=("rude", "threat"))
    scored.targets[:, 1] = 0  # nobody threatens there
    both = found(chosen, scored)
    assert set(both.means) == {"micro_f1"}
    assert both.labels["threat"]["recall"].value is None
    assert both.labels["threat"]["recall"].reason


def test_an_interval_of_a_difference_is_as_wide_as_both_sides_make_it(
    chosen: Run, dataset: Dataset
) -> None:
    """Drawn apart, variances add: paired draws of one seed would understate or overstate it."""
    scored = there(dataset, noise=0.6, labels=("rude",))
    own = compare.side(chosen, resamples=400).resampled.labels[0, 1]
    other = resample(scored.targets, scored.scores, [0.5], resamples=400, seed=1).labels[0, 1]
    gap = found(chosen, scored, 400).labels["rude"]["roc_auc"]
    assert gap.interval is not None
    width = 2 * 1.96 * np.sqrt(own.var() + other.var())
    assert gap.interval[1] - gap.interval[0] == pytest.approx(width, rel=0.2)
