from __future__ import annotations

from pathlib import Path

import pytest

from tests.tiny import marks, reported, wording
from toxapp.data.choice import Choice
from toxapp.data.files.table import Dialect
from toxapp.data.importing import Report
from toxapp.data.plan import Plan, Source
from toxapp.data.problem import Problem
from toxapp.errors import DataError

COLUMNS = ("text", "toxic", "threat")
HEADER = ",".join(COLUMNS)
ROWS = [f"{wording(i)},{i % 2},{int(i % 3 == 0)}" for i in range(200)]


def checked(
    folder: Path, rows: list[str], header: str = HEADER, split: str | None = None
) -> Report:
    path = folder / "file.csv"
    path.write_text("\n".join([header, *rows]), encoding="utf-8")
    return reported(path, choice=Choice("text", marks("toxic", "threat"), split or ""))


def only(report: Report, kind: str) -> Problem:
    (found,) = (problem for problem in report.problems if problem.kind == kind)
    return found


def test_a_sound_file_has_no_problem(tmp_path: Path) -> None:
    report = checked(tmp_path, ROWS)
    assert report.plan == Plan(
        files=(Source("file.csv", "", "", 0, "rows", Dialect("separated", ",", "utf-8"), COLUMNS),),
        text_column="text",
        labelling=marks("toxic", "threat"),
        split_column=None,
        seed=0,
        shares=(0.7, 0.15, 0.15),
    )
    assert (report.rows, report.positives) == (200, {"toxic": 100, "threat": 67})
    assert report.splits == {"train": 140, "validation": 30, "test": 30}
    assert len(report.sample) == 200
    # 15 and 10 of 100 and 67 positives are in validation.
    assert {problem.kind for problem in report.problems} == {"few_positives"}


def test_rows_without_text_or_labels_are_left_out_and_said(tmp_path: Path) -> None:
    report = checked(tmp_path, [*ROWS, ",1,0", "  ,,", "hello,,-1"])
    assert report.rows == 200
    empty = only(report, "empty_text")
    assert (empty.count, empty.rows) == (2, (202, 203))
    assert "2 rows of file.csv have no text in column 'text' (rows 202, 203): left out" in (
        empty.message
    )
    unlabelled = only(report, "no_known_label")
    assert (unlabelled.count, unlabelled.rows) == (1, (204,))
    assert "1 row of file.csv has no known label (row 204): left out" in unlabelled.message


def test_rows_are_counted_all_kept_to_twenty_and_said_to_five(tmp_path: Path) -> None:
    problem = only(checked(tmp_path, [*ROWS, *[",1,0"] * 1_030]), "empty_text")
    assert problem.count == 1_030
    assert problem.rows == tuple(range(202, 222))
    assert "(rows 202, 203, 204, 205, 206 and 1,025 more)" in problem.message
    assert problem.message.startswith("1,030 rows of file.csv have")


def test_equal_texts_are_counted_once_per_copy(tmp_path: Path) -> None:
    report = checked(
        tmp_path, [*ROWS, wording(1).upper().replace(" ", "  ") + ",1,0", f"{wording(1)},1,0"]
    )
    repeated = only(report, "duplicate_text")
    assert (report.rows, repeated.count, repeated.rows) == (202, 2, (202, 203))
    assert not [p for p in report.problems if p.kind == "contradicting_duplicates"]


def test_equal_texts_with_other_labels_are_all_named(tmp_path: Path) -> None:
    report = checked(tmp_path, [*ROWS, f"{wording(1)},0,0", f"{wording(2)},,0"])
    disputed = only(report, "contradicting_duplicates")
    assert (disputed.count, disputed.rows) == (2, (3, 202))


def test_ragged_and_broken_records_are_left_out_and_said(tmp_path: Path) -> None:
    report = checked(tmp_path, [*ROWS, "a,b,1,0", "short,1", '"no end,1,0', "lost,1,0"])
    assert report.rows == 200
    ragged, broken = only(report, "ragged_row"), only(report, "broken_quote")
    assert (ragged.count, ragged.rows) == (2, (202, 203))
    assert "row 202 has 4 cells instead of 3" in ragged.message
    assert (broken.count, broken.rows) == (1, (204,))
    assert "the quote opened in row 204 is never closed" in broken.message


def test_unexplained_cells_are_missing_and_shown(tmp_path: Path) -> None:
    report = checked(tmp_path, [*ROWS, "new,maybe,1", "newer,2,0", "newest,2,perhaps"])
    assert (report.rows, report.positives["threat"]) == (202, 68)
    problems = [p for p in report.problems if p.kind == "unexplained_value"]
    assert [(p.count, p.rows) for p in problems] == [(3, (202, 203, 204)), (1, (204,))]
    assert "label column 'toxic'" in problems[0].message
    assert "'maybe', '2': taken as missing" in problems[0].message
    missing = only(report, "missing_target")
    assert (missing.count, missing.rows) == (2, (202, 203))
    assert "label 'toxic'" in missing.message


def test_labels_that_hardly_vary_are_named_one_by_one(tmp_path: Path) -> None:
    rows = [f"{wording(i)},1,{int(i == 5)}" for i in range(100)]
    report = checked(tmp_path, rows)
    assert "Label 'toxic' is positive in all 100 rows" in (only(report, "no_negative").message)
    few = [p for p in report.problems if p.kind == "few_positives"]
    assert [p.count for p in few] == [100, 1]
    assert "Label 'threat' has few positives: " in few[1].message
    assert "0 in " in few[1].message
    report = checked(tmp_path, [row[:-1] + "0" for row in rows])
    never = only(report, "no_positive")
    assert (never.count, never.rows) == (0, ())
    assert "Label 'threat' has no positive among 100 rows" in never.message


def test_a_label_that_is_carried_where_no_other_is_is_offered_to_be_left_out(
    tmp_path: Path,
) -> None:
    labels = ("toxic", "threat", "clean")
    marked = [(i % 2, int(i % 3 == 0)) for i in range(200)]
    rows = [f"{wording(i)},{t},{h},{int(not t and not h)}" for i, (t, h) in enumerate(marked)]
    path = tmp_path / "file.csv"
    path.write_text("\n".join([f"text,{','.join(labels)}", *rows]))
    assert reported(path).plan.labels == ("toxic", "threat")  # the guess leaves it out
    found = only(reported(path, choice=Choice("text", marks(*labels))), "complement_label")
    assert (found.count, found.rows) == (66, ())
    assert found.message.startswith("Label 'clean' is carried by exactly those 66 texts")


def test_a_split_column_is_kept_completed_and_its_gaps_said(tmp_path: Path) -> None:
    header = HEADER + ",part"
    rows = [f"{row},{'test' if i < 40 else 'Train'}" for i, row in enumerate(ROWS)]
    report = checked(
        tmp_path,
        [*rows, "odd one,1,0,elsewhere", f"{rows[0][:-4]}train"],
        header,
        split="part",
    )
    unknown, drawn = only(report, "unknown_split"), only(report, "split_made")
    assert (unknown.rows, unknown.count) == ((202,), 1)
    assert "in column 'part' (row 202): 'elsewhere': left out" in unknown.message
    assert drawn.count == 24
    assert "'part' of file.csv names no validation rows: 24 rows of the train" in drawn.message
    shared = only(report, "text_in_two_splits")
    assert (shared.count, shared.rows) == (1, (2,))


def test_names_with_braces_are_said_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "a{b}.csv"
    path.write_text("text,{n}\n" + "".join(f"{wording(i % 9)},{i % 2}\n" for i in range(40)))
    messages = [p.message for p in reported(path, choice=Choice("text", marks("{n}"))).problems]
    assert any("a{b}.csv" in message for message in messages)
    assert any("'{n}'" in message for message in messages)


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([",1,0", "  ,0,1"], "No row of file.csv can be used. 2 rows of file.csv have no text"),
        (["a,q,w", "b,q,z"], "No row of file.csv can be used. 2 rows .* no known label"),
        (["a,1,0", "A,1,0", "b,0,0"], "file.csv has 2 different texts"),
    ],
)
def test_a_file_without_enough_usable_rows_is_refused(
    tmp_path: Path, rows: list[str], sentence: str
) -> None:
    with pytest.raises(DataError, match=sentence):
        checked(tmp_path, rows)


def test_a_split_column_without_train_rows_is_refused(tmp_path: Path) -> None:
    rows = [f"{row},test" for row in ROWS]
    with pytest.raises(DataError, match="names no train rows among the 200 usable ones"):
        checked(tmp_path, rows, HEADER + ",part", split="part")
