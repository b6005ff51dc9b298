from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.conftest import ROOT
from toxapp.errors import NotFoundError, SettingsError
from toxapp.runs import rules
from toxapp.runs.rules import Rule

WHOLE = Rule(
    thresholds={"rude": 0.1 + 0.2, "spam": 1.0, "grün": None},
    objective={"rude": "best F1", "spam": "by hand", "grün": "best F1"},
    split="validation",
    reasons={"grün": "No text here carries this label."},
    expected={"rude": {"positives": 13, "precision": 1 / 3, "f1": None}},
    intervals={"rude": {"precision": (0.25, 0.75), "f1": (0.1, 0.9)}, "spam": {}},
    threshold_intervals={"rude": (0.2, 0.4)},
    by="Ada",
)


def plain(threshold: float | None = 0.5, by: str = "test") -> Rule:
    return Rule({"rude": threshold}, {"rude": "by hand"}, "validation", by=by)


def test_rules_are_numbered_in_order_from_one(tmp_path: Path) -> None:
    saved = [rules.save(tmp_path, plain(n / 10)).number for n in (1, 2, 3)]
    assert saved == [1, 2, 3] == rules.numbers(tmp_path)
    assert sorted(f.name for f in (tmp_path / "rules").iterdir()) == [
        "0001.json",
        "0002.json",
        "0003.json",
    ]


def test_the_highest_number_is_in_force_and_the_earlier_ones_stay(tmp_path: Path) -> None:
    for threshold in (0.1, 0.2, 0.3):
        rules.save(tmp_path, plain(threshold))
    assert rules.in_force(tmp_path).thresholds == {"rude": 0.3}
    assert [rules.numbered(tmp_path, n).thresholds["rude"] for n in (1, 2, 3)] == [0.1, 0.2, 0.3]


def test_a_number_is_not_given_twice_when_one_in_between_is_missing(tmp_path: Path) -> None:
    for threshold in (0.1, 0.2, 0.3):
        rules.save(tmp_path, plain(threshold))
    (tmp_path / "rules" / "0002.json").unlink()
    assert rules.save(tmp_path, plain(0.4)).number == 4
    assert rules.numbers(tmp_path) == [1, 3, 4]


def test_the_tenth_rule_is_above_the_ninth(tmp_path: Path) -> None:
    for n in range(1, 12):
        rules.save(tmp_path, plain(n / 100))
    assert rules.in_force(tmp_path).number == 11


def test_a_rule_comes_back_from_json_equal(tmp_path: Path) -> None:
    saved = rules.save(tmp_path, WHOLE)
    assert saved == rules.in_force(tmp_path) == rules.numbered(tmp_path, 1)
    assert replace(saved, number=0, when="") == WHOLE


def test_a_rule_says_when_it_was_saved(tmp_path: Path) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    saved = rules.save(tmp_path, WHOLE)
    assert before <= datetime.fromisoformat(saved.when) <= datetime.now(UTC)
    assert rules.save(tmp_path, replace(WHOLE, when="2026-01-02T03:04:05+00:00")).when == (
        "2026-01-02T03:04:05+00:00"
    )


@pytest.mark.parametrize("value", [-0.01, 1.01, float("nan"), float("inf")])
def test_a_threshold_outside_zero_to_one_is_refused(value: float) -> None:
    with pytest.raises(SettingsError, match="threshold of 'rude' must be from 0 to 1 or off"):
        plain(value)


def test_all_wrong_thresholds_are_named_at_once() -> None:
    with pytest.raises(SettingsError, match=r"'a' must .* not 2\.0\. .*'c' must .* not -1\.0\."):
        Rule({"a": 2.0, "b": 0.5, "c": -1.0}, {}, "validation")


def test_zero_one_and_off_are_thresholds() -> None:
    for value in (0.0, 1.0, None):
        assert plain(value).thresholds == {"rude": value}


def test_threads_that_save_at_once_lose_nothing_and_never_collide(tmp_path: Path) -> None:
    """Two threads of one process wrote the same draft: one rule stood in the other's file."""
    returned: list[Rule] = []
    together = threading.Barrier(8)

    def save(name: str) -> None:
        together.wait()
        for n in range(20):
            returned.append(rules.save(tmp_path, plain(n / 100, by=f"{name} {n}")))  # noqa: PERF401

    threads = [threading.Thread(target=save, args=(f"thread {t}",)) for t in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rules.numbers(tmp_path) == list(range(1, 161))
    kept = [rules.numbered(tmp_path, n) for n in range(1, 161)]
    assert {rule.by for rule in kept} == {f"thread {t} {n}" for t in range(8) for n in range(20)}
    assert sorted(returned, key=lambda rule: rule.number) == kept
    assert not list((tmp_path / "rules").glob(".*"))


def test_processes_that_save_at_once_lose_nothing_and_never_collide(tmp_path: Path) -> None:
    script = """
import sys
from pathlib import Path
from toxapp.runs import rules
print("ready", flush=True)
sys.stdin.readline()
for n in range(20):
    rule = rules.Rule({"rude": n / 100}, {}, "validation", by=f"{sys.argv[2]} {n}")
    print(rules.save(Path(sys.argv[1]), rule).number)
"""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    savers = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path), f"process {p}"],
            env=env,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for p in range(4)
    ]
    for saver in savers:
        assert saver.stdout is not None
        assert saver.stdout.readline() == "ready\n"
    for saver in savers:
        assert saver.stdin is not None
        saver.stdin.write("go\n")
        saver.stdin.flush()
    returned = [list(map(int, saver.communicate(timeout=30)[0].split())) for saver in savers]
    assert [saver.returncode for saver in savers] == [0] * 4
    assert all(numbers == sorted(numbers) for numbers in returned)
    assert (
        sorted(n for numbers in returned for n in numbers)
        == rules.numbers(tmp_path)
        == list(range(1, 81))
    )
    who = {rules.numbered(tmp_path, n).by for n in range(1, 81)}
    assert who == {f"process {p} {n}" for p in range(4) for n in range(20)}


def test_drafts_and_strange_files_are_no_rules(tmp_path: Path) -> None:
    rules.save(tmp_path, plain())
    for name in (".0002.json.7.tmp", "0003.json.bak", "3.json", "note.json"):
        (tmp_path / "rules" / name).write_text("{")
    assert rules.numbers(tmp_path) == [1]


def test_a_run_without_rules_says_that_it_has_not_finished(tmp_path: Path) -> None:
    assert rules.numbers(tmp_path) == []
    with pytest.raises(NotFoundError, match="has no thresholds yet"):
        rules.in_force(tmp_path)
    with pytest.raises(NotFoundError, match="has no rule 1"):
        rules.numbered(tmp_path, 1)


def test_unknown_keys_in_a_rule_are_refused(tmp_path: Path) -> None:
    rules.save(tmp_path, plain())
    file = tmp_path / "rules" / "0001.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "mood": 1}))
    with pytest.raises(AssertionError, match="mood"):
        rules.in_force(tmp_path)


def test_thresholds_come_in_the_order_of_the_labels_asked_for() -> None:
    assert rules.ordered(WHOLE, ("grün", "rude", "spam")) == [None, 0.1 + 0.2, 1.0]


def test_some_thresholds_can_be_moved_and_the_others_stay() -> None:
    assert rules.at(WHOLE, {"spam": 0.5}) == {"rude": 0.1 + 0.2, "spam": 0.5, "grün": None}
    assert rules.at(WHOLE, {"rude": None})["rude"] is None
    assert rules.at(WHOLE, {}) == WHOLE.thresholds


def test_a_label_that_the_run_does_not_have_cannot_be_moved() -> None:
    with pytest.raises(SettingsError, match="no label 'hate' in this run; it has: rude, spam"):
        rules.at(WHOLE, {"hate": 0.5})


def test_a_rule_of_before_act_and_calibration_is_read_with_none_of_them(tmp_path: Path) -> None:
    rules.save(tmp_path, plain())
    file = tmp_path / "rules" / "0001.json"
    old = json.loads(file.read_text())
    for key in ("act", "act_objective", "expected_act", "workload", "restores"):
        del old[key]
    file.write_text(json.dumps({**old, "calibration": None}))
    found = rules.in_force(tmp_path)
    assert (found.act, found.workload, found.calibration, found.restores) == ({}, {}, {}, None)


@pytest.mark.parametrize("act", [0.5, 0.4, 1.01, float("nan")])
def test_an_act_cut_off_that_is_not_above_the_threshold_is_refused(act: float) -> None:
    with pytest.raises(SettingsError, match=r"act cut-off of 'rude' must be above .* 0\.5"):
        replace(plain(), act={"rude": act})


def test_a_label_that_is_off_can_have_no_act_cut_off() -> None:
    with pytest.raises(SettingsError, match="'rude' has no threshold"):
        replace(plain(None), act={"rude": 0.9})


def test_an_earlier_rule_is_put_back_as_the_newest_and_says_so(tmp_path: Path) -> None:
    first = rules.save(tmp_path, replace(WHOLE, act={"rude": 0.8}, workload={"flagged": 3}))
    rules.save(tmp_path, plain())
    back = rules.restore(tmp_path, 1, by="Bob")
    assert (back.number, back.restores, back.by) == (3, 1, "Bob")
    assert replace(back, number=1, restores=None, by=first.by, when=first.when) == first
    assert rules.in_force(tmp_path) == back
    assert [rule.number for rule in rules.history(tmp_path)] == [3, 2, 1]
    with pytest.raises(NotFoundError, match="has no rule 9"):
        rules.restore(tmp_path, 9, by="Bob")
