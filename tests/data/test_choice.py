from __future__ import annotations

from pathlib import Path

import pytest

from tests.tiny import marks
from toxapp.data.choice import Choice, Upload, listed, uploads
from toxapp.data.files.table import Dialect
from toxapp.data.guessing.guess import Guess
from toxapp.errors import DataError

GUESS = Guess(
    text_column="body",
    labelling=marks("toxic", "threat"),
    split_column="part",
    columns=("body", "toxic", "threat", "part"),
    dialect=Dialect("separated", ",", "utf-8"),
    refused=("", "", "", ""),
)


def roles(*names: str) -> list[str]:
    paths = [Path(name) for name in names]
    return [found.role for found in uploads(paths, validation=None, test=None)]


@pytest.mark.parametrize(
    ("choice", "sentence"),
    [
        ({"labelling": marks("text", "toxic")}, "'text' cannot have two uses"),
        ({"labelling": marks("a"), "split_column": "a"}, "'a' cannot have two uses"),
        ({"split_column": "text"}, "'text' cannot have two uses"),
        ({"shares": (0.8, 0.2, 0.0)}, "above 0 that sum to 1"),
        ({"shares": (0.8, 0.2, 0.2)}, "above 0 that sum to 1"),
        ({"shares": (float("nan"), 0.5, 0.5)}, "above 0 that sum to 1"),
        ({"first": 2}, "A dataset of 2 rows cannot be parted"),
        ({"sample": 0}, "A dataset of 0 rows cannot be parted"),
        ({"sample": -5}, "A dataset of -5 rows cannot be parted"),
    ],
)
def test_a_choice_that_cannot_be_is_refused(choice: dict[str, object], sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        Choice("text", **choice)  # type: ignore[arg-type]


def test_nothing_needs_to_be_chosen() -> None:
    assert Choice().filled(GUESS, "a.csv") == Choice("body", GUESS.labelling, "part")


def test_what_is_chosen_goes_before_the_guess() -> None:
    chosen = Choice("note", marks("threat"), "", seed=3, first=9)
    assert chosen.filled(GUESS, "a.csv") == chosen
    assert Choice("note").filled(GUESS, "a.csv").labelling == GUESS.labelling


def test_a_guessed_split_column_gives_way_to_another_use_of_the_column() -> None:
    assert Choice("part").filled(GUESS, "a.csv").split_column is None
    assert Choice(labelling=marks("part")).filled(GUESS, "a.csv").split_column is None


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("train.tsv", "dev.tsv", "test.tsv"), ["train", "validation", "test"]),
        (("a/TEST_data.csv", "a/train-1.csv"), ["test", "train"]),
        (("valid.csv", "training.csv"), ["validation", "train"]),
        (("Hate.Val.csv", "Hate.Train.csv"), ["validation", "train"]),
        (("test.csv",), ["rows"]),  # one file is no split, whatever its name
        (("train.csv", "more.csv"), ["rows", "rows"]),
        (("train_1.csv", "train_2.csv"), ["rows", "rows"]),
        (("train.csv", "train_test.csv"), ["rows", "rows"]),
        (("latest.csv", "devices.csv"), ["rows", "rows"]),
    ],
)
def test_names_say_what_several_files_are_for(names: tuple[str, ...], expected: list[str]) -> None:
    assert roles(*names) == expected


def test_options_say_what_files_are_for() -> None:
    paths = [Path(name) for name in ("a.csv", "v.csv", "t.csv", "e.csv", "test.csv")]
    found = uploads(paths[:1], validation=paths[1], test=paths[2], extra=paths[3:])
    assert found == [
        Upload(paths[0], "rows"),
        Upload(paths[1], "validation"),
        Upload(paths[2], "test"),
        Upload(paths[3], "extra"),
        Upload(paths[4], "extra"),
    ]


def test_ten_names_are_listed_and_the_others_counted() -> None:
    assert listed(("a", "b")) == "'a', 'b'"
    assert listed([str(n) for n in range(12)]).endswith("'9' and 2 more")
