from __future__ import annotations

import json
import time
from pathlib import Path

from toxapp.runs import events


def steps(folder: Path, kind: str = "train") -> list[int]:
    return [event["step"] for event in events.read(folder, kind)]


def test_a_run_without_events_has_none(tmp_path: Path) -> None:
    assert events.read(tmp_path, "train") == []


def test_a_measurement_comes_back_with_its_time(tmp_path: Path) -> None:
    before = time.time()
    events.append(tmp_path, {"kind": "train", "step": 10, "loss": 0.25})
    (found,) = events.read(tmp_path, "train")
    assert before - 0.001 <= found.pop("time") <= time.time() + 0.001  # to the millisecond
    assert found == {"kind": "train", "step": 10, "loss": 0.25}


def test_each_measurement_is_one_line_of_json(tmp_path: Path) -> None:
    for step in (1, 2):
        events.append(tmp_path, {"kind": "train", "step": step, "note": "one\nnote\u2028or two"})
    lines = (tmp_path / "events.jsonl").read_bytes().splitlines()
    assert [json.loads(line)["step"] for line in lines] == [1, 2]
    assert [event["note"] for event in events.read(tmp_path, "train")] == [
        "one\nnote\u2028or two"
    ] * 2


def test_only_the_kind_asked_for_is_read(tmp_path: Path) -> None:
    events.append(tmp_path, {"kind": "train", "step": 1})
    events.append(tmp_path, {"kind": "evaluation", "step": 2, "split": "validation"})
    assert steps(tmp_path, "train") == [1]
    assert steps(tmp_path, "evaluation") == [2]
    assert steps(tmp_path, "other") == []


def test_a_torn_last_line_is_ignored(tmp_path: Path) -> None:
    events.append(tmp_path, {"kind": "train", "step": 1})
    with (tmp_path / "events.jsonl").open("a") as file:
        file.write('{"kind": "train", "step": 2, "lo')
    assert steps(tmp_path) == [1]


def test_a_line_torn_within_a_letter_is_ignored(tmp_path: Path) -> None:
    events.append(tmp_path, {"kind": "train", "step": 1, "note": "grün"})
    with (tmp_path / "events.jsonl").open("ab") as file:
        file.write('{"kind": "train", "step": 2, "note": "gr\u00fc'.encode()[:-1])
    assert steps(tmp_path) == [1]


def test_a_line_appended_after_a_torn_one_is_not_lost(tmp_path: Path) -> None:
    events.append(tmp_path, {"kind": "train", "step": 1})
    with (tmp_path / "events.jsonl").open("a") as file:
        file.write('{"kind": "train", "st')
    events.append(tmp_path, {"kind": "train", "step": 2})
    events.append(tmp_path, {"kind": "train", "step": 3})
    assert steps(tmp_path) == [1, 2, 3]


def test_a_file_that_is_nothing_but_torn_takes_new_lines(tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").write_text('{"ki')
    events.append(tmp_path, {"kind": "train", "step": 1})
    assert steps(tmp_path) == [1]


def test_the_last_of_repeated_steps_counts(tmp_path: Path) -> None:
    """A resumed run repeats the steps since its last checkpoint."""
    for step, loss in ((10, 0.9), (20, 0.8), (30, 0.7), (20, 0.6), (30, 0.5)):
        events.append(tmp_path, {"kind": "train", "step": step, "loss": loss})
    assert [(e["step"], e["loss"]) for e in events.read(tmp_path, "train")] == [
        (10, 0.9),
        (20, 0.6),
        (30, 0.5),
    ]


def test_splits_measured_at_the_same_step_are_kept_apart(tmp_path: Path) -> None:
    for split, loss in (("validation", 0.4), ("test", 0.5), ("validation", 0.3)):
        events.append(tmp_path, {"kind": "evaluation", "step": 7, "split": split, "loss": loss})
    found = {event["split"]: event["loss"] for event in events.read(tmp_path, "evaluation")}
    assert found == {"validation": 0.3, "test": 0.5}


def test_measurements_come_in_the_order_of_their_steps(tmp_path: Path) -> None:
    for step in (100, 9, 20):
        events.append(tmp_path, {"kind": "train", "step": step})
    assert steps(tmp_path) == [9, 20, 100]
