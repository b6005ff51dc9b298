"""A reliability diagram as a small picture, with its figures: escaped, in the theme's colours."""

from __future__ import annotations

from html import escape
from math import log10

from toxapp.decisions.reliability import Bin, Reliability
from toxapp.ui import look

FEW = 50
"""Positives below which the figures are called rough."""

_ECE = (
    "Expected calibration error: how far a bin's mean probability is from its share of texts that "
    "carry the label, averaged over texts in ten bins of equal width."
)
_CHANCE = "What probabilities without fault would show here on average, for lack of texts."
_BRIER = (
    "Brier score: the mean squared distance of the probability from the truth; lower is better."
)


LEGEND = (
    '<p class="tx-legend"><span><i class="tx-raw"></i>raw scores</span>'
    '<span><i class="tx-fit"></i>calibrated, by fits that had not seen the text</span></p>'
)


def card(label: str, before: Reliability, after: Reliability) -> str:
    """A label's diagram before and after, with its figures."""
    return (
        f'<div class="tx-reliable"><h3>{escape(label)}</h3>{picture(label, before, after)}'
        f"{_figures(before, after)}</div>"
    )


def said(found: Reliability, words: str) -> str:
    """A sentence on a label, and that its figures are rough where they are."""
    few = ""
    if found.positives < FEW:
        carry = "text carries" if found.positives == 1 else "texts carry"
        few = f'<b class="tx-few">{found.positives} {carry} this label. Its figures are rough.</b> '
    return f'<p class="tx-sub tx-why">{few}{escape(words)}</p>'


def picture(label: str, before: Reliability, after: Reliability) -> str:
    """The diagram: raw scores hollow, calibrated ones in the accent, the texts counted beneath."""
    raw = "".join(_point(each, "tx-raw") for each in before.bins)
    fitted = "" if after == before else "".join(_point(each, "tx-fit") for each in after.bins)
    scale = "".join(f"<span>{at}</span>" for at in ("0", "0.5", "1"))
    return (
        f'<div class="tx-diagram" role="img" aria-label="{escape(_told(label, after))}">'
        f'<div class="tx-upright">{scale}</div><div class="tx-plane">{raw}{fitted}</div>'
        f'<div class="tx-bins">{_bars(after)}</div><div class="tx-scale">{scale}</div></div>'
    )


def _figures(before: Reliability, after: Reliability) -> str:
    ece, brier = (_pair(before.ece, after.ece), _pair(before.brier, after.brier))
    chance = "" if after.ece_by_chance is None else f"by chance {after.ece_by_chance:.4f}"
    return (
        f'<div class="tx-errors"><span title="{_ECE}">ECE</span><span>{ece} '
        f'<small title="{_CHANCE}">{chance}</small></span>'
        f'<span title="{_BRIER}">Brier</span><span>{brier}</span></div>'
    )


def _pair(before: float | None, after: float | None) -> str:
    if before is None or after is None:
        return "n/a"
    return f"{before:.4f}" if before == after else f"{before:.4f} → <b>{after:.4f}</b>"


def _told(label: str, after: Reliability) -> str:
    """The picture in words, for those who listen."""
    if not after.bins:
        return f"{label}: no text whose target is known"
    points = ", ".join(
        f"{each.share:.2f} of {look.texts(each.texts)} at {each.mean:.2f}" for each in after.bins
    )
    return f"Reliability of {label}: share that carries it, by probability: {points}"


def _point(each: Bin, kind: str) -> str:
    """Share against mean probability, with the 95 % interval of the share."""
    low, high = each.interval
    told = (
        f"{each.share:.3f} of {look.texts(each.texts)} carry it ({low:.3f} to {high:.3f}), "
        f"mean probability {each.mean:.3f}"
    )
    left = f"left:{each.mean:.2%}"
    return (
        f'<u class="{kind}" style="{left};bottom:{low:.2%};height:{high - low:.2%}"></u>'
        f'<i class="{kind}" style="{left};bottom:{each.share:.2%}" title="{told}"></i>'
    )


def _bars(found: Reliability) -> str:
    """How many texts each point stands for, on a logarithmic scale, the number on top."""
    most = max((each.texts for each in found.bins), default=1)
    return "".join(_bar(each, most) for each in found.bins)


def _bar(each: Bin, most: int) -> str:
    high = 0.1 + 0.9 * log10(each.texts) / max(log10(most), 1)
    told = f"{look.texts(each.texts)}, {each.positives:,} of them carry it"
    return (
        f'<div style="left:{each.low:.2%};width:{each.high - each.low:.2%}" title="{told}">'
        f'<small>{_short(each.texts)}</small><i style="height:{high * 30:.1f}px"></i></div>'
    )


def _short(count: int) -> str:
    if count < 1_000:
        return str(count)
    return f"{count / 1_000:.1f}k" if count < 10_000 else f"{count / 1_000:.0f}k"
