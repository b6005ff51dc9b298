from __future__ import annotations

from toxapp.bench.thresholds import bench


def test_every_timing_names_its_baseline_and_none_is_missing() -> None:
    found = bench(None, curve_texts=2000, texts=2000, resamples=2, rounds=1)
    assert (found.labels, found.curve_texts, found.texts) == (6, 2000, 2000)
    assert len(found.rows) == 10
    assert sum(row.name == row.baseline for row in found.rows) == 4
    assert all(row.best > 0 for row in found.rows)
    assert {row.baseline for row in found.rows} <= {row.name for row in found.rows}
