from __future__ import annotations

import math

import pyarrow as pa
import pytest

from toxapp.data.guessing.profile import Profile, of_column


def profile(*cells: str) -> Profile:
    return of_column("c", pa.array(cells, pa.string()))


def test_marks_are_counted_with_what_is_missing() -> None:
    seen = profile("1", "0", "0.0", " TRUE ", "-1", "", "NaN", "none")
    assert (seen.cells, seen.known, seen.blank) == (8, 6, 1)
    assert (seen.zeros, seen.ones, seen.unset) == (2, 2, 2)
    assert seen.is_marks
    assert seen.varies
    assert seen.spelled
    assert seen.coverage == 4 / 8


def test_a_slip_leaves_marks_what_they_are_and_many_others_do_not() -> None:
    assert profile(*["1", "0"] * 10, "maybe").is_marks
    assert not profile(*["1", "0"] * 2, "maybe").is_marks
    assert profile(*["1", "0"] * 200, "2").is_marks
    assert not profile(*["1", "0"] * 50, "2").is_marks


def test_positives_beside_blanks_are_ticked_and_a_blank_beside_zeros_is_missing() -> None:
    ticked = profile("x", "", "", "X")
    assert ticked.is_ticked
    assert ticked.varies
    assert ticked.coverage == 1.0
    assert not profile("1", "0", "").is_ticked
    assert profile("1", "0", "").coverage == pytest.approx(2 / 3)


def test_numbers_are_told_apart() -> None:
    assert profile("0.0", "0.333", "1").is_fraction
    assert not profile("0.0", "1.0").is_fraction
    assert not profile("0.5", "1.5").is_fraction
    assert profile("0", "3", "2").is_count
    assert not profile("0", "1").is_count
    assert not profile("-2", "3").is_count
    assert profile("1.0", "2.0", "1").values == {"1": 2, "2": 1}
    assert math.isnan(profile("a").low)


def test_words_and_length_are_means_over_cells() -> None:
    seen = profile("a", "a", "four words are here", "2020-01-02 10:00")
    assert seen.words == pytest.approx((1 + 1 + 4 + 2) / 4)
    assert seen.prose == 1 / 4
    assert seen.rigid == 1 / 4
    assert seen.distinct == 3
    assert profile("これはコメント").prose == 1


def test_distinct_cells_beyond_what_is_looked_at_are_counted() -> None:
    seen = profile(*[f"text {i}" for i in range(50_000)])
    assert seen.distinct == 50_000
    assert len(seen.values) < 20_001


def test_a_column_without_cells_has_a_profile() -> None:
    for seen in (profile(), profile("", "  ")):
        assert (seen.known, seen.distinct, seen.coverage) == (0, 0, 0)
        assert not seen.is_marks
        assert not seen.is_fraction
        assert seen.tokens is None


@pytest.mark.parametrize(
    ("cells", "delimiter", "values"),
    [
        (("27", "4,27", "4", "4, 27"), ",", ("27", "4")),
        (("a;b", "a", "b", "b;a"), ";", ("a", "b")),
        (("a | b", "a", "b", "b | a"), "|", ("a", "b")),
        (("1 2", "1", "2", "2 1"), " ", ("1", "2")),
        (('["a", "b"]', "[]", '["a"]'), "json", ("a", "b")),
        (("['a', 'b']", "['a']"), "json", ("a", "b")),
        (("[0, 4]", "[4]"), "json", ("0", "4")),
    ],
)
def test_lists_of_values_are_found(
    cells: tuple[str, ...], delimiter: str, values: tuple[str, ...]
) -> None:
    tokens = profile(*cells).tokens
    assert tokens is not None
    assert (tokens.delimiter, tokens.values) == (delimiter, values)


@pytest.mark.parametrize(
    "cells",
    [
        ("not toxic", "toxic", "very toxic"),
        ("M&A | Investments", "Gold | Metals | Materials", "Earnings"),
        ("0,5", "1", "0", "0,33"),
        ("[0, 1, 0]", "[1, 0, 0]", "[0, 0, 0]"),
        ("toxic", "insult"),
        tuple(f"a, word{i}" for i in range(300)),
        ("[broken", "[also]"),
    ],
)
def test_names_numbers_and_marks_by_place_are_no_lists(cells: tuple[str, ...]) -> None:
    assert profile(*cells).tokens is None
