"""Which of a foreign classifier's labels is which of the dataset's.

Their names are read from the folder's config.json; those of a classifier on the hub are typed.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from toxapp.data.store import Dataset
from toxapp.ui import look
from toxapp.ui.told import Values

NOT_THERE = "none"
_THEIR_DEFAULT = 2  # outputs of a classifier whose config.json names none
_COLUMNS = 3


@dataclass(frozen=True)
class Theirs:
    """What a folder's config.json says of a classifier.

    Attributes:
        names: of its labels, in the order of its outputs.
        scores: how its outputs become scores, in words.
    """

    names: tuple[str, ...]
    scores: str


def read(base: str) -> Theirs | None:
    """The labels of the classifier in a folder; None where that is no folder of a model."""
    try:
        found = json.loads((Path(base) / "config.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(found, dict):
        return None
    named = found.get("id2label") or {}
    count = len(named) or int(found.get("num_labels") or _THEIR_DEFAULT)
    names = tuple(str(named.get(str(n), f"LABEL_{n}")) for n in range(count))
    kind = found.get("problem_type") or ("multi" if count == 1 else "single")
    several = "a probability per label (sigmoid)"
    return Theirs(names, several if kind.startswith("multi") else "one label of all (softmax)")


def choose(base: str, dataset: Dataset, filled: Values, version: int) -> tuple[Values, list[str]]:
    """The setting `map` as chosen, and what is still wrong with it."""
    mapped = dict(pair.split("=", 1) for pair in str(filled.get("map", "")).split(",") if pair)
    theirs = read(base)
    look.heading("Which of its labels is which of yours")
    if theirs:
        names = ", ".join(theirs.names[:20])
        look.remark(f"It says {names}: {theirs.scores}. A label without a counterpart scores 0.")
    else:
        look.remark(
            "The names of its labels are read from a folder's config.json. This is not such a "
            "folder: type them as its page on the hub has them, or none."
        )
    key = f"{base}-{dataset.id}-{version}"
    chosen: dict[str, str] = {}
    for first in range(0, len(dataset.labels), _COLUMNS):
        three = dataset.labels[first : first + _COLUMNS]
        for column, label in zip(st.columns(_COLUMNS), three, strict=False):
            with column:
                chosen[label] = _ask(label, theirs, mapped.get(label), key)
    pairs = [f"{a}={b}" for a, b in chosen.items() if b and (b != a or a in mapped)]
    return {"map": ",".join(pairs)}, _wrong(chosen)


def _ask(label: str, theirs: Theirs | None, mapped: str | None, key: str) -> str:
    if theirs is None:
        return st.text_input(label, mapped or label, key=f"theirs-{label}-{key}").strip()
    wanted = _plain(mapped or label)
    options = [*theirs.names, *([] if NOT_THERE in theirs.names else [NOT_THERE])]
    same = [n for n, name in enumerate(options) if _plain(name) == wanted]
    place = same[0] if len(same) == 1 else None
    chosen: str | None = st.selectbox(
        label, options, place, key=f"theirs-{label}-{key}", placeholder="Which is it?"
    )
    return chosen or ""


def _wrong(chosen: dict[str, str]) -> list[str]:
    open_ = [label for label, name in chosen.items() if not name]
    if open_:
        many = f" and {len(open_) - 5} more" if len(open_) > 5 else ""
        said = ", ".join(open_[:5])
        return [f"Say which of its labels is {said}{many}, or none where it has no such label."]
    if all(name == NOT_THERE for name in chosen.values()):
        return ["Every label is none: nothing of this classifier would be used."]
    return []


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()
