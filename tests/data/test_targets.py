from __future__ import annotations

import math

import numpy as np
import pytest

from toxapp.data import targets


@pytest.mark.parametrize("cell", ["1", "1.0", "true", "TRUE", " True ", "Yes", "y", "T", "x", "X"])
def test_positive_words(cell: str) -> None:
    assert targets.target(cell) == 1.0


@pytest.mark.parametrize("cell", ["0", "0.0", "-0", "false", "FALSE", "False\t", "no", "N", "f"])
def test_negative_words(cell: str) -> None:
    assert targets.target(cell) == 0.0


@pytest.mark.parametrize(
    "cell", ["", "  ", "-1", "-1.0", "NA", "nan", "NaN", "NONE", "null", "N/A", "<NA>"]
)
def test_missing_words(cell: str) -> None:
    value = targets.target(cell)
    assert value is not None
    assert math.isnan(value)


@pytest.mark.parametrize(
    "cell", ["2", "0.5", "maybe", "toxic", "inf", "1,5", "1,0,0", "1 0", "-", "xx"]
)
def test_anything_else_is_not_explained(cell: str) -> None:
    assert targets.target(cell) is None


def test_a_column_is_read_with_the_places_of_what_is_not_explained() -> None:
    known = targets.Known()
    values, unexplained = targets.column(["1", "maybe", "", "0", "maybe"], known)
    np.testing.assert_array_equal(values, np.array([1, np.nan, np.nan, 0, np.nan], np.float32))
    assert values.dtype == np.float32
    assert unexplained.tolist() == [1, 4]


def test_unexplained_cells_are_not_remembered_so_memory_does_not_grow_with_the_file() -> None:
    known = targets.Known()
    targets.column([f"word {i}" for i in range(1_000)] + ["1"], known)
    assert dict(known) == {"1": 1.0}


def test_an_empty_column_gives_no_targets() -> None:
    values, unexplained = targets.column([], targets.Known())
    assert values.shape == unexplained.shape == (0,)
