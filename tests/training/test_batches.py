from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import chain

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.batches import Bounds, LengthBatches

LENGTHS = np.random.default_rng(0).integers(5, 120, 500).tolist()
BOUNDS = Bounds(texts=16, tokens=640)

many_lengths = st.lists(st.integers(1, 300), min_size=1, max_size=80)
any_bounds = st.builds(Bounds, texts=st.integers(1, 12), tokens=st.integers(64, 1024))


def drawn(
    lengths: list[int],
    bounds: Bounds = BOUNDS,
    *,
    seed: int = 0,
    epoch: int = 0,
    rank: int = 0,
    world: int = 1,
) -> list[list[int]]:
    sampler = LengthBatches(lengths, bounds, seed=seed, rank=rank, world=world)
    sampler.set_epoch(epoch)
    batches = list(sampler)
    assert len(batches) == len(sampler)
    return batches


def flat(batches: Iterable[list[int]]) -> list[int]:
    return [index for batch in batches for index in batch]


def padded(lengths: list[int], batch: list[int]) -> int:
    return len(batch) * max(lengths[index] for index in batch)


def test_every_text_comes_once_an_epoch() -> None:
    for epoch in range(3):
        assert sorted(flat(drawn(LENGTHS, epoch=epoch))) == list(range(500))


def test_every_epoch_has_the_same_batch_sizes() -> None:
    sizes = [Counter(map(len, drawn(LENGTHS, epoch=epoch))) for epoch in range(4)]
    assert all(found == sizes[0] for found in sizes)


def test_the_same_seed_and_epoch_give_the_same_order() -> None:
    assert drawn(LENGTHS, seed=3, epoch=2) == drawn(LENGTHS, seed=3, epoch=2)


def test_another_epoch_or_seed_gives_other_batches_in_another_order() -> None:
    first = drawn(LENGTHS)
    for other in (drawn(LENGTHS, epoch=1), drawn(LENGTHS, seed=1)):
        assert other != first
        shared = {frozenset(batch) for batch in first} & {frozenset(batch) for batch in other}
        assert len(shared) < len(first) / 2  # neighbours change, not only the order of the batches


def test_batches_do_not_come_in_the_order_of_their_lengths() -> None:
    longest = [max(LENGTHS[index] for index in batch) for batch in drawn(LENGTHS)]
    assert longest != sorted(longest)
    assert longest != sorted(longest, reverse=True)


def test_a_batch_holds_texts_of_like_length_within_its_bounds() -> None:
    for batch in drawn(LENGTHS):
        assert len(batch) <= BOUNDS.texts
        assert padded(LENGTHS, batch) <= 1.25 * BOUNDS.tokens
    real = sum(LENGTHS)
    assert real / sum(padded(LENGTHS, batch) for batch in drawn(LENGTHS)) > 0.85


def test_batches_are_filled_as_far_as_the_bounds_allow() -> None:
    assert sorted(map(len, drawn([10] * 40))) == [8, 16, 16]  # 16 texts are 160 tokens: texts bind
    assert sorted(map(len, drawn([100] * 13))) == [1, 6, 6]  # 6 texts are 600 tokens, 7 are 700


def test_one_text_is_one_batch() -> None:
    assert drawn([7]) == [[0]]


def test_a_text_longer_than_the_budget_is_a_batch_of_its_own() -> None:
    batches = drawn([10, 2000, 10, 3000], Bounds(texts=16, tokens=64))
    assert sorted(map(sorted, batches)) == [[0, 2], [1], [3]]


@pytest.mark.parametrize("world", [2, 3])
def test_several_processes_share_the_texts_and_get_equally_many_batches(world: int) -> None:
    for epoch in range(2):
        shares = [drawn(LENGTHS, epoch=epoch, rank=rank, world=world) for rank in range(world)]
        assert len({len(share) for share in shares}) == 1
        assert sorted(flat(chain(*shares))) == list(range(500))
        assert all(padded(LENGTHS, b) <= 1.25 * BOUNDS.tokens for share in shares for b in share)


def test_fewer_texts_than_processes_leave_none_without_a_batch() -> None:
    shares = [drawn([7, 9], rank=rank, world=3) for rank in range(3)]
    assert [len(share) for share in shares] == [1, 1, 1]
    assert set(flat(chain(*shares))) == {0, 1}


def test_bounds_hold_where_texts_cannot_be_shared_out_evenly() -> None:
    # One text was put beside another beyond the bound, so that all processes had as many steps.
    shares = [drawn([5] * 5, Bounds(texts=1, tokens=64), rank=rank, world=2) for rank in range(2)]
    assert [[len(batch) for batch in share] for share in shares] == [[1, 1, 1], [1, 1, 1]]
    assert set(flat(chain(*shares))) == set(range(5))


@given(many_lengths, any_bounds, st.integers(0, 2**32 - 1), st.integers(0, 50))
def test_any_texts_come_once_within_the_bounds(
    lengths: list[int], bounds: Bounds, seed: int, epoch: int
) -> None:
    batches = drawn(lengths, bounds, seed=seed, epoch=epoch)
    assert sorted(flat(batches)) == list(range(len(lengths)))
    for batch in batches:
        assert 1 <= len(batch) <= bounds.texts
        assert len(batch) == 1 or padded(lengths, batch) <= 1.25 * bounds.tokens


@given(many_lengths, any_bounds, st.integers(0, 2**32 - 1))
def test_sizes_are_the_same_in_every_epoch_for_any_texts(
    lengths: list[int], bounds: Bounds, seed: int
) -> None:
    epochs = [drawn(lengths, bounds, seed=seed, epoch=epoch) for epoch in (0, 1, 7)]
    assert len({tuple(sorted(map(len, batches))) for batches in epochs}) == 1


@given(many_lengths, any_bounds, st.integers(2, 5))
def test_any_number_of_processes_gets_equally_many_batches(
    lengths: list[int], bounds: Bounds, world: int
) -> None:
    shares = [drawn(lengths, bounds, rank=rank, world=world) for rank in range(world)]
    everything = Counter(flat(chain(*shares)))
    assert len({len(share) for share in shares}) == 1
    assert set(everything) == set(range(len(lengths)))
    assert sum(everything.values()) < len(lengths) + world  # at most so few are repeated
    assert all(1 <= len(batch) <= bounds.texts for share in shares for batch in share)
