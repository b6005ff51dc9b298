"""Real files, where they are at hand: what the guesses and the row numbers are worth."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from toxapp.data import importing, table
from toxapp.data.guess import guess
from toxapp.data.sample import sample_path
from toxapp.errors import DataError

FOLDER = Path(os.environ.get("TOXAPP_REAL_DATA", "/nonexistent"))
JIGSAW = ("toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate")

real = [
    pytest.mark.real,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="TOXAPP_REAL_DATA names no folder"),
]


def test_the_sample_is_guessed_and_sound() -> None:
    report = importing.check(sample_path())
    assert report.text_column == "text"
    assert report.labels == ("toxic", "insult", "profanity", "threat", "spam")
    assert report.problems == ()


class TestRealFiles:
    pytestmark = real

    def test_jigsaw(self) -> None:
        report = importing.check(FOLDER / "jigsaw" / "natural.csv")
        assert (report.text_column, report.labels, report.rows) == ("comment_text", JIGSAW, 24_537)
        assert (report.positives["toxic"], report.positives["threat"]) == (2_362, 74)
        kinds = [problem.kind for problem in report.problems]
        assert kinds == ["duplicate_text", "contradicting_duplicates", "few_positives"]

    def test_youtoxic_with_its_labels_without_a_positive(self) -> None:
        report = importing.check(FOLDER / "youtoxic" / "youtoxic_english_1000.csv")
        assert (report.text_column, len(report.labels), report.rows) == ("Text", 12, 1_000)
        assert report.encoding == "utf-8-sig"
        never = [p.message for p in report.problems if p.kind == "no_positive"]
        assert len(never) == 2
        assert "'IsHomophobic'" in never[0]
        assert "'IsRadicalism'" in never[1]

    def test_other_names_and_types(self) -> None:
        found = guess(FOLDER / "wiki_toxicity" / "toxicity_nonfuzzed_testset.csv")
        assert (found.text_column, found.labels) == ("comment", ("toxic",))

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("davidson/labeled_data.csv", "tweet"),
            ("hatecheck/test_suite_cases.csv", "test_case"),
            ("toxic_spans/toxic_spans_fraction.csv", "comment_text"),
            ("twitter_financial/train_data.csv", "text"),
        ],
    )
    def test_what_only_looks_like_labels_is_none(self, name: str, text: str) -> None:
        assert guess(FOLDER / name).text_column == text
        with pytest.raises(DataError, match="No label column was found"):
            importing.check(FOLDER / name)

    @pytest.mark.parametrize(
        "name",
        ["jigsaw/natural.csv", "youtoxic/youtoxic_english_1000.csv", "davidson/labeled_data.csv"],
    )
    def test_every_cell_and_row_number_is_the_one_pandas_reads(self, name: str) -> None:
        dialect = table.sniff(FOLDER / name)
        found = list(table.records(FOLDER / name, dialect))
        frame = pd.read_csv(
            FOLDER / name,
            encoding=dialect.encoding,
            dtype=str,
            keep_default_na=False,
            skip_blank_lines=False,
        )
        assert [record.cells for record in found] == list(frame.itertuples(index=False, name=None))
        assert [record.row for record in found] == [row + 2 for row in frame.index]
