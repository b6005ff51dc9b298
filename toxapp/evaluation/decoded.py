"""Figures of the strings that a text-to-text run writes, to set beside published ones.

A string is written token by token, the most probable one each time, and read as labels. No
threshold and no rule takes part; what the run decides is left to its scores.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from toxapp.data import store
from toxapp.decisions.curve import CUT, Counts, counts
from toxapp.decisions.pooled import exact_match
from toxapp.errors import ModelError
from toxapp.evaluation import elsewhere
from toxapp.evaluation.elsewhere import Report, Texts
from toxapp.runs.run import Run
from toxapp.scoring.engine import open_scorer

if TYPE_CHECKING:
    from toxapp.inference.text_to_text import TextToTextScorer

_CHUNK_TEXTS = 32
_SHARES = ("precision", "recall", "f1")
_WHY = {
    "precision": "No string names this label.",
    "recall": "No text here carries this label.",
    "f1": "No text here carries this label.",
}


@dataclass(frozen=True)
class LabelDecoded:
    """One label in the strings of the texts whose target for it is known.

    Attributes:
        texts: with a known target.
        positives: those whose target is at least 0.5.
        named: texts whose string names the label.
        caught, missed, false_alarms: texts; caught + missed = positives.
        precision: caught / named.
        recall: caught / positives.
        f1: 0.0 with positives of which none is caught.
        reasons: figure -> why it is None, one sentence.
    """

    texts: int
    positives: int
    named: int
    caught: int
    missed: int
    false_alarms: int
    precision: float | None
    recall: float | None
    f1: float | None
    reasons: dict[str, str]


@dataclass(frozen=True)
class Decoded:
    """All labels, and what they give together.

    Attributes:
        n_texts: all texts, whether or not their targets are known.
        unknown: strings that name no known label, nor that there is none; read as no label.
        exact_match: share of the texts whose string names just the known labels that they carry.
        micro_precision, micro_recall, micro_f1: of all pairs of a text and a label.
        macro_precision, macro_recall, macro_f1: plain means over the labels that have the figure;
            scikit-learn's count the others as 0 unless told otherwise.
        left_out: macro figure -> the labels that it leaves out, an empty list where none.
        labels: label -> its figures, in label order.
    """

    n_texts: int
    unknown: int
    exact_match: float | None
    micro_precision: float | None
    micro_recall: float | None
    micro_f1: float | None
    macro_precision: float | None
    macro_recall: float | None
    macro_f1: float | None
    left_out: dict[str, list[str]]
    labels: dict[str, LabelDecoded]


def require(chosen: Run) -> None:
    """Refuse a run that writes no strings.

    Raises:
        ModelError: it is not of the text-to-text family.
    """
    if chosen.settings.family != "text-to-text":
        message = f"The run {chosen.id} is of the {chosen.settings.family} family, which writes no "
        raise ModelError(message + "strings: evaluate it without --decoded.")


def evaluate_run(chosen: Run, split: str, *, report: Report) -> Decoded:
    """Figures of the strings for the texts of the run's own split.

    Args:
        chosen: a finished text-to-text run.
        split: "train", "validation" or "test".
        report: told how many texts are read.

    Raises:
        ModelError: the run is of another family.
    """
    rows = store.read(chosen.settings.dataset, split)
    labels = store.load(chosen.settings.dataset).labels
    return _evaluate(chosen, Texts(labels, [(rows.texts, rows.targets)]), report)


def evaluate_texts(chosen: Run, texts: Texts, *, report: Report) -> Decoded:
    """Figures of the strings for texts from elsewhere, or a sample of them."""
    return _evaluate(chosen, texts, report)


def decoded(
    targets: NDArray[np.float32], named: NDArray[np.bool_], labels: Sequence[str], unknown: int
) -> Decoded:
    """Every figure of strings that name these labels.

    Args:
        targets: (n_texts, n_labels) 1, 0, a fraction (positive from 0.5 on) or NaN (left out).
        named: (n_texts, n_labels) whether the text's string names the label.
        labels: distinct names, in the order of the columns.
        unknown: how many strings name no known label, nor that there is none.
    """
    scores = named.astype(np.float32)
    columns = [counts(t, s, CUT) for t, s in zip(targets.T, scores.T, strict=True)]
    each = {label: _label(found) for label, found in zip(labels, columns, strict=True)}
    pooled = counts(targets.ravel(), scores.ravel(), CUT)
    return Decoded(
        n_texts=len(targets),
        unknown=unknown,
        exact_match=exact_match(targets, scores, [CUT] * len(labels)),
        micro_precision=pooled.precision,
        micro_recall=pooled.recall,
        micro_f1=pooled.f1,
        macro_precision=_mean(each.values(), "precision"),
        macro_recall=_mean(each.values(), "recall"),
        macro_f1=_mean(each.values(), "f1"),
        left_out={f"macro_{share}": _without(each, share) for share in _SHARES},
        labels=each,
    )


def _evaluate(chosen: Run, texts: Texts, report: Report) -> Decoded:
    require(chosen)
    scorer: TextToTextScorer = open_scorer(chosen)  # type: ignore[assignment] # by its family
    kept = [scorer.labels.index(label) for label in texts.labels]
    targets, named, unknown, done = [], [], 0, 0
    for batch, known in texts.batches:
        targets.append(known)
        for start in range(0, len(batch), _CHUNK_TEXTS):
            written = scorer.decoded(batch[start : start + _CHUNK_TEXTS])
            named.append(written.labels[:, kept])
            unknown += written.unknown
            done += len(written.labels)
            report(done)
    if not done:
        raise elsewhere.nothing_known(texts.labels)
    return decoded(np.concatenate(targets), np.concatenate(named), texts.labels, unknown)


def _label(found: Counts) -> LabelDecoded:
    whole = asdict(found)
    shares = {share: getattr(found, share) for share in _SHARES}
    reasons = {share: _WHY[share] for share, value in shares.items() if value is None}
    return LabelDecoded(named=whole.pop("flagged"), **whole, **shares, reasons=reasons)


def _mean(each: Iterable[LabelDecoded], share: str) -> float | None:
    values = [value for found in each if (value := getattr(found, share)) is not None]
    return sum(values) / len(values) if values else None


def _without(each: Mapping[str, LabelDecoded], share: str) -> list[str]:
    return [label for label, found in each.items() if getattr(found, share) is None]
