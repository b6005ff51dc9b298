"""Which texts are nearly equal, among up to a million of them, without keeping the texts.

Put aside are case, white space, punctuation, digits, links and user names. Of what remains,
letters and pictograms, every stretch of five counts once. Two texts are nearly equal when at
least 80 % of the stretches that either of them has are in both (their Jaccard similarity).
Texts of fewer than 20 letters are so only when all their letters are equal.

Kept of a text is one byte for each of 128 bins: the low bits of the smallest hash of a stretch
that falls into it (one permutation hashing: Li, Owen and Zhang 2012; Li and König 2010). What
follows from these bytes is the module `linking`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import blake2b
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from toxapp.data.texts import duplicates, linking
from toxapp.data.texts.linking import BINS, Indices, Signatures

STRETCH = 5
LEAST_LETTERS = 20

_MOST_CHARACTERS = 100_000
# Small enough for the intermediate arrays to stay in the processor's cache.
_BLOCK_CHARACTERS = 100_000

_ASIDE = re.compile(r"https?://\S+|www\.\S+|(?<!\w)@\w+")
_BASE = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xFF51AFD7ED558CCD)

Codes = NDArray[np.uint32]


class Sketches:
    """What is kept of texts, 136 bytes each, until `groups` compares them.

    Comparing takes about 200 bytes a text more. The same on every machine.
    """

    def __init__(self) -> None:
        # Buffers grow in place, where joining arrays would hold everything twice.
        self._keys = bytearray()
        self._signatures = bytearray()

    def add(self, texts: Sequence[str]) -> None:
        """Sketch `texts`, of which the first 100,000 characters count."""
        for block in _blocks(texts):
            codes, counts = _letters(block)
            self._keys += _keys(block, codes, counts)
            self._signatures += _signatures(codes, counts).tobytes()

    def groups(self) -> Indices:
        """The group of every text added, shape (n,), numbered 0..g-1 by first appearance.

        Texts equal to the eye (`duplicates.keys`) or in their letters share a group. Texts
        linked by near-equality do, too, as long as at least half of the stretches of each are
        those of the group's first text: no chain of small steps leads to something else.
        """
        keys = np.frombuffer(self._keys, "<i8")
        signatures = np.frombuffer(self._signatures, np.uint8).reshape(-1, BINS)
        _, first, member = np.unique(keys, return_index=True, return_inverse=True)
        # In the order of the texts, so that a group's first text is the one that came first.
        heads = np.sort(first)
        group = linking.grouped(signatures, heads)
        return _renumbered(group[np.searchsorted(heads, first)][member])


def _blocks(texts: Sequence[str]) -> Iterator[list[str]]:
    block: list[str] = []
    characters = 0
    for text in texts:
        block.append(text if len(text) <= _MOST_CHARACTERS else text[:_MOST_CHARACTERS])
        characters += len(text)
        if characters > _BLOCK_CHARACTERS:
            yield block
            block, characters = [], 0
    if block:
        yield block


def _folded(text: str) -> str:
    """`text` as `duplicates.normalised` but for white space, without links and user names."""
    folded = (text if text.isascii() else unicodedata.normalize("NFC", text)).casefold()
    if "@" in folded or "http" in folded or "www." in folded:
        return _ASIDE.sub(" ", folded)
    return folded


@cache
def _counted() -> NDArray[np.bool_]:
    """For every code point whether it counts: letters and their marks, pictograms."""
    categories = map(unicodedata.category, map(chr, range(0x110000)))
    counted = np.fromiter((c[0] in "LM" or c == "So" for c in categories), bool, 0x110000)
    counted[0xFE00:0xFE10] = False  # they choose between two pictures of one sign
    return counted


def _letters(texts: list[str]) -> tuple[Codes, Indices]:
    """The code points that count of all texts in a row, and how many each text has, (n,)."""
    folded = [_folded(text) for text in texts]
    raw = "".join(folded).encode("utf-32-le", "surrogatepass")
    codes = np.frombuffer(raw, "<u4")
    counted = _counted()[codes]
    so_far = np.concatenate(([0], np.cumsum(counted)))
    ends = np.cumsum(np.fromiter(map(len, folded), np.int64, len(folded)))
    return codes[counted], np.diff(so_far[ends], prepend=0)


def _keys(texts: list[str], codes: Codes, counts: Indices) -> bytes:
    """8 bytes per text, equal for equal letters; without letters, for equal texts."""
    raw = codes.tobytes()
    ends = [0, *(4 * np.cumsum(counts)).tolist()]
    kept = (
        raw[start:end] or duplicates.normalised(text).encode("utf-8", "surrogatepass")
        for text, (start, end) in zip(texts, pairwise(ends), strict=True)
    )
    return b"".join(blake2b(letters, digest_size=8).digest() for letters in kept)


def _signatures(codes: Codes, counts: Indices) -> Signatures:
    """Per text and bin the low bits, 1..255, of its smallest hashed stretch; 0 without one.

    Texts of fewer than 20 letters have none.
    """
    smallest = np.full(len(counts) * BINS, 0xFFFFFFFF, np.uint32)
    if len(codes) >= STRETCH:
        text = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
        within = text[: 1 - STRETCH] == text[STRETCH - 1 :]
        within &= (counts >= LEAST_LETTERS)[text[: 1 - STRETCH]]
        hashes = _hashed(codes)[within]
        bins = text[: 1 - STRETCH][within] * BINS + (hashes >> np.uint64(57)).astype(np.int32)
        np.minimum.at(smallest, bins, (hashes >> np.uint64(20)).astype(np.uint32))
    low = (smallest % 255 + 1).astype(np.uint8)
    low[smallest == 0xFFFFFFFF] = 0
    return low.reshape(-1, BINS)


def _hashed(codes: Codes) -> NDArray[np.uint64]:
    """A 64-bit hash of every five code points in a row, shape (n - 4,)."""
    wide = codes.astype(np.uint64)
    hashes = wide[: 1 - STRETCH].copy()
    for step in range(1, STRETCH):
        hashes *= _BASE
        hashes += wide[step : len(wide) - STRETCH + 1 + step]
    # The last step of MurmurHash3: every bit of the input moves every bit of the result.
    for _ in range(2):
        hashes ^= hashes >> np.uint64(33)
        hashes *= _MIX
    hashes ^= hashes >> np.uint64(33)
    return hashes


def _renumbered(group: Indices) -> Indices:
    """The groups numbered 0..g-1 in the order in which they first appear."""
    _, first, member = np.unique(group, return_index=True, return_inverse=True)
    number = np.empty(len(first), np.int64)
    number[np.argsort(first, kind="stable")] = np.arange(len(first))
    return number[member]
