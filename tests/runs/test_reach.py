from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.tiny import imported, wording
from toxapp.runs import reach
from toxapp.runs.catalogue import CATALOGUE, bundled_folder
from toxapp.runs.reach import Reach

bundled = pytest.mark.skipif(bundled_folder() is None, reason="the bundled model is not there")


def lengths(*counts: int) -> reach.Lengths:
    return np.array(counts, np.int64)


def test_a_text_is_cut_where_it_is_longer_than_the_limit() -> None:
    assert reach.cut(lengths(255, 256, 257, 300), 256) == 0.5
    assert reach.cut(lengths(1, 256), 256) == 0
    assert reach.cut(lengths(257), 256) == 1


def test_every_base_model_is_told_in_the_order_of_the_catalogue() -> None:
    found = reach.reach(lengths(10, 300, 600))
    assert [each.model for each in found] == [entry.key for entry in CATALOGUE]
    for each, entry in zip(found, CATALOGUE, strict=True):
        assert (each.title, each.max_length) == (entry.title, entry.max_length)
        assert each.cut == reach.cut(lengths(10, 300, 600), entry.max_length)
    assert found[0].exact
    assert not all(each.exact for each in found)


def test_a_histogram_counts_every_text_once_and_ends_where_they_end() -> None:
    found = reach.histogram(lengths(1, 8, 9, 16, 17, 20))
    assert found.ranges == ((0, 8), (8, 16), (16, 24))
    assert found.counts == (2, 2, 2)
    assert reach.histogram(lengths(3)).ranges == ((0, 8),)
    found = reach.histogram(lengths(5, 10_000))
    assert found.ranges[-1] == (8_192, 10_000)
    assert sum(found.counts) == 2
    assert [low for low, _ in found.ranges] == [0, *(high for _, high in found.ranges[:-1])]


def test_limits_of_base_models_are_ends_of_ranges() -> None:
    """So that the picture parts the texts where a model cuts them."""
    ends = {high for _, high in reach.histogram(lengths(9_000)).ranges}
    assert {entry.max_length for entry in CATALOGUE} <= ends


def of(*cuts: float) -> list[Reach]:
    return [Reach(f"m{n}", f"M{n}", 256, cut, exact=True) for n, cut in enumerate(cuts)]


def test_more_than_one_text_in_a_hundred_cut_is_a_finding() -> None:
    assert reach.cut_finding(of(0.0, 0.01), 1_000) is None
    found = reach.cut_finding(of(0.0, 0.125, 0.02), 1_000)
    assert found is not None
    assert (found.kind, found.count, found.rows) == ("text_cut", 125, ())
    assert found.message.startswith("About 12.5% of the texts are longer than the 256 tokens that")


@bundled
def test_tokens_are_counted_with_those_that_begin_and_end_a_text() -> None:
    found = reach.token_lengths(["hello world", "", "Straße " * 1_000])
    assert found is not None
    assert found.dtype == np.int64
    assert found[:2].tolist() == [4, 2]
    assert found[2] > 1_000  # not cut at what a model reads


@bundled
def test_a_dataset_is_counted_by_its_first_texts(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text,toxic\n" + "".join(f"{wording(n)},{n % 2}\n" for n in range(60)))
    found = reach.of_dataset(imported(path).id)
    assert found is not None
    # Eight words, each one token at least, and two that begin and end the text.
    assert (found.shape, found.min() >= 10) == ((60,), True)
