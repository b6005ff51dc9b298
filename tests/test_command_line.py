from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.conftest import ROOT
from tests.tiny import tiny_t5, wording
from toxapp import inference, workspace
from toxapp.data import store
from toxapp.data.sample import sample_path
from toxapp.decisions.figures import as_json
from toxapp.evaluation.splits import evaluate_run
from toxapp.runs import rules, run
from toxapp.runs.run import Run

pytestmark = pytest.mark.slow

Done = subprocess.CompletedProcess[str]

SAMPLE = sample_path()
SAMPLE_LABELS = ["toxic", "insult", "profanity", "threat", "spam"]
LABELS = ["rude", "spam", "never"]
QUICK = [
    *("--set", "learning_rate=5e-3", "--set", "head_rate=1", "--set", "batch_size=16"),
    *("--set", "max_length=32", "--set", "device=cpu", "--set", "precision=fp32"),
]


def toxapp(*words: str | Path) -> Done:
    """`python -m toxapp WORDS`, started in another folder than the project's."""
    return subprocess.run(
        [sys.executable, "-m", "toxapp", *map(str, words)],
        cwd=workspace.home().parent,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
        text=True,
        timeout=300,
    )


def answer(*words: str | Path) -> dict[str, Any]:
    """The object that the verb prints with --json, which is all of its stdout."""
    done = toxapp(*words, "--json")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout.count("\n") == 1
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


def refusal(*words: str | Path) -> str:
    """The one sentence with which the verb refuses."""
    done = toxapp(*words)
    assert done.returncode == 2, (done.stdout, done.stderr)
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stderr.endswith(".\n")
    return done.stderr.strip()


def read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def rudest_and_plainest(chosen: Run) -> tuple[str, str]:
    """The texts of the validation split with the highest and the lowest score for rude."""
    texts = store.read(chosen.settings.dataset, "validation").texts
    scores = run.scored(chosen, "validation").scores[:, 0]
    return texts[int(scores.argmax())], texts[int(scores.argmin())]


def test_check_says_what_is_in_a_file_and_stores_nothing(home: Path) -> None:
    found = answer("check", SAMPLE)
    assert {
        *("text_column", "label_format", "labels", "split_column", "separator", "encoding"),
        *("header", "rows", "positives", "problems"),
    } <= set(found)
    assert (found["text_column"], found["label_format"]) == ("text", "columns")
    assert (found["labels"], found["split_column"]) == (SAMPLE_LABELS, None)
    assert (found["separator"], found["encoding"], found["header"]) == (",", "utf-8", True)
    rows = read(SAMPLE)
    assert found["rows"] == len(rows) - 1 >= 1500
    toxic = rows[0].index("toxic")
    assert found["positives"]["toxic"] == sum(row[toxic] == "1" for row in rows[1:])
    assert not home.exists()


def test_check_names_problems_by_row(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    sound = "".join(f"{wording(n)},{n % 2}\n" for n in range(9))
    file.write_text(f"text,toxic\nhello you there,1\n,0\n{sound}one,two,three\n")
    problems = {problem["kind"]: problem for problem in answer("check", file)["problems"]}
    assert set(problems["empty_text"]) == {"kind", "count", "rows", "message"}
    assert (problems["empty_text"]["count"], problems["empty_text"]["rows"]) == (1, [3])
    assert problems["ragged_row"]["rows"] == [13]


def test_add_makes_a_dataset_that_can_be_listed_and_deleted() -> None:
    added = answer("add", SAMPLE, "--name", "My comments")
    assert {"dataset", "rows", "labels", "splits"} <= set(added)
    assert added["labels"] == SAMPLE_LABELS
    assert sum(added["splits"].values()) == added["rows"] >= 1500
    assert set(added["splits"]) == {"train", "validation", "test"}
    (listed,) = answer("datasets")["datasets"]
    assert listed == {
        **{key: added[key] for key in ("dataset", "rows", "labels")},
        "name": "My comments",
    }
    assert answer("delete", added["dataset"]) == {"deleted": added["dataset"]}
    assert answer("datasets") == {"datasets": []}


def test_columns_can_be_chosen(tmp_path: Path) -> None:
    found = answer("check", SAMPLE, "--text", "text", "--labels", "spam, toxic")
    assert found["labels"] == ["spam", "toxic"]
    file = tmp_path / "a.csv"
    parts = ("train", "dev", "test")
    rows = [f"{wording(n)},{n % 2},{parts[n % 3]}" for n in range(90)]
    file.write_text("\n".join(["body,bad,part", *rows]))
    added = answer("add", file, "--split-column", "part")
    assert added["splits"] == {"train": 30, "validation": 30, "test": 30}


def test_without_json_an_answer_is_lines_to_read() -> None:
    done = toxapp("check", SAMPLE)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert "text_column: text" in lines
    assert f"labels: {', '.join(SAMPLE_LABELS)}" in lines
    assert any(line.startswith("positives: toxic ") for line in lines)
    assert "split_column: none" in lines
    assert "{" not in done.stdout


def test_help_names_every_verb() -> None:
    done = toxapp("--help")
    assert done.returncode == 0
    for verb in (
        *("check", "add", "datasets", "delete", "train", "runs", "status", "stop", "resume"),
        *("evaluate", "thresholds", "calibrate", "score"),
    ):
        assert f" {verb} " in done.stdout


@pytest.mark.parametrize("words", [["bogus"], ["check"], ["status", "--bogus"]])
def test_words_that_are_none_of_ours_are_refused_without_a_traceback(words: list[str]) -> None:
    done = toxapp(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["check", "nofile.csv"], "There is no file nofile.csv."),
        (["check", "."], ". is a folder, not a file."),
        (["add", "nofile.csv"], "There is no file nofile.csv."),
        (["train", "nofile.csv"], "'nofile.csv' is neither a file nor a dataset"),
        (["status", "nope"], "There is no run 'nope'"),
        (["status", "../nope"], "There is no run '../nope'"),
        (["stop", "nope"], "There is no run 'nope'"),
        (["resume", "nope"], "There is no run 'nope'"),
        (["evaluate", "nope"], "There is no run 'nope'"),
        (["thresholds", "nope"], "There is no run 'nope'"),
        (["score", "nope", "--text", "hello"], "There is no run 'nope'"),
        (["delete", "nope"], "There is no dataset 'nope'"),
        (["score", "nope"], "Give either --text TEXT, or a FILE and -o OUTPUT."),
    ],
)
def test_what_is_not_there_is_named_in_one_sentence(words: list[str], sentence: str) -> None:
    assert refusal(*words, "--json").startswith(sentence)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"text,toxic\n", "no rows below them"),
        (b"\x00\x01\x02\x03", "is a binary file"),
        (b"PK\x03\x04xl/workbook.xml", "is a damaged workbook"),
        (b"only one column\nhello\n", "has a single column"),
        (b"text,toxic\nhello you,1\nhello \xff\xfe me,0\n" + "é".encode() * 9, "not utf-8 text"),
        (b"text,kind\nhello you there,ab\nhello me here,cd\n", "No label column was found"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_one_sentence(
    tmp_path: Path, home: Path, content: bytes, words: str
) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(content)
    assert words in refusal("add", file, "--json")
    assert not home.exists()


def test_wrong_settings_are_all_named_and_nothing_is_read_for_them(home: Path) -> None:
    """The file was imported first, and a refused training left a dataset behind."""
    said = refusal("train", SAMPLE, "--set", "epochs=0", "--set", "seed=-1", "--json")
    assert said.startswith("epochs must be from 1 to 1000, not 0. seed must be")
    assert "There is no setting 'pace'" in refusal("train", SAMPLE, "--set", "pace=3")
    assert "epochs must be a whole number, not 'two'" in refusal(
        "train", SAMPLE, "--set", "epochs=two"
    )
    assert not home.exists()


def test_a_recipe_that_cannot_be_used_is_refused_before_anything_is_read(
    home: Path, tmp_path: Path
) -> None:
    own = tmp_path / "my.json"
    own.write_text('{"title": "T", "about": "A.", "model": "minilm", "settings": {"epochs": 0}}')
    for words, sentence in (
        (["--recipe", "cake"], "There is no recipe 'cake'; there are: bert-label-columns, "),
        (["--recipe", own], "The recipe my.json cannot be used: epochs must be from 1 to 1000"),
        (["--recipe", "t5-small", "--model", "linear"], "The recipe 't5-small' is for the text-to"),
        (["--recipe", "t5-small", "--set", "model=linear"], "The recipe 't5-small' is for the tex"),
        (["--recipe", "t5-small", "--set", "pace=3"], "There is no setting 'pace'"),
    ):
        assert refusal("train", SAMPLE, *words).startswith(sentence)
    assert not home.exists()


def test_an_unknown_column_is_refused_with_those_that_there_are() -> None:
    assert "There is no column or label 'hate'. The columns are: text, toxic, " in refusal(
        "check", SAMPLE, "--labels", "hate"
    )


def test_a_run_is_listed_and_its_state_told(trained: Run) -> None:
    (listed,) = answer("runs")["runs"]
    assert (listed["run"], listed["state"]) == (trained.id, "finished")
    found = answer("status", trained.id)
    assert set(found) == {
        *("run", "dataset", "state", "stage", "step", "steps", "seconds_left", "reason")
    }
    assert (found["run"], found["dataset"]) == (trained.id, trained.settings.dataset)
    assert (found["state"], found["seconds_left"], found["reason"]) == ("finished", 0.0, None)
    assert f"run {trained.id}, dataset" in toxapp("runs").stdout


def test_evaluate_gives_the_figures_of_the_test_split(trained: Run) -> None:
    found = answer("evaluate", trained.id, "--resamples", "50")
    assert {
        *("run", "split", "n_texts", "macro_f1", "micro_f1", "macro_f1_at_half"),
        *("mean_roc_auc", "mean_average_precision", "labels"),
    } <= set(found)
    assert (found.pop("run"), found.pop("split")) == (trained.id, "test")
    assert found == as_json(evaluate_run(trained, "test", resamples=50))
    assert list(found["labels"]) == LABELS
    for figures in found["labels"].values():
        assert {
            *("positives", "threshold", "precision", "recall", "f1", "f1_at_half", "roc_auc"),
            "average_precision",
        } <= set(figures)
    assert found["labels"]["never"]["f1"] is None
    lines = toxapp("evaluate", trained.id, "--resamples", "0").stdout.splitlines()
    assert "split: test" in lines
    assert "    f1: none" in lines


def test_evaluate_measures_another_file_with_its_columns_mapped(
    trained: Run, tmp_path: Path
) -> None:
    file = tmp_path / "other.csv"
    rude, plain = rudest_and_plainest(trained)
    file.write_text(f"comment,abuse\n{rude},1\n{plain},0\n{plain} again,0\n")
    found = answer("evaluate", trained.id, "--data", file, "--map", "rude=abuse")
    assert (found["split"], found["n_texts"]) == ("other.csv", 3)
    assert list(found["labels"]) == ["rude"]
    assert found["labels"]["rude"]["roc_auc"] == 1.0


def test_thresholds_are_shown_set_saved_and_solved(trained: Run) -> None:
    first = rules.in_force(trained.folder)
    shown = answer("thresholds", trained.id)
    assert {"run", "rule", "split", "labels"} <= set(shown)
    assert (shown["rule"], shown["split"], list(shown["labels"])) == (1, "validation", LABELS)
    for label, told in shown["labels"].items():
        assert {"threshold", "objective", "interval", "expected"} <= set(told)
        assert told["threshold"] == first.thresholds[label]
        assert told["expected"] == first.expected[label]
    tried = answer("thresholds", trained.id, "--set", "rude=0.25", "--set", "spam=off")
    assert (tried["rule"], rules.numbers(trained.folder)) == (0, [1])
    assert tried["labels"]["rude"]["threshold"] == 0.25
    assert tried["labels"]["spam"]["threshold"] is None
    saved = answer("thresholds", trained.id, "--set", "rude=0.25", "--save", "--label", "rude")
    assert (saved["rule"], list(saved["labels"])) == (2, ["rude"])
    assert rules.in_force(trained.folder).thresholds == {**first.thresholds, "rude": 0.25}
    solved = answer("thresholds", trained.id, "--objective", "f1", "--label", "rude", "--save")
    assert solved["labels"]["rude"]["threshold"] == first.thresholds["rude"]
    assert rules.numbers(trained.folder) == [1, 2, 3]
    assert "rule: 3" in toxapp("thresholds", trained.id).stdout.splitlines()


def test_a_typed_text_is_scored_and_flagged(trained: Run) -> None:
    text, _ = rudest_and_plainest(trained)
    found = answer("score", trained.id, "--text", text)
    assert {"scores", "flagged"} <= set(found)
    assert list(found["scores"]) == LABELS
    scores = inference.load(trained.folder).score([text])[0]
    assert np.abs(np.array(list(found["scores"].values())) - scores).max() <= 1e-6
    assert "rude" in found["flagged"]
    assert "never" not in found["flagged"]


def test_a_file_is_scored_into_the_file_asked_for(trained: Run, tmp_path: Path) -> None:
    file, output = tmp_path / "new.csv", tmp_path / "scored.csv"
    rude, plain = rudest_and_plainest(trained)
    file.write_text(f"id,comment\n1,{rude}\n2,\n3,{plain}\n")
    found = answer("score", trained.id, file, "-o", output)
    assert (found["rows"], found["scored"], found["empty"], found["left_out"]) == (3, 2, 1, 0)
    assert found["flagged"]["rude"] == 1
    header, *rows = read(output)
    assert header == [
        *("id", "comment", "rude_score", "spam_score", "never_score"),
        *("rude_flagged", "spam_flagged", "never_flagged"),
    ]
    assert [row[0] for row in rows] == ["1", "2", "3"]
    assert [row[5] for row in rows] == ["1", "", "0"]


def test_mistakes_with_a_run_are_one_sentence_each(trained: Run, tmp_path: Path) -> None:
    name, file, binary = trained.id, tmp_path / "a.csv", tmp_path / "b.csv"
    file.write_text("comment,other\nhello there,1\n")
    binary.write_bytes(b"\x00\x01")
    out = tmp_path / "out.csv"
    own = trained.settings.dataset
    for words, sentence in (
        (["thresholds", name, "--label", "hate"], "There is no label 'hate' in this run"),
        (["thresholds", name, "--set", "hate=0.5"], "There is no label 'hate' in this run"),
        (["thresholds", name, "--set", "rude=2"], "A threshold is a number from 0 to 1"),
        (["thresholds", name, "--set", "rude=high"], "The threshold of 'rude' must be a number"),
        (["thresholds", name, "--set", "rude"], "'rude' is not of the form name=value"),
        (["thresholds", name, "--objective", "auc"], "There is no objective 'auc'"),
        (["score", name, tmp_path / "no.csv", "-o", out], "There is no file"),
        (["score", name, binary, "-o", out], "b.csv is a binary file"),
        (["score", name, file, "-o", tmp_path / "o.xlsx"], "A scored file is written as .csv"),
        (["score", name, file, "-o", tmp_path / "no" / "o.csv"], "There is no folder"),
        (["score", name, file, "-o", out, "--column", "body"], "a.csv has no column 'body'"),
        (["score", name, file], "Give either --text TEXT, or a FILE and -o OUTPUT."),
        (["score", name, file, "-o", out, "--text", "x"], "Give either --text TEXT, or a FILE"),
        (["evaluate", name, "--data", file], "a.csv has no column named like a label"),
        (["evaluate", name, "--data", file, "--map", "rude=x"], "a.csv has no column 'x'"),
        (["evaluate", name, "--data", file, "--map", "hate=other"], "The run has no label 'hate'"),
        (["evaluate", name, "--data", binary], "b.csv is a binary file"),
        (["evaluate", name, "--decoded"], f"The run {name} is of the encoder family, which writes"),
        (["evaluate", name, "--data", own], f"{own} is the dataset that the run was trained on"),
        (["stop", name], "There is nothing to stop"),
        (["resume", name], f"The run {name} has finished; there is nothing to resume."),
        (["delete", own], f"The dataset {own} is needed, for runs were trained on it"),
    ):
        assert refusal(*words, "--json").startswith(sentence)
    assert not out.exists()
    assert workspace.ids("scorings") == []


def test_a_training_is_started_watched_stopped_resumed_and_deleted(
    trained: Run, model_folder: Path
) -> None:
    started = answer(
        *("train", trained.settings.dataset, "--model", model_folder, "--name", "second"),
        *("--set", "epochs=80", *QUICK),
    )
    assert {"run", "state"} <= set(started)
    name = started["run"]
    assert name != trained.id
    assert started["state"] in ("queued", "running")
    assert "stop it before you delete it" in refusal("delete", name)
    until(lambda: answer("status", name)["stage"] not in ("starting", "loading the libraries"))
    assert answer("status", name)["state"] in ("queued", "running")
    assert answer("stop", name) == {"run": name, "state": "stopped"}
    told = answer("status", name)
    assert (told["state"], told["reason"]) == ("stopped", "Stopped by request.")
    resumed = answer("resume", name, "--wait")
    assert (resumed["run"], resumed["state"], resumed["reason"]) == (name, "finished", None)
    assert [r["run"] for r in answer("runs")["runs"]] == [name, trained.id]
    assert answer("delete", name) == {"deleted": name}
    assert [r["run"] for r in answer("runs")["runs"]] == [trained.id]


def test_one_command_leads_from_a_file_to_a_classifier(
    comments: Path, model_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    done = toxapp("train", comments, "--model", model_folder, "--wait", "--set", "epochs=2", *QUICK)
    assert done.returncode == 0, done.stderr
    (made,) = run.runs()
    assert done.stdout.splitlines() == [f"run: {made.id}", "state: finished", "reason: none"]
    assert "training" in done.stderr
    assert made.settings.name == "comments"
    assert (made.settings.epochs, made.settings.max_length) == (2, 32)
    assert rules.in_force(made.folder).number == 1
    assert inference.load(made.folder).labels == tuple(LABELS)


def test_a_recipe_trains_a_t5_whose_strings_are_measured_too(
    comments: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    quick = ["--set", "steps=2", "--set", "max_length=32", "--set", "evaluation_rows=12"]
    done = toxapp(
        *("train", comments, "--recipe", "t5-small", "--model", f"t5:{tiny_t5(tmp_path / 't5')}"),
        *("--wait", "--set", "device=cpu", "--set", "batch_size=4", *quick),
    )
    assert done.returncode == 0, done.stderr
    assert "The original trained on 80 % of the rows and tested on 20 %" in done.stderr
    (made,) = run.runs()
    kept = made.settings
    assert (kept.learning_rate, kept.schedule, kept.epochs) == (1e-4, "constant", 1)
    assert (kept.batch_size, kept.steps, kept.max_length) == (4, 2, 32)
    found = answer("evaluate", made.id, "--decoded", "--resamples", "0")
    told = found.pop("decoded")
    assert found.pop("outside")["method"] == "exact"
    assert (found.pop("run"), found.pop("split")) == (made.id, "test")
    assert found == as_json(evaluate_run(made, "test"))
    assert told["n_texts"] == found["n_texts"] == 36
    assert 0 <= told["unknown"] <= 36
    assert list(told["labels"]) == LABELS
    assert {
        *("exact_match", "micro_precision", "micro_recall", "micro_f1"),
        *("macro_precision", "macro_recall", "macro_f1", "left_out"),
    } <= set(told)
    file = tmp_path / "other.csv"
    file.write_text("comment,abuse\nyou idiot,1\nthe bus was late,0\n")
    elsewhere = answer("evaluate", made.id, "--data", file, "--map", "rude=abuse", "--decoded")
    assert list(elsewhere["decoded"]["labels"]) == ["rude"]


def test_a_training_that_fails_says_why_and_ends_with_2(trained: Run, tmp_path: Path) -> None:
    words = [trained.settings.dataset, "--model", str(tmp_path / "nowhere"), "--wait", *QUICK]
    done = toxapp("train", *words, "--json")
    assert done.returncode == 2
    found = json.loads(done.stdout)
    assert found["state"] == "failed"
    assert "There is no folder" in found["reason"]
    assert "Traceback" not in done.stderr


def until(claim: Callable[[], bool], *, timeout_s: float = 180) -> None:
    deadline = time.monotonic() + timeout_s
    while not claim():
        assert time.monotonic() < deadline
        time.sleep(0.05)
