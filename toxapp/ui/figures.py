"""A run's figures as a table: per label with counts and intervals, and the means."""

from __future__ import annotations

from html import escape

from toxapp.decisions.figures import Figures, LabelFigures
from toxapp.decisions.intervals import Interval
from toxapp.ui import look

_COLUMNS = [
    "label", "threshold", "carry it", "flagged", "caught", "missed", "false alarms",
    "recall", "precision", "F1", "ROC AUC",
]  # fmt: skip


def figures_table(found: Figures) -> str:
    """Escaped HTML: a row per label, and what holds for all of them."""
    rows = [_row(label, figures) for label, figures in found.labels.items()]
    means = look.figures(
        {
            f"macro F1{_between(found.intervals.get('macro_f1'))}": _number(found.macro_f1),
            "macro F1 at 0.5": _number(found.macro_f1_at_half),
            f"micro F1{_between(found.intervals.get('micro_f1'))}": _number(found.micro_f1),
            f"mean ROC AUC{_between(found.intervals.get('mean_roc_auc'))}": _number(
                found.mean_roc_auc
            ),
        }
    )
    return means + look.table(_COLUMNS, rows, label="Figures on test per label")


def _row(label: str, f: LabelFigures) -> list[str]:
    return [
        escape(label),
        "off" if f.threshold is None else f"{f.threshold:.3f}",
        *(f"{n:,}" for n in (f.positives, f.flagged, f.caught, f.missed, f.false_alarms)),
        _share(f.recall, f.intervals.get("recall")),
        _share(f.precision, f.intervals.get("precision")),
        _number(f.f1) + _small(f.intervals.get("f1")),
        _number(f.roc_auc) + _small(f.intervals.get("roc_auc")),
    ]


def _share(value: float | None, ends: Interval | None) -> str:
    if value is None:
        return "n/a"
    between = f" <small>{ends[0] * 100:.0f}–{ends[1] * 100:.0f}</small>" if ends else ""  # noqa: RUF001
    return f"{value:.0%}{between}"


def _number(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.3f}"


def _small(ends: Interval | None) -> str:
    return f" <small>{ends[0]:.2f}–{ends[1]:.2f}</small>" if ends else ""  # noqa: RUF001


def _between(ends: Interval | None) -> str:
    return f", {ends[0]:.3f}–{ends[1]:.3f}" if ends else ""  # noqa: RUF001
