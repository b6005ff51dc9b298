"""A dataset in pictures: prevalence, labels together, labels per text, text lengths.

All are plain HTML, so that they follow the theme, are read aloud, and cost no library.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from toxapp.data.label_checks import FEW_POSITIVES
from toxapp.data.split import SPLITS
from toxapp.data.store import Dataset
from toxapp.runs.reach import Histogram
from toxapp.ui import look

_MOST_NUMBERED = 30
_PAIRS_SAID = 8
_LONG = 14


def prevalence(dataset: Dataset) -> str:
    """A row per label: its share as a bar, and its positives in every split."""
    rows = []
    for label in dataset.labels:
        carried, known = dataset.positives[label], sum(dataset.known[label].values())
        total = sum(carried.values())
        share = total / known if known else None
        bar = f'<div class="tx-bar"><i style="width:{(share or 0) * 100:.2f}%"></i></div>'
        told = look.percent(share) + _of(known, dataset.rows)
        cells = [_rare(carried[split]) for split in SPLITS]
        rows.append([_name(label), bar, told, f"{total:,}", *cells])
    names = ["label", "", "share", "texts", *SPLITS]
    table = look.table(names, rows, label="Prevalence per label")
    return f'<div class="tx-long">{table}</div>' if len(rows) > _LONG else table


def _name(label: str) -> str:
    return f'<span class="tx-label" title="{escape(label)}">{escape(label)}</span>'


def _of(known: int, rows: int) -> str:
    """Of how many texts a share is, where not of all."""
    return f" <small>of {known:,}</small>" if known < rows else ""


def _rare(count: int) -> str:
    """A number of positives, marked where it is too small to say much."""
    if count >= FEW_POSITIVES:
        return f"{count:,}"
    return f'<span class="tx-few">{count:,} <small class="tx-few">few</small></span>'


@dataclass(frozen=True)
class Pair:
    """Two labels that texts carry together.

    Attributes:
        one, other: the labels, `one` being the rarer.
        texts: that carry both.
        share: of the texts that carry `one`, those that carry `other` too, in (0, 1].
    """

    one: str
    other: str
    texts: int
    share: float


def pairs(dataset: Dataset) -> list[Pair]:
    """All pairs of labels that a text carries both of, those with the greatest share first."""
    found = []
    for i, row in enumerate(dataset.together):
        for j in range(i):
            if row[j]:
                rare, wide = (i, j) if row[i] <= dataset.together[j][j] else (j, i)
                share = row[j] / dataset.together[rare][rare]
                found.append(Pair(dataset.labels[rare], dataset.labels[wide], row[j], share))
    return sorted(found, key=lambda pair: (-pair.share, -pair.texts))


def strongest(dataset: Dataset) -> str:
    """The pairs of labels that stand together most, in words."""
    found = pairs(dataset)
    if not found:
        return '<p class="tx-sub">No text carries two labels.</p>'
    told = "".join(
        f"<li><b>{look.percent(p.share)}</b><span>of {escape(p.one)} carry {escape(p.other)} too "
        f"<small>{look.texts(p.texts)}</small></span></li>"
        for p in found[:_PAIRS_SAID]
    )
    more = len(found) - _PAIRS_SAID
    rest = f'<p class="tx-sub">and {more:,} more pairs, in the shades.</p>' if more > 0 else ""
    return f'<ul class="tx-pairs">{told}</ul>{rest}'


def together(dataset: Dataset) -> str:
    """Which labels stand together: a shade per pair, with numbers where they have room."""
    numbered = len(dataset.labels) <= _MOST_NUMBERED
    most = max((pair.share for pair in pairs(dataset)), default=1.0)
    head = "".join(
        f'<th scope="col"><span title="{escape(name)}">{escape(name)}</span></th>'
        for name in dataset.labels
    )
    body = "".join(
        f'<tr><th scope="row">{_name(label)}</th>{_shaded(dataset, i, most)}</tr>'
        for i, label in enumerate(dataset.labels)
    )
    kind = "tx-heat" if numbered else "tx-heat tx-small"
    return (
        '<div class="tx-wide" tabindex="0" role="region" aria-label="Labels carried together">'
        f'<table class="{kind}"><caption class="tx-sub">Of the texts that carry the label of the '
        "row, the percentage that carry the label of the column too; the darkest is "
        f"{look.percent(most)}.</caption>"
        f"<thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _shaded(dataset: Dataset, i: int, most: float) -> str:
    """The cells of a row, `most` being the darkest; that of the label with itself is blank."""
    cells, total = [], dataset.together[i][i]
    for j, both in enumerate(dataset.together[i]):
        if i == j:
            cells.append('<td class="tx-self"></td>')
            continue
        share = both / total if total else 0.0
        told = (
            f"{dataset.labels[i]} and {dataset.labels[j]}: {both:,} of {total:,} texts "
            f"({look.percent(share)})"
        )
        number = f"<span>{share:.0%}</span>".replace("%", "") if share >= 0.005 else ""
        shade = f"--v:{share / most:.0%}"
        cells.append(f'<td style="{shade}" title="{escape(told)}">{number}</td>')
    return "".join(cells)


def labels_per_text(dataset: Dataset) -> str:
    """How many texts carry none, one, two labels and so on, as bars."""
    rows = []
    for number, count in enumerate(dataset.labels_per_text):
        share = count / dataset.rows
        bar = f'<div class="tx-bar"><i style="width:{share * 100:.2f}%"></i></div>'
        rows.append([str(number or "none"), bar, look.percent(share), f"{count:,}"])
    names = ["labels", "", "share", "texts"]
    return look.table(names, rows, label="Labels per text")


def lengths(found: Histogram, limits: Sequence[int]) -> str:
    """The histogram of text lengths in tokens, with a line behind each of `limits`."""
    most = max(found.counts)
    bars = "".join(
        _bar(low, high, count / most, count, limits)
        for (low, high), count in zip(found.ranges, found.counts, strict=True)
    )
    told = ", ".join(
        f"{look.texts(count)} of {low + 1:,} to {high:,}"
        for (low, high), count in zip(found.ranges, found.counts, strict=True)
        if count
    )
    return (
        f'<div class="tx-hist" role="img" aria-label="Text lengths in tokens: {told}">{bars}</div>'
    )


def _bar(low: int, high: int, share: float, count: int, limits: Sequence[int]) -> str:
    """A column of the histogram: as high as `share` of the highest."""
    title = f"{low + 1:,} to {high:,} tokens: {look.texts(count)}"
    line = f"<u>{high:,}</u>" if high in limits else ""
    return (
        f'<div title="{title}"><p><i style="height:{share * 100:.1f}%"></i>{line}</p>'
        f"<span>{high:,}</span></div>"
    )
