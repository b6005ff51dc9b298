from __future__ import annotations

from pathlib import Path

from tests.tiny import imported
from training.parts import parts, spread


def measured(rows: int, tested: int) -> list[int]:
    return list(range(rows))[spread(rows, tested)]


def test_as_many_training_rows_are_measured_as_test_rows_evenly_spread() -> None:
    assert measured(2000, 500) == list(range(0, 2000, 4))
    assert measured(2500, 5000) == list(range(0, 2000, 2))
    assert len(measured(100_000, 5000)) == 1000
    assert len(measured(100_000, 3)) == 100


def test_few_training_rows_are_measured_all() -> None:
    assert measured(32, 32) == list(range(32))
    assert measured(168, 36) == list(range(100))
    assert measured(1, 1) == [0]


def test_every_split_has_its_rows(comments: Path) -> None:
    found = parts(imported(comments).id)
    assert {split: len(rows.texts) for split, rows in found.items()} == {
        "train": 168, "validation": 36, "test": 36,
    }  # fmt: skip
