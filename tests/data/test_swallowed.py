"""Records that two quotes far apart have merged are said; texts of several lines are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tiny import marks, reported, wording
from toxapp.data.choice import Choice
from toxapp.data.labelling import Labelling

ROWS = [f"{n};{wording(n)};{n % 2}" for n in range(60)]


def rows_said(path: Path, lines: list[str], header: str, labels: Labelling) -> tuple[int, ...]:
    path.write_text("\n".join([header, *lines, ""]), encoding="utf-8")
    found = reported(path, choice=Choice("text", labels))
    return tuple(row for p in found.problems if p.kind == "swallowed_row" for row in p.rows)


def test_rows_between_two_quotes_far_apart_are_said(tmp_path: Path) -> None:
    """Seven of a thousand rows of a semicolon file vanished in texts, with no word of it."""
    lone = ['100;"so what is it;0', "101;all fine with me here;1", '102;yes to that";0']
    lines = [*ROWS[:20], *lone, *ROWS[20:]]
    assert rows_said(tmp_path / "a.csv", lines, "id;text;toxic", marks("toxic")) == (22,)


def test_labels_before_the_text_are_looked_at_too(tmp_path: Path) -> None:
    rows = [f"{n % 2},{wording(n)}" for n in range(60)]
    lines = [*rows[:10], '1,"so what is it', '0,yes to that"', *rows[10:]]
    assert rows_said(tmp_path / "a.csv", lines, "toxic,text", marks("toxic")) == (12,)


@pytest.mark.parametrize(
    "text",
    [
        "a first line; and more\nand a second",
        "list:\n1; one\n2; two",
        "one;maybe\n2;two",
        "no mark\nat all",
        "one line; only",
    ],
)
def test_texts_of_several_lines_are_no_records(tmp_path: Path, text: str) -> None:
    lines = [*ROWS, f'200;"{text}";1']
    assert rows_said(tmp_path / "a.csv", lines, "id;text;toxic", marks("toxic")) == ()


def test_classes_count_where_they_are_classes(tmp_path: Path) -> None:
    rows = [f"{n};{wording(n)};{'abc'[n % 3]}" for n in range(60)]
    labels = Labelling("class", ("kind",))
    header = "id;text;kind"
    merged = ['70;"so what;b', '71;yes";a']
    assert rows_said(tmp_path / "a.csv", [*rows, *merged], header, labels) == (62,)
    other = ['70;"so what;z', '71;yes";a']
    assert rows_said(tmp_path / "b.csv", [*rows, *other], header, labels) == ()
