from __future__ import annotations

import re
import unicodedata
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from toxapp.inference.features import count
from toxapp.inference.ngrams import Grams, normalised, occurrences

TEXTS = [
    "You IDIOT, you idiot!!",
    "  a\t\tb\nc ",
    "",
    "   \n",
    "don't e-mail me @ 3:15 or u'll regret it",
    "über ﬁne ｆｕｌｌ ｗｉｄｔｈ",
    "日本語 のテキスト и кириллица",
    "x" * 200,
    "id\u200biot \u00ad",
    "🙂🙂 ok 🙂",
    "lone \ud800 surrogate",
]


def plain(text: str) -> str:
    """What is read of a text, worked out character by character."""
    pieces = []
    for letter in text:
        bare = [c for c in unicodedata.normalize("NFKD", letter) if not "\u0300" <= c <= "\u036f"]
        pieces.append(unicodedata.normalize("NFKC", "".join(bare)).casefold())
    return re.sub(r"[\u00ad\u200b]", "", "".join(pieces))


def pieces_of(text: str) -> Counter[tuple[str, ...]]:
    """The n-grams of a text in plain Python: characters as strings, words as tuples."""
    found: Counter[tuple[str, ...]] = Counter()
    for token in plain(text).split():
        padded = f" {token} "
        for size in (2, 3, 4, 5):
            for start in range(len(padded) - size + 1):
                found["c", padded[start : start + size]] += 1
    words = re.findall(r"(?:(?![\x00-\x7f]|[\u2000-\u206f\u3000-\u303f]).|[a-z0-9])+", plain(text))
    found.update(("w", word) for word in words)
    found.update(("w", *pair) for pair in pairwise(words))
    return found


def bucket(number: int) -> int:
    """The upper 21 bits of MurmurHash3's last mixing step, in whole numbers."""
    number %= 2**32
    number = ((number ^ (number >> 16)) * 0x85EBCA6B) % 2**32
    number = ((number ^ (number >> 13)) * 0xC2B2AE35) % 2**32
    return (number ^ (number >> 16)) >> 11


def word_hash(word: str) -> int:
    return sum((ord(c) + 1) * pow(0x01000193, n % 64, 2**32) for n, c in enumerate(word))


def column(piece: tuple[str, ...]) -> int:
    kind, *parts = piece
    if kind == "c":
        number = ord(parts[0][0]) + 1
        for letter in parts[0][1:]:
            number = number * 0x9E3779B1 + ord(letter)
        return bucket(number + len(parts[0]))
    if len(parts) == 1:
        return bucket(word_hash(parts[0])) + 2**21
    hashes = [word_hash(part) % 2**32 for part in parts]
    return bucket(hashes[0] * 0x9E3779B1 + hashes[1] + 1) + 2**21


def counted(texts: list[str], grams: Grams | None = None) -> list[dict[int, int]]:
    found = count(texts, grams or Grams())
    rows: list[dict[int, int]] = [{} for _ in texts]
    for text, place, times in zip(found.texts, found.columns, found.counts, strict=True):
        rows[text][int(place)] = int(times)
    return rows


def test_the_ngrams_of_texts_are_those_worked_out_in_plain_python() -> None:
    for text, row in zip(TEXTS, counted(TEXTS), strict=True):
        expected: Counter[int] = Counter()
        for piece, times in pieces_of(text).items():
            expected[column(piece)] += times
        assert row == expected, text


def test_the_buckets_stay_what_saved_classifiers_know_them_by() -> None:
    found = sorted(counted(["you idiot"], Grams(longest=2))[0])
    characters = [123261, 461886, 773274, 922232, 1088004, 1246999, 1266794, 1368794, 1793655]
    assert found == [*characters, 1965239, 2871421, 3607062, 4181248]


def test_a_texts_ngrams_do_not_depend_on_its_company() -> None:
    alone = [counted([text])[0] for text in TEXTS]
    assert counted(TEXTS) == alone
    assert counted(TEXTS[::-1]) == alone[::-1]


def test_ngrams_come_by_text_and_then_by_column_each_once() -> None:
    found = count(TEXTS, Grams())
    pairs = list(zip(found.texts.tolist(), found.columns.tolist(), strict=True))
    assert pairs == sorted(set(pairs))


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\u200b", "\x00\x01"])
def test_a_text_of_nothing_has_no_ngrams(text: str) -> None:
    assert counted([text, "idiot", text])[0::2] == [{}, {}]
    assert len(occurrences(text, Grams()).keys) == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("You Idiot", "you idiot"),
        ("you   \n idiot ", "you idiot"),
        ("ｙｏｕ ídiöt", "you idiot"),
        ("y\u200bou id\u00adiot", "you idiot"),
        ("STRASSE", "straße"),
        ("you\x00idiot", "you idiot"),
        ("you\u00a0idiot", "you idiot"),
    ],
)
def test_ways_of_writing_that_are_read_alike(one: str, other: str) -> None:
    assert counted([one]) == counted([other])


def test_pairs_of_words_reach_over_punctuation_but_not_over_texts() -> None:
    pair = column(("w", "you", "idiot"))
    assert [pair in row for row in counted(["you, idiot", "you", "idiot"])] == [True, False, False]


def test_characters_do_not_reach_over_white_space() -> None:
    assert column(("c", "u i")) not in counted(["you idiot"])[0]
    assert column(("c", " id")) in counted(["you idiot"])[0]


def test_the_sizes_are_settings() -> None:
    grams = Grams(shortest=3, longest=3, words=1)
    assert sum(counted(["you are"], grams)[0].values()) == 3 + 3 + 2
    assert max(counted(TEXTS, Grams(bits=4))[0]) < 32


def test_occurrences_cover_the_characters_that_they_stand_for() -> None:
    text = "The  ﬁne\u200b ÏDIOT "
    found = occurrences(text, Grams())
    by_column: dict[int, list[str]] = {}
    for key, begin, end in zip(found.keys, found.begin, found.end, strict=True):
        by_column.setdefault(int(key), []).append(text[begin:end])
    assert by_column[column(("w", "idiot"))] == ["ÏDIOT"]
    assert by_column[column(("c", "idio"))] == ["ÏDIO"]
    assert by_column[column(("w", "fine"))] == ["ﬁne"]
    assert by_column[column(("c", "in"))] == ["ﬁn"]
    assert by_column[column(("c", " the"))] == ["The"]
    assert by_column[column(("c", "ot "))] == ["OT "]
    assert by_column[column(("w", "the", "fine"))] == ["The  ﬁne"]


def test_occurrences_are_those_that_are_counted() -> None:
    for text, row in zip(TEXTS, counted(TEXTS), strict=True):
        assert Counter(occurrences(text, Grams()).keys.tolist()) == row


def test_normalising_goes_character_by_character() -> None:
    for text in TEXTS:
        assert normalised(text) == "".join(normalised(letter) for letter in text)


def test_a_very_long_text_is_one_like_any_other() -> None:
    found = count(["idiot " * 30_000], Grams())
    assert set(np.unique(found.counts)) == {29_999, 30_000}
