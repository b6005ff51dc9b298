"""Single rows of a dataset."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.evaluation.sides import labelled
from toxapp import workspace
from toxapp.data import picked, store


@pytest.mark.parametrize("split", [*("train", "validation", "test"), None])
def test_picked_rows_are_those_of_a_whole_reading_in_the_order_asked(
    tmp_path: Path, split: str | None
) -> None:
    dataset = labelled(tmp_path, ["one", "two"])
    file = workspace.find("datasets", dataset.id) / "data.parquet"
    pq.write_table(pq.read_table(file), file, row_group_size=37)  # so that groups are crossed
    every = store.read(dataset.id, split) if split else store.sample(dataset.id, dataset.rows)
    places = np.random.default_rng(0).permutation(len(every.row))[:25]
    found = picked.pick(dataset.id, places, split=split)
    assert found.texts == [every.texts[place] for place in places]
    assert found.file == [every.file[place] for place in places]
    np.testing.assert_array_equal(found.row, every.row[places])
    np.testing.assert_array_equal(found.targets, every.targets[places])
    none = picked.pick(dataset.id, places[:0], split=split)
    assert (none.texts, none.file, none.targets.shape) == ([], [], (0, 2))
