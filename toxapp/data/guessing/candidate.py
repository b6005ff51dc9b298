"""A way to read the labels of a file, with what speaks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from toxapp.data.guessing.profile import Profile
from toxapp.data.labelling import Labelling

Cells = Mapping[str, pa.StringArray]

# A column that knows less than half of what its neighbours know is about a part of the rows.
LEAST_KNOWN = 0.5


@dataclass(frozen=True)
class Candidate:
    """A way to read the labels.

    Attributes:
        labelling: the columns and how they are read.
        likelihood: greater is likelier; below 0 only where it must be the only one to count.
        coverage: share of the rows that it knows something of.
        complements: columns that are 1 where no label is, left out of it.
    """

    labelling: Labelling
    likelihood: float
    coverage: float
    complements: tuple[str, ...] = ()


def known_alike(profiles: Sequence[Profile]) -> list[Profile]:
    """Without those that are known in less than half as many rows as the best known one."""
    most = max((p.coverage for p in profiles), default=0.0)
    return [p for p in profiles if p.coverage >= LEAST_KNOWN * most]
