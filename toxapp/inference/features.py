"""Texts become TF-IDF weighted n-grams: the same lines in training and in serving.

Works on a chunk of texts at a time; what a text gives never depends on its company.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .ngrams import Grams, Places, keys_of

Columns = NDArray[np.int32]

# A chunk's arrays stay within a core's cache: 2,000 texts at once took 1.2 times as long.
_CHUNK_TEXTS = 128
_CHUNK_CHARACTERS = 100_000


@dataclass(frozen=True, eq=False)
class Counts:
    """How often each text of a chunk has each of its columns, by text, then by column.

    Attributes:
        texts: (n_distinct,) place of the text in the chunk, never falling.
        columns: (n_distinct,) rising within a text.
        counts: (n_distinct,) at least 1.
    """

    texts: Places
    columns: Columns
    counts: Places


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The columns that weigh anything, and how much.

    Attributes:
        grams: which n-grams the columns stand for.
        columns: (n_kept,) rising.
        idf: (n_kept,) float32, at least 1: ln((1 + texts) / (1 + texts with it)) + 1.
    """

    grams: Grams
    columns: Columns
    idf: NDArray[np.float32]

    @cached_property
    def places(self) -> Columns:
        """(2**(bits + 1),) place of a column among those kept, -1 for the others."""
        places = np.full(2 << self.grams.bits, -1, np.int32)
        places[self.columns] = np.arange(len(self.columns), dtype=np.int32)
        return places


@dataclass(frozen=True, eq=False)
class Vectors:
    """The features of a chunk of texts, those that are not 0, by text.

    Attributes:
        texts: (n,) place of the text in the chunk, never falling.
        columns: (n,) place in the vocabulary.
        values: (n,) float64 in (0, 1].
    """

    texts: Places
    columns: Columns
    values: NDArray[np.float64]


def chunks(texts: Sequence[str]) -> Iterator[slice]:
    """Slices of at most 128 texts and 100,000 characters; a longer text is one of its own."""
    start = size = 0
    for place, text in enumerate(texts):
        full = place - start == _CHUNK_TEXTS or size + len(text) > _CHUNK_CHARACTERS
        if full and place > start:
            yield slice(start, place)
            start, size = place, 0
        size += len(text)
    if start < len(texts):
        yield slice(start, len(texts))


def count(texts: Sequence[str], grams: Grams) -> Counts:
    """Count the n-grams of one chunk of texts; a text without any does not occur."""
    keys = keys_of(texts, grams)
    keys.sort()
    starts = _starts(keys)
    distinct = keys[starts]
    return Counts(
        texts=(distinct >> np.uint32(grams.bits + 1)).astype(np.intp),
        columns=(distinct & np.uint32((2 << grams.bits) - 1)).astype(np.int32),
        counts=_lengths(starts, len(keys)),
    )


def vectors(texts: Sequence[str], vocabulary: Vocabulary) -> Vectors:
    """The features of one chunk of texts: (1 + ln count) * idf, either kind scaled to length 1.

    Columns outside the vocabulary are left out before the scaling. A text without any column of
    the vocabulary does not occur.
    """
    found = count(texts, vocabulary.grams)
    # take() reads scattered places twice as fast as [] does.
    places = vocabulary.places.take(found.columns)
    kept = np.flatnonzero(places >= 0)
    places, owners = places[kept], found.texts[kept]
    values = (1.0 + np.log(found.counts[kept])) * vocabulary.idf.take(places)
    words = found.columns[kept] >> vocabulary.grams.bits
    starts = _starts(2 * owners + words)
    lengths = np.sqrt(np.add.reduceat(values * values, starts)) if len(starts) else values
    values /= np.repeat(lengths, _lengths(starts, len(values)))
    return Vectors(owners, places, values)


def sums(found: Vectors, table: NDArray[np.float32], texts: int) -> NDArray[np.float64]:
    """(texts, n_outputs) each text's features times the table, summed in the columns' order.

    Args:
        found: the features of one chunk.
        table: (n_kept, n_outputs).
        texts: how many the chunk has; one without features gets 0.
    """
    total = np.zeros((texts, table.shape[1]))
    starts = _starts(found.texts)
    if len(starts):
        products = table.take(found.columns, axis=0) * found.values[:, None]
        total[found.texts[starts]] = np.add.reduceat(products, starts, axis=0)
    return total


def _starts(rising: NDArray[np.integer]) -> Places:
    """Where each stretch of equal numbers starts."""
    new = np.ones(len(rising), bool)
    new[1:] = rising[1:] != rising[:-1]
    return np.flatnonzero(new)


def _lengths(starts: Places, end: int) -> Places:
    lengths: Places = np.diff(starts, append=end)
    return lengths
