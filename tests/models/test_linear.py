from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.tiny import PLAIN, RUDE, SPAM
from toxapp import inference
from toxapp.inference.bundle import read
from toxapp.inference.linear import probabilities
from toxapp.models import linear
from toxapp.models.linear import Linear, LinearSettings

LABELS = ["rude", "spam"]
NAN = float("nan")


def planted(rows: int = 300, seed: int = 0) -> tuple[list[str], NDArray[np.float32]]:
    """Texts that are rude or spam where they hold one such word."""
    rng = np.random.default_rng(seed)
    targets = (rng.random((rows, 2)) < (0.3, 0.1)).astype(np.float32)
    texts = []
    for rude, spam in targets:
        words = [*rng.choice(PLAIN, 8)]
        words += [str(rng.choice(RUDE))] if rude else []
        words += [str(rng.choice(SPAM))] if spam else []
        texts.append(" ".join(rng.permutation(words)))
    return texts, targets


def fitted(texts: list[str], targets: Any, labels: list[str] | None = None, **how: Any) -> Linear:
    found = np.array(targets, np.float32).reshape(len(texts), -1)
    names = labels or LABELS[: found.shape[1]]
    return linear.fit(texts, found, labels=names, settings=LinearSettings(**how))


def scores(made: Linear, texts: list[str]) -> NDArray[np.float32]:
    """As the features and weights of training give them."""
    return probabilities(linear.matrix(texts, made.vocabulary) @ made.weights + made.bias)


def test_a_planted_rule_is_learned() -> None:
    made = fitted(*planted(), c=20.0)
    texts, targets = planted(seed=1)
    found = scores(made, texts)
    for column in (0, 1):
        carried = targets[:, column] == 1
        assert found[carried, column].min() > found[~carried, column].max()
    assert made.notes == ()


def test_columns_follow_the_order_of_the_labels() -> None:
    texts, targets = planted()
    made, turned = fitted(texts, targets), fitted(texts, targets[:, ::-1], labels=LABELS[::-1])
    assert np.array_equal(made.weights, turned.weights[:, ::-1])
    assert (made.labels, turned.labels) == (("rude", "spam"), ("spam", "rude"))


def test_the_same_texts_give_the_same_classifier() -> None:
    one, other = fitted(*planted()), fitted(*planted())
    assert np.array_equal(one.weights, other.weights)
    assert np.array_equal(one.bias, other.bias)


def test_bundle_and_training_give_the_same_scores(tmp_path: Path) -> None:
    made = fitted(*planted())
    linear.save(made, tmp_path / "model")
    linear.make_bundle(tmp_path / "model", tmp_path / "bundle")
    texts = [*planted(seed=1)[0], "", "never heard", "IDIOT"]
    found = inference.load(tmp_path / "bundle").score(texts)
    assert np.abs(found - scores(made, texts)).max() <= 1e-6


@pytest.mark.parametrize("how", ["none", "sqrt", "balanced"])
def test_a_fraction_counts_as_that_many_of_equal_texts(how: str) -> None:
    """0.75 is three positive texts and a negative one of a quarter each: 4 times less c."""
    texts, targets = planted(60)
    soft = np.clip(targets[:, :1], 0.25, 0.75)
    repeated = [text for text in texts for _ in range(4)]
    hard = [[n < 4 * share] for share in soft[:, 0] for n in range(4)]
    one = fitted(texts, soft, class_weight=how, min_texts=1, c=1.0)
    # On the same vocabulary, for repeated texts would weigh rare n-grams otherwise.
    other = linear._fitted(
        linear.matrix(repeated, one.vocabulary),
        np.array(hard, np.float32)[:, 0],
        LinearSettings(class_weight=how, c=0.25),  # type: ignore[arg-type]
    )
    np.testing.assert_allclose(one.weights[:, 0], other[0], atol=2e-3)
    assert abs(one.bias[0] - other[1]) < 2e-3


def test_a_missing_target_leaves_the_text_out_for_that_label_alone() -> None:
    texts, targets = planted()
    masked = targets.copy()
    masked[::3, 1] = NAN
    made = fitted(texts, masked)
    assert np.array_equal(made.weights[:, 0], fitted(texts, targets).weights[:, 0])
    known = ~np.isnan(masked[:, 1])
    features = linear.matrix(texts, made.vocabulary)
    alone, bias, _ = linear._fitted(features[known], masked[known, 1], LinearSettings())
    np.testing.assert_allclose(made.weights[:, 1], alone, atol=1e-6)
    assert made.bias[1] == pytest.approx(bias)


def test_a_missing_target_is_not_a_negative() -> None:
    texts, targets = planted()
    masked = targets.copy()
    masked[targets[:, 0] == 0, 0] = NAN
    masked[:5, 0] = 0
    assert scores(fitted(texts, masked), texts)[:, 0].mean() > 0.5


@pytest.mark.parametrize(
    ("target", "rate", "sentence"),
    [
        ([0, 0, 0, NAN], 1 / 5, "no training text carries this label"),
        ([1, 1, NAN, NAN], 3 / 4, "every training text carries this label"),
        ([NAN] * 4, 1 / 2, "no training text says whether it carries this label"),
    ],
)
def test_a_label_that_cannot_be_learned_is_a_constant_with_a_note(
    target: list[float], rate: float, sentence: str
) -> None:
    texts = ["you idiot", "nice bus", "idiot bus", ""]
    made = fitted(texts, np.column_stack([[1, 0, 1, 0], target]))
    np.testing.assert_allclose(scores(made, [*texts, "new"])[:, 1], rate, rtol=1e-6)
    assert made.notes == (f"'spam': {sentence}, so every text scores {rate:.4f}.",)
    assert scores(made, texts)[0, 0] > scores(made, texts)[1, 0]


def test_texts_without_a_common_ngram_give_constants_with_notes() -> None:
    made = fitted(["", "", ""], [1, 0, 0])
    np.testing.assert_allclose(scores(made, ["", "new"])[:, 0], 2 / 5, rtol=1e-6)
    assert "no n-gram occurs in enough training texts" in made.notes[0]


def test_weights_by_class_raise_a_rare_labels_scores() -> None:
    texts, targets = planted()
    means = [
        scores(fitted(texts, targets, class_weight=how), texts)[:, 1].mean()
        for how in ("none", "sqrt", "balanced")
    ]
    assert means == sorted(means)
    assert means[0] == pytest.approx(targets[:, 1].mean(), rel=0.02)


def test_balanced_weights_are_those_of_scikit_learn() -> None:
    from sklearn.utils.class_weight import compute_sample_weight

    classes = np.array([1, 0, 0, 0, 0, 0, 0, 1])
    ours = linear._class_weights(classes, 2, 8, "balanced")
    np.testing.assert_allclose(ours, compute_sample_weight("balanced", classes))
    root = linear._class_weights(classes, 2, 8, "sqrt")
    assert root[0] / root[1] == pytest.approx(np.sqrt(3))
    assert root.sum() == pytest.approx(8)


def test_a_higher_c_fits_closer() -> None:
    texts, targets = planted()
    spread = [np.ptp(scores(fitted(texts, targets, c=c), texts)[:, 0]) for c in (0.01, 1, 100)]
    assert spread == sorted(spread)


def test_each_label_is_told_once_it_is_fitted() -> None:
    told: list[str] = []
    texts, targets = planted(40)
    settings = LinearSettings()
    linear.fit(texts, targets, labels=LABELS, settings=settings, on_label=told.append)
    assert told == LABELS


def test_a_model_folder_is_json_and_safetensors(tmp_path: Path) -> None:
    labels = ['say "no"', "Müll & mehr"]
    made = fitted(*planted(), labels=labels)
    linear.save(made, tmp_path / "model")
    linear.save(made, tmp_path / "model")
    linear.make_bundle(tmp_path / "model", tmp_path / "bundle")
    names = ["linear.json", "model.safetensors"]
    assert sorted(file.name for file in (tmp_path / "model").iterdir()) == names
    assert json.loads((tmp_path / "model" / "linear.json").read_text())["labels"] == labels
    found = read(tmp_path / "bundle")
    assert sorted(found.hashes) == names
    assert (found.kind, found.labels, found.max_length) == ("linear", tuple(labels), None)
