"""What a dataset's report says, without a browser: pairs, lengths, findings."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from tests.tiny import imported, wording
from toxapp.data.problem import Problem
from toxapp.runs import reach
from toxapp.ui import findings, pictures
from toxapp.ui.pictures import Pair

MARKS = [(1, 1, 0), (1, 1, 1), (1, 0, 0), (1, 0, 0), (0, 0, 0), (0, 0, 1)]


def of_three_labels(folder: Path) -> Path:
    """Sixty texts, a tenth of which have each of the marks."""
    lines = ["comment,toxic,<b>insult</b>,threat"]
    lines += [f"{wording(n)},{','.join(map(str, MARKS[n % 6]))}" for n in range(60)]
    path = folder / "three.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_pairs_of_labels_go_from_the_rarer_to_the_wider_one(tmp_path: Path) -> None:
    dataset = imported(of_three_labels(tmp_path))
    assert pictures.pairs(dataset) == [
        Pair("<b>insult</b>", "toxic", 20, 1.0),
        Pair("threat", "toxic", 10, 0.5),
        Pair("threat", "<b>insult</b>", 10, 0.5),
    ]


def test_pictures_show_names_as_they_are_and_every_number(tmp_path: Path) -> None:
    dataset = imported(of_three_labels(tmp_path))
    for shown in (
        pictures.prevalence(dataset),
        pictures.strongest(dataset),
        pictures.together(dataset),
    ):
        assert "<b>insult" not in shown
        assert "&lt;b&gt;insult" in shown
    assert "insult&lt;/b&gt; and toxic: 20 of 20 texts (100%)" in pictures.together(dataset)
    assert "toxic and &lt;b&gt;insult&lt;/b&gt;: 20 of 40 texts (50%)" in pictures.together(dataset)
    told = re.findall(r"<td>([\w,]+)</td>", pictures.labels_per_text(dataset))
    assert told == ["none", "10", "1", "30", "2", "10", "3", "10"]


@pytest.mark.parametrize(
    ("lengths", "ranges", "counts"),
    [
        ([1, 8, 9], ((0, 8), (8, 16)), (2, 1)),
        ([16, 16], ((0, 8), (8, 16)), (0, 2)),
        ([3], ((0, 8),), (1,)),
    ],
)
def test_a_length_falls_into_the_range_that_ends_with_it(
    lengths: list[int], ranges: tuple[tuple[int, int], ...], counts: tuple[int, ...]
) -> None:
    found = reach.histogram(np.array(lengths))
    assert (found.ranges, found.counts) == (ranges, counts)


def test_a_text_beyond_all_ranges_ends_the_last_one() -> None:
    found = reach.histogram(np.array([20_000]))
    assert found.ranges[-1] == (8_192, 20_000)
    assert found.counts == (0,) * (len(found.ranges) - 1) + (1,)


def test_texts_cut_are_a_finding_from_more_than_one_in_a_hundred() -> None:
    once = np.array([513] + [10] * 99)
    assert reach.cut(once, 512) == 0.01
    assert reach.cut(once, 513) == 0
    assert reach.cut_finding(reach.reach(once), 100) is None
    twice = reach.cut_finding(reach.reach(np.array([513, 513] + [10] * 98)), 1_000)
    assert twice is not None
    assert (twice.kind, twice.count) == ("text_cut", 20)
    assert "2.0% of the texts are longer than the 512 tokens" in twice.message


def problem(kind: str, message: str = "Something.", rows: tuple[int, ...] = ()) -> Problem:
    return Problem(kind, len(rows), rows, message)


def test_findings_are_grouped_by_what_they_cost() -> None:
    given = [problem("few_positives"), problem("split_made"), problem("empty_text", rows=(3, 4))]
    found = findings.grouped([*given, problem("ragged_row", rows=(9,)), problem("never heard of")])
    kinds = {name: [each.kind for each in problems] for name, problems in found.items()}
    assert kinds == {
        "Rows left out": ["ragged_row", "empty_text"],
        "Labels": ["few_positives"],
        "For your information": ["never heard of", "split_made"],
    }
    assert findings.left_out([*given, problem("duplicate_text", rows=(1,))]) == 2


def test_more_than_three_of_a_kind_are_folded() -> None:
    shown = findings.listed([problem("few_positives", f"Label '{n}' is rare.") for n in range(28)])
    before, after = shown.split("and 25 more like it")
    assert before.count("is rare") == 3
    assert after.count("is rare") == 25


def test_a_finding_lists_the_rows_that_its_sentence_does_not_name() -> None:
    rows = tuple(range(2, 22))
    message = "30 rows of a&b.csv have no text."
    shown = findings.listed([Problem("empty_text", 30, rows, message)])
    assert "<b>30 rows</b> of a&amp;b.csv" in shown
    assert "the first 20 rows</summary>: 2, 3, 4" in shown
    assert "<summary>all rows" in findings.listed([Problem("empty_text", 20, rows, message)])
    across = Problem("duplicate_text", 30, rows, "30 rows of the 3 files have a text.")
    assert "<summary>the first" not in findings.listed([across])
