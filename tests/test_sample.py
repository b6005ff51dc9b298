"""The sample that ships: large and varied enough, with every label often enough."""

from __future__ import annotations

import csv
import re
from collections import defaultdict

from toxapp.data.sample import sample_path

LABELS = ["toxic", "insult", "profanity", "threat", "spam"]


def rows() -> list[dict[str, str]]:
    with sample_path().open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def shingles(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return set(zip(words, words[1:], words[2:], strict=False)) or {tuple(words)}


def near_duplicates(texts: list[str]) -> set[int]:
    """Texts that share half of their three-word runs, or more, with another."""
    sets = [shingles(text) for text in texts]
    holders = defaultdict(list)
    for number, found in enumerate(sets):
        for run in found:
            holders[run].append(number)
    near: set[int] = set()
    for number, found in enumerate(sets):
        others = {other for run in found for other in holders[run] if other > number}
        for other in others:
            if len(found & sets[other]) >= 0.5 * len(found | sets[other]):
                near |= {number, other}
    return near


def test_it_has_at_least_1500_distinct_comments() -> None:
    plain = {re.sub(r"\W+", " ", row["text"].lower()).strip() for row in rows()}
    assert len(plain) >= 1500


def test_every_label_is_on_at_least_12_percent() -> None:
    found = rows()
    assert list(found[0])[1:] == LABELS
    for label in LABELS:
        assert sum(row[label] == "1" for row in found) >= 0.12 * len(found), label


def test_under_5_percent_are_near_duplicates() -> None:
    texts = [row["text"] for row in rows()]
    assert len(near_duplicates(texts)) < 0.05 * len(texts)


def test_near_duplicates_are_found_where_there_are_some() -> None:
    assert near_duplicates(["the bus was late again today", "the bus was late again", "hm"]) == {
        0,
        1,
    }


def test_an_insult_or_a_threat_is_always_toxic() -> None:
    for row in rows():
        if row["insult"] == "1" or row["threat"] == "1":
            assert row["toxic"] == "1", row["text"]
