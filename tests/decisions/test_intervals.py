from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import binomtest
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score

from toxapp.decisions import intervals
from toxapp.decisions.figures import figures
from toxapp.decisions.intervals import Intervals, bootstrap, draw, wilson, wilson_f1

THRESHOLDS = (0.5, 0.62, None)


def three_labels(n_texts: int = 60) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Common, with some targets missing; rare, so that some resamples have none; switched off."""
    rng = np.random.default_rng(5)
    targets = np.zeros((n_texts, 3), np.float32)
    targets[: n_texts // 3, 0] = targets[10:12, 1] = targets[20:30, 2] = 1
    scores = np.round(0.35 * targets + 0.65 * rng.random(targets.shape), 2).astype(np.float32)
    targets[rng.random(n_texts) < 0.2, 0] = np.nan
    return targets, scores


def middle(values: list[float]) -> tuple[float, float]:
    low, high = np.quantile([v for v in values if not np.isnan(v)], [0.025, 0.975])
    return float(low), float(high)


@pytest.mark.parametrize(("successes", "trials"), [(0, 7), (7, 7), (1, 3), (50, 1000), (1, 1)])
def test_wilson_is_scipys(successes: int, trials: int) -> None:
    expected = binomtest(successes, trials).proportion_ci(0.95, method="wilson")
    assert wilson(successes, trials) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_wilson_of_no_trials_is_none_and_ends_at_certainty_exactly() -> None:
    assert wilson(0, 0) is None
    ends = [(wilson(0, n), wilson(n, n)) for n in range(1, 200)]
    assert all(none and none[0] == 0.0 and every and every[1] == 1.0 for none, every in ends)


def test_the_interval_of_f1_is_wilsons_of_the_caught_among_the_flagged_or_positive() -> None:
    low, high = wilson(6, 10) or (0.0, 0.0)  # 6 caught, 8 flagged, 8 positive
    assert wilson_f1(6, 8, 8) == (2 * low / (1 + low), 2 * high / (1 + high))
    assert wilson_f1(0, 3, 0) is None
    assert (wilson_f1(0, 0, 5) or (1.0,))[0] == 0.0
    assert (wilson_f1(5, 5, 5) or (0.0, 0.0))[1] == 1.0


def test_a_resample_has_as_many_texts_as_there_are() -> None:
    times = draw(np.random.default_rng(0), 30, 7)
    assert times.shape == (30, 7)
    assert (times.sum(axis=0) == 30).all()
    assert times.max() > 1


def oracle(
    targets: NDArray[np.float32], scores: NDArray[np.float32], weight: NDArray[np.float64]
) -> dict[tuple[int, str], float]:
    """Each label's figures by scikit-learn on one resample; nan where it drew no positive."""
    found = {}
    for j, threshold in enumerate(THRESHOLDS):
        known = ~np.isnan(targets[:, j])
        target, score, times = targets[known, j], scores[known, j], weight[known]
        flags = score.astype(np.float64) >= (2.0 if threshold is None else threshold)
        some = times @ target > 0
        given = {"sample_weight": times}
        nan = float("nan")
        found[j, "f1"] = f1_score(target, flags, zero_division=0, **given) if some else nan
        found[j, "roc_auc"] = roc_auc_score(target, score, **given) if some else nan
        found[j, "average_precision"] = (
            average_precision_score(target, score, **given) if some else nan
        )
    return found


def test_the_bootstrap_is_a_loop_of_scikit_learn_on_the_same_resamples() -> None:
    targets, scores = three_labels()
    found = bootstrap(targets, scores, THRESHOLDS, resamples=120, seed=11)
    weights = draw(np.random.default_rng(11), len(targets), 120)
    drawn = [oracle(targets, scores, weight) for weight in weights.T]
    assert any(np.isnan(d[1, "f1"]) for d in drawn), "a resample should miss the rare label"
    for j, label in enumerate(found.labels):
        for name, interval in label.items():
            assert interval == pytest.approx(middle([d[j, name] for d in drawn])), (j, name)
    for mean, name in (
        ("macro_f1", "f1"),
        ("mean_roc_auc", "roc_auc"),
        ("mean_average_precision", "average_precision"),
    ):
        expected = middle([float(np.mean([d[j, name] for j in range(3)])) for d in drawn])
        assert found.means[mean] == pytest.approx(expected), mean


def test_the_interval_of_micro_f1_pools_all_labels_of_the_same_resample() -> None:
    targets, scores = three_labels()
    targets = np.nan_to_num(targets)
    weights = draw(np.random.default_rng(4), len(targets), 50)
    limits = np.array([2.0 if t is None else t for t in THRESHOLDS])
    flags = (scores.astype(np.float64) >= limits).ravel()
    pooled = [
        f1_score(targets.ravel(), flags, sample_weight=np.repeat(times, 3)) for times in weights.T
    ]
    found = bootstrap(targets, scores, THRESHOLDS, resamples=50, seed=4)
    assert found.means["micro_f1"] == pytest.approx(middle(pooled))


def test_every_interval_is_around_its_figure() -> None:
    targets, scores = three_labels(300)
    found = figures(targets, scores, "abc", THRESHOLDS, resamples=300)
    for name, (low, high) in found.intervals.items():
        assert low <= getattr(found, name) <= high
    for label in found.labels.values():
        for name, (low, high) in label.intervals.items():
            assert 0 <= low <= getattr(label, name) <= high <= 1


def test_labels_without_a_figure_have_no_interval_and_are_not_in_the_means() -> None:
    targets, scores = three_labels()
    alone = bootstrap(targets[:, :1], scores[:, :1], [0.5], resamples=40)
    targets[:, 1] = 0
    targets[:, 2] = np.nan
    found = bootstrap(targets, scores, [0.5, None, None], resamples=40)
    assert found.labels == (alone.labels[0], {}, {})
    assert found.means["macro_f1"] == alone.means["macro_f1"]
    assert found.means["mean_roc_auc"] == alone.labels[0]["roc_auc"]


def test_where_nothing_is_defined_there_are_no_intervals() -> None:
    nothing = np.full((4, 2), np.nan, np.float32), np.full((4, 2), 0.5, np.float32)
    assert bootstrap(*nothing, [0.5, 0.5], resamples=5) == Intervals(({}, {}), {})
    empty = np.zeros((0, 2), np.float32)
    assert bootstrap(empty, empty, [0.5, 0.5], resamples=5) == Intervals(({}, {}), {})


def test_a_seed_gives_the_same_intervals_however_many_texts_fit_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    targets, scores = three_labels()
    whole = bootstrap(targets, scores, THRESHOLDS, resamples=50, seed=2)
    monkeypatch.setattr(intervals, "CELLS", 7 * len(targets))
    assert bootstrap(targets, scores, THRESHOLDS, resamples=50, seed=2) == whole
    assert bootstrap(targets, scores, THRESHOLDS, resamples=50, seed=3) != whole
