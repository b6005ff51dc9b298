from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toxapp.data import labelling, stated
from toxapp.data.labelling import DELIMITERS, Labelling, completed, parse_names, renamed
from toxapp.errors import DataError

NAN = float("nan")
Columns = Mapping[str, Sequence[str]]


def cells(columns: Columns) -> dict[str, pa.StringArray]:
    return {name: pa.array(column, pa.string()) for name, column in columns.items()}


def read(
    how: Labelling, **columns: Sequence[str]
) -> tuple[list[list[float]], dict[str, list[int]]]:
    """Targets row by row, and the positions of unexplained cells by column."""
    targets, strange = stated.read(how, cells(columns))
    assert targets.dtype == np.float32
    assert targets.shape == (len(columns[how.columns[0]]), len(how.labels))
    return targets.tolist(), {column: at.tolist() for column, at in strange.items()}


def one(how: Labelling, column: Sequence[str]) -> list[float]:
    """The targets of a single label, of which no cell is unexplained."""
    targets, strange = read(how, **{how.columns[0]: column})
    assert strange == {}
    return [target for (target,) in targets]


def same(found: Sequence[float], expected: Sequence[float]) -> bool:
    pair = np.array([*found], np.float32), np.array([*expected], np.float32)
    return bool(np.array_equal(*pair, equal_nan=True))


def of_list(delimiter: str, *values: str) -> Labelling:
    return Labelling("list", ("tags",), values, delimiter, values)


def of_class(*values: str) -> Labelling:
    return Labelling("class", ("kind",), values, values=values)


MARKS = Labelling("columns", ("toxic",), ("toxic",))
SHARES = Labelling("fraction", ("toxic",), ("toxic",))


class TestMarks:
    def test_are_one_in_every_spelling(self) -> None:
        words = ["1", "1.0", " true ", "TRUE", "True", "yes", "Y", "t", "x", "X", "1.00"]
        assert one(MARKS, words) == [1] * len(words)

    def test_are_zero_in_every_spelling(self) -> None:
        words = ["0", "0.0", "false", "FALSE", "no", "N", "f", "F", "-0.0"]
        assert one(MARKS, words) == [0] * len(words)

    def test_are_missing_where_a_word_says_so(self) -> None:
        words = ["", "  ", "-1", "-1.0", "NA", "n/a", "<NA>", "nan", "NaN", "None", "NULL"]
        assert np.isnan(one(MARKS, words)).all()

    def test_that_say_something_else_are_missing_and_listed(self) -> None:
        targets, strange = read(MARKS, toxic=["1", "maybe", "0", "2", "0.5", "inf", "-2"])
        assert same([t for (t,) in targets], [1, NAN, 0, NAN, NAN, NAN, NAN])
        assert strange == {"toxic": [1, 3, 4, 5, 6]}

    def test_of_a_ticked_column_are_zero_where_it_is_blank(self) -> None:
        ticked = replace(MARKS, ticked=("toxic",))
        assert one(ticked, ["x", "", "1", "  ", "0"]) == [1, 0, 1, 0, 0]
        assert np.isnan(one(ticked, ["NA", "-1"])).all()

    def test_follow_the_order_of_the_labelling(self) -> None:
        how = Labelling("columns", ("b", "a"), ("B", "A"), ticked=("a",))
        targets, strange = read(how, a=["x", ""], b=["", "q"])
        assert same(targets[0], [NAN, 1])
        assert same(targets[1], [NAN, 0])
        assert strange == {"b": [1]}


class TestShares:
    def test_are_soft_targets(self) -> None:
        assert same(one(SHARES, ["0", "0.25", "1", "1.0", ".5", "1e-1"]), [0, 0.25, 1, 1, 0.5, 0.1])

    def test_are_missing_or_unexplained_as_marks_are(self) -> None:
        assert np.isnan(one(SHARES, ["", "-1", "NA", "nan"])).all()
        assert one(SHARES, ["yes", "no"]) == [1, 0]
        _, strange = read(SHARES, toxic=["0.5", "1.5", "-0.1", "50%", "inf"])
        assert strange == {"toxic": [1, 2, 3, 4]}


class TestVotes:
    how = Labelling("votes", ("hate", "offence"), ("hate", "offence"), at_least=2)

    def test_make_a_label_from_so_many_on(self) -> None:
        targets, strange = read(self.how, hate=["0", "1", "2", "3.0"], offence=["5", "2", "", "-1"])
        assert same([t[0] for t in targets], [0, 0, 1, 1])
        assert same([t[1] for t in targets], [1, 1, NAN, NAN])
        assert strange == {}

    def test_become_shares_of_all_votes_of_the_row(self) -> None:
        how = replace(self.how, at_least=None)
        targets, _ = read(how, hate=["1", "0", "0", ""], offence=["3", "2", "0", "4"])
        assert same(targets[0], [0.25, 0.75])
        assert same(targets[1], [0, 1])
        assert np.isnan(targets[2]).all()  # nobody voted
        assert same(targets[3], [NAN, 1])

    def test_become_shares_of_the_number_of_raters(self) -> None:
        how = replace(self.how, at_least=None, total_column="count")
        assert labelling.needed(how) == ("hate", "offence", "count")
        columns = {"hate": ["1", "4", "1", "1"], "offence": ["3", "2", "0", "0"]}
        targets, _ = read(how, **columns, count=["4", "3", "0", "?"])
        assert same(targets[0], [0.25, 0.75])
        assert same(targets[1], [1, 2 / 3])  # 4 votes of 3 raters are certain, not more
        assert np.isnan(targets[2:]).all()

    def test_that_are_no_whole_number_are_listed(self) -> None:
        """A cell `inf` ended the import with an OverflowError."""
        _, strange = read(
            self.how,
            hate=["0.5", "many", "-3", "inf", "1e999", "2"],
            offence=["yes", "0", "1", "nan", "NULL", "7.0"],
        )
        assert strange == {"hate": [0, 1, 2, 3, 4]}

    def test_cannot_begin_at_zero(self) -> None:
        with pytest.raises(DataError, match="'At least 0 votes' would make every text carry every"):
            replace(self.how, at_least=0)


class TestLists:
    @pytest.mark.parametrize(
        ("delimiter", "both"),
        [
            (",", "a,b"),
            (",", " a , b "),
            (",", "a,,b,"),
            (";", "a; b"),
            ("|", "a|b"),
            (" ", "a  b"),
            ("json", '["a", "b"]'),
            ("json", "['a', 'b']"),
            ("json", "('a', 'b')"),
            ("json", "{'a', 'b'}"),
            ("json", '["a", "b", "a"]'),
        ],
    )
    def test_carry_what_they_name(self, delimiter: str, both: str) -> None:
        alone = '["b"]' if delimiter == "json" else "b"
        targets, strange = read(of_list(delimiter, "a", "b", "c"), tags=[both, alone, both])
        assert targets == [[1, 1, 0], [0, 1, 0], [1, 1, 0]]
        assert strange == {}

    def test_of_numbers_are_as_their_plain_ids(self) -> None:
        targets, _ = read(of_list("json", "2", "5"), tags=["[2, 5]", "[5.0]", "['2']", "[]"])
        assert targets == [[1, 1], [0, 1], [1, 0], [0, 0]]
        targets, _ = read(of_list(",", "2", "5"), tags=["2,5", "5.0"])
        assert targets == [[1, 1], [0, 1]]

    def test_are_missing_where_blank_and_empty_where_the_column_is_ticked(self) -> None:
        how = of_list(";", "a", "b")
        targets, strange = read(how, tags=["", " ", "NA", "-1", "a"])
        assert np.isnan(targets[:4]).all()
        assert (targets[4], strange) == ([1, 0], {})
        targets, _ = read(replace(how, ticked=("tags",)), tags=["", " ", "NA", "a"])
        assert targets[:2] == [[0, 0], [0, 0]]
        assert np.isnan(targets[2]).all()

    @pytest.mark.parametrize("cell", ["a, b", "[a", "[" * 100_000, "{1: 2}", "7", "['a' + 'b']"])
    def test_that_are_none_are_missing_and_listed(self, cell: str) -> None:
        targets, strange = read(of_list("json", "a"), tags=["['a']", cell])
        assert targets[0] == [1]
        assert np.isnan(targets[1]).all()
        assert strange == {"tags": [1]}

    def test_hold_no_label_without_a_name(self) -> None:
        for delimiter, cell in ((";", "a; '' ;\"\""), ("json", '["a", "", " "]')):
            values = stated.distinct_values(of_list(delimiter), pa.array([cell], pa.string()))
            assert values == {"a"}
        assert stated.distinct_values(of_class(), pa.array(["''", "a"])) == {"a"}

    def test_leave_values_out_that_are_no_label(self) -> None:
        targets, strange = read(of_list(",", "a"), tags=["a,z", "z"])
        assert (targets, strange) == ([[1], [0]], {})

    def test_are_parted_by_what_is_known_only(self) -> None:
        with pytest.raises(DataError, match=r"cannot be parted by '/'\. Choose one of ',', ';'"):
            of_list("/", "a")


class TestClasses:
    def test_make_one_label_each(self) -> None:
        targets, strange = read(of_class("0", "1", "2"), kind=["0", "2", " 1 ", "2.0", ""])
        assert targets[:4] == [[1, 0, 0], [0, 0, 1], [0, 1, 0], [0, 0, 1]]
        assert np.isnan(targets[4]).all()
        assert strange == {}

    def test_may_be_called_none(self) -> None:
        targets, _ = read(of_class("none", "racism"), kind=["none", "racism", "nan", "NA", "null"])
        assert targets[:2] == [[1, 0], [0, 1]]
        assert np.isnan(targets[2:]).all()

    def test_of_two_values_make_one_label(self) -> None:
        how = of_class("hateful")
        assert same(one(how, ["hateful", "non-hateful", "", "hateful"]), [1, 0, NAN, 1])

    def test_stand_in_one_column(self) -> None:
        with pytest.raises(DataError, match="A class of labels stands in one column, not in 2"):
            Labelling("class", ("a", "b"))
        with pytest.raises(DataError, match="No label column is chosen"):
            Labelling("class", ())


@pytest.mark.parametrize(
    "how",
    [MARKS, SHARES, TestVotes.how, of_list(",", "a", "b"), of_class("a", "b")],
    ids=lambda how: how.format,
)
def test_no_rows_give_no_targets(how: Labelling) -> None:
    empty: dict[str, list[str]] = {name: [] for name in how.columns}
    assert read(how, **empty) == ([], {})


def test_distinct_values_are_the_names_and_not_the_missing_words() -> None:
    column = pa.array(["a;b", "", "NA", "b; c ", "2.0", "-1"], pa.string())
    assert stated.distinct_values(of_list(";"), column) == {"a", "b", "c", "2"}
    column = pa.array(["none", "", "NULL", "1.0", "a b"], pa.string())
    assert stated.distinct_values(of_class(), column) == {"none", "1", "a b"}


def test_labels_are_completed_by_number_then_by_the_alphabet_behind_those_there_are() -> None:
    found = completed(of_class(), {"10", "9", "b", "B", "a", "-2"})
    assert found.labels == found.values == ("-2", "9", "10", "B", "a", "b")
    more = completed(renamed(of_class("9", "b"), {"9": "nine"}), ["a", "9", "8"])
    assert (more.labels, more.values) == (("nine", "b", "8", "a"), ("9", "b", "8", "a"))


def test_a_label_that_is_called_like_a_given_name_is_refused() -> None:
    """Both became one column of the dataset, whose writing ended in a traceback."""
    named = renamed(of_class("0", "1"), {"0": "joy"})
    with pytest.raises(DataError, match="Two labels cannot both be called 'joy'"):
        completed(named, ["0", "joy"])


def test_a_column_of_ids_names_too_many_labels() -> None:
    """Targets of as many columns as rows filled the memory."""
    assert len(completed(of_class(), map(str, range(1_000))).labels) == 1_000
    with pytest.raises(DataError, match="Column 'kind' holds 1,001 different values, such as '0'"):
        completed(of_class(), map(str, range(1_001)))


def test_labels_are_renamed_by_what_stands_in_the_file() -> None:
    found = renamed(of_class("0", "1", "2"), {"2": "neither", "0": "hate"})
    assert (found.labels, found.values) == (("hate", "1", "neither"), ("0", "1", "2"))
    targets, _ = read(found, kind=["2"])
    assert targets == [[0, 0, 1]]
    assert renamed(MARKS, {"toxic": "giftig"}).labels == ("giftig",)


def test_names_that_fit_nothing_or_two_labels_are_refused() -> None:
    how = of_class("0", "1")
    with pytest.raises(DataError, match="There is no label '7' to be named 'joy'; there are: 0, 1"):
        renamed(how, {"7": "joy"})
    with pytest.raises(DataError, match="Two labels cannot both be called '1'"):
        renamed(how, {"0": "1"})
    with pytest.raises(DataError, match="Two labels cannot both be called 'a'"):
        Labelling("columns", ("a", "a"), ("a", "a"))
    with pytest.raises(DataError, match="A label has a blank name"):
        renamed(how, {"0": " "})
    assert renamed(how, {"0": "1", "1": "0"}).labels == ("1", "0")


@pytest.mark.parametrize(
    "text",
    [
        "0 admiration\n1 great joy",
        "0,admiration\n1,great joy\n",
        "1: great joy\n0: admiration",
        "0\tadmiration\r\n1\tgreat joy\r\n",
        "0 = admiration\n\n 1 = great joy ",
        "0;admiration\n1;great joy",
        "admiration\ngreat joy\n",
        '["admiration", "great joy"]',
        '{"0": "admiration", "1": "great joy"}',
    ],
)
def test_names_are_read_however_they_are_listed(text: str) -> None:
    assert parse_names(text) == {"0": "admiration", "1": "great joy"}


def test_negative_ids_and_no_names_at_all_are_read() -> None:
    assert parse_names("-1 unknown\n0 fine") == {"-1": "unknown", "0": "fine"}
    assert parse_names("  \n") == {}


def test_names_that_cannot_be_read_are_one_sentence() -> None:
    with pytest.raises(DataError, match="'anger' has no id before its name, others have"):
        parse_names("0 joy\nanger")
    with pytest.raises(DataError, match="The names of the labels are no JSON"):
        parse_names('{"0": ')


NAMES = ("a", "b c", "9", "ü")
WRITERS = {mark: mark.join for mark in DELIMITERS if mark not in (" ", "json")}


@given(
    carried=st.lists(st.sets(st.sampled_from(NAMES), min_size=1).map(sorted), max_size=20),
    delimiter=st.sampled_from(sorted({*WRITERS, "json"})),
)
@settings(deadline=None)
def test_lists_say_what_was_written(carried: list[list[str]], delimiter: str) -> None:
    column = [WRITERS.get(delimiter, repr)(names) for names in carried]
    values = stated.distinct_values(of_list(delimiter), cells({"tags": column})["tags"])
    how = completed(of_list(delimiter), values)
    assert set(how.labels) == {name for names in carried for name in names}
    targets, strange = read(how, tags=column)
    assert targets == [[float(label in names) for label in how.labels] for names in carried]
    assert strange == {}
