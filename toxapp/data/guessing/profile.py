"""What the cells of one column are, in figures: the ground that guesses stand on.

Knows nothing of names and of what a column may mean. Distinct cells are looked at, not cells: a
column of 200,000 marks costs as much as one of two.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from toxapp.data import stated, targets
from toxapp.data.guessing import lists
from toxapp.data.guessing.lists import Tokens

# Numbers and marks are looked at in so many distinct cells, words and lists in fewer.
_MOST_VALUES = 20_000
_MOST_TEXTS = 2_000
# One mistyped word or number does not make a column of marks something else; a column of counts
# or classes has far more numbers beyond 1 (an annotator count of real data: 6 %).
_MOST_WORDS = 0.1
_MOST_NUMBERS = 0.005
_MISSING = frozenset({"na", "n/a", "<na>", "nan", "null"})
_RIGID = re.compile(
    r"(https?://|www\.)\S*"
    r"|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b.{0,30}"
    r"|\w{3} \w{3} +\d{1,2} \d{2}:\d{2}.{0,20}"
    r"|[0-9a-fA-F]{8}-[0-9a-fA-F-]{20,}",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Profile:
    """One column.

    Attributes:
        name: of the column.
        cells: how many there are.
        known: of them, those that are not blank and no missing word (NA, NaN, NULL).
        blank: of them, those of blanks alone.
        distinct: different known cells, blanks around them taken away.
        values: known cells with their counts, commonest first, "1.0" as "1"; of more than 20,000
            distinct ones every so-manieth, so that the counts are then a sample's.
        zeros, ones: cells that say 0 and 1 as a mark.
        unset: cells that say -1 or "none".
        spelled: marks are words (true, yes, x), not digits.
        decimals: numbers are written with a point or a comma.
        numbers: share of the known cells that are numbers, 0 to 1.
        whole: all numbers are whole.
        low, high: the least and the greatest number; NaN without one.
        length: mean length of the known cells, in characters.
        words: mean number of words of the known cells.
        prose: share of the known cells of more than two words or in another script.
        rigid: share of the known cells that are addresses, dates or the like.
        tokens: None where a cell holds one value.
        bracketed: most known cells are lists in brackets.
    """

    name: str
    cells: int
    known: int
    blank: int
    distinct: int
    values: Mapping[str, int]
    zeros: int
    ones: int
    unset: int
    spelled: bool
    decimals: bool
    numbers: float
    whole: bool
    low: float
    high: float
    length: float
    words: float
    prose: float
    rigid: float
    tokens: Tokens | None
    bracketed: bool

    @property
    def coverage(self) -> float:
        """The share of cells that say something, 0 to 1; 0 without cells."""
        if self.is_ticked:
            return 1.0
        return (self.known - self.unset * self.is_marks) / self.cells if self.cells else 0.0

    @property
    def is_marks(self) -> bool:
        """The column holds 1, 0 and missing alone, but for slips."""
        marks = self.zeros + self.ones
        others = sum(self.values.values()) - marks - self.unset
        numbers = sum(n for cell, n in self.values.items() if _is_other_number(cell))
        known = marks + others
        return (
            marks > 0
            and others - numbers <= _MOST_WORDS * known
            and numbers <= _MOST_NUMBERS * known
        )

    @property
    def is_ticked(self) -> bool:
        """Only positives are marked: a blank is 0."""
        return self.is_marks and not self.zeros and not self.unset and self.blank > 0

    @property
    def varies(self) -> bool:
        """There are marks of both kinds."""
        return self.ones > 0 and (self.zeros > 0 or self.is_ticked)

    @property
    def is_fraction(self) -> bool:
        """Numbers in [0, 1], some of them between."""
        known = self.numbers > 0.99 and self.low >= 0 and self.high <= 1
        return known and not self.whole

    @property
    def is_count(self) -> bool:
        """Whole numbers from 0 to at least 2 and at most 100."""
        return self.numbers == 1 and self.whole and self.low >= 0 and 2 <= self.high <= 100


def of_column(name: str, cells: pa.StringArray) -> Profile:
    """The profile of a column's n cells, none of them null; n may be 0."""
    stripped = pc.utf8_trim_whitespace(cells)
    entries = pc.value_counts(stripped)
    found, counts = entries.field("values"), entries.field("counts")
    blank = pc.sum(pc.filter(counts, pc.equal(found, ""))).as_py() or 0
    every = _step(len(found), _MOST_VALUES)
    places = pa.array(range(0, len(found), every), pa.int64())
    words, times = found.take(places).to_pylist(), counts.take(places).to_pylist()
    unsaid = sum(n for word, n in zip(words, times, strict=True) if word.casefold() in _MISSING)
    raw = {word: n for word, n in zip(words, times, strict=True) if _says(word)}
    raw = dict(sorted(raw.items(), key=lambda entry: -entry[1]))
    kinds = len(found) - (blank > 0)
    return _of_values(name, raw, (len(cells), len(cells) - blank - unsaid, blank, kinds))


def _of_values(name: str, raw: Mapping[str, int], sizes: tuple[int, int, int, int]) -> Profile:
    cells, known, blank, kinds = sizes
    numbers = {cell: number for cell in raw if (number := _number(cell)) is not None}
    counted = sum(raw.values()) or 1
    texts = list(raw)[:: _step(len(raw), _MOST_TEXTS)]
    seen = sum(raw[text] for text in texts) or 1
    marks = _marks(raw)
    return Profile(
        name=name,
        cells=cells,
        known=known,
        blank=blank,
        distinct=len(raw) if kinds <= _MOST_VALUES else kinds,
        values=_plain(raw),
        zeros=marks[0.0],
        ones=marks[1.0],
        unset=marks[-1.0],
        spelled=any(targets.target(cell) in (0.0, 1.0) and cell.isalpha() for cell in texts),
        decimals=any("." in cell or "," in cell for cell in numbers),
        numbers=sum(raw[cell] for cell in numbers) / counted,
        whole=all(number == int(number) for number in numbers.values()),
        low=min(numbers.values(), default=math.nan),
        high=max(numbers.values(), default=math.nan),
        length=sum(len(text) * raw[text] for text in texts) / seen,
        words=sum(len(text.split()) * raw[text] for text in texts) / seen,
        prose=sum(raw[text] for text in texts if _is_prose(text)) / seen,
        rigid=sum(raw[text] for text in texts if _RIGID.fullmatch(text)) / seen,
        tokens=lists.tokens(dict.fromkeys(texts)),
        bracketed=sum(raw[text] for text in texts if lists.in_brackets(text)) > 0.9 * seen,
    )


def _step(count: int, most: int) -> int:
    return -(-count // most) or 1


def _says(word: str) -> bool:
    return bool(word) and word.casefold() not in _MISSING


def _number(cell: str) -> float | None:
    number = targets.as_number(cell)
    return number if number is not None and math.isfinite(number) else None


def _is_other_number(cell: str) -> bool:
    number = targets.as_number(cell)
    return number is not None and targets.target(cell) is None


def _marks(raw: Mapping[str, int]) -> Counter[float]:
    """How many cells say 0, 1 and, under -1, nothing."""
    marks: Counter[float] = Counter()
    for cell, count in raw.items():
        value = targets.target(cell)
        if value is not None:
            marks[-1.0 if math.isnan(value) else value] += count
    return marks


def _plain(raw: Mapping[str, int]) -> dict[str, int]:
    values: Counter[str] = Counter()
    for cell, count in raw.items():
        values[stated.plain(cell)] += count
    return dict(values)


def _is_prose(text: str) -> bool:
    return len(text.split()) > 2 or (not text.isascii() and len(text) > 3)
