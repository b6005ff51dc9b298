"""A verdict on the screen: a bar per label against its threshold."""

from __future__ import annotations

from html import escape

from toxapp.scoring.engine import Verdict


def words(verdict: Verdict) -> str:
    """The verdict in words."""
    if not verdict.flagged:
        return "Clear"
    return f"Flagged: {', '.join(verdict.flagged)}"


def bars(verdict: Verdict) -> str:
    """Escaped HTML: the verdict, then per label its score as a bar and its threshold as a line."""
    rows = "".join(
        _bar(label, score, verdict.thresholds[label], flagged=label in verdict.flagged)
        for label, score in verdict.scores.items()
    )
    return (
        f'<div class="tx-verdict" role="status">{escape(words(verdict))}</div>'
        f'<div class="tx-scores">{rows}</div>'
    )


def _bar(label: str, score: float, threshold: float | None, *, flagged: bool) -> str:
    limit = "off" if threshold is None else f"{threshold:.3f}"
    line = "" if threshold is None else f'<u style="left:{threshold * 100:.2f}%"></u>'
    state = "tx-track tx-flag" if flagged else "tx-track"
    said = f"{label}: score {score:.3f}, threshold {limit}, {'flagged' if flagged else 'clear'}"
    compared = limit if threshold is None else f"{'≥' if flagged else '&lt;'} {limit}"
    return (
        f'<div class="tx-score"><span class="tx-name">{escape(label)}</span>'
        f'<div class="{state}" role="img" aria-label="{escape(said)}">'
        f'<i style="width:{score * 100:.2f}%"></i>{line}</div>'
        f'<span class="tx-value"><b>{score:.3f}</b> <small>{compared}</small></span></div>'
    )
