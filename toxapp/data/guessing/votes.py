"""Labels as votes: one column per label with the number of raters who said so."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from toxapp.data import targets
from toxapp.data.guessing import names
from toxapp.data.guessing.candidate import Candidate, Cells
from toxapp.data.guessing.profile import Profile
from toxapp.data.labelling import Labelling

# A rater may name a label more than once; and on some texts all raters agree, which tells their
# number from a length.
_LEAST_SOUND = 0.9
_LEAST_AGREED = 0.02


def candidate(
    free: Sequence[Profile], profiles: Sequence[Profile], cells: Cells
) -> Candidate | None:
    """Columns of counts that are named like labels, or None.

    How many raters there were is told by a column with their number, or by rows that all sum up
    alike; more than half of them then make a label. Without it most counts must be 0, and one vote
    makes a label.

    Args:
        free: the columns that may be labels by their names, in file order.
        profiles: all columns, among them that with the number of raters.
        cells: of all of them.
    """
    rows = (list(row) for counted, row in groupby(free, _is_counted) if counted)
    counts = [p for row in rows for p in _named(row)]
    kept = [p for p in counts if not names.is_rest(p.name)]
    if not any(p.is_count for p in kept):
        return None
    total, raters = _raters(profiles, counts, cells)
    mostly_none = sum(p.zeros for p in kept) > sum(p.known for p in kept) / 2
    if not (raters or mostly_none) or (len(kept) < 2 and total is None):
        return None
    columns = tuple(p.name for p in kept)
    at_least = raters // 2 + 1
    found = Labelling("votes", columns, columns, at_least=at_least, total_column=total)
    rests = tuple(p.name for p in counts if p not in kept and names.is_rest(p.name))
    return Candidate(found, max(map(names.hint, columns)) - 2, kept[0].coverage, rests)


def _is_counted(profile: Profile) -> bool:
    counted = profile.is_count or (profile.is_marks and not profile.spelled)
    named = names.is_general(profile.name) or names.is_scale(profile.name)
    return counted and not named


def _named(row: Sequence[Profile]) -> Sequence[Profile]:
    """Of a row of counts those named like labels or a rest, and what stands between two of them."""
    named = [n for n, p in enumerate(row) if names.hint(p.name) or names.is_rest(p.name)]
    return row[named[0] : named[-1] + 1] if named else []


def _raters(
    profiles: Sequence[Profile], counts: Sequence[Profile], cells: Cells
) -> tuple[str | None, int]:
    """The column with the number of raters, if any, and their usual number, 0 if unknown."""
    table = np.column_stack([_numbers(cells[p.name]) for p in counts])
    for profile in profiles:
        if names.against(profile.name) == names.NUMBER and (profile.is_count or profile.is_marks):
            total, most = _numbers(cells[profile.name]), table.max(axis=1)
            if np.mean(total >= most) >= _LEAST_SOUND and np.mean(total <= most) >= _LEAST_AGREED:
                return profile.name, int(np.median(total))
    summed = table.sum(axis=1)
    alike = len(counts) > 1 and summed.min() == summed.max() > 1
    return None, int(summed[0]) if alike else 0


def _numbers(column: pa.StringArray) -> NDArray[np.float64]:
    """The numbers in the cells, 0 where there is none."""
    known = {cell: targets.as_number(cell) or 0.0 for cell in column.unique().to_pylist()}
    return np.fromiter((known[cell] for cell in column.to_pylist()), float, len(column))
