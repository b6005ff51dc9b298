"""Which columns hold the labels, and how: the likeliest of all readings that the cells allow.

What a name says weighs most (label, toxic), then how many rows are known; where all is equal the
first column wins, as the coarsest label stands first in the files of shared tasks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from toxapp.data.guessing import classes, marks, names, votes
from toxapp.data.guessing.candidate import Candidate, Cells
from toxapp.data.guessing.profile import Profile


def best(profiles: Sequence[Profile], cells: Cells) -> Candidate | None:
    """The likeliest reading of the labels, None where nothing looks like labels.

    One that is unlikely by its name (a topic, a source) counts where it is the only one.

    Args:
        profiles: of the columns that may be labels, in file order.
        cells: of all of them.
    """
    place = {profile.name: n for n, profile in enumerate(profiles)}
    found = list(_all(profiles, cells))
    likely = [c for c in found if c.likelihood >= 0] or (found if len(found) == 1 else [])
    return max(likely, key=lambda c: (*_rank(c), -place[c.labelling.columns[0]]), default=None)


def _rank(candidate: Candidate) -> tuple[float, float]:
    return candidate.likelihood, round(candidate.coverage, 1)


def _all(profiles: Sequence[Profile], cells: Cells) -> Iterator[Candidate]:
    free = [p for p in profiles if p.known and not names.against(p.name)]
    voted = votes.candidate(free, profiles, cells)
    if voted:
        yield voted
    counted = {*voted.labelling.columns, *voted.complements} if voted else set()
    surely = bool(voted and _is_surely_voted(voted, profiles))
    marked = [p for p in free if not classes.is_polar(p)]
    for likely in marks.candidates(marked, cells):
        # Beside counts, one rater at most named a rare label: no mark, but a count, too.
        if not (surely and {*likely.labelling.columns} <= counted):
            yield likely
    for profile in free:
        single = not (profile.is_marks or profile.is_fraction) or classes.is_polar(profile)
        found = classes.candidate(profile) if single and profile.name not in counted else None
        if found:
            yield found


def _is_surely_voted(voted: Candidate, profiles: Sequence[Profile]) -> bool:
    """The number of raters is known, or a row of columns has a third of them beyond 1."""
    if voted.labelling.total_column:
        return True
    places = [n for n, p in enumerate(profiles) if p.name in voted.labelling.columns]
    beyond = sum(profiles[n].is_count for n in places)
    return len(places) > 2 and places[-1] - places[0] < len(places) <= 3 * beyond
