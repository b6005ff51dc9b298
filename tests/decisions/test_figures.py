from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, f1_score, precision_score, roc_auc_score

from toxapp.decisions.figures import Figures, LabelFigures, as_json, figures
from toxapp.decisions.intervals import wilson, wilson_f1

nan = float("nan")


def array(rows: list[list[float]]) -> NDArray[np.float32]:
    return np.array(rows, np.float32)


def one(targets: list[float], scores: list[float], threshold: float | None = 0.5) -> LabelFigures:
    columns = array([targets]).T, array([scores]).T
    return figures(*columns, ["toxic"], [threshold]).labels["toxic"]


def test_five_texts_give_the_figures_worked_out_by_hand() -> None:
    found = one([1, 1, 0, 0, nan], [0.9, 0.3, 0.6, 0.1, 0.9], 0.25)
    assert (found.texts, found.positives, found.threshold) == (4, 2, 0.25)
    assert (found.flagged, found.caught, found.missed, found.false_alarms) == (3, 2, 0, 1)
    assert (found.precision, found.recall, found.f1) == (2 / 3, 1.0, 4 / 5)
    assert found.f1_at_half == 2 / 4
    assert found.roc_auc == 3 / 4
    assert found.average_precision == pytest.approx((1 + 2 / 3) / 2)
    shares = {"precision": wilson(2, 3), "recall": wilson(2, 2)}
    assert found.intervals == {**shares, "f1": wilson_f1(2, 3, 2)}
    assert found.reasons == {}


def test_a_label_without_a_positive_has_no_recall_f1_or_areas_and_says_so() -> None:
    found = one([0, 0], [0.9, 0.1])
    assert (found.false_alarms, found.precision) == (1, 0.0)
    assert found.reasons == dict.fromkeys(
        ("recall", "f1", "f1_at_half", "roc_auc", "average_precision"),
        "No text here carries this label.",
    )


def test_positives_of_which_none_is_flagged_give_an_f1_of_zero_and_no_precision() -> None:
    found = one([1, 0], [0.4, 0.1])
    assert (found.f1, found.recall, found.precision) == (0.0, 0.0, None)
    assert found.reasons == {"precision": "Nothing is flagged at this threshold."}


def test_a_switched_off_label_says_so_and_keeps_its_f1_at_half() -> None:
    found = one([1, 0], [0.9, 0.1], None)
    assert (found.f1, found.f1_at_half, found.missed) == (0.0, 1.0, 1)
    assert found.reasons == {"precision": "The label is switched off, so nothing is flagged."}


def test_a_label_on_every_text_has_no_roc_auc() -> None:
    found = one([1, 1], [0.9, 0.1])
    assert (found.roc_auc, found.average_precision) == (None, 1.0)
    assert list(found.reasons) == ["roc_auc"]


def test_a_label_of_which_nothing_is_known_has_no_figure_at_all() -> None:
    found = one([nan, nan], [0.9, 0.1])
    assert found.texts == 0
    assert set(found.reasons.values()) == {"No text here says whether it carries this label."}
    assert len(found.reasons) == 6
    assert found.intervals == {}


def test_means_leave_out_labels_without_the_figure_and_name_them() -> None:
    targets = array([[1, 0, 1], [0, 0, 1], [1, 0, 1], [0, 0, 1]])
    scores = array([[0.9, 0.9, 0.9], [0.6, 0.1, 0.9], [0.8, 0.1, 0.1], [0.1, 0.1, 0.1]])
    found = figures(targets, scores, ["a", "none", "every"], [0.7, 0.5, 0.5])
    assert found.n_texts == 4
    assert found.macro_f1 == pytest.approx((1 + 2 / 3) / 2)
    assert found.macro_f1_at_half == pytest.approx((4 / 5 + 2 / 3) / 2)
    assert found.mean_roc_auc == 1.0
    assert found.mean_average_precision == 1.0
    assert found.left_out == {
        "macro_f1": ["none"],
        "macro_f1_at_half": ["none"],
        "mean_roc_auc": ["none", "every"],
        "mean_average_precision": ["none"],
    }
    # 2 + 0 + 2 caught; 2 + 1 + 2 flagged: the false alarm of "none" counts; 2 + 0 + 4 positives.
    assert found.micro_f1 == pytest.approx(2 * 4 / (5 + 6))


def test_means_without_any_label_to_average_are_none_with_a_reason() -> None:
    found = figures(array([[0], [0]]), array([[0.1], [0.9]]), ["a"], [0.5], resamples=5)
    means = ("macro_f1", "micro_f1", "macro_f1_at_half", "mean_roc_auc", "mean_average_precision")
    assert [getattr(found, m) for m in means] == [None] * 5
    assert set(found.reasons) == set(means)
    assert found.intervals == {}


def test_without_texts_every_figure_is_none() -> None:
    empty = np.zeros((0, 2), np.float32)
    found = figures(empty, empty, ["a", "b"], [0.5, None], resamples=5)
    assert (found.n_texts, found.macro_f1, found.micro_f1) == (0, None, None)
    assert len(found.labels["b"].reasons) == 6


def realistic() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    rng = np.random.default_rng(8)
    targets = (rng.random((400, 4)) < [0.3, 0.1, 0.02, 0.5]).astype(np.float32)
    scores = np.round(0.4 * targets + 0.6 * rng.random(targets.shape), 2)
    return targets, scores.astype(np.float32)


def test_scikit_learn_finds_the_same_figures() -> None:
    targets, scores = realistic()
    found = figures(targets, scores, "abcd", [0.45] * 4)
    flags = scores.astype(np.float64) >= 0.45
    half = scores.astype(np.float64) >= 0.5
    assert found.macro_f1 == pytest.approx(f1_score(targets, flags, average="macro"))
    assert found.micro_f1 == pytest.approx(f1_score(targets, flags, average="micro"))
    assert found.macro_f1_at_half == pytest.approx(f1_score(targets, half, average="macro"))
    assert found.mean_roc_auc == pytest.approx(roc_auc_score(targets, scores, average="macro"))
    assert found.mean_average_precision == pytest.approx(average_precision_score(targets, scores))
    expected = precision_score(targets, flags, average=None)
    assert [label.precision for label in found.labels.values()] == pytest.approx(list(expected))


def test_the_order_of_the_texts_changes_nothing() -> None:
    targets, scores = realistic()
    order = np.random.default_rng(1).permutation(len(targets))
    shuffled = figures(targets[order], scores[order], "abcd", [0.4, 0.5, None, 0.6])
    assert figures(targets, scores, "abcd", [0.4, 0.5, None, 0.6]) == shuffled


def test_every_missing_figure_has_a_reason_and_no_other_has() -> None:
    targets, scores = realistic()
    targets[:, 1], targets[:, 2] = 0, nan
    found = figures(targets, scores, "abcd", [0.5, None, None, 1.0])
    for label in found.labels.values():
        values = {f.name: getattr(label, f.name) for f in fields(label) if f.name != "threshold"}
        assert {name for name, value in values.items() if value is None} == set(label.reasons)


def test_labels_columns_and_thresholds_must_be_as_many() -> None:
    targets, scores = realistic()
    with pytest.raises(ValueError, match="shorter"):
        figures(targets, scores, "abc", [0.5] * 4)
    with pytest.raises(ValueError, match="shorter"):
        figures(targets, scores, "abcd", [0.5] * 3)


def degenerate() -> Figures:
    targets, scores = realistic()
    targets[:, 1] = 0
    return figures(targets, scores, "abcd", [0.5, None, None, 0.5], resamples=20)


def test_json_gives_the_figures_back_unchanged_and_holds_no_nan() -> None:
    plain = as_json(degenerate())
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain


def test_json_has_the_keys_that_scripts_read() -> None:
    plain: dict[str, Any] = as_json(degenerate())
    assert {
        "n_texts",
        "macro_f1",
        "micro_f1",
        "macro_f1_at_half",
        "mean_roc_auc",
        "mean_average_precision",
        "labels",
    } <= set(plain)
    assert {
        "positives",
        "threshold",
        "precision",
        "recall",
        "f1",
        "f1_at_half",
        "roc_auc",
        "average_precision",
    } <= set(plain["labels"]["a"])
    assert plain["labels"]["b"]["f1"] is None
    assert list(plain["labels"]) == list("abcd")
