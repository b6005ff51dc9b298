from __future__ import annotations

from pathlib import Path

import pytest

from toxapp.bench import scoring
from toxapp.errors import DataError
from toxapp.runs.run import Run


def test_without_a_finished_run_there_is_nothing_to_time() -> None:
    with pytest.raises(DataError, match="No run has finished"):
        scoring.bench(None, None, texts=10, rounds=1)


@pytest.mark.slow
def test_ours_is_timed_against_the_pipeline_on_the_same_texts(trained: Run, tmp_path: Path) -> None:
    file = tmp_path / "new.csv"
    file.write_text("comment\n" + "the bus was late again\nyou idiot\n" * 20)
    found = scoring.bench(None, file, texts=30, rounds=2)
    assert (found.run, found.texts) == (trained.id, 30)
    rows = {row.name: row for row in found.rows}
    assert list(rows) == [scoring.BASELINE, "pipeline, batch_size=32", scoring.OURS]
    assert rows[scoring.BASELINE].ratio == 1.0
    ours = rows[scoring.OURS]
    assert ours.ratio == pytest.approx(ours.best / rows[scoring.BASELINE].best)
    assert ours.texts_s == pytest.approx(30 / ours.best)
    assert 0 < ours.p50_ms <= ours.p95_ms
    assert ours.share_of_peak is not None
    assert 0 < ours.share_of_peak < 1
    assert (ours.max_length, rows[scoring.BASELINE].share_of_peak) == (32, None)
