from __future__ import annotations

import time

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import binomtest, chi2
from sklearn.metrics import average_precision_score, f1_score, precision_score, roc_auc_score

from toxapp.decisions.curve import decide
from toxapp.decisions.intervals import LABEL_FIGURES, draw, resample
from toxapp.decisions.paired import (
    FEW,
    Difference,
    changes,
    holm,
    label_differences,
    mcnemar,
    mean_differences,
)

NAN = float("nan")
Scores = NDArray[np.float32]


def two_classifiers(n_texts: int = 80) -> tuple[Scores, Scores, Scores]:
    """A common label with gaps, a rare one, one that none carries; the second scores better."""
    rng = np.random.default_rng(3)
    targets = np.zeros((n_texts, 3), np.float32)
    targets[: n_texts // 3, 0] = targets[:5, 1] = 1
    targets[rng.random(n_texts) < 0.2, 0] = NAN
    known = np.nan_to_num(targets)
    first = (0.3 * known + 0.7 * rng.random(targets.shape)).astype(np.float32)
    second = (0.6 * known + 0.4 * rng.random(targets.shape)).astype(np.float32)
    return targets, first, second


@pytest.mark.parametrize(("first", "second"), [(0, 1), (1, 4), (3, 3), (2, 14), (24, 0), (12, 12)])
def test_few_differing_decisions_are_tested_exactly(first: int, second: int) -> None:
    expected = binomtest(first, first + second, 0.5).pvalue
    assert mcnemar(first, second) == pytest.approx(expected, abs=1e-12)


def test_many_are_tested_by_corrected_chi_square() -> None:
    # Edwards' example: (|150 - 59| - 1)^2 / 209 = 38.76
    assert mcnemar(59, 150) == pytest.approx(chi2.sf(8100 / 209, 1), rel=1e-9)
    assert mcnemar(101, 59) == pytest.approx(chi2.sf(41**2 / 160, 1), rel=1e-9)
    assert mcnemar(500, 500) == 1.0


def test_the_approximation_takes_over_where_it_is_close() -> None:
    for fewer in range(FEW // 2 + 1):
        exact = binomtest(fewer, FEW, 0.5).pvalue
        assert mcnemar(fewer, FEW - fewer) == pytest.approx(exact, abs=0.025)


def test_the_test_does_not_care_which_is_first_and_knows_no_difference() -> None:
    assert mcnemar(3, 9) == mcnemar(9, 3)
    assert mcnemar(30, 90) == mcnemar(90, 30)
    assert mcnemar(0, 0) == 1.0
    # 1 of 1, by hand: 2 * 1/2; 0 of 6: 2 / 2^6
    assert (mcnemar(1, 0), mcnemar(0, 6)) == (1.0, 2 / 64)


def test_changes_are_counted_by_hand() -> None:
    #                  found lost new gone both neither unknown
    targets = np.array([1, 1, 0.4, 0, 1, 0, NAN])
    first = np.array([0, 1, 0, 1, 1, 0, 0], bool)
    second = np.array([1, 0, 1, 0, 1, 0, 1], bool)
    found = changes(targets, first, second)
    assert (found.texts, found.found, found.lost) == (6, 1, 1)
    assert (found.new_alarms, found.dropped_alarms) == (1, 1)
    assert (found.p, found.reason) == (1.0, None)


def test_a_find_and_a_dropped_alarm_both_speak_for_the_second() -> None:
    targets = np.array([1.0] * 5 + [0.0] * 5)
    flags = np.array([False] * 5 + [True] * 5)
    found = changes(targets, flags, ~flags)
    assert (found.found, found.dropped_alarms) == (5, 5)
    assert found.p == pytest.approx(2 / 2**10)


def test_without_a_known_target_there_is_a_reason_and_no_p() -> None:
    flags = np.array([True, False])
    found = changes(np.array([NAN, NAN]), flags, ~flags)
    assert (found.texts, found.p) == (0, None)
    assert found.reason == "No text here says whether it carries this label."
    empty = changes(np.empty(0), np.empty(0, bool), np.empty(0, bool))
    assert empty.p is None


def test_holm_is_worked_out_by_hand() -> None:
    # ascending .005 .01 .03 .04: times 4, 3, 2, 1, never falling
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.5, None, 0.6]) == [1.0, None, 1.0]
    assert holm([0.2]) == [0.2]
    assert holm([]) == holm([]) == []


def test_holm_is_not_below_the_p_and_not_above_bonferroni() -> None:
    ps = np.random.default_rng(0).random(28) ** 3
    corrected = np.array(holm(list(ps)), float)
    assert (corrected >= ps).all()
    assert (corrected <= np.minimum(1, 28 * ps)).all()
    assert (np.diff(corrected[np.argsort(ps)]) >= 0).all()


def figures_by_sklearn(
    targets: Scores, scores: Scores, threshold: float | None, weight: NDArray[np.float64]
) -> dict[str, float]:
    known = ~np.isnan(targets)
    target, score, times = targets[known], scores[known], weight[known]
    flags = decide(score, threshold)
    given = {"sample_weight": times, "zero_division": NAN}
    some = bool(times @ target)
    return {
        "f1": f1_score(target, flags, sample_weight=times, zero_division=0) if some else NAN,
        "precision": precision_score(target, flags, **given),
        "roc_auc": roc_auc_score(target, score, sample_weight=times) if some else NAN,
        "average_precision": (
            average_precision_score(target, score, sample_weight=times) if some else NAN
        ),
    }


def test_a_difference_is_a_loop_of_scikit_learn_on_the_same_resamples() -> None:
    targets, first, second = two_classifiers()
    cuts = (0.5, 0.4, None)
    one = resample(targets, first, cuts, resamples=60, seed=7)
    two = resample(targets, second, cuts, resamples=60, seed=7)
    found = label_differences(one, two)
    weights = draw(np.random.default_rng(7), len(targets), 60)
    whole = np.ones(len(targets))
    for column in (0, 1):
        oracles = [
            figures_by_sklearn(targets[:, column], scores[:, column], cuts[column], weight)
            for weight in (whole, *weights.T)
            for scores in (first, second)
        ]
        for name in ("f1", "precision", "roc_auc", "average_precision"):
            values = np.array([oracle[name] for oracle in oracles]).reshape(-1, 2)
            gaps = values[:, 1] - values[:, 0]
            difference = found[column][name]
            assert difference.value == pytest.approx(gaps[0])
            drawn = gaps[1:][~np.isnan(gaps[1:])]
            low, high = np.quantile(drawn, [0.025, 0.975])
            assert difference.interval == pytest.approx((low, high))
            side = min((drawn <= 1e-12).sum(), (drawn >= -1e-12).sum())
            assert difference.p == pytest.approx(min(1, 2 * (side + 1) / (len(drawn) + 1)))


def test_means_differ_by_the_mean_of_the_labels_that_have_the_figure() -> None:
    targets, first, second = two_classifiers()
    one, two = (resample(targets, s, (0.5, 0.4, 0.5), resamples=50) for s in (first, second))
    labels, means = label_differences(one, two), mean_differences(one, two)
    assert set(means) == {"micro_f1", "macro_f1", "mean_roc_auc", "mean_average_precision"}
    gaps = [labels[n]["f1"].value or 0.0 for n in (0, 1)]  # none carries the third
    assert means["macro_f1"].value == pytest.approx(sum(gaps) / 2)
    assert means["macro_f1"].interval is not None
    nobody = np.zeros_like(targets)
    bare = resample(nobody, first, (0.5, 0.4, 0.5), resamples=5)
    assert set(mean_differences(bare, bare)) == {"micro_f1"}


def test_an_undefined_figure_has_no_difference_and_a_reason() -> None:
    targets, first, second = two_classifiers()
    one = resample(targets, first, (0.5, None, 0.5), resamples=20)
    two = resample(targets, second, (0.5, 0.4, 0.5), resamples=20)
    found = label_differences(one, two)
    nothing = Difference(None, None, None, "One of the two has no such figure here.")
    assert found[1]["precision"] == nothing  # the first flags nothing
    assert found[1]["f1"].value is not None
    assert found[2]["recall"] == found[2]["roc_auc"] == nothing  # none carries it
    assert nothing.better == 0


def test_a_classifier_does_not_differ_from_itself() -> None:
    targets, first, _ = two_classifiers()
    one = resample(targets, first, (0.5, 0.4, 0.5), resamples=50)
    for label in label_differences(one, one)[:2]:
        for difference in label.values():
            assert difference == Difference(0.0, (0.0, 0.0), 1.0, None)
            assert difference.better == 0


def test_a_difference_turned_round_is_the_same_with_the_other_sign() -> None:
    targets, first, second = two_classifiers()
    one, two = (resample(targets, s, (0.5, 0.4, 0.5), resamples=200) for s in (first, second))
    there, back = mean_differences(one, two), mean_differences(two, one)
    for name, difference in there.items():
        other = back[name]
        assert difference.value == pytest.approx(-(other.value or 0))
        assert difference.p == pytest.approx(other.p)
        assert difference.better == -other.better
    assert there["mean_roc_auc"].better == 1


def test_two_resampled_differently_are_not_paired() -> None:
    targets, first, second = two_classifiers()
    one = resample(targets, first, (0.5, 0.4, 0.5), resamples=5, seed=0)
    for other in (
        resample(targets, second, (0.5, 0.4, 0.5), resamples=5, seed=1),
        resample(targets, second, (0.5, 0.4, 0.5), resamples=6, seed=0),
        resample(targets[:, :1], second[:, :1], (0.5,), resamples=5, seed=0),
    ):
        with pytest.raises(ValueError, match="resampled differently"):
            label_differences(one, other)


def test_the_interval_covers_the_true_difference_about_as_often_as_it_says() -> None:
    """Two classifiers that are equally good differ by chance: 5 times in 100, not 50."""
    rng = np.random.default_rng(1)
    marked = 0
    for seed in range(100):
        targets = (rng.random((150, 1)) < 0.3).astype(np.float32)
        scores = (0.4 * targets + 0.6 * rng.random((150, 2))).astype(np.float32)
        one, two = (
            resample(targets, scores[:, [n]], (0.5,), resamples=100, seed=seed) for n in (0, 1)
        )
        marked += label_differences(one, two)[0]["f1"].better != 0
    assert marked <= 14


def test_all_figures_are_there_for_every_label() -> None:
    targets, first, second = two_classifiers()
    one, two = (resample(targets, s, (0.5, 0.4, 0.5), resamples=3) for s in (first, second))
    assert all(tuple(each) == LABEL_FIGURES for each in label_differences(one, two))


@pytest.mark.slow
def test_sixteen_thousand_texts_take_seconds() -> None:
    rng = np.random.default_rng(0)
    rates = [0.096, 0.01, 0.05, 0.003, 0.05, 0.009]
    targets = (rng.random((16_000, 6)) < rates).astype(np.float32)
    scores = (0.3 * targets + 0.7 * rng.random(targets.shape)).astype(np.float32)
    before = time.process_time()
    one = resample(targets, scores, [0.5] * 6)
    label_differences(one, one)
    mean_differences(one, one)
    assert time.process_time() - before < 15
