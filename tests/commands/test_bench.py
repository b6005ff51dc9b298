from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.evaluation.sides import guessed, labelled
from toxapp.__main__ import main


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    """The object that `toxapp bench WORDS --json` prints, in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["toxapp", "bench", *words, "--json"])
        with pytest.raises(SystemExit) as ended:
            main()
    assert not ended.value.code
    found: dict[str, Any] = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    return found


def test_bench_coverage_has_a_row_for_each_size_and_says_from_where_intervals_hold(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = answer(capsys, "coverage", "--samples", "3", "--resamples", "2")
    assert {"what", "machine", "rows", "holds_from"} <= set(found)
    assert {row["positives"] for row in found["rows"]} >= {50, 200, 1000}
    assert set(found["rows"][0]["ours"]) == {"precision", "recall", "f1", "flagged_share"}


def test_bench_thresholds_and_steadiness_take_the_scores_of_a_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = guessed(labelled(tmp_path, ["a", "b"], rows=600), 0.8)
    timed = answer(capsys, "thresholds", "--data", made.id, "--rounds", "1", "--resamples", "2")
    assert (timed["labels"], timed["texts"]) == (2, timed["curve_texts"])
    assert {"name", "baseline", "best", "median", "spread", "ratio"} == set(timed["rows"][0])
    steady = answer(capsys, "steadiness", made.id, "--positives", "3,5", "--draws", "3")
    assert [row["positives"] for row in steady["rows"] if row["label"] == "a"] == [3, 5]
    assert [row["positives"] for row in steady["mean"]] == [3, 5]


def test_positives_that_are_no_numbers_are_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["toxapp", "bench", "steadiness", "any", "--positives", "3,x"])
        with pytest.raises(SystemExit) as ended:
            main()
    assert ended.value.code == 2
    assert "whole numbers from 1 on, as in 5,20; found '3,x'" in capsys.readouterr().err
