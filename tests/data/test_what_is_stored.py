from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tiny import imported, marks, stored, wording
from toxapp.data.choice import Choice
from toxapp.data.labelling import Labelling


class Written:
    """How a target of 1, 0 or None (missing) is written in a format, and read again."""

    def __init__(self, how: Labelling, lines: Callable[[list[float | None]], list[str]]) -> None:
        self.how = how
        self.lines = lines


LABELS = ("one", "two")


def _cells(words: dict[float | None, str]) -> Callable[[list[float | None]], list[str]]:
    return lambda targets: [words[target] for target in targets]


def _named(delimiter: str) -> Callable[[list[float | None]], list[str]]:
    def line(targets: list[float | None]) -> list[str]:
        carried = [label for label, target in zip(LABELS, targets, strict=True) if target]
        return [str(carried) if delimiter == "json" else delimiter.join(carried)]

    return line


def _list(delimiter: str) -> Labelling:
    return Labelling("list", ("tags",), LABELS, delimiter, LABELS, ticked=("tags",))


WRITTEN = {
    "marks": Written(marks(*LABELS), _cells({1: "1.0", 0: "0", None: "-1"})),
    "words": Written(marks(*LABELS), _cells({1: "Yes", 0: "no", None: "NULL"})),
    "ticks": Written(
        Labelling("columns", LABELS, LABELS, ticked=LABELS), _cells({1: "x", 0: "", None: "NA"})
    ),
    "shares": Written(
        Labelling("fraction", LABELS, LABELS), _cells({1: "0.75", 0: "0.25", None: ""})
    ),
    "votes": Written(
        Labelling("votes", LABELS, LABELS, at_least=2), _cells({1: "3", 0: "1", None: "nan"})
    ),
    "semicolons": Written(_list(";"), _named(";")),
    "blanks": Written(_list(" "), _named(" ")),
    "python": Written(_list("json"), _named("json")),
}
NOTES = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=9)


@pytest.mark.parametrize("name", sorted(WRITTEN))
@given(data=st.data())
@settings(
    deadline=None,
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_what_was_written_is_what_is_stored(tmp_path: Path, name: str, data: st.DataObject) -> None:
    written = WRITTEN[name]
    some = (1.0, 0.0) if written.how.format == "list" else (1.0, 0.0, None)
    state = st.lists(st.sampled_from(some), min_size=2, max_size=2).filter(any)
    table = data.draw(st.lists(st.tuples(state, NOTES), min_size=5, max_size=40))
    path = tmp_path / "table.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["note", *written.how.columns, "text"])
        for n, (targets, note) in enumerate(table):
            writer.writerow([note, *written.lines(targets), f"{wording(n)}, {note}"])
    dataset = imported(path, choice=Choice("text", written.how, ""))
    found, other = stored(dataset), stored(dataset, "other")
    assert found["row"] == other["row"] == list(range(2, len(table) + 2))
    assert found["text"] == [f"{wording(n)}, {note}" for n, (_, note) in enumerate(table)]
    assert other["note"] == [note for _, note in table]
    shares = written.how.format == "fraction"
    known = {1.0: 0.75 if shares else 1.0, 0.0: 0.25 if shares else 0.0, None: np.nan}
    expected = np.array([[known[target] for target in targets] for targets, _ in table])
    stored_targets = np.array([found[label] for label in LABELS], float).T
    np.testing.assert_array_equal(stored_targets, expected)
