from __future__ import annotations

import time
from hashlib import blake2b

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score

from toxapp.data import split
from toxapp.data.texts import duplicates

Targets = NDArray[np.float32]


def made(rows: int, rates: list[float], seed: int = 1) -> tuple[NDArray[np.int64], Targets]:
    rng = np.random.default_rng(seed)
    groups = rng.integers(-(2**62), 2**62, rows)
    return groups, (rng.random((rows, len(rates))) < rates).astype(np.float32)


def test_shares_and_rates_are_kept_in_every_part() -> None:
    groups, targets = made(20_000, [0.3, 0.1, 0.02, 0.005])
    parts = split.assign(groups, targets, seed=3)
    assert parts.dtype == np.int8
    for part, share in enumerate(split.SHARES):
        held = parts == part
        assert held.mean() == pytest.approx(share, abs=0.001)
        # Within one block of 20 per combination of labels, of which there are about ten.
        kept = targets[held].sum(axis=0) / targets.sum(axis=0)
        np.testing.assert_allclose(kept, share, atol=0.06)
        np.testing.assert_allclose(kept[:2], share, atol=0.01)


def test_a_block_of_twenty_is_dealt_fourteen_three_three() -> None:
    groups, targets = made(40, [0.0])
    parts = split.assign(groups, targets, seed=0)
    assert np.bincount(parts).tolist() == [28, 6, 6]


@pytest.mark.parametrize("shares", [(0.8, 0.1, 0.1), (0.98, 0.01, 0.01), (1 / 3, 1 / 3, 1 / 3)])
def test_other_shares_are_kept_too(shares: tuple[float, float, float]) -> None:
    groups, targets = made(10_000, [0.2])
    parts = split.assign(groups, targets, shares=shares, seed=0)
    np.testing.assert_allclose(np.bincount(parts) / 10_000, shares, atol=0.002)


def test_equal_texts_stand_on_one_side_and_the_rarest_label_counts_for_all() -> None:
    groups, targets = made(3_000, [0.2, 0.01])
    groups[1_000:2_000] = groups[:1_000]
    parts = split.assign(groups, targets, seed=5)
    assert (parts[1_000:2_000] == parts[:1_000]).all()


def test_the_seed_decides_and_the_order_of_rows_does_not() -> None:
    groups, targets = made(500, [0.3])
    parts = split.assign(groups, targets, seed=1)
    assert (parts == split.assign(groups, targets, seed=1)).all()
    assert accuracy_score(parts, split.assign(groups, targets, seed=2)) < 0.8
    backwards = split.assign(groups[::-1], targets[::-1], seed=1)[::-1]
    assert (parts == backwards).all()


@pytest.mark.parametrize("seed", range(20))
def test_a_label_with_three_texts_has_one_in_every_part(seed: int) -> None:
    groups, targets = made(200, [0.3, 0.0, 0.0])
    targets[[3, 50, 90], 1] = 1
    targets[[3, 51, 91, 92], 2] = 1
    parts = split.assign(groups, targets, seed=seed)
    for label in (1, 2):
        assert set(parts[targets[:, label] == 1]) == {0, 1, 2}


@pytest.mark.parametrize("seed", range(10))
def test_three_texts_fill_three_parts(seed: int) -> None:
    groups, targets = made(3, [0.0])
    assert set(split.assign(groups, targets, seed=seed)) == {0, 1, 2}


def test_missing_and_fractional_targets_are_positive_from_a_half_on() -> None:
    groups, _ = made(400, [0.0])
    targets = np.full((400, 1), np.nan, np.float32)
    targets[:100] = 0.5
    targets[100:200] = 0.49
    parts = split.assign(groups, targets, seed=0)
    assert np.bincount(parts[:100]).tolist() == [70, 15, 15]


@given(
    rates=st.lists(st.floats(0.01, 0.9), min_size=1, max_size=4),
    rows=st.integers(100, 1_500),
    shares=st.sampled_from([(0.7, 0.15, 0.15), (0.8, 0.1, 0.1), (0.5, 0.25, 0.25)]),
    seed=st.integers(0, 5),
)
@settings(deadline=None, max_examples=60)
def test_every_label_keeps_its_rate_whatever_the_labels(
    rates: list[float], rows: int, shares: tuple[float, float, float], seed: int
) -> None:
    groups, targets = made(rows, rates, seed)
    parts = split.assign(groups, targets, shares=shares, seed=seed)
    combinations = len(np.unique(targets, axis=0))
    for part, share in enumerate(shares):
        held = parts == part
        # A combination is off by less than one block of 20, whose share is at most 10 places.
        assert abs(held.sum() - share * rows) <= 10
        kept = targets[held].sum(axis=0)
        assert (np.abs(kept - share * targets.sum(axis=0)) <= 10 * combinations).all()
        # Far nearer than chance puts it for the commonest label.
        common = targets.sum(axis=0).argmax()
        if targets[:, common].sum() >= 200:
            assert kept[common] / targets[:, common].sum() == pytest.approx(share, abs=0.08)


@pytest.mark.parametrize("n", [3, 50, 1_000, 2_999, 3_000])
def test_a_sample_has_as_many_rows_as_asked_for_and_keeps_the_rates(n: int) -> None:
    _, targets = made(3_000, [0.3, 0.1, 0.02])
    taken = split.sample(targets, n, seed=4)
    assert taken.dtype == np.bool_
    assert (taken.shape, taken.sum()) == ((3_000,), n)
    # Every (3,000 / n)-th row of the order: of a run of rows that share a label at most one
    # more or less; the rarest label is one run, another is cut by those that are rarer.
    expected = targets.sum(axis=0) * n / 3_000
    assert abs(targets[taken, 2].sum() - expected[2]) <= 1
    assert (np.abs(targets[taken].sum(axis=0) - expected) <= 8).all()


def test_the_seed_decides_the_sample() -> None:
    _, targets = made(500, [0.3])
    samples = [split.sample(targets, 100, seed=seed) for seed in (1, 1, 2)]
    assert (samples[0] == samples[1]).all()
    assert not (samples[0] == samples[2]).all()


def test_no_rows_give_no_parts() -> None:
    groups, targets = made(0, [0.5])
    assert split.assign(groups, targets, seed=0).shape == (0,)


def test_a_large_file_is_split_in_seconds() -> None:
    groups, targets = made(200_000, [0.1] * 12)
    start = time.process_time()
    split.assign(groups, targets, seed=0)
    assert time.process_time() - start < 3


def test_the_words_of_a_split_column_are_understood_in_any_case() -> None:
    cells = ["train", "Training ", "VALID", "validation", "val", "dev", "Test", "holdout", ""]
    assert split.from_column(cells).tolist() == [0, 0, 1, 1, 1, 1, 2, -1, -1]


def test_a_lacking_part_is_taken_from_train_and_the_others_stay() -> None:
    groups, targets = made(1_000, [0.2])
    own = np.array([0] * 800 + [2] * 200, np.int8)
    parts = split.complete(own, groups, targets, seed=0)
    assert (parts[800:] == 2).all()
    assert np.bincount(parts[:800]).tolist() == [680, 120]
    both = split.complete(np.zeros(1_000, np.int8), groups, targets, seed=0)
    assert np.bincount(both).tolist() == [700, 150, 150]
    whole = np.array([0, 1, 2] * 5, np.int8)
    assert (split.complete(whole, groups[:15], targets[:15], seed=0) == whole).all()


def test_texts_are_equal_whatever_their_case_white_space_and_composition() -> None:
    same = ["Café  au\nlait", " cafe\u0301 AU lait ", "CAFÉ\tau lait"]
    keys = duplicates.keys([*same, "cafeaulait", "Cafe au lait"])
    assert len(set(keys.tolist())) == 3
    assert keys[0] == keys[1] == keys[2]


def test_keys_are_the_same_in_every_process() -> None:
    digest = blake2b(b"hello", digest_size=8).digest()
    assert duplicates.keys(["Hello "]).tolist() == [int.from_bytes(digest, "little", signed=True)]


def test_the_highest_and_lowest_known_target_of_a_group() -> None:
    targets = np.array([[0, np.nan], [1, np.nan], [np.nan, 1]], np.float32)
    member, count = duplicates.groups(np.array([7, 7, 3]))
    assert (member.tolist(), count) == ([1, 1, 0], 2)
    highest = duplicates.per_group(targets, member, pick=np.fmax)
    lowest = duplicates.per_group(targets, member, pick=np.fmin)
    np.testing.assert_array_equal(highest, [[np.nan, 1], [1, np.nan]])
    np.testing.assert_array_equal(lowest, [[np.nan, 1], [0, np.nan]])
