"""In-domain and out-of-domain figures beside each other, as a table and in words."""

from __future__ import annotations

from html import escape

from toxapp.decisions.paired import Difference
from toxapp.evaluation.outside import Outside
from toxapp.evaluation.sampling import Sample
from toxapp.evaluation.transfer import Transfer
from toxapp.ui import look
from toxapp.ui.cells import gap, number

FIGURES = {
    "f1": "F1", "precision": "precision", "recall": "recall", "roc_auc": "ROC AUC",
    "average_precision": "average precision",
}  # fmt: skip
MEANS = {
    "macro_f1": "macro F1", "micro_f1": "micro F1", "mean_roc_auc": "mean ROC AUC",
    "mean_average_precision": "mean average precision",
}  # fmt: skip
_READING = (
    "Small: 95 % intervals, from 1,000 resamples of the texts, and Wilson's for precision and "
    "recall; under them the difference. F1, precision and average precision are also lower where "
    "fewer texts carry a label, and higher where more do; ROC AUC and recall are not."
)


def table(found: Transfer, figure: str) -> str:
    """Escaped HTML: the means, then a figure of each label, in-domain and out-of-domain.

    The difference stands under the out-of-domain figure; it is called higher or lower only where
    its interval excludes 0.
    """
    own, there = found.own.figures, found.there.figures
    means = [
        [
            escape(words),
            number(getattr(own, mean), own.intervals.get(mean), own.reasons.get(mean)),
            number(getattr(there, mean), there.intervals.get(mean), there.reasons.get(mean))
            + _gap(found.means.get(mean)),
        ]
        for mean, words in MEANS.items()
    ]
    head = [f"<b>{escape(FIGURES[figure])}</b>", "", ""]
    labels = [_label(found, label, figure) for label in there.labels]
    columns = ["", "in-domain", "out-of-domain"]
    html = look.table(columns, [*means, head, *labels], label="In-domain and out-of-domain")
    return f'<div class="tx-compared tx-domains">{html}</div>'


def remarks(found: Transfer, name: str, rows: int, sample: Sample | None) -> str:
    """Escaped HTML: what the table does not say.

    Args:
        found: what the table shows.
        name: of the other dataset.
        rows: texts there with a known target of these labels.
        sample: of them, where not all are measured.
    """
    own, there = found.own.figures, found.there.figures
    drawn = (
        f"{there.n_texts:,} of {rows:,}, drawn by seed {sample.seed}," if sample else f"{rows:,}"
    )
    told = (
        f"In-domain: the {look.texts(own.n_texts)} of the run's own test split. Out-of-domain: "
        f"{drawn} texts of {name} with a known label. Both at rule {found.rule}, which is in force."
    )
    said = [told, _READING]
    if sample and rows < sample.size:
        said.append(f"There are fewer than the {sample.size:,} asked for, so all are measured.")
    if found.left_out:
        many = ", ".join(found.left_out)
        said.append(f"Left out, as they are not known there, and not counted as 0: {many}.")
    said += beyond(found.own.outside, found.there.outside)
    return "".join(f'<p class="tx-sub">{escape(sentence)}</p>' for sentence in said)


def beyond(own: Outside | None, there: Outside | None) -> list[str]:
    """How much probability a text-to-text run gives to strings that its scores do not rest on."""
    told = [(where, d) for where, d in (("in-domain", own), ("out-of-domain", there)) if d]
    if not told:
        return []
    each = "; ".join(
        f"{where} {look.percent(found.mean)} on average, at most "
        f"{look.percent(found.quantile_95)} for 95 % of the texts"
        for where, found in told
    )
    method = told[0][1].method
    return [f"Probability outside the strings that the scores rest on ({method}): {each}."]


def _label(found: Transfer, label: str, figure: str) -> list[str]:
    own, there = found.own.figures.labels[label], found.there.figures.labels[label]
    carry = f"carried by {_share(own.positives, own.texts)}, there by "
    carry += _share(there.positives, there.texts)
    return [
        f'{escape(label)} <small class="tx-under">{carry}</small>',
        number(getattr(own, figure), own.intervals.get(figure), own.reasons.get(figure)),
        number(getattr(there, figure), there.intervals.get(figure), there.reasons.get(figure))
        + _gap(found.labels.get(label, {}).get(figure)),
    ]


def _share(positives: int, texts: int) -> str:
    return f"{positives:,} ({look.percent(positives / texts if texts else None)})"


def _gap(found: Difference | None) -> str:
    return gap(found, against="in-domain", words=("lower", "higher"), good=False)
