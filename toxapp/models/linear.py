"""The linear family: weighted n-grams into one logistic regression per label.

Knows how it is fitted and how it becomes a bundle. Does not know datasets or runs. Nothing is drawn
at random: the same texts in the same order give the same classifier.

model/
  linear.json        labels, which n-grams, notes
  model.safetensors  columns (n_kept,), idf (n_kept,), weights (n_kept, n_labels), bias (n_labels,)
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from scipy.sparse import csr_matrix
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from toxapp.inference import bundle
from toxapp.inference.features import Vectors, Vocabulary, chunks, count, vectors
from toxapp.inference.ngrams import Grams

# At scikit-learn's 1e-4 rare labels stop early: mean average precision .584 against .588.
_TOLERANCE = 1e-5
_MOST_ROUNDS = 1000
_POWERS = {"none": 0.0, "sqrt": 0.5, "balanced": 1.0}

Weights = NDArray[np.float64]


@dataclass(frozen=True)
class LinearSettings:
    """How the classifier is fitted.

    Attributes:
        c: inverse of the penalty on large weights, above 0; higher fits the texts closer.
        class_weight: how much more a positive counts than a negative: "none" as much, "balanced"
            negatives / positives times, "sqrt" the square root of that.
        min_texts: n-grams of fewer texts are left out, at least 1.
        grams: which n-grams are counted.
    """

    c: float = 2.0
    class_weight: Literal["none", "sqrt", "balanced"] = "sqrt"
    min_texts: int = 2
    grams: Grams = field(default_factory=Grams)


@dataclass(frozen=True, eq=False)
class Linear:
    """A fitted classifier.

    Attributes:
        labels: in the order of the outputs.
        vocabulary: the n-grams that weigh anything.
        weights: float32 (n_kept, n_labels).
        bias: float64 (n_labels,).
        notes: a sentence for each label that could not be fitted as asked.
    """

    labels: tuple[str, ...]
    vocabulary: Vocabulary
    weights: NDArray[np.float32]
    bias: Weights
    notes: tuple[str, ...]


def fit(
    texts: Sequence[str],
    targets: NDArray[np.float32],
    *,
    labels: Sequence[str],
    settings: LinearSettings,
    on_label: Callable[[str], None] | None = None,
) -> Linear:
    """Fit a logistic regression per label.

    A fraction t counts as t of a positive and 1 - t of a negative text; a missing target leaves
    its text out for that label alone. A label without a positive or without a negative becomes a
    constant at its smoothed rate, (positives + 1) / (known + 2), and a note says so.

    Args:
        texts: the training texts.
        targets: (n_texts, n_labels) in [0, 1], NaN where missing.
        labels: in the order of the columns.
        settings: how.
        on_label: told a label's name once it is fitted.
    """
    vocabulary = learn(texts, settings)
    features = matrix(texts, vocabulary)
    weights = np.zeros((len(vocabulary.columns), len(labels)), np.float32)
    bias = np.zeros(len(labels))
    notes = []
    for number, label in enumerate(labels):
        weights[:, number], bias[number], note = _fitted(features, targets[:, number], settings)
        notes += [f"'{label}': {note}"] if note else []
        if on_label is not None:
            on_label(label)
    return Linear(tuple(labels), vocabulary, weights, bias, tuple(notes))


def learn(texts: Sequence[str], settings: LinearSettings) -> Vocabulary:
    """The columns of at least `min_texts` texts, weighed by how few texts have them."""
    having = np.zeros(2 << settings.grams.bits, np.int64)
    for part in chunks(texts):
        found, times = np.unique(count(texts[part], settings.grams).columns, return_counts=True)
        having[found] += times
    columns = np.flatnonzero(having >= max(settings.min_texts, 1)).astype(np.int32)
    idf = np.log((1 + len(texts)) / (1 + having[columns])) + 1
    return Vocabulary(settings.grams, columns, idf.astype(np.float32))


def matrix(texts: Sequence[str], vocabulary: Vocabulary) -> csr_matrix:
    """(n_texts, n_kept) float64, the features of all texts as serving computes them."""
    rows, columns, values = [np.zeros(1, np.int64)], [], []
    for part in chunks(texts):
        found: Vectors = vectors(texts[part], vocabulary)
        rows.append(np.bincount(found.texts, minlength=part.stop - part.start))
        columns.append(found.columns)
        values.append(found.values)
    content = (np.concatenate(values), np.concatenate(columns), np.cumsum(np.concatenate(rows)))
    return csr_matrix(content, shape=(len(texts), len(vocabulary.columns)))


def save(linear: Linear, folder: Path) -> None:
    """Write the model folder; what is there of an earlier one is replaced."""
    folder.mkdir(exist_ok=True)
    arrays: dict[str, NDArray[Any]] = {
        "columns": linear.vocabulary.columns,
        "idf": linear.vocabulary.idf,
        "weights": linear.weights,
        "bias": linear.bias,
    }
    save_file(arrays, folder / "model.safetensors")
    about = {
        "labels": linear.labels,
        "grams": asdict(linear.vocabulary.grams),
        "notes": linear.notes,
    }
    content = json.dumps(about, indent=1, ensure_ascii=False)
    (folder / "linear.json").write_text(content, encoding="utf-8")


def make_bundle(model_folder: Path, folder: Path) -> None:
    """Make the bundle of a saved model: hard links where the disk allows, copies elsewhere."""
    about = json.loads((model_folder / "linear.json").read_text(encoding="utf-8"))
    record = bundle.Bundle(
        kind="linear",
        labels=tuple(about["labels"]),
        max_length=None,
        details={},
        hashes={},
        engine=bundle.ENGINES["linear"],
    )
    bundle.make(model_folder, folder, names=("linear.json", "model.safetensors"), record=record)


def _fitted(
    features: csr_matrix, target: NDArray[np.float32], settings: LinearSettings
) -> tuple[Weights, float, str]:
    """Weights (n_kept,), bias and, where something is to be said, a note."""
    rows, classes, shares = _examples(target)
    positives = float(shares[classes == 1].sum())
    known = float(shares.sum())
    reason = _reason_for_none(positives, known, features.shape[1])
    if reason:
        rate = (positives + 1) / (known + 2)
        note = f"{reason}, so every text scores {rate:.4f}."
        return np.zeros(features.shape[1]), float(np.log(rate / (1 - rate))), note
    shares = shares * _class_weights(classes, positives, known, settings.class_weight)
    whole = np.array_equal(rows, np.arange(features.shape[0]))
    model = LogisticRegression(C=settings.c, tol=_TOLERANCE, max_iter=_MOST_ROUNDS)
    # Threads that share its small steps wait more than they work: 30 s against 3 s for six labels
    # of 6,000 texts on a busy machine. One thread also gives the same weights on any number.
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(features if whole else features[rows], classes, sample_weight=shares)
    unsettled = int(model.n_iter_[0]) >= _MOST_ROUNDS
    note = f"the fit had not settled after {_MOST_ROUNDS} rounds; lower c." if unsettled else ""
    return model.coef_[0], float(model.intercept_[0]), note


def _examples(
    target: NDArray[np.float32],
) -> tuple[NDArray[np.intp], NDArray[np.int64], Weights]:
    """Rows, classes and shares of the examples that a label's targets stand for, by row."""
    share = target.astype(np.float64)
    negative, positive = np.flatnonzero(share < 1), np.flatnonzero(share > 0)
    rows = np.concatenate([negative, positive])
    classes = np.repeat([0, 1], [len(negative), len(positive)])
    shares = np.concatenate([1 - share[negative], share[positive]])
    order = np.argsort(rows, kind="stable")
    return rows[order], classes[order], shares[order]


def _reason_for_none(positives: float, known: float, columns: int) -> str:
    causes = [
        (known == 0, "no training text says whether it carries this label"),
        (positives == 0, "no training text carries this label"),
        (positives == known, "every training text carries this label"),
        (columns == 0, "no n-gram occurs in enough training texts"),
    ]
    return next((words for holds, words in causes if holds), "")


def _class_weights(classes: NDArray[np.int64], positives: float, known: float, how: str) -> Weights:
    """What an example counts by its class; the examples count `known` in all, whichever `how`."""
    ratio = ((known - positives) / positives) ** _POWERS[how]
    scale = known / (ratio * positives + known - positives)
    weights: Weights = np.where(classes == 1, ratio * scale, scale)
    return weights
