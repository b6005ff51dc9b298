"""Which form of an encoder serves: in full precision, or in 8 bits where a run asks for them.

8 bits serve only where they decide alike: compared on validation texts, at the thresholds with the
best F1 in full precision. Where decisions change for more than 0.5 % of the texts, 8 bits are
refused: for all matrices first (of a MiniLM the logits moved by 0.057 rms), then for all but those
after the activation (0.033, and two thirds of the speed). The bundle's details "check" record the
last comparison.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from toxapp import inference
from toxapp.decisions.choose import best_f
from toxapp.decisions.curve import counts, decide
from toxapp.decisions.ranking import areas, rank
from toxapp.inference import bundle

Scores = NDArray[np.float32]

MOST_CHANGED = 0.005
"""Share of the texts, of which a decision may be another one in 8 bits."""

_CHECKED_ON = 2000
_COMPARED_ON = 16


@dataclass(frozen=True)
class Material:
    """The texts that a bundle is made with.

    Attributes:
        training: to fix scales with; some are drawn.
        validation: to compare scores on; at most 2,000 are drawn.
        targets: of the validation texts, (n, n_labels), NaN where missing.
    """

    training: Sequence[str]
    validation: Sequence[str]
    targets: NDArray[np.float32]

    def drawn(self, count: int, seed: int) -> Material:
        """The same with at most so many validation texts."""
        kept = np.random.default_rng(seed).permutation(len(self.validation))[:count]
        return Material(self.training, [self.validation[n] for n in kept], self.targets[kept])


@dataclass(frozen=True)
class Check:
    """8 bits against full precision.

    Attributes:
        texts: that both scored.
        changed: share of them with a decision that is another one.
        roc_auc, average_precision: of 8 bits minus full precision, mean over the labels that have
            positives and negatives; None where none has.
    """

    texts: int
    changed: float
    roc_auc: float | None
    average_precision: float | None

    @property
    def refused(self) -> bool:
        """Whether 8 bits are not to serve."""
        return self.changed > MOST_CHANGED

    @property
    def words(self) -> str:
        """What the analyst is told."""
        said = f"8 bits checked against full precision on {self.texts:,} validation texts: "
        said += f"decisions changed for {self.changed:.2%} of them"
        if self.roc_auc is not None and self.average_precision is not None:
            said += f", ROC AUC by {self.roc_auc:+.5f}, average precision by "
            said += f"{self.average_precision:+.5f}"
        return f"{said}. {'Refused: full precision serves.' if self.refused else '8 bits serve.'}"


def compile_bundle(
    model_folder: Path, folder: Path, material: Material, *, serve: str = "full", seed: int = 0
) -> None:
    """Change the bundle of a saved encoder so that the fast engine scores with it, if it can.

    Args:
        model_folder: as `save_pretrained` wrote it.
        folder: its bundle, as torch scores with it.
        material: the run's texts.
        serve: "full", or "8bit", which is tried where the model is wide enough to gain by it.
        seed: of those that are drawn.
    """
    from toxapp.models import compiling  # noqa: PLC0415 - loads torch and the engine

    few = material.drawn(_COMPARED_ON, seed).validation
    if compiling.in_full_precision(model_folder, folder, few) is not None:
        return
    if serve != "8bit":
        return
    if not compiling.worth_quantising(model_folder):
        _explain(folder, "So narrow a model gains nothing by 8 bits: full precision serves.")
        return
    other = folder.with_name(f".{folder.name}-8-bits")
    texts = material.training
    for spared in ("", "down"):
        compiling.in_eight_bits(model_folder, folder, other, texts, seed=seed, spared=spared)
        if not keep_better(folder, other, material.drawn(_CHECKED_ON, seed)).refused:
            return


def _explain(folder: Path, reason: str) -> None:
    record = bundle.read(folder)
    bundle.write(folder, replace(record, details={**record.details, "engine_reason": reason}))


def keep_better(folder: Path, other: Path, material: Material) -> Check:
    """Leave one of two bundles in `folder`, with the check recorded; `other` is gone then.

    Args:
        folder: the bundle in full precision.
        other: in 8 bits.
        material: its validation texts are all scored by both.
    """
    scores = [inference.load(place).score(material.validation) for place in (folder, other)]
    found = check(material.targets, *scores)
    if found.refused:
        shutil.rmtree(other)
    else:
        shutil.rmtree(folder)
        other.rename(folder)
    record = bundle.read(folder)
    told = {**asdict(found), "refused": found.refused, "words": found.words}
    bundle.write(folder, replace(record, details={**record.details, "check": told}))
    return found


def check(targets: NDArray[np.float32], full: Scores, quantised: Scores) -> Check:
    """Compare the scores of the same texts.

    Args:
        targets: (n, n_labels), NaN where missing.
        full: (n, n_labels), n at least 1.
        quantised: of the same shape.
    """
    changed = np.zeros(len(full), bool)
    differences = []
    for column in range(full.shape[1]):
        target, one, other = targets[:, column], full[:, column], quantised[:, column]
        threshold = best_f(target, one).threshold
        changed |= decide(one, threshold) != decide(other, threshold)
        here = counts(target, one, threshold)
        if 0 < here.positives < here.texts:
            differences.append(_areas(target, other) - _areas(target, one))
    roc, precision = np.mean(differences, axis=0).tolist() if differences else (None, None)
    return Check(len(full), float(changed.mean()), roc, precision)


def _areas(target: NDArray[np.float32], scores: Scores) -> NDArray[np.float64]:
    """ROC AUC and average precision."""
    return np.concatenate(areas(rank(target, scores), np.ones((len(scores), 1))))
