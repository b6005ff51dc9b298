"""What is in the texts of a dataset, gathered chunk by chunk: markup, personal data, languages.

Counts and rows only: of the texts a seeded sample is kept, on which languages are guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from toxapp.data import notes
from toxapp.data.notes import Note
from toxapp.data.texts import languages, markup, personal
from toxapp.data.texts.near import Sketches

SAMPLE = 2_000


@dataclass(frozen=True)
class Texts:
    """What is in the texts.

    Attributes:
        scripts: share of the texts per script that most of their letters are of, largest first.
        languages: share per language of a sample, largest first; a guess.
        sample: at most 2,000 of the texts, drawn evenly.
    """

    scripts: tuple[tuple[str, float], ...]
    languages: tuple[tuple[str, float], ...]
    sample: tuple[str, ...]


@dataclass
class TextTally:
    """Gathers what is in the texts."""

    _scripts: NDArray[np.int64] = field(default_factory=lambda: languages.scripts([]))
    _sketches: Sketches = field(default_factory=Sketches)
    _sample: list[str] = field(default_factory=list)
    _seen: int = 0
    _chance: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0))

    def add(self, texts: Sequence[str], rows: NDArray[np.int64], file: str) -> list[Note]:
        """Count `texts` in, which stand in `rows` of `file`; notes on some of them."""
        self._scripts = self._scripts + languages.scripts(texts)
        self._sketches.add(texts)
        self._draw(texts)
        html = {(f"html_{kind}", ""): at for kind, at in markup.positions(texts).items()}
        people = {
            ("personal_data", personal.KINDS[kind]): at
            for kind, at in personal.positions(texts).items()
        }
        return [
            notes.note(kind, file, what, rows[at])
            for (kind, what), at in (html | people).items()
            if len(at)
        ]

    def groups(self) -> NDArray[np.int64]:
        """Which texts are equal or nearly so: (n,), one number per group; forgets the sketches."""
        found = self._sketches.groups()
        self._sketches = Sketches()
        return found

    def found(self) -> Texts:
        """What was gathered."""
        shares = self._scripts / max(1, self._scripts.sum())
        scripts = [(s, float(x)) for s, x in zip(languages.SCRIPTS, shares, strict=True) if x > 0]
        scripts.sort(key=lambda item: -item[1])
        spoken = ((languages.name(code), x) for code, x in languages.languages(self._sample))
        return Texts(tuple(scripts), tuple(spoken), tuple(self._sample))

    def _draw(self, texts: Sequence[str]) -> None:
        """Keep every text seen so far with the same probability (reservoir sampling)."""
        self._sample += texts[: max(0, SAMPLE - self._seen)]
        start = max(SAMPLE, self._seen)
        numbers = np.arange(start, max(start, self._seen + len(texts)))
        places = self._chance.integers(0, numbers + 1) if len(numbers) else numbers
        for number, place in zip(numbers.tolist(), places.tolist(), strict=True):
            if place < SAMPLE:
                self._sample[place] = texts[number - self._seen]
        self._seen += len(texts)
