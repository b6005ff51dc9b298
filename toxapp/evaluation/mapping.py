"""Which label of another dataset is likely which of a run's, guessed by their names."""

from __future__ import annotations

import re
from collections.abc import Sequence

_LEAST = 4  # letters that two names share at their beginning to be taken for one word


def guess(labels: Sequence[str], theirs: Sequence[str]) -> dict[str, str]:
    """Label of the run -> the label there that is called alike; labels without one are left out.

    Alike are names that differ in case, in signs, or in their end: "severe_toxic" and
    "SevereToxicity", "insult" and "IsInsult". Where several are alike, only an equal one is taken.
    """
    plain = {name: _plain(name) for name in theirs}
    found = {}
    for label in labels:
        wanted = _plain(label)
        equal = [name for name, other in plain.items() if other == wanted]
        near = [name for name, other in plain.items() if _alike(other, wanted)]
        alike = equal or near
        if len(alike) == 1:
            found[label] = alike[0]
    return found


def _plain(name: str) -> str:
    return re.sub(r"^[Ii]s(?=[\W_A-Z])|[\W_]+", "", name).casefold()


def _alike(first: str, second: str) -> bool:
    shorter, longer = sorted((first, second), key=len)
    return len(shorter) >= _LEAST and longer.startswith(shorter)
