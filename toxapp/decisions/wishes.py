"""What an analyst can wish of thresholds, as a value and as the text that states it.

    f1                best F1             fbeta=2       best F2
    precision=0.9     at least that, then most recall
    recall=0.9        at least that, then most precision
    cost=5            least cost, a miss at 5 and a false alarm at 1; cost=5/2: at 2
    flagged=0.02      at most that share of the texts, and as many as that allows
    budget=400/20000  texts read, of texts that come in, for all labels together;
                      budget=400/20000,threat=5: a missed threat costs 5, other misses 1

A label may have two cut-offs, each with a wish: clear below the first, read between, act above the
second. The second is of one label alone, so a budget is no wish for it.

It knows no texts: what the wish comes to is said by `objectives` and `budget`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from math import isfinite
from typing import Literal

from toxapp.errors import SettingsError

Kind = Literal["fbeta", "precision", "recall", "cost", "flagged"]
_KINDS: tuple[Kind, ...] = ("fbeta", "precision", "recall", "cost", "flagged")
_NAMES = {"precision": "precision", "recall": "recall", "flagged": "flagged share"}

_RECORDED = tuple(
    re.compile(words)
    for words in (
        r"best F(?P<fbeta>\S+), smoothed",
        r"precision at least (?P<precision>\S+), then most recall",
        r"recall at least (?P<recall>\S+), then most precision",
        r"least cost, a miss at (?P<cost>\S+) and a false alarm at (?P<false_alarm>\S+)",
        r"at most (?P<flagged>\S+) % of the texts flagged",
    )
)

THERE_IS = (
    "f1, fbeta=2, precision=0.9, recall=0.9, cost=5 (a miss costs 5 false alarms), flagged=0.02, "
    "budget=400/20000 (texts read of texts that come in)"
)


@dataclass(frozen=True)
class Objective:
    """A wish for one label.

    Attributes:
        kind: which figure it is about.
        value: beta, above 0; a precision, recall or flagged share, from 0 to 1; or the price of a
            miss, from 0 on.
        false_alarm: its price, from 0 on; used by "cost" alone.
    """

    kind: Kind
    value: float = 1.0
    false_alarm: float = 1.0

    def __post_init__(self) -> None:
        """Refuse what cannot be wished for."""
        if self.kind == "fbeta" and not (self.value > 0 and isfinite(self.value)):
            raise SettingsError(f"Beta must be a number above 0; found {self.value:g}.")
        if self.kind == "cost":
            _check_prices({"a miss": self.value, "a false alarm": self.false_alarm})
        elif self.kind != "fbeta" and not 0 <= self.value <= 1:
            raise SettingsError(
                f"The {_NAMES[self.kind]} must be from 0 to 1, as in {self.kind}=0.9; "
                f"found {self.value:g}."
            )

    @property
    def words(self) -> str:
        """As a rule records it."""
        value = f"{self.value:g}"
        return {
            "fbeta": f"best F{value}, smoothed",
            "precision": f"precision at least {value}, then most recall",
            "recall": f"recall at least {value}, then most precision",
            "cost": f"least cost, a miss at {value} and a false alarm at {self.false_alarm:g}",
            "flagged": f"at most {100 * self.value:g} % of the texts flagged",
        }[self.kind]


@dataclass(frozen=True)
class Budget:
    """How much can be read, and what a miss costs.

    Attributes:
        reads: texts that are read, of `volume`; above 0 and at most `volume`.
        volume: texts that come in, in the same time.
        prices: label -> price of a miss, from 0 on; 1 where it has none.
    """

    reads: float
    volume: float
    prices: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a budget that is none."""
        if not (0 < self.reads <= self.volume and isfinite(self.volume)):
            raise SettingsError(
                "A budget is a number of texts above 0 of at least as many that come in, as in "
                f"400/20000; found {self.reads:g}/{self.volume:g}."
            )

    @property
    def share(self) -> float:
        """Of the texts, read."""
        return self.reads / self.volume

    @property
    def words(self) -> str:
        """As a rule records it."""
        prices = "".join(f", a miss of {name} at {p:g}" for name, p in self.prices.items())
        return f"{self.reads:,g} of {self.volume:,g} texts read, over all labels{prices}"


@dataclass(frozen=True)
class Bands:
    """What is wished of the two cut-offs; None leaves one as it is.

    Attributes:
        clear: of the threshold, below which a text is clear.
        act: of the higher cut-off, from which on it is acted upon.
    """

    clear: Objective | Budget | None
    act: Objective | None


def parse_pair(objective: str | None, act: str | None) -> Bands:
    """The wishes that the two texts state, as in this module's table; None is no wish.

    Raises:
        SettingsError: there is no such wish, its number is out of range, or `act` is a budget.
    """
    second = None if act is None else parse(act)
    if isinstance(second, Budget):
        raise SettingsError(
            f"A budget is for what is read, over all labels; an act cut-off has a wish of its own "
            f"label, as in precision=0.95; found '{act}'."
        )
    return Bands(None if objective is None else parse(objective), second)


def recorded(words: str) -> Objective | None:
    """The wish for one label that a rule records in these words, to six digits; else None."""
    found = next((x for x in (p.fullmatch(words) for p in _RECORDED) if x), None)
    if found is None:
        return None
    (name, value), *prices = found.groupdict().items()
    kind = next(kind for kind in _KINDS if kind == name)
    number = float(value) / 100 if kind == "flagged" else float(value)
    return Objective(kind, number, *(float(price) for _, price in prices))


def parse(text: str) -> Objective | Budget:
    """The wish that the text states, as in this module's table.

    Raises:
        SettingsError: there is no such wish, or its number is out of range.
    """
    if text == "f1":
        return Objective("fbeta")
    name, _, value = text.partition("=")
    if name == "budget":
        return _budget(value)
    kind = next((kind for kind in _KINDS if kind == name), None)
    if kind is None:
        raise SettingsError(f"There is no objective '{text}'; there is: {THERE_IS}.")
    first, slash, second = value.partition("/")
    if slash and kind != "cost":
        raise SettingsError(f"'{text}' must have one number, as in {kind}=0.9.")
    return Objective(kind, _number(first, text), _number(second, text) if slash else 1.0)


def _budget(value: str) -> Budget:
    head, *priced = value.split(",")
    reads, slash, volume = head.partition("/")
    if not slash:
        raise SettingsError(
            f"'budget={value}' must be texts read of texts that come in, as in budget=400/20000."
        )
    where = f"budget={value}"
    bare = [pair for pair in priced if "=" not in pair]
    if bare:
        raise SettingsError(f"A price of a label is name=number; found '{bare[0]}'.")
    pairs = [pair.rpartition("=") for pair in priced]
    prices = {name: _number(price, where) for name, _, price in pairs}
    _check_prices({f"a miss of '{name}'": price for name, price in prices.items()})
    return Budget(_number(reads, where), _number(volume, where), prices)


def _check_prices(prices: dict[str, float]) -> None:
    wrong = [
        f"{name} at {price:g}"
        for name, price in prices.items()
        if not (price >= 0 and isfinite(price))
    ]
    if wrong:
        raise SettingsError(f"A price is a number from 0 on; found {', '.join(wrong)}.")


def _number(text: str, where: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise SettingsError(f"'{text}' in '{where}' is not a number.") from None
