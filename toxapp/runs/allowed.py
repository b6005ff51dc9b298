"""What a setting can be: a sentence on what it does, the families that have it, its bounds."""

from __future__ import annotations

import math
import re
import types
from collections.abc import Collection
from dataclasses import Field, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Between:
    """Numbers from `low` to `high`, both included unless said otherwise."""

    low: float
    high: float = math.inf
    above: bool = False
    below: bool = False

    def holds(self, value: object) -> bool:
        """Whether the value is such a number; NaN is not."""
        if not isinstance(value, int | float) or isinstance(value, bool):
            return False
        over = value > self.low if self.above else value >= self.low
        return over and (value < self.high if self.below else value <= self.high)

    @property
    def words(self) -> str:
        """As in 'must be ...'."""
        low = f"above {self.low:g}" if self.above else f"from {self.low:.10g}"
        if math.isinf(self.high):
            return low if self.above else f"{self.low:g} or more"
        upper = f"below {self.high:g}" if self.below else f"{self.high:.10g}"
        if self.above:
            return f"{low} and {upper if self.below else f'at most {upper}'}"
        return f"{low} to {upper}"


@dataclass(frozen=True)
class OneOf:
    """One of some words."""

    choices: tuple[str, ...]

    def holds(self, value: object) -> bool:
        """Whether it is one of them."""
        return value in self.choices

    @property
    def words(self) -> str:
        """As in 'must be ...'."""
        return f"one of {', '.join(self.choices)}"


@dataclass(frozen=True)
class Words:
    """Words of a form.

    Attributes:
        pattern: which all of it matches.
        words: as in 'must be ...'.
    """

    pattern: str
    words: str

    def holds(self, value: object) -> bool:
        """Whether all of it is of that form."""
        return isinstance(value, str) and re.fullmatch(self.pattern, value) is not None


@dataclass(frozen=True)
class YesOrNo:
    """True or false."""

    words: str = "true or false"

    def holds(self, value: object) -> bool:
        """Whether it is either."""
        return isinstance(value, bool)


Allowed = Between | OneOf | Words | YesOrNo


@dataclass(frozen=True)
class Setting:
    """What is known of a setting besides its name, kind and default.

    Attributes:
        about: what it does, one sentence.
        allowed: what it can be.
        families: that have it; empty where all do.
    """

    about: str
    allowed: Allowed
    families: Collection[str] = ()

    def of(self, family: str) -> bool:
        """Whether a family has it."""
        return not self.families or family in self.families

    def refusal(self, name: str, value: object, kind: str) -> str | None:
        """One sentence on why the value cannot be; None where it can.

        Args:
            name: of the setting.
            value: that it would have.
            kind: its type's name, as written.
        """
        if kind == "int" and isinstance(value, float):
            return f"{name} must be a whole number, not {value!r}."
        if self.allowed.holds(value):
            return None
        if isinstance(value, str) and not value.strip() and isinstance(self.allowed, Words):
            return f"{name} must not be empty: {self.allowed.words}."
        return f"{name} must be {self.allowed.words}, not {value!r}."


def setting(default: Any, about: str, allowed: Allowed, families: Collection[str] = ()) -> Any:
    """The field of a settings dataclass."""
    return field(default=default, metadata={"setting": Setting(about, allowed, families)})


def of(found: Field[Any]) -> Setting:
    """What is known of a field that `setting` made."""
    known: Setting = found.metadata["setting"]
    return known


KINDS: dict[type, str] = {int: "a whole number", float: "a number", bool: "true or false"}
_TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def parse(kind: type | types.UnionType, text: str) -> int | float | str:
    """A value of that kind from how it was typed.

    Raises:
        ValueError: it is none; `KINDS` says what one is.
    """
    if kind is bool:
        if text.lower() not in _TRUTHS:
            raise ValueError(text)
        return _TRUTHS[text.lower()]
    if kind is int:
        return int(text)
    return float(text) if kind is float else text
