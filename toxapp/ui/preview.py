"""The first rows of a file, and what a choice of columns makes of each of them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import pyarrow as pa
import streamlit as st
from numpy.typing import NDArray

from toxapp.data import labelling, stated
from toxapp.data.guessing.guess import Guess
from toxapp.data.labelling import Labelling
from toxapp.data.texts import markup
from toxapp.ui import look

_TEXT_SHOWN = 280


def readings(found: Guess, text_column: str, how: Labelling, *, unescape: bool) -> None:
    """The labels that each of the first rows would carry."""
    columns = list(zip(*found.preview, strict=True)) or [()] * len(found.columns)
    cells = dict(zip(found.columns, columns, strict=True))
    arrays = {name: pa.array(cells[name], pa.string()) for name in labelling.needed(how)}
    targets, strange = stated.read(how, arrays)
    odd = {int(n) for at in strange.values() for n in at}
    texts = [markup.unescape(text) if unescape else text for text in cells[text_column]]
    rows = [
        f"<tr><td>{_text(text)}</td><td>{_chips(how.labels, targets[n], n in odd)}</td></tr>"
        if text.strip()
        else "<tr><td></td><td><small>left out: no text</small></td></tr>"
        for n, text in enumerate(texts)
    ]
    st.html(
        '<div class="tx-wide tx-readings" tabindex="0" role="region" '
        'aria-label="What the first rows become"><table><thead><tr><th scope="col">text</th>'
        f'<th scope="col">labels it carries</th></tr></thead><tbody>{"".join(rows)}</tbody>'
        "</table></div>"
    )


def raw(found: Guess, name: str) -> None:
    """The first rows as they stand in the file."""
    st.dataframe(
        {column: [row[n] for row in found.preview] for n, column in enumerate(found.columns)},
        hide_index=True,
        height=220,
        alt=f"The first rows of {name}",
    )


def _text(text: str) -> str:
    cut = text if len(text) <= _TEXT_SHOWN else f"{text[:_TEXT_SHOWN]} ..."
    return f"<p>{escape(cut)}</p>"


def _chips(names: Sequence[str], targets: NDArray[np.float32], odd: bool) -> str:
    """The labels of a row, shares with their number, what is missing in words."""
    known = ~np.isnan(targets)
    if not known.any():
        why = "not explained by the format" if odd else "no known label"
        return f'<small class="tx-few">left out: {why}</small>'
    carried = [
        _chip(names[n], float(targets[n])) for n in np.flatnonzero(known & (targets > 0)).tolist()
    ]
    missing = len(names) - int(known.sum())
    rest = f" <small>{missing} missing</small>" if missing else ""
    note = ' <small class="tx-few">a value is not explained</small>' if odd else ""
    return ("".join(carried) or "<small>none</small>") + rest + note


def _chip(name: str, target: float) -> str:
    return look.chip(name if target == 1 else f"{name} {target:.2f}", strong=target >= 0.5)
