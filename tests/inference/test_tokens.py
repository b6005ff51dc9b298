from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from toxapp.inference.tokens import batches, encode, filled, open_tokenizer, pad


@pytest.fixture
def tokenizer(model_folder: Path) -> Tokenizer:
    return open_tokenizer(model_folder / "tokenizer.json", 8)


def padded_size(lengths: list[int], batch: list[int]) -> int:
    return max(lengths[i] for i in batch) * len(batch)


def test_every_text_is_in_exactly_one_batch() -> None:
    lengths = np.random.default_rng(0).integers(1, 300, 1000).tolist()
    found = [index for batch in batches(lengths, 2048) for index in batch]
    assert sorted(found) == list(range(1000))


def test_texts_come_in_the_order_of_their_lengths_and_equal_ones_in_their_own() -> None:
    assert [i for batch in batches([16, 8, 24, 8, 16], 32) for i in batch] == [1, 3, 0, 4, 2]


def test_texts_of_a_batch_have_one_length_and_keep_the_budget() -> None:
    lengths = (np.random.default_rng(1).integers(1, 25, 500) * 8).tolist()
    made = list(batches(lengths, 1000))
    for batch in made:
        assert len({lengths[i] for i in batch}) == 1
        assert padded_size(lengths, batch) <= 1000
    for batch, following in pairwise(made):
        if lengths[batch[0]] == lengths[following[0]]:
            assert padded_size(lengths, [*batch, following[0]]) > 1000


def test_a_batch_may_fill_its_budget_exactly() -> None:
    assert list(batches([4, 4, 4], 8)) == [[0, 1], [2]]


def test_a_text_longer_than_the_budget_is_a_batch_of_its_own() -> None:
    assert list(batches([50, 3, 60, 60], 10)) == [[1], [0], [2], [3]]


def test_no_texts_make_no_batches() -> None:
    assert list(batches([], 10)) == []


def test_texts_are_cut_at_the_longest_length_special_tokens_included(tokenizer: Tokenizer) -> None:
    short, long, exact = encode(tokenizer, ["the bus", "the " * 50, "the " * 6])
    assert (len(short), len(long), len(exact)) == (4, 8, 8)
    assert np.array_equal(long, exact)
    assert long[0] == short[0]
    assert long[-1] == short[-1]
    assert short.dtype == np.int32


def test_an_empty_text_is_its_special_tokens(tokenizer: Tokenizer) -> None:
    (found,) = encode(tokenizer, [""])
    assert len(found) == 2


def test_the_ids_of_a_text_do_not_depend_on_its_company(tokenizer: Tokenizer) -> None:
    (alone,) = encode(tokenizer, ["nice rain"])
    beside, _ = encode(tokenizer, ["nice rain", "the bus was late again and we walked"])
    assert np.array_equal(alone, beside)


def test_a_tokenizer_saved_with_padding_and_cutting_is_opened_without(
    model_folder: Path, tmp_path: Path
) -> None:
    saved = Tokenizer.from_file(str(model_folder / "tokenizer.json"))
    saved.enable_padding(length=20)
    saved.enable_truncation(3)
    saved.save(str(tmp_path / "tokenizer.json"))
    opened = open_tokenizer(tmp_path / "tokenizer.json", 8)
    assert [len(ids) for ids in encode(opened, ["nice", "the " * 50])] == [3, 8]


@pytest.mark.parametrize(
    ("length", "expected"),
    [(1, 8), (8, 8), (9, 16), (64, 64), (65, 72), (128, 128), (129, 144), (257, 288), (512, 512)],
)
def test_a_text_is_filled_up_to_a_length_that_follows_from_its_own(
    length: int, expected: int
) -> None:
    assert filled(length, 512) == expected


def test_a_text_is_never_filled_beyond_what_the_model_reads() -> None:
    assert (filled(19, 20), filled(20, 20), filled(509, 510)) == (20, 20, 510)


def test_filling_adds_less_than_eight_tokens_or_an_eighth() -> None:
    for length in range(1, 600):
        assert length <= filled(length, 8192) < length + max(8, length / 8)


def test_texts_can_be_filled_up_further_than_the_longest() -> None:
    padded, mask = pad([np.array([2, 3], np.int32)], 7, 4)
    assert (padded.tolist(), mask.tolist()) == ([[2, 3, 7, 7]], [[1, 1, 0, 0]])


def test_shorter_texts_are_filled_on_the_right_and_masked() -> None:
    ids = [np.array(row, np.int32) for row in ([2, 9, 3], [2, 3], [2, 9, 9, 3])]
    padded, mask = pad(ids, 7)
    assert padded.tolist() == [[2, 9, 3, 7], [2, 3, 7, 7], [2, 9, 9, 3]]
    assert mask.tolist() == [[1, 1, 1, 0], [1, 1, 0, 0], [1, 1, 1, 1]]
    assert padded.dtype == mask.dtype == np.int64


def test_a_token_like_the_padding_within_a_text_is_not_masked() -> None:
    _, mask = pad([np.array([2, 0, 3], np.int32), np.array([2], np.int32)], 0)
    assert mask.tolist() == [[1, 1, 1], [1, 0, 0]]
