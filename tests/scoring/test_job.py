from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.conftest import ROOT
from tests.tiny import PLAIN, RUDE, SPAM, write_comments
from toxapp import inference, workspace
from toxapp.data import store
from toxapp.errors import DataError, JobError, ModelError, NotFoundError
from toxapp.inference.verdict import flagged
from toxapp.jobs import process
from toxapp.jobs.state import is_alive, look, read_process
from toxapp.runs import rules, run
from toxapp.runs.run import Run
from toxapp.scoring import engine, job
from toxapp.scoring.job import Request, Result
from toxapp.scoring.source import text_column

pytestmark = pytest.mark.slow

LABELS = ("rude", "spam", "never")
ADDED = [f"{label}_{what}" for what in ("score", "flagged") for label in LABELS]
PART = 2000


def write(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def many(count: int) -> list[list[str]]:
    rng = np.random.default_rng(5)
    words = rng.choice([*RUDE, *SPAM, *PLAIN], (count, 9))
    return [["id", "comment"], *([str(n), " ".join(row)] for n, row in enumerate(words))]


def prepared(chosen: Run, file: Path, *, column: str = "comment", suffix: str = ".csv") -> Path:
    """A scoring as `start` leaves it to its process, which is not started."""
    folder = workspace.create("scorings", file.stem)
    for name in ("parts", "source"):
        (folder / name).mkdir()
    (folder / "source" / file.name).write_bytes(file.read_bytes())
    request = Request(chosen.id, 1, file.name, column, suffix)
    workspace.write_json(folder / "config.json", asdict(request))
    return folder


def scored(chosen: Run, file: Path, *, column: str = "comment", suffix: str = ".csv") -> Path:
    """The folder of a scoring whose work is done in this process."""
    folder = prepared(chosen, file, column=column, suffix=suffix)
    job.score(folder)
    return folder


def result(folder: Path) -> Result:
    found = job.result_of(folder)
    assert found is not None
    return found


def test_a_file_comes_back_row_by_row_with_its_own_columns_and_the_scorers_scores(
    trained: Run, tmp_path: Path
) -> None:
    file = write_comments(tmp_path / "new comments.csv", rows=2500, seed=9)
    folder = job.start(trained.id, file)
    original = read(file)
    file.unlink()  # the job has its own copy
    status = process.wait(folder, timeout_s=300)
    assert (status.state, status.reason) == ("finished", None)
    header, *rows = read(job.scored_file(folder))
    assert header == [*original[0], *ADDED]
    assert [row[:5] for row in rows] == original[1:]
    scores = np.array([row[5:8] for row in rows], np.float32)
    expected = inference.load(trained.folder).score([row[1] for row in original[1:]])
    assert np.abs(scores - expected).max() <= 1e-6
    limits = rules.ordered(rules.in_force(trained.folder), LABELS)
    decisions = np.array([row[8:] for row in rows], np.int8) == 1
    assert np.array_equal(decisions, flagged(scores, limits))
    counted = dict(zip(LABELS, decisions.sum(axis=0).tolist(), strict=True))
    assert result(folder) == Result(rows=2500, scored=2500, flagged=counted)
    assert 0 < counted["rude"] < 2500
    assert job.scorings(trained.id) == {folder.name: folder}


def test_line_breaks_quotes_and_empty_texts_stay_and_broken_records_are_named(
    trained: Run, tmp_path: Path
) -> None:
    file = tmp_path / "odd.csv"
    file.write_text(
        "id,comment\n"
        '1,"you idiot\nwith a line break, and ""quotes"""\n'
        "2,\n"
        "3,one,cell too many\n"
        "\n"
        "5,=you clown\n"
        "only one cell\n"
        '7,"   "\n'
        "8,the bus was late\n"
    )
    folder = scored(trained, file)
    header, *rows = read(job.scored_file(folder))
    assert header == ["id", "comment", *ADDED]
    texts = ['you idiot\nwith a line break, and "quotes"', "", "'=you clown", "   "]
    assert [row[:2] for row in rows] == [
        *map(list, zip("1257", texts, strict=True)),
        ["8", "the bus was late"],
    ]
    assert rows[1][2:] == rows[3][2:] == [""] * 6
    expected = inference.load(trained.folder).score([texts[0], "=you clown", "the bus was late"])
    scores = np.array([rows[n][2:5] for n in (0, 2, 4)], np.float32)
    assert np.abs(scores - expected).max() <= 1e-6
    found = result(folder)
    assert (found.rows, found.scored, found.empty, found.left_out) == (7, 3, 2, 2)
    assert found.left_out_rows == [4, 7]


@pytest.mark.parametrize("suffix", [".tsv", ".parquet"])
def test_a_result_can_be_tab_separated_or_parquet(
    trained: Run, tmp_path: Path, suffix: str
) -> None:
    file = write(tmp_path / "a.csv", [["comment"], ["you idiot"], ["the bus\twas late"]])
    folder = scored(trained, file, suffix=suffix)
    expected = inference.load(trained.folder).score(["you idiot", "the bus\twas late"])
    if suffix == ".parquet":
        table = pq.read_table(job.scored_file(folder))
        assert table["comment"].to_pylist() == ["you idiot", "the bus\twas late"]
        scores = np.stack([table[name].to_numpy() for name in ADDED[:3]], axis=1)
    else:
        with job.scored_file(folder).open(newline="") as opened:
            header, *rows = csv.reader(opened, delimiter="\t")
        assert header == ["comment", *ADDED]
        assert rows[1][0] == "the bus\twas late"
        scores = np.array([row[1:4] for row in rows], np.float32)
    assert np.abs(scores - expected).max() <= 1e-6


def test_a_file_of_texts_alone_is_scored(trained: Run, tmp_path: Path) -> None:
    file = tmp_path / "texts.csv"
    file.write_text('whatever\nyou idiot\n"the bus, again"\nbuy\n')
    assert text_column(trained, file) == "whatever"
    folder = scored(trained, file, column="whatever")
    header, *rows = read(job.scored_file(folder))
    assert header == ["whatever", *ADDED]
    assert [row[0] for row in rows] == ["you idiot", "the bus, again", "buy"]


def test_a_last_part_of_broken_records_only_is_written(trained: Run, tmp_path: Path) -> None:
    """2,000 records make a part; the next one held no record for the Parquet writer."""
    rows = [*many(PART), ["2000", "you", "idiot"]]
    folder = scored(trained, write(tmp_path / "a.csv", rows), suffix=".parquet")
    assert pq.read_table(job.scored_file(folder)).num_rows == PART
    assert (result(folder).rows, result(folder).left_out_rows) == (PART + 1, [PART + 2])


def test_columns_of_our_names_are_kept_and_ours_get_a_number(trained: Run, tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", [["comment", "rude_score"], ["you idiot", "high"]])
    folder = scored(trained, file)
    again = scored(trained, job.scored_file(folder))
    assert read(job.scored_file(again))[0] == [
        *("comment", "rude_score", "rude_score (2)", *ADDED[1:]),
        *("rude_score (3)", *(f"{name} (2)" for name in ADDED[1:])),
    ]
    assert read(job.scored_file(again))[1][1] == "high"


def test_the_rule_in_force_when_the_scoring_was_asked_for_decides(
    trained: Run, tmp_path: Path
) -> None:
    texts = store.read(trained.settings.dataset, "validation").texts
    rudest = texts[int(run.scored(trained, "validation").scores[:, 0].argmax())]
    file = write(tmp_path / "a.csv", [["comment"], [rudest]])
    folder = prepared(trained, file)
    first = rules.in_force(trained.folder)
    off = rules.Rule(dict.fromkeys(LABELS), first.objective, "validation")
    assert rules.save(trained.folder, off).number == 2
    job.score(folder)
    assert result(folder).flagged["rude"] == 1


def test_a_killed_scoring_goes_on_and_scores_no_finished_part_again(
    trained: Run, tmp_path: Path
) -> None:
    file = write(tmp_path / "many.csv", many(12 * PART))
    folder = job.start(trained.id, file)
    parts = folder / "parts"
    deadline = time.monotonic() + 120
    while len(list(parts.glob("*.parquet"))) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.002)
    killed = read_process(folder)
    assert killed is not None
    os.kill(killed.pid, signal.SIGKILL)
    status = process.wait(folder, timeout_s=10)
    assert status.state == "lost"
    assert not is_alive(killed)
    done = {part.name: part.stat().st_mtime_ns for part in parts.glob("*.parquet")}
    assert 2 <= len(done) < 12
    assert not job.scored_file(folder).exists()
    process.start(folder, job.MODULE)
    assert process.wait(folder, timeout_s=300).state == "finished"
    assert {name: (parts / name).stat().st_mtime_ns for name in done} == done
    rows = read(job.scored_file(folder))[1:]
    assert [row[:2] for row in rows] == many(12 * PART)[1:]
    expected = inference.load(trained.folder).score([row[1] for row in rows])
    assert np.abs(np.array([row[2:5] for row in rows], np.float32) - expected).max() <= 1e-6


def test_a_scoring_that_is_asked_to_stop_keeps_its_parts_and_goes_on_later(
    trained: Run, tmp_path: Path
) -> None:
    folder = prepared(trained, write(tmp_path / "a.csv", many(3)))
    (folder / "stop").touch()
    job.score(folder)
    status = look(folder)
    assert status is not None
    assert status.state == "stopped"
    assert job.result_of(folder) is None
    (folder / "stop").unlink()
    job.score(folder)
    assert result(folder).scored == 3


def test_memory_does_not_grow_with_the_file(trained: Run, tmp_path: Path) -> None:
    """Ten times the rows may take at most 60 MB more."""
    peaks = [
        _peak_mb(prepared(trained, write(tmp_path / f"rows-{count}.csv", many(count))))
        for count in (4_000, 40_000)
    ]
    assert peaks[1] - peaks[0] <= 60, peaks


def _peak_mb(folder: Path) -> float:
    script = """
import resource, sys
from pathlib import Path
from toxapp.scoring.job import score

score(Path(sys.argv[1]))
said = Path("/proc/self/status")
if said.exists():  # ru_maxrss counts what the parent held when it forked
    peak = next(line for line in said.read_text().splitlines() if line.startswith("VmHWM"))
    print(int(peak.split()[1]) / 1024)
else:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(folder)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
        text=True,
        timeout=300,
    )
    return float(done.stdout.split()[-1])


def test_a_run_that_has_not_finished_cannot_score(trained: Run, tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", [["comment"], ["hello"]])
    unfinished = run.load(run.create(trained.settings).id)
    with pytest.raises(JobError, match="is stopped; it can score once finished"):
        job.start(unfinished.id, file)
    with pytest.raises(JobError, match="is stopped; it can score once it has finished"):
        engine.open_scorer(unfinished)
    with pytest.raises(NotFoundError, match="no run 'nope'"):
        job.start("nope", file)
    assert workspace.ids("scorings") == []


def test_what_cannot_be_scored_is_refused_before_anything_is_made(
    trained: Run, tmp_path: Path
) -> None:
    file = write(tmp_path / "a.csv", [["comment", "id"], ["hello", "1"]])
    with pytest.raises(DataError, match=r"\.csv, \.tsv or \.parquet, not '\.xlsx'"):
        job.start(trained.id, file, suffix=".xlsx")
    with pytest.raises(DataError, match=r"a\.csv has no column 'body'; it has: comment, id"):
        job.start(trained.id, file, column="body")
    file.write_bytes(b"\x00\x01\x02")
    with pytest.raises(DataError, match="binary file"):
        job.start(trained.id, file)
    file.write_bytes(b"")
    with pytest.raises(DataError, match="is empty"):
        job.start(trained.id, file)
    assert workspace.ids("scorings") == []


def test_the_text_column_is_the_one_asked_for_or_trained_on_or_guessed(
    trained: Run, tmp_path: Path
) -> None:
    row = ["the bus was late again and we walked home", "we walked home in the rain again today"]
    file = write(tmp_path / "a.csv", [["body", "comment"], row])
    assert text_column(trained, file, "body") == "body"
    assert text_column(trained, file) == "comment"
    write(file, [["n", "body"], ["1", row[0]], ["2", row[1]]])
    assert text_column(trained, file) == "body"
    write(file, [["n", "m"], ["1", "0"], ["2", "1"]])
    with pytest.raises(DataError, match=r"No column of a\.csv looks like texts; it has: n, m"):
        text_column(trained, file)


def test_a_damaged_bundle_is_a_sentence(trained: Run) -> None:
    (trained.folder / "bundle" / "model.bin").unlink()
    with pytest.raises(ModelError, match=r"lacks model\.bin"):
        engine.open_scorer(trained)


def test_a_result_is_delivered_whole(trained: Run, tmp_path: Path) -> None:
    folder = scored(trained, write(tmp_path / "a.csv", many(3)))
    target = tmp_path / "out" / "scored.csv"
    target.parent.mkdir()
    target.write_text("old")
    job.deliver(folder, target)
    assert target.read_bytes() == job.scored_file(folder).read_bytes()
    assert [file.name for file in target.parent.iterdir()] == ["scored.csv"]


def test_a_typed_text_gets_the_verdict_that_the_file_would_give(
    trained: Run, tmp_path: Path
) -> None:
    texts = ["you idiot clown moron", "the bus was late", "buy cheap prize"]
    folder = scored(trained, write(tmp_path / "a.csv", [["comment"], *([t] for t in texts)]))
    scorer = engine.open_scorer(trained)
    rule = rules.in_force(trained.folder)
    for text, row in zip(texts, read(job.scored_file(folder))[1:], strict=True):
        verdict = engine.judge(trained, scorer, text)
        assert list(verdict.scores) == list(LABELS)
        assert np.abs(np.array(row[1:4], float) - list(verdict.scores.values())).max() <= 1e-6
        assert [str(int(label in verdict.flagged)) for label in LABELS] == row[4:]
        assert (verdict.rule, verdict.thresholds) == (1, rule.thresholds)
