"""Real files, where they are at hand: what the guesses and the row numbers are worth."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from tests.tiny import reported
from toxapp.data.choice import uploads
from toxapp.data.files import table
from toxapp.data.guessing.guess import guess
from toxapp.data.sample import sample_path

FOLDER = Path(os.environ.get("TOXAPP_REAL_DATA", "/nonexistent"))
JIGSAW = ("toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate")
FEWER = ("toxic", "threat", "insult", "identity_hate")
YOUTOXIC = (
    *("IsToxic", "IsAbusive", "IsThreat", "IsProvocative", "IsObscene", "IsHatespeech"),
    *("IsRacist", "IsNationalist", "IsSexist", "IsHomophobic", "IsReligiousHate", "IsRadicalism"),
)
EMOTIONS = tuple(map(str, range(28)))
TOPICS = tuple(map(str, range(20)))
# File, text column, label format, label columns, labels where they are not the columns.
GUESSES: dict[str, tuple[str, str, tuple[str, ...], tuple[str, ...]]] = {
    "acloudfan/train.parquet": ("comment_text", "columns", FEWER, FEWER),
    "acloudfan/train_openai.jsonl": ("text", "list", ("labels",), tuple(sorted(FEWER))),
    "davidson/labeled_data.csv": ("tweet", "class", ("class",), ("0", "1", "2")),
    "goemotions/train.tsv": ("column_1", "list", ("column_2",), EMOTIONS),
    "goemotions/dev.tsv": ("column_1", "list", ("column_2",), EMOTIONS),
    "hatecheck/test_suite_cases.csv": ("test_case", "class", ("label_gold",), ("hateful",)),
    "jigsaw/enriched.csv": ("comment_text", "columns", JIGSAW, JIGSAW),
    "jigsaw/natural.csv": ("comment_text", "columns", JIGSAW, JIGSAW),
    "toxic_spans/toxic_spans_fraction.csv": (
        *("comment_text", "fraction"),
        ("tox_level",),
        ("tox_level",),
    ),
    "twitter_financial/train_data.csv": ("text", "class", ("label",), TOPICS),
    "wiki_toxicity/toxicity_nonfuzzed_testset.csv": (
        *("comment", "columns"),
        ("toxic",),
        ("toxic",),
    ),
    "youtoxic/youtoxic_english_1000.csv": ("Text", "columns", YOUTOXIC, YOUTOXIC),
    "youtoxic/youtoxic_english_1000_XLSX_named_csv.csv": ("Text", "columns", YOUTOXIC, YOUTOXIC),
}

real = [
    pytest.mark.real,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="TOXAPP_REAL_DATA names no folder"),
]


def test_the_sample_is_guessed_and_sound() -> None:
    report = reported(sample_path())
    assert report.plan.text_column == "text"
    assert report.plan.labels == ("toxic", "insult", "profanity", "threat", "spam")
    assert report.rows == 1_680
    # Its spam names made-up addresses, and every insult and threat is toxic.
    assert {problem.kind for problem in report.problems} == {"personal_data", "implied_label"}


class TestRealFiles:
    pytestmark = real

    @pytest.mark.parametrize("name", GUESSES)
    def test_are_all_guessed_without_help(self, name: str) -> None:
        found = guess(FOLDER / name)
        assert found.labelling is not None
        how = found.labelling
        assert (found.text_column, how.format, how.columns, how.labels) == GUESSES[name]
        assert (found.split_column, found.complements) == (None, ())

    def test_jigsaw(self) -> None:
        report = reported(FOLDER / "jigsaw" / "natural.csv")
        assert (report.plan.text_column, report.plan.labels) == ("comment_text", JIGSAW)
        assert (report.rows, report.positives["toxic"]) == (24_537, 2_362)
        assert report.positives["threat"] == 74
        said = {problem.kind: problem for problem in report.problems}
        assert (said["duplicate_text"].count, said["contradicting_duplicates"].count) == (6, 2)
        assert "Label 'threat' has few positives" in said["few_positives"].message
        assert "'severe_toxic' implies 'toxic'" in said["implied_label"].message

    def test_youtoxic_with_its_labels_without_a_positive(self) -> None:
        report = reported(FOLDER / "youtoxic" / "youtoxic_english_1000.csv")
        assert (report.plan.text_column, len(report.plan.labels), report.rows) == (
            "Text",
            12,
            1_000,
        )
        assert report.plan.files[0].dialect.encoding == "utf-8-sig"
        never = [p.message for p in report.problems if p.kind == "no_positive"]
        assert len(never) == 2
        assert "'IsHomophobic'" in never[0]
        assert "'IsRadicalism'" in never[1]

    def test_a_workbook_called_csv_holds_what_the_csv_holds(self) -> None:
        folder = FOLDER / "youtoxic"
        book = reported(folder / "youtoxic_english_1000_XLSX_named_csv.csv")
        text = reported(folder / "youtoxic_english_1000.csv")
        assert book.plan.files[0].dialect.kind == "excel"
        assert book.plan.labels == text.plan.labels
        assert (book.rows, book.positives, book.splits) == (text.rows, text.positives, text.splits)

    @pytest.mark.parametrize(
        ("name", "text", "label_format", "positives"),
        [
            ("wiki_toxicity/toxicity_nonfuzzed_testset.csv", "comment", "columns", {"toxic": 248}),
            (
                "davidson/labeled_data.csv",
                *("tweet", "class"),
                {"0": 1_430, "1": 19_190, "2": 4_163},
            ),
            ("hatecheck/test_suite_cases.csv", "test_case", "class", {"hateful": 2_563}),
            (
                "toxic_spans/toxic_spans_fraction.csv",
                *("comment_text", "fraction"),
                {"tox_level": 11_304},
            ),
        ],
    )
    def test_other_formats(
        self, name: str, text: str, label_format: str, positives: dict[str, int]
    ) -> None:
        report = reported(FOLDER / name)
        assert (report.plan.text_column, report.plan.labelling.format) == (text, label_format)
        assert report.positives == positives

    def test_goemotions_in_its_three_files_without_a_header(self) -> None:
        folder = FOLDER / "goemotions"
        found = uploads(
            [folder / f"{part}.tsv" for part in ("train", "dev", "test")],
            validation=None,
            test=None,
        )
        report = reported(*found)
        assert (report.plan.text_column, report.plan.labelling.format) == ("column_1", "list")
        assert report.plan.labels == tuple(map(str, range(28)))
        assert report.splits == {"train": 43_410, "validation": 5_426, "test": 5_427}
        assert not report.plan.files[0].dialect.header

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
