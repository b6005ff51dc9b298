"""Labels in one column each: marks (0/1, true/false, x) and shares of raters (0, 0.33, 1).

Which of the columns that could be labels are, and which are a clean that says that no label holds.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from toxapp.data import targets
from toxapp.data.guessing import names
from toxapp.data.guessing.candidate import Candidate, Cells, known_alike
from toxapp.data.guessing.profile import Profile
from toxapp.data.labelling import Labelling

# Some files have a label that does not speak against a clean: who is named, for one.
_LEAST_AGREED = 0.95


def candidates(free: Sequence[Profile], cells: Cells) -> list[Candidate]:
    """Shares where there are columns of fractions, marks where there are other columns of marks.

    Args:
        free: the columns that may be labels by their names, in file order.
        cells: of all of them.
    """
    likely = [p for p in free if _is_share(p)]
    marked = [p for p in free if p.is_marks and p not in likely]
    shares = without_raters(known_alike(likely), beside=marked)
    if not any(p.is_fraction for p in shares):
        shares = []
    marks = _marks([p for p in free if p not in shares])
    found = [_of_shares(shares)] if shares else []
    return [*found, _of_marks(marks, cells)] if marks else found


def without_raters(likely: Sequence[Profile], beside: Sequence[Profile] = ()) -> list[Profile]:
    """Without numbered columns (label_1, label_2), where another one or one `beside` sums them up.

    They are the judgements of single raters, or a share for either side.
    """
    stems = Counter(re.sub(r"\d+", "#", p.name) for p in likely)
    own = [p for p in likely if stems[re.sub(r"\d+", "#", p.name)] == 1]
    return own if any(names.hint(p.name) for p in (*own, *beside)) else list(likely)


def _is_share(profile: Profile) -> bool:
    """A fraction, or a column of 0.0 and 1.0 that may be one of rare values."""
    marks = profile.is_marks and profile.decimals and not profile.spelled and profile.low >= 0
    return profile.is_fraction or marks


def _of_shares(shares: Sequence[Profile]) -> Candidate:
    rests = tuple(p.name for p in shares if names.is_rest(p.name)) if len(shares) > 1 else ()
    columns = tuple(p.name for p in shares if p.name not in rests)
    likelihood = max(map(names.hint, columns))
    return Candidate(
        Labelling("fraction", columns, columns),
        # A share under a name that says nothing may be a model's score.
        likelihood + 1 + (len(columns) > 1) if likelihood else -1,
        max(p.coverage for p in shares),
        rests,
    )


def _marks(free: Sequence[Profile]) -> list[Profile]:
    """The columns of marks that are labels, complements among them.

    One that never varies counts when its name is a label's or it stands in a row of columns
    written alike, as rare labels do, or when no column varies: a file may be sorted by its only
    label.
    """
    likely = [p for p in free if p.is_marks]
    if any(p.varies for p in likely):
        likely = [p for p in likely if _belongs(p, free)]
    named = [p for p in likely if names.hint(p.name)]
    if any(names.is_general(p.name) for p in named):
        return without_raters(named)
    surest = max((names.hint(p.name) for p in likely), default=0)
    ways = {p.spelled for p in likely if names.hint(p.name) == surest}
    kept = [p for p in likely if p.spelled in ways or names.hint(p.name) >= 4]
    return without_raters(known_alike(kept))


def _belongs(profile: Profile, free: Sequence[Profile]) -> bool:
    alike = (p for p in _row(free, free.index(profile)) if p.spelled == profile.spelled)
    return names.hint(profile.name) > 0 or any(p.varies for p in alike)


def _row(free: Sequence[Profile], at: int) -> Sequence[Profile]:
    """The unbroken row of columns of marks around position `at`."""
    first = last = at
    while first > 0 and free[first - 1].is_marks:
        first -= 1
    while last + 1 < len(free) and free[last + 1].is_marks:
        last += 1
    return free[first : last + 1]


def _of_marks(marks: Sequence[Profile], cells: Cells) -> Candidate:
    rests = _rests(marks, cells)
    kept = [p for p in marks if p.name not in rests]
    columns = tuple(p.name for p in kept)
    ticked = tuple(p.name for p in kept if p.is_ticked)
    return Candidate(
        Labelling("columns", columns, columns, ticked=ticked),
        # Marks are made to be labels; several columns of them can hardly be anything else.
        max(map(names.hint, columns)) + 2 + (len(columns) > 1),
        max(p.coverage for p in kept),
        rests,
    )


def _rests(marks: Sequence[Profile], cells: Cells) -> tuple[str, ...]:
    """The columns named clean, none, not_toxic that are 1 where all others are 0."""
    named = [p for p in marks if names.is_rest(p.name)]
    others = [p for p in marks if not names.is_rest(p.name)]
    if not named or not others:
        return ()
    some = np.logical_or.reduce([_is_one(cells[p.name]) for p in others])
    return tuple(p.name for p in named if _completes(_is_one(cells[p.name]), some))


def _completes(rest: NDArray[np.bool_], some: NDArray[np.bool_]) -> bool:
    return float(np.mean(rest != some)) >= _LEAST_AGREED


def _is_one(column: pa.StringArray) -> NDArray[np.bool_]:
    return np.asarray(targets.column(column.to_pylist(), targets.Known())[0] == 1)
