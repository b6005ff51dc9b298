"""Labels in a single column: one class a cell, or several labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from toxapp.data import labelling, targets
from toxapp.data.guessing import names
from toxapp.data.guessing.candidate import LEAST_KNOWN, Candidate
from toxapp.data.guessing.profile import Profile
from toxapp.data.labelling import Labelling

_MOST_CLASSES = 200
_LONGEST_CLASS = 90
# Texts without a label leave a list of labels blank; a few blanks are slips, and missing.
_LEAST_BLANK = 0.05


def candidate(profile: Profile) -> Candidate | None:
    """The labels in this column, which is not one of marks or shares; None where it has none."""
    if profile.tokens is not None:
        return _of_list(profile, profile.tokens.delimiter, profile.tokens.values)
    if not _is_class(profile):
        return None
    empty = Labelling("class", (profile.name,))
    found = labelling.completed(empty, wanted(profile.values))
    return Candidate(found, _likelihood(profile, profile.values), profile.coverage)


def is_polar(profile: Profile) -> bool:
    """Whether the column says against, neutral and for as -1, 0 and 1, so that -1 is no gap."""
    return names.is_polar(profile.name) and {*profile.values} == {"-1", "0", "1"}


def wanted(values: Mapping[str, int]) -> list[str]:
    """The classes that become labels: all, or of two the one that is not a mere "not".

    Of two that tell nothing (TIN, UNT) it is the rarer one; of two ids, the one that is not 0, or
    both.

    Args:
        values: at least two classes with their counts.
    """
    if len(values) != 2:
        return list(values)
    one, two = values
    if targets.as_number(one) is not None and targets.as_number(two) is not None:
        return [value for value in (one, two) if float(value) or len({one, two} - {"0"}) == 2]
    if names.negates(one, two) or names.negates(two, one):
        return [two if names.negates(one, two) else one]
    if names.is_negative(one) != names.is_negative(two):
        return [two if names.is_negative(one) else one]
    if names.is_harm(one) != names.is_harm(two):
        return [one if names.is_harm(one) else two]
    return [min(values, key=lambda value: (values[value], value))]


def _is_class(profile: Profile) -> bool:
    """A few values, each of which returns; numbers must be whole and near each other."""
    few = 2 <= profile.distinct <= min(_MOST_CLASSES, profile.known / 2)
    whole = profile.numbers < 0.5 or (profile.whole and profile.high - profile.low < _MOST_CLASSES)
    sound = profile.length <= _LONGEST_CLASS and profile.rigid < 0.5 and not profile.bracketed
    return few and whole and sound


def _of_list(profile: Profile, delimiter: str, values: Iterable[str]) -> Candidate:
    blank = profile.blank >= _LEAST_BLANK * profile.cells
    ticked = (profile.name,) if blank else ()
    empty = Labelling("list", (profile.name,), delimiter=delimiter, ticked=ticked)
    found = labelling.completed(empty, values)
    return Candidate(found, _likelihood(profile, values), 1.0 if blank else profile.coverage)


def _likelihood(profile: Profile, values: Iterable[str]) -> float:
    said = [value for value in values if targets.as_number(value) is None]
    speaks = any(names.is_harm(v) or names.is_negative(v) or names.is_feeling(v) for v in said)
    about = names.is_about(profile.name) and names.hint(profile.name) < 4
    partly = profile.coverage < LEAST_KNOWN and not (profile.tokens and profile.blank)
    return names.hint(profile.name) + 2 * speaks - 6 * about - 3 * partly
