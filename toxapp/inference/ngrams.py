"""The n-grams of many texts at once: words and, within what white space separates, characters.

An n-gram is known by its bucket, a hash of its code points, so nothing here holds a piece of
anybody's text. All of it is arithmetic on the code points of a line of texts; what a text gives
does not depend on its company.

A column is a bucket of either kind: 0 .. 2**bits - 1 for characters, as many again for words.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.intp]
Keys = NDArray[np.uint32]

_MULTIPLIER = 0x9E3779B1
_SPACE = 32
_LONGEST_WORD = 64


@dataclass(frozen=True)
class Grams:
    """Which n-grams are counted.

    Attributes:
        shortest: characters of the shortest character n-gram, at least 2.
        longest: characters of the longest one.
        words: words of the longest word n-gram, 1 or 2.
        bits: 2**bits buckets for characters and as many for words; 1 to 24.
    """

    shortest: int = 2
    longest: int = 5
    words: int = 2
    bits: int = 21


@dataclass(frozen=True, eq=False)
class Occurrences:
    """N-grams, once for each time they occur.

    Attributes:
        keys: (n,) uint32, place of the text in its chunk * 2**(bits + 1) + column.
        begin: (n,) its first code point, in the line of the chunk or in the only text.
        end: (n,) the one behind its last.
    """

    keys: Keys
    begin: Places
    end: Places


class _Plain(dict[int, str]):
    """Code point to what stands for it, worked out when first met; for `str.translate`."""

    def __missing__(self, point: int) -> str:
        self[point] = _plain(chr(point))
        return self[point]


def _plain(character: str) -> str:
    # Characters without width and accents hide words from a filter.
    if character in "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff":
        return ""
    if character.isspace():
        return " "
    parts = unicodedata.normalize("NFKD", character)
    bare = "".join(part for part in parts if not "\u0300" <= part <= "\u036f")
    return unicodedata.normalize("NFKC", bare).casefold()


_PLAIN = _Plain()


def _word_points() -> NDArray[np.bool_]:
    """Which code points make words: all but ASCII's, Latin-1's and general punctuation."""
    found = np.ones(0x110000, bool)
    found[:0xC0] = [chr(point).isalnum() for point in range(0xC0)]
    found[[0xD7, 0xF7]] = False
    found[0x2000:0x2070] = found[0x3000:0x3040] = False
    return found


_IN_WORDS = _word_points()
_POWERS = np.array([pow(0x01000193, n, 2**32) for n in range(_LONGEST_WORD)], np.uint32)


def normalised(text: str) -> str:
    """The text as its n-grams are read, each character on its own.

    Lower case, compatibility forms (full width, ligatures) as their plain ones, without accents
    and characters without width. White space is collapsed later.
    """
    return text.lower() if text.isascii() else text.translate(_PLAIN)


def keys_of(texts: Sequence[str], grams: Grams) -> Keys:
    """The key of every n-gram of at most 2**(31 - bits) texts, in any order."""
    return np.concatenate([found.keys for found in _occurrences(_line(texts), grams)])


def occurrences(text: str, grams: Grams) -> Occurrences:
    """Every n-gram of one text with the characters of the text, as it was given, that it covers.

    The space that stands for a text's beginning or end covers nothing.
    """
    line = _line([text])
    parts = list(_occurrences(line, grams))
    # Position in the text for each code point of the line, that of its neighbour for the edges.
    widths = np.array([len(normalised(letter)) for letter in text], np.intp)
    sources = np.repeat(np.arange(len(text)), widths)
    points = np.clip(np.flatnonzero(line.kept) - 1, 0, max(len(sources) - 1, 0))
    begin = np.concatenate([part.begin for part in parts])
    end = np.concatenate([part.end for part in parts])
    keys = np.concatenate([part.keys for part in parts])
    return Occurrences(keys, sources[points[begin]], sources[points[end - 1]] + 1)


@dataclass(frozen=True, eq=False)
class _Line:
    """The code points of a chunk of texts, white space collapsed, a space around each text.

    Attributes:
        points: (n,) uint32.
        texts: (n,) uint32, place of the text that a point belongs to.
        room: (n,) code points from here to the next space, both included; 0 at a text's last.
        kept: (n_before,) which code points the collapsing left, of those before it.
    """

    points: Keys
    texts: Keys
    room: Places
    kept: NDArray[np.bool_]


def _line(texts: Sequence[str]) -> _Line:
    plain = [normalised(text) for text in texts]
    joined = f" {'  '.join(plain)} ".encode("utf-32-le", "surrogatepass")
    points = np.frombuffer(joined, "<u4")
    sizes = np.array([len(text) + 2 for text in plain])
    # Control characters are white space, too.
    blank = points <= _SPACE
    keep = np.ones(len(points), bool)
    keep[1:] = ~(blank[1:] & blank[:-1])
    keep[np.cumsum(sizes) - sizes] = True
    owners = np.repeat(np.arange(len(texts), dtype=np.uint32), sizes)[keep]
    points = np.where(blank, np.uint32(_SPACE), points)[keep]
    return _Line(points, owners, _room(points), keep)


def _room(points: Keys) -> Places:
    spaces = np.flatnonzero(points == _SPACE)
    gaps = np.diff(spaces)
    room = np.zeros(len(points), np.intp)
    following = np.repeat(spaces[1:], gaps)
    room[: len(following)] = following - np.arange(len(following)) + 1
    room[spaces[:-1][gaps == 1]] = 0
    return room


def _occurrences(line: _Line, grams: Grams) -> Iterator[Occurrences]:
    texts = line.texts << np.uint32(grams.bits + 1)
    yield from _characters(line, texts, grams)
    yield from _words(line, texts, grams)


def _characters(line: _Line, texts: Keys, grams: Grams) -> Iterator[Occurrences]:
    """Hashes of n + 1 code points grow out of those of n, all places of the line at once."""
    hashes = line.points + np.uint32(1)
    for length in range(2, grams.longest + 1):
        hashes = hashes[:-1] * np.uint32(_MULTIPLIER) + line.points[length - 1 :]
        if length >= grams.shortest:
            begin = np.flatnonzero(line.room >= length)
            keys = _bucket(hashes[begin] + np.uint32(length), grams.bits) | texts[begin]
            yield Occurrences(keys, begin, begin + length)


def _words(line: _Line, texts: Keys, grams: Grams) -> Iterator[Occurrences]:
    inside = _IN_WORDS[line.points]
    edges = np.flatnonzero(inside[1:] != inside[:-1]) + 1
    begin, end = edges[::2], edges[1::2]
    if not len(begin):
        return
    hashes = _word_hashes(line.points, inside, end - begin)
    texts = texts[begin] | np.uint32(1 << grams.bits)
    yield Occurrences(_bucket(hashes, grams.bits) | texts, begin, end)
    if grams.words == 2:
        pairs = hashes[:-1] * np.uint32(_MULTIPLIER) + hashes[1:] + np.uint32(1)
        same = np.flatnonzero(texts[1:] == texts[:-1])
        keys = _bucket(pairs[same], grams.bits) | texts[same]
        yield Occurrences(keys, begin[same], end[1:][same])


def _word_hashes(points: Keys, inside: NDArray[np.bool_], lengths: Places) -> Keys:
    starts = np.cumsum(lengths) - lengths
    place = np.arange(lengths.sum()) - np.repeat(starts, lengths)
    weighed = (points[inside] + np.uint32(1)) * _POWERS[place % _LONGEST_WORD]
    hashes: Keys = np.add.reduceat(weighed, starts, dtype=np.uint32)
    return hashes


def _bucket(hashes: Keys, bits: int) -> Keys:
    """The upper bits of MurmurHash3's last mixing step, after which each depends on all."""
    mixed = hashes ^ (hashes >> np.uint32(16))
    mixed *= np.uint32(0x85EBCA6B)
    mixed ^= mixed >> np.uint32(13)
    mixed *= np.uint32(0xC2B2AE35)
    mixed ^= mixed >> np.uint32(16)
    return mixed >> np.uint32(32 - bits)
