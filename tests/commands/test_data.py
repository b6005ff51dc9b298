from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.tiny import wording
from toxapp import workspace
from toxapp.__main__ import main
from toxapp.data import store

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """`toxapp WORDS` in this process: its exit code, stdout and stderr."""

    def called(*words: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["toxapp", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return int(ended.value.code or 0), printed.out, printed.err

    return called


@pytest.fixture
def answer(run: Run) -> Callable[..., dict[str, Any]]:
    """The object that a verb prints with --json, which is all of its stdout."""

    def asked(*words: str | Path) -> dict[str, Any]:
        code, out, err = run(*words, "--json")
        assert code == 0, err
        assert out.count("\n") == 1
        found: dict[str, Any] = json.loads(out)
        return found

    return asked


@pytest.fixture
def refusal(run: Run, home: Path) -> Callable[..., str]:
    """The one sentence with which a verb refuses; nothing is in the workspace then."""

    def asked(*words: str | Path) -> str:
        code, out, err = run(*words, "--json")
        assert (code, out) == (2, "")
        assert err.count("\n") == 1
        assert err.endswith(".\n")
        assert not home.exists()
        return err.strip()

    return asked


Answer = Callable[..., dict[str, Any]]
Refusal = Callable[..., str]


def write(
    path: Path, header: str | None, rows: Sequence[Sequence[object]], mark: str = ","
) -> Path:
    lines = [mark.join(map(str, row)) for row in rows]
    head = [header.replace(",", mark)] if header else []
    path.write_text("\n".join([*head, *lines, ""]), encoding="utf-8")
    return path


@pytest.fixture
def marked(tmp_path: Path) -> Path:
    """200 texts: toxic in every second, threat in every fifth."""
    rows = [(wording(n), n % 2, int(n % 5 == 0), f"note {n}") for n in range(200)]
    return write(tmp_path / "marked.csv", "text,toxic,threat,note", rows)


@pytest.fixture
def voted(tmp_path: Path) -> Path:
    """60 texts with the votes of three raters for hate, offence or neither."""
    votes = ((3, 0, 0), (1, 2, 0), (0, 1, 2), (0, 0, 3), (1, 1, 1))
    rows = [(n, *votes[n % 5], 3, wording(n)) for n in range(60)]
    return write(tmp_path / "voted.csv", "id,hate,offence,neither,count,text", rows)


def test_a_check_has_the_keys_that_scripts_read(marked: Path, answer: Answer, home: Path) -> None:
    found = answer("check", marked)
    assert {
        *("text_column", "label_format", "labels", "label_columns", "split_column", "kind"),
        *("separator", "encoding", "header", "files", "rows", "splits", "positives", "problems"),
    } == set(found)
    assert found["label_format"] == "columns"
    assert found["labels"] == found["label_columns"] == ["toxic", "threat"]
    assert (found["kind"], found["separator"], found["encoding"]) == ("separated", ",", "utf-8")
    assert (found["header"], found["split_column"]) == (True, None)
    assert found["positives"] == {"toxic": 100, "threat": 40}
    assert found["splits"] == {"train": 140, "validation": 30, "test": 30}
    assert found["files"] == [{"file": "marked.csv", "role": "rows"}]
    for problem in found["problems"]:
        assert set(problem) == {"kind", "count", "rows", "message"}
    assert not home.exists()


def test_votes_count_from_as_many_as_is_said(voted: Path, answer: Answer) -> None:
    labels = ("--labels", "hate,offence", "--label-format", "votes")
    for least, expected in ((1, (36, 36)), (2, (12, 12)), (3, (12, 0))):
        found = answer("check", voted, *labels, "--at-least", str(least))
        assert found["label_format"] == "votes"
        assert found["positives"] == dict(zip(("hate", "offence"), expected, strict=True))


def test_votes_can_be_taken_as_shares(voted: Path, tmp_path: Path, answer: Answer) -> None:
    labels = ("--labels", "hate,offence", "--label-format", "votes", "--share")
    found = answer("check", voted, *labels, "--total-column", "count")
    assert found["positives"] == {"hate": 12, "offence": 12}  # shares of one half and more
    assert "no_known_label" not in {problem["kind"] for problem in found["problems"]}
    # Of the two columns alone: 1 of 2 votes is one half, and nobody voted in every fifth row.
    bare = tmp_path / "bare.csv"
    bare.write_text(voted.read_text().replace("count", "remark"))
    found = answer("check", bare, *labels)
    assert found["positives"] == {"hate": 24, "offence": 36}
    (left,) = (p for p in found["problems"] if p["kind"] == "no_known_label")
    assert (left["count"], left["rows"][:2]) == (12, [5, 10])


def test_ids_get_names_from_a_file(tmp_path: Path, answer: Answer) -> None:
    rows = [(wording(n), f"{n % 3};{n % 3}" if n % 2 else n % 3) for n in range(60)]
    file = write(tmp_path / "ids.csv", "text,tags", rows)
    names = tmp_path / "names.txt"
    names.write_text("0,joy\n2,anger\n", encoding="utf-8-sig")
    options = ("--label-column", "tags", "--label-format", "list", "--delimiter", ";")
    found = answer("check", file, *options, "--names", names)
    assert (found["labels"], found["label_columns"]) == (["joy", "1", "anger"], ["tags"])
    assert found["positives"] == {"joy": 20, "1": 20, "anger": 20}
    found = answer("check", file, *options, "--labels", "2,0")
    assert found["labels"] == ["2", "0"]


@pytest.mark.parametrize(("word", "mark"), [("tab", "\t"), ("semicolon", ";"), ("|", "|")])
def test_separator_and_header_can_be_said(
    tmp_path: Path, answer: Answer, word: str, mark: str
) -> None:
    rows = [(wording(n), n % 2, "left, right; up | down\tof".replace(mark, "")) for n in range(60)]
    file = write(tmp_path / "a.txt", None, rows, mark)
    found = answer("check", file, "--separator", word, "--no-header", "--labels", "column_2")
    assert (found["separator"], found["header"]) == (mark, False)
    assert (found["text_column"], found["labels"], found["rows"]) == ("column_1", ["column_2"], 60)


def test_the_encoding_can_be_said(tmp_path: Path, answer: Answer) -> None:
    rows = [(f"{wording(n)} déjà", n % 2) for n in range(60)]
    file = write(tmp_path / "a.csv", "text,toxic", rows)
    file.write_bytes(file.read_text("utf-8").encode("cp1252"))
    assert answer("check", file, "--encoding", "cp1252")["encoding"] == "cp1252"


def test_shares_seed_and_sampling_can_be_said(marked: Path, answer: Answer) -> None:
    found = answer("check", marked, "--shares", "50/25/25", "--seed", "3")
    assert found["splits"] == {"train": 100, "validation": 50, "test": 50}
    found = answer("check", marked, "--shares", "8/1/1", "--first", "100")
    assert found["splits"] == {"train": 80, "validation": 10, "test": 10}
    assert found["positives"] == {"toxic": 50, "threat": 20}
    found = answer("check", marked, "--sample", "50")
    assert (found["rows"], found["positives"]) == (50, {"toxic": 25, "threat": 10})


def test_the_split_of_the_file_is_kept_also_where_the_other_columns_are_said(
    tmp_path: Path, answer: Answer
) -> None:
    """With text and labels named, the split column was not looked for."""
    part = ("train", "train", "dev", "test")
    rows = [(wording(n), n % 2, part[n // 2 % 4]) for n in range(80)]
    file = write(tmp_path / "a.csv", "text,toxic,part", rows)
    named = ("--text", "text", "--labels", "toxic")
    found = answer("check", file, *named)
    assert found["split_column"] == "part"
    assert found["splits"] == {"train": 40, "validation": 20, "test": 20}
    found = answer("check", file, *named, "--split-column", "none")
    assert (found["split_column"], found["splits"]["train"]) == (None, 56)


def test_entities_become_characters_on_request(tmp_path: Path, answer: Answer) -> None:
    file = write(tmp_path / "a.csv", "text,toxic", [(f"{wording(n)} &lt;3", 1) for n in range(60)])
    for options, told in (((), True), (("--unescape",), False)):
        problems = answer("check", file, *options)["problems"]
        assert ("html_entity" in {problem["kind"] for problem in problems}) == told


def test_several_files_are_parts_by_their_names(tmp_path: Path, answer: Answer) -> None:
    files = []
    for start, name in ((0, "train.tsv"), (60, "dev.tsv"), (80, "test.tsv")):
        rows = [(wording(n), n % 2) for n in range(start, start + 60)]
        files.append(write(tmp_path / name, "text,toxic", rows, "\t"))
    found = answer("check", *files)
    assert [file["role"] for file in found["files"]] == ["train", "validation", "test"]
    assert found["splits"] == {"train": 60, "validation": 60, "test": 60}
    (both,) = (p for p in found["problems"] if p["kind"] == "duplicate_text")
    assert both["count"] == 40


@pytest.mark.slow
def test_several_files_with_extra_rows_become_one_dataset(
    marked: Path, tmp_path: Path, answer: Answer
) -> None:
    held = [(wording(n), n % 2, n % 3 // 2) for n in range(300, 360)]
    files = {
        "--validation": write(tmp_path / "v.csv", "text,toxic,threat", held[:30]),
        "--test": write(tmp_path / "t.csv", "text,toxic,threat", held[30:]),
        "--extra-train": write(
            tmp_path / "extra.csv",
            "text,toxic,threat,url",
            [
                ("write to jane.doe77@example.org", 1, 0, "u"),
                *((*row, "u") for row in held[25:35]),
            ],
        ),
    }
    options = [word for pair in files.items() for word in pair]
    added = answer("add", marked, *options, "--name", "All of it")
    assert added["splits"] == {"train": 201, "validation": 30, "test": 30}
    assert (added["rows"], added["labels"]) == (261, ["toxic", "threat"])
    assert added["same_files_as"] == []
    (dropped,) = (p for p in added["problems"] if p["kind"] == "extra_row_dropped")
    assert (dropped["count"], dropped["rows"]) == (10, list(range(3, 13)))
    dataset = store.load(added["dataset"])
    assert (dataset.name, len(dataset.plan.files)) == ("All of it", 4)
    assert set(store.read(dataset.id, "test").file) == {"t.csv"}
    folder = workspace.find("datasets", dataset.id)
    for name in ("dataset.json", "status.json", "job.json", "log.txt"):
        assert "doe77" not in (folder / name).read_text()
    assert answer("add", marked, *options, "--name", "Again")["same_files_as"] == [dataset.id]
    told = [p["message"] for p in added["problems"] if p["kind"] == "personal_data"]
    (message,) = told
    assert message == (
        "1 row of extra.csv has what looks like e-mail addresses (row 2): kept, and never shown "
        "here. Remove it before the dataset or a demo's examples leave your house."
    )


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--text", "nope"], "marked.csv has no column 'nope'. It has 'text', 'toxic'"),
        (["--labels", "nope"], "There is no column or label 'nope'"),
        (["--label-column", "nope"], "There is no column or label 'nope'"),
        (["--labels", "text"], "'text' cannot have two uses"),
        (["--split-column", "nope"], "marked.csv has no column 'nope'"),
        (["--label-format", "bits"], "There is no label format 'bits'"),
        (["--at-least", "2"], "How many votes count can be said for the format votes only"),
        (["--label-format", "votes", "--at-least", "0"], "'At least 0 votes' would make"),
        (["--label-format", "votes", "--share", "--total-column", "n"], "marked.csv has no column"),
        (["--label-format", "list"], "A list of labels stands in one column, not in 2 of them"),
        (
            ["--label-column", "note", "--label-format", "list", "--delimiter", "/"],
            "Several labels",
        ),
        (["--names", "nofile.txt"], "There is no file nofile.txt."),
        (["--validation", "nofile.csv"], "There is no file nofile.csv."),
        (["--extra-train", "nofile.csv"], "There is no file nofile.csv."),
        (["--shares", "70/30"], "--shares must be three numbers such as 70/15/15, not '70/30'."),
        (["--shares", "0/0/0"], "The --shares must be above 0"),
        (["--shares", "nan/1/1"], "The --shares must be above 0"),
        (["--shares", "90/10/0"], "The shares of train, validation and test are"),
        (["--shares", "inf/1/1"], "The shares of train, validation and test are"),
        (["--first", "2"], "A dataset of 2 rows cannot be parted"),
        (["--sample", "-1"], "A dataset of -1 rows cannot be parted"),
        (["--encoding", "klingon"], ""),
        (["--encoding", "utf-16"], ""),
        (["--separator", "xyz"], ""),
        (["--separator", ";"], ""),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
@pytest.mark.parametrize("verb", ["check", "add"])
def test_an_option_that_cannot_be_is_one_sentence(
    marked: Path, refusal: Refusal, verb: str, options: list[str], sentence: str
) -> None:
    assert refusal(verb, marked, *options).startswith(sentence)


def test_names_in_another_encoding_are_one_sentence(
    marked: Path, tmp_path: Path, refusal: Refusal
) -> None:
    names = tmp_path / "names.txt"
    names.write_bytes("0 Ärger".encode("cp1252"))
    assert "The names in names.txt are not UTF-8 text" in refusal("check", marked, "--names", names)


def test_a_second_file_that_lacks_a_column_is_named(
    marked: Path, tmp_path: Path, refusal: Refusal
) -> None:
    other = write(tmp_path / "other.csv", "body,toxic", [(wording(n), 1) for n in range(9)])
    said = refusal("add", marked, "--test", other)
    assert said.startswith("other.csv has no column 'text', 'threat'. It has 'body', 'toxic'.")
