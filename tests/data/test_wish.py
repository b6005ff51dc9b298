from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pytest

from tests.tiny import wording
from toxapp.data.files.table import Dialect
from toxapp.data.guessing.guess import Guess, of_columns
from toxapp.data.labelling import Labelling
from toxapp.data.wish import Wish, resolved
from toxapp.errors import DataError

ROWS = 60
CLASSES = ("neither", "hate", "offensive")
COLUMNS = {
    "text": [wording(n) for n in range(ROWS)],
    "toxic": [str(n % 2) for n in range(ROWS)],
    "insult": [str(int(n % 3 == 0)) for n in range(ROWS)],
    "likes": [str(n % 5) for n in range(ROWS)],
    "raters": ["5"] * ROWS,
    "kind": [CLASSES[n % 3] for n in range(ROWS)],
    "tags": [("a;b", "b", "a", "c;a")[n % 4] for n in range(ROWS)],
    "note": ["", "x"] * (ROWS // 2),
}


def resolve(wish: Wish, *columns: str) -> Labelling:
    """The labelling that is wished of a file with these columns, all by default."""
    kept = {name: COLUMNS[name] for name in columns or COLUMNS}
    cells = [pa.array(column, pa.string()) for column in kept.values()]
    found = of_columns(tuple(kept), cells)
    looks = Guess(
        text_column=found.text_column,
        labelling=found.labelling,
        split_column=found.split_column,
        columns=tuple(kept),
        dialect=Dialect("separated", ",", "utf-8"),
    )
    return resolved(wish, looks, cells)


def refused(wish: Wish, *columns: str) -> str:
    with pytest.raises(DataError) as error:
        resolve(wish, *columns)
    said = str(error.value)
    assert "\n" not in said
    assert said.endswith(".")
    return said


def test_no_wish_is_the_guess() -> None:
    columns = ("toxic", "insult")
    assert resolve(Wish()) == Labelling("columns", columns, columns)


def test_label_columns_are_taken_in_the_order_in_which_they_are_named() -> None:
    for columns in (("insult", "toxic"), ("insult",)):
        assert resolve(Wish(labels=columns)) == Labelling("columns", columns, columns)


def test_a_column_whose_name_speaks_against_it_can_be_a_label() -> None:
    found = resolve(Wish(labels=("note",)))
    assert (found.format, found.labels, found.ticked) == ("columns", ("note",), ("note",))


def test_one_column_can_be_named_for_its_classes() -> None:
    expected = Labelling("class", ("kind",), tuple(sorted(CLASSES)), values=tuple(sorted(CLASSES)))
    assert resolve(Wish(column="kind")) == expected
    assert resolve(Wish(labels=("kind",))) == expected


def test_one_column_can_be_named_for_its_lists() -> None:
    found = resolve(Wish(column="tags"))
    assert (found.format, found.delimiter, found.labels) == ("list", ";", ("a", "b", "c"))


def test_of_classes_and_lists_some_can_be_kept() -> None:
    found = resolve(Wish(column="kind", labels=("offensive", "hate")))
    assert found.labels == found.values == ("offensive", "hate")
    found = resolve(Wish(labels=("c", "a")), "text", "tags")
    assert (found.columns, found.labels, found.values) == (("tags",), ("c", "a"), ("c", "a"))


def test_a_format_can_be_said_of_any_columns() -> None:
    found = resolve(Wish(labels=("toxic",), format="fraction"))
    assert found == Labelling("fraction", ("toxic",), ("toxic",))
    found = resolve(Wish(labels=("toxic", "insult"), format="votes"))
    assert (found.format, found.at_least) == ("votes", 1)
    found = resolve(Wish(column="likes", format="class"))
    assert (found.format, found.labels) == ("class", ("0", "1", "2", "3", "4"))
    found = resolve(Wish(column="kind", format="list"))
    assert (found.format, found.delimiter, found.labels) == ("list", ",", tuple(sorted(CLASSES)))


def test_votes_count_as_is_said() -> None:
    votes = Wish(labels=("likes",), format="votes", at_least=3)
    assert resolve(votes) == Labelling("votes", ("likes",), ("likes",), at_least=3)
    share = Wish(labels=("likes",), format="votes", share=True, total_column="raters")
    expected = Labelling("votes", ("likes",), ("likes",), total_column="raters")
    assert resolve(share) == expected


def test_a_list_is_parted_as_is_said() -> None:
    found = resolve(Wish(column="tags", delimiter=","))
    assert (found.delimiter, found.labels) == (",", ("a", "a;b", "b", "c;a"))
    found = resolve(Wish(column="kind", format="list", delimiter="|"))
    assert (found.delimiter, found.labels) == ("|", tuple(sorted(CLASSES)))


def test_names_are_given_also_where_the_parting_is_said() -> None:
    """The labels were only known after the whole file was read, and the names fitted none."""
    names = '{"a;b": "both"}'
    found = resolve(Wish(column="tags", delimiter=",", names=names))
    assert found.labels == ("a", "both", "b", "c;a")
    found = resolve(Wish(column="tags", delimiter=",", labels=("c;a", "b")))
    assert found.labels == ("c;a", "b")


def test_names_are_given_to_ids_and_columns() -> None:
    found = resolve(Wish(column="likes", format="class", names="none\none\ntwo\nthree\nfour"))
    assert found.labels == ("none", "one", "two", "three", "four")
    assert found.values == ("0", "1", "2", "3", "4")
    assert resolve(Wish(names='{"toxic": "bad"}')).labels == ("bad", "insult")


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        (Wish(labels=("hate!",)), "There is no column or label 'hate!'. The columns are: text, "),
        (Wish(labels=("toxic", "nope")), "There is no column or label 'nope'"),
        (Wish(column="nope"), "There is no column or label 'nope'"),
        (Wish(column="kind", labels=("nope",)), "Column 'kind' names no label 'nope'; it names: "),
        (Wish(format="bits"), "There is no label format 'bits'. Choose one of columns, fraction"),
        (Wish(at_least=2), "for the format votes only, and labels are written as columns"),
        (Wish(share=True), "for the format votes only"),
        (Wish(total_column="raters"), "for the format votes only"),
        (Wish(labels=("likes",), format="votes", at_least=0), "'At least 0 votes' would make"),
        (Wish(column="tags", delimiter="/"), "cannot be parted by '/'"),
        (Wish(names="0 joy"), "There is no label '0' to be named 'joy'"),
        (Wish(column="kind", names='{"hate": "neither"}'), "cannot both be called 'neither'"),
    ],
)
def test_a_wish_that_cannot_be_is_one_sentence(wish: Wish, sentence: str) -> None:
    assert sentence in refused(wish)


def test_without_a_column_that_looks_like_labels_one_must_be_named() -> None:
    assert "No label column is chosen" in refused(Wish(at_least=2), "text", "raters")


@pytest.mark.parametrize("columns", [("toxic", "kind"), ("text", "likes"), ("note", "tags")])
def test_columns_that_are_written_unlike_each_other_are_read_as_marks(
    columns: Sequence[str],
) -> None:
    assert resolve(Wish(labels=tuple(columns))).format in ("columns", "votes")
