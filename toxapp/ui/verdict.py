"""A verdict on the screen: a bar per label against its cut-offs."""

from __future__ import annotations

from html import escape

from toxapp.scoring.engine import Verdict

_LIKELY = "Calibrated: of texts that score like this one, so many carry the label."


def words(verdict: Verdict) -> str:
    """The verdict in words."""
    if not verdict.flagged:
        return "Clear"
    read = [label for label in verdict.flagged if label not in verdict.act]
    parts = {"Act": verdict.act, "Flagged": tuple(read)}
    return " · ".join(f"{word}: {', '.join(labels)}" for word, labels in parts.items() if labels)


def bars(verdict: Verdict) -> str:
    """Escaped HTML: the verdict, then per label its score as a bar and its cut-offs as lines."""
    rows = "".join(_bar(verdict, label) for label in verdict.scores)
    return (
        f'<div class="tx-verdict" role="status">{escape(words(verdict))}</div>'
        f'<div class="tx-scores">{rows}</div>'
    )


def _bar(verdict: Verdict, label: str) -> str:
    score, threshold = verdict.scores[label], verdict.thresholds[label]
    lines = _line(threshold) + _line(verdict.act_thresholds.get(label), act=True)
    state = "tx-track tx-flag" if label in verdict.flagged else "tx-track"
    return (
        f'<div class="tx-score"><span class="tx-name">{escape(label)}</span>'
        f'<div class="{state}" role="img" aria-label="{escape(_said(verdict, label))}">'
        f'<i style="width:{score * 100:.2f}%"></i>{lines}</div>'
        f'<span class="tx-value"><b>{score:.3f}</b> <small>{_compared(verdict, label)}</small>'
        f"{_likely(verdict, label)}</span></div>"
    )


def _line(cut: float | None, *, act: bool = False) -> str:
    if cut is None:
        return ""
    return f'<u{" class=tx-act" if act else ""} style="left:{cut * 100:.2f}%"></u>'


def _said(verdict: Verdict, label: str) -> str:
    """All of a bar in words, for those who listen."""
    threshold, act = verdict.thresholds[label], verdict.act_thresholds.get(label)
    decided = "clear" if label not in verdict.flagged else "flagged"
    parts = [
        f"{label}: score {verdict.scores[label]:.3f}",
        "threshold off" if threshold is None else f"threshold {threshold:.3f}",
        *([] if act is None else [f"act from {act:.3f}"]),
        "act" if label in verdict.act else decided,
    ]
    if label in verdict.probabilities:
        parts.append(f"calibrated probability {verdict.probabilities[label]:.3f}")
    return ", ".join(parts)


def _compared(verdict: Verdict, label: str) -> str:
    threshold = verdict.thresholds[label]
    if threshold is None:
        return "off"
    if label in verdict.act:
        return f"≥ {verdict.act_thresholds[label]:.3f} act"
    return f"{'≥' if label in verdict.flagged else '&lt;'} {threshold:.3f}"


def _likely(verdict: Verdict, label: str) -> str:
    """The calibrated probability under the raw score, which alone decides."""
    if label not in verdict.probabilities:
        return ""
    share = _percent(verdict.probabilities[label])
    return f'<small class="tx-likely" title="{_LIKELY}">{escape(share)} likely</small>'


def _percent(share: float) -> str:
    """A percentage that is never rounded to certainty."""
    if not 0.0005 <= share < 0.9995:
        return "< 0.1 %" if share < 0.5 else "> 99.9 %"
    return f"{100 * share:.{0 if 0.0995 <= share < 0.995 else 1}f} %"
