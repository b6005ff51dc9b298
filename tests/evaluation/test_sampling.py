from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from toxapp.errors import SettingsError
from toxapp.evaluation.elsewhere import Labelled, Texts
from toxapp.evaluation.sampling import Sample, drawn, some

N = 1000


def texts(size: int) -> Texts:
    """A thousand texts "0", "1", ..., whose targets are their numbers, in batches of that size."""
    batches: list[Labelled] = []
    for start in range(0, N, size):
        numbers = range(start, min(N, start + size))
        targets = np.array([[n] for n in numbers], np.float32)
        batches.append(([str(n) for n in numbers], targets))
    return Texts(("rude",), batches)


def taken(size: int, sample: Sample) -> list[int]:
    found, rows = drawn(texts(size), sample)
    ((kept, targets),) = found.batches
    assert rows == N
    assert targets[:, 0].tolist() == [float(text) for text in kept], "each with its own target"
    return [int(text) for text in kept]


def test_batches_make_no_difference_and_the_order_stays() -> None:
    whole = taken(N, Sample(50, seed=3))
    assert len(whole) == 50
    assert whole == sorted(set(whole))
    assert all(taken(size, Sample(50, seed=3)) == whole for size in (1, 7, 49, 50, 51, 999))


def test_another_seed_takes_other_texts() -> None:
    assert taken(100, Sample(50, seed=0)) != taken(100, Sample(50, seed=1))


def test_every_text_is_as_likely_as_any_other() -> None:
    counts = Counter(n // 100 for seed in range(50) for n in taken(N, Sample(100, seed)))
    assert all(400 < counts[tenth] < 600 for tenth in range(10))  # 500 expected, 4.7 deviations


def test_a_sample_of_more_than_there_are_is_all_of_them() -> None:
    assert taken(300, Sample(N + 1)) == list(range(N))


def test_without_a_sample_the_texts_pass_as_they_are() -> None:
    given = texts(10)
    assert some(given, None) == (given, None)


@pytest.mark.parametrize(("size", "seed"), [(0, 0), (-5, 0), (5, -1)])
def test_a_sample_that_cannot_be_drawn_is_refused(size: int, seed: int) -> None:
    with pytest.raises(SettingsError):
        Sample(size, seed)
