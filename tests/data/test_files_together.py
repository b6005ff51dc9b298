from __future__ import annotations

import csv
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.tiny import imported, marks, reported, stored, wording
from toxapp import workspace
from toxapp.data import importing, planning, store
from toxapp.data.choice import Choice, Upload
from toxapp.data.importing import Report
from toxapp.data.labelling import Labelling
from toxapp.data.plan import Role
from toxapp.data.problem import Problem
from toxapp.data.split import SPLITS
from toxapp.data.store import Dataset
from toxapp.data.wish import Wish
from toxapp.errors import DataError

CHOICE = Choice("text", marks("toxic"))
Row = Sequence[object]


@pytest.fixture
def given_file(tmp_path: Path) -> Callable[..., Upload]:
    """Write a CSV of `rows`, texts made of numbers; by default 0/1 in the column toxic."""

    def write(
        name: str, rows: Sequence[Row], role: Role = "rows", header: str = "text,toxic"
    ) -> Upload:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header.split(","), *rows])
        return Upload(path, role)

    return write


Write = Callable[..., Upload]


def rows(numbers: range, *further: str) -> list[Row]:
    return [(wording(n), n % 2, *further) for n in numbers]


def only(found: Report | Dataset, kind: str) -> Problem:
    (problem,) = (each for each in found.problems if each.kind == kind)
    return problem


def kinds(found: Report | Dataset) -> set[str]:
    return {problem.kind for problem in found.problems}


def test_files_can_be_the_parts_of_the_split(given_file: Write) -> None:
    files = [
        given_file("train.csv", rows(range(60)), "train"),
        given_file("dev.csv", rows(range(60, 80)), "validation"),
        given_file("test.csv", rows(range(80, 110)), "test"),
    ]
    dataset = imported(*files, choice=CHOICE)
    assert dataset.splits == {"train": 60, "validation": 20, "test": 30}
    for part, file, numbers in zip(
        SPLITS, files, (range(60), range(60, 80), range(80, 110)), strict=True
    ):
        found = store.read(dataset.id, part)
        assert found.texts == [wording(n) for n in numbers]
        assert found.file == [file.path.name] * len(numbers)
        assert found.row.tolist() == list(range(2, 2 + len(numbers)))
        assert found.targets[:, 0].tolist() == [n % 2 for n in numbers]
    assert [source.name for source in dataset.plan.files] == ["train.csv", "dev.csv", "test.csv"]
    assert kinds(dataset) == {"few_positives"}


def test_a_lacking_part_is_drawn_from_the_train_file(given_file: Write) -> None:
    dataset = imported(
        given_file("train.csv", rows(range(200)), "train"),
        given_file("test.csv", rows(range(200, 240)), "test"),
        choice=CHOICE,
    )
    assert dataset.splits == {"train": 170, "validation": 30, "test": 40}
    assert set(store.read(dataset.id, "test").file) == {"test.csv"}
    assert only(dataset, "split_made").message == (
        "No file is given for validation: 30 rows of the train rows were drawn for it, stratified "
        "and seeded. Nothing is to be done."
    )


def test_rows_that_another_file_tests_teach(given_file: Write) -> None:
    dataset = imported(
        given_file("all.csv", rows(range(200))),
        given_file("held.csv", rows(range(200, 240)), "test"),
        given_file("valid.csv", rows(range(240, 260)), "validation"),
        choice=CHOICE,
    )
    assert dataset.splits == {"train": 200, "validation": 20, "test": 40}


def test_the_split_column_of_a_file_with_a_role_decides_nothing(given_file: Write) -> None:
    header = "text,toxic,split"
    files = (
        given_file("a.csv", rows(range(60), "test"), "train", header),
        given_file("b.csv", rows(range(60, 80), "train"), "test", header),
        given_file("c.csv", rows(range(80, 90), "train"), "validation", header),
    )
    dataset = imported(*files)
    assert dataset.plan.split_column is None
    assert dataset.splits == {"train": 60, "validation": 10, "test": 20}
    assert stored(dataset, "other")["split"] == ["test"] * 60 + ["train"] * 30


def test_texts_that_stand_in_two_files_are_said_and_kept(given_file: Write) -> None:
    near = [(f"{wording(3)} 99!", 1)]
    report = reported(
        given_file("train.csv", rows(range(60)), "train"),
        given_file("dev.csv", rows(range(60, 80)), "validation"),
        given_file("test.csv", [*rows(range(80, 90)), *rows(range(2)), *near], "test"),
        choice=CHOICE,
    )
    assert report.splits == {"train": 60, "validation": 20, "test": 13}
    equal, nearly = only(report, "text_in_two_splits"), only(report, "near_text_in_two_splits")
    assert (equal.count, equal.rows) == (2, (12, 13))
    assert (nearly.count, nearly.rows) == (1, (14,))
    assert "(test.csv rows 12, 13): kept, but figures on them flatter" in equal.message


class TestExtraRows:
    def test_teach_and_are_never_in_validation_or_test(self, given_file: Write) -> None:
        extra = given_file("extra.csv", rows(range(200, 300)), "extra")
        dataset = imported(given_file("a.csv", rows(range(200))), extra, choice=CHOICE)
        assert dataset.splits == {"train": 240, "validation": 30, "test": 30}
        for part in ("validation", "test"):
            assert set(store.read(dataset.id, part).file) == {"a.csv"}
        assert "extra_row_dropped" not in kinds(dataset)

    def test_that_are_held_out_are_dropped_and_counted(self, given_file: Write) -> None:
        """Equal and nearly equal ones; those that only stand in train stay, as duplicates do."""
        upload = given_file("a.csv", rows(range(200)))
        nearly: list[Row] = [(f"{wording(n).upper()}! {n}", 1) for n in range(200)]
        fresh = rows(range(300, 320))
        extra = given_file("extra.csv", [*rows(range(200)), *nearly, *fresh], "extra")
        dataset = imported(upload, extra, choice=CHOICE)
        assert dataset.splits == {"train": 140 + 2 * 140 + 20, "validation": 30, "test": 30}
        held = [*store.read(dataset.id, "validation").row, *store.read(dataset.id, "test").row]
        train = store.read(dataset.id, "train")
        taught = {text.casefold().rstrip("0123456789! ") for text in train.texts}
        assert taught.isdisjoint(wording(row - 2) for row in held)
        dropped = only(dataset, "extra_row_dropped")
        assert dropped.count == 2 * 60
        expected = sorted([*held, *(200 + row for row in held)])
        assert dropped.rows == tuple(expected[:20])
        assert "of extra.csv have a text that stands in validation or test" in dropped.message
        other = stored(dataset, "other")
        assert (other["file"], other["row"]) == (stored(dataset)["file"], stored(dataset)["row"])

    def test_beside_files_of_the_split_are_dropped_too(self, given_file: Write) -> None:
        dataset = imported(
            given_file("train.csv", rows(range(60)), "train"),
            given_file("dev.csv", rows(range(60, 80)), "validation"),
            given_file("test.csv", rows(range(80, 90)), "test"),
            given_file("more.csv", rows(range(50, 100)), "extra"),
            choice=CHOICE,
        )
        assert dataset.splits == {"train": 60 + 20, "validation": 20, "test": 10}
        assert only(dataset, "extra_row_dropped").count == 30

    def test_alone_are_no_dataset(self, given_file: Write) -> None:
        extra = given_file("more.csv", rows(range(50)), "extra")
        with pytest.raises(DataError, match="There are no train rows among the 50 usable ones"):
            reported(extra, choice=CHOICE)


def test_a_file_that_lacks_a_column_is_named_and_nothing_is_made(
    given_file: Write, home: Path
) -> None:
    files = [
        given_file("train.csv", rows(range(60)), "train"),
        given_file("test.csv", rows(range(60)), "test", header="text,toxisch"),
    ]
    message = r"test\.csv has no column 'toxic'\. It has 'text', 'toxisch'\. Choose among them\."
    for choice in (None, CHOICE):
        with pytest.raises(DataError, match=message):
            importing.start(files, choice)
        with pytest.raises(DataError, match=message):
            importing.check(files, choice)
    votes = Labelling("votes", ("toxic",), ("toxic",), total_column="nope")
    with pytest.raises(DataError, match=r"train\.csv has no column 'nope'"):
        importing.start(files[:1], Choice("text", votes))
    assert not home.exists()


def test_labels_that_only_the_second_file_has_are_labels_of_all(given_file: Write) -> None:
    first: list[Row] = [(wording(n), ("none", "racism")[n % 2]) for n in range(80)]
    second: list[Row] = [(wording(n), ("none", "sexism")[n % 2]) for n in range(80, 120)]
    dataset = imported(
        given_file("train.csv", first, "train", header="text,kind"),
        given_file("test.csv", second, "test", header="text,kind"),
        choice=Choice(
            "text", Labelling("class", ("kind",), ("none", "racism"), values=("none", "racism"))
        ),
    )
    assert dataset.labels == ("none", "racism", "sexism")
    assert dataset.positives["sexism"] == {"train": 0, "validation": 0, "test": 20}
    assert dataset.positives["racism"]["test"] == 0
    assert store.read(dataset.id, "test").targets.tolist() == [[1, 0, 0], [0, 0, 1]] * 20


def test_a_column_that_is_wished_leaves_its_labels_open_and_labels_that_are_fix_them(
    given_file: Write,
) -> None:
    """`--labels kind` kept the classes of the first file only."""
    files = [
        given_file("a.csv", [(wording(n), "abc"[n % 3]) for n in range(90)], header="text,kind"),
        given_file("b.csv", [(wording(n), "d") for n in range(90, 99)], "test", "text,kind"),
    ]
    for wish, labels in (
        (Wish(labels=("kind",)), ("a", "b", "c", "d")),
        (Wish(column="kind"), ("a", "b", "c", "d")),
        (Wish(labels=("c", "a")), ("c", "a")),
        (Wish(column="kind", labels=("c",)), ("c",)),
        (Wish(labels=("kind",), names='{"a": "A"}'), ("A", "b", "c", "d")),
    ):
        choice = planning.wished(files, Choice(), wish)
        assert reported(*files, choice=choice).plan.labels == labels


def test_labels_that_were_fixed_stay_those(given_file: Write) -> None:
    file = given_file("a.csv", [(wording(n), "abc"[n % 3]) for n in range(90)], header="text,kind")
    how = Labelling("class", ("kind",), ("b",), values=("b",))
    dataset = imported(file, choice=Choice("text", how, fixed_labels=True))
    assert dataset.labels == ("b",)
    assert sum(dataset.positives["b"].values()) == 30
    assert dataset.rows == 90


def test_a_list_without_a_label_in_any_row_is_a_sentence(given_file: Write) -> None:
    file = given_file("a.csv", [(wording(n), "") for n in range(30)], header="text,tags")
    how = Labelling("list", ("tags",), delimiter=",")
    with pytest.raises(DataError, match=r"Column 'tags' names no label in any row of 'a\.csv'"):
        reported(file, choice=Choice("text", how))


def test_a_file_of_faulty_records_alone_is_a_sentence(given_file: Write) -> None:
    file = given_file("a.csv", [("a", 1, 2), ("b", 0, 2)])
    with pytest.raises(DataError, match="row 2 has 3 cells instead of 2") as error:
        reported(file, choice=CHOICE)
    assert str(error.value).startswith("No row of a.csv can be used. 2 rows of a.csv have another")


def test_other_columns_of_unlike_files_are_kept_row_by_row(given_file: Write) -> None:
    first: list[Row] = [(n, wording(n), n % 2, f"note {n}") for n in range(40)]
    first[7] = (7, "", 1, "left out")
    second: list[Row] = [(n % 2, f"url {n}", f"id {n}", wording(n)) for n in range(40, 60)]
    dataset = imported(
        given_file("a.csv", first, header="id,text,toxic,note"),
        given_file("b.csv", second, header="toxic,url,id,text"),
        choice=CHOICE,
    )
    data, other = stored(dataset), stored(dataset, "other")
    assert list(other) == ["file", "row", "id", "note", "url"]
    assert other["file"] == data["file"] == ["a.csv"] * 39 + ["b.csv"] * 20
    assert other["row"] == data["row"]
    kept = [n for n in range(40) if n != 7]
    assert other["id"] == [*map(str, kept), *(f"id {n}" for n in range(40, 60))]
    assert other["note"] == [*(f"note {n}" for n in kept), *[""] * 20]
    assert other["url"] == [*[""] * 39, *(f"url {n}" for n in range(40, 60))]


def test_two_files_of_one_name_are_both_kept(given_file: Write) -> None:
    files = given_file("one/a.csv", rows(range(40))), given_file("two/a.csv", rows(range(40, 60)))
    dataset = imported(*files, choice=CHOICE)
    assert dataset.rows == 60
    folder = workspace.find("datasets", dataset.id) / "source"
    kept = [folder / source.stored for source in dataset.plan.files]
    assert [path.read_bytes() for path in kept] == [file.path.read_bytes() for file in files]
    assert reported(*files, choice=CHOICE).rows == 60


class TestSampling:
    def test_the_first_rows_are_those_of_the_file(self, given_file: Write) -> None:
        file = given_file("a.csv", [("", 1), *rows(range(200), "note")], header="text,toxic,note")
        dataset = imported(file, choice=Choice("text", marks("toxic"), first=50))
        data = stored(dataset)
        assert data["row"] == list(range(3, 53))
        assert data["text"] == [wording(n) for n in range(50)]
        assert stored(dataset, "other")["row"] == data["row"]
        assert dataset.rows == 50

    def test_the_first_rows_of_a_split_are_the_first_of_every_part(self, given_file: Write) -> None:
        """They were those of the train file alone, and the test file was not used at all."""
        files = (
            given_file("train.csv", rows(range(100)), "train"),
            given_file("dev.csv", rows(range(100, 150)), "validation"),
            given_file("test.csv", rows(range(150, 200)), "test"),
        )
        dataset = imported(*files, choice=Choice("text", marks("toxic"), first=40))
        assert dataset.splits == {"train": 20, "validation": 10, "test": 10}
        assert stored(dataset)["row"] == [*range(2, 22), *range(2, 12), *range(2, 12)]

    def test_a_sample_keeps_the_rates_of_labels_and_parts(self, given_file: Write) -> None:
        header = "text,toxic,threat,split"
        part = ["train"] * 6 + ["dev"] * 2 + ["test"] * 2
        made: list[Row] = [
            (wording(n), n % 2, int(n % 20 == 0), part[n // 7 % 10]) for n in range(1_000)
        ]
        file = given_file("a.csv", made, header=header)
        whole, some = imported(file), imported(file, choice=Choice(sample=200))
        assert some.rows == 200
        for name in SPLITS:
            assert some.splits[name] == pytest.approx(whole.splits[name] / 5, abs=4)
        assert sum(some.positives["toxic"].values()) == pytest.approx(100, abs=4)
        assert sum(some.positives["threat"].values()) == pytest.approx(10, abs=1)
        data, other = stored(some), stored(some, "other")
        numbers = [int(str(row)) for row in data["row"]]
        assert numbers == sorted(numbers) == other["row"]
        assert data["text"] == [wording(number - 2) for number in numbers]

    def test_the_seed_decides_and_more_than_there_are_is_all(self, given_file: Write) -> None:
        file = given_file("a.csv", rows(range(300)))
        samples = [
            stored(imported(file, choice=Choice("text", marks("toxic"), sample=60, seed=seed)))
            for seed in (1, 1, 2)
        ]
        assert samples[0] == samples[1]
        assert samples[0]["row"] != samples[2]["row"]
        assert reported(file, choice=Choice(sample=500)).rows == 300
        assert reported(file, choice=Choice(first=500)).rows == 300

    def test_a_sample_can_be_drawn_of_the_first_rows(self, given_file: Write) -> None:
        file = given_file("a.csv", rows(range(300)))
        found = stored(imported(file, choice=Choice(first=100, sample=20)))["row"]
        assert len(found) == 20
        assert all(int(str(row)) < 102 for row in found)


def test_near_equal_texts_are_on_one_side_of_a_drawn_split(given_file: Write) -> None:
    nearly: list[Row] = [(f"{n} -- {wording(n).title()} :)", n % 2) for n in range(100)]
    dataset = imported(given_file("a.csv", [*rows(range(100)), *nearly]), choice=CHOICE)
    side = dict(zip(map(str, stored(dataset)["row"]), stored(dataset)["split"], strict=True))
    assert all(side[str(row)] == side[str(row + 100)] for row in range(2, 102))
    assert Counter(side.values()) == {"train": 140, "validation": 30, "test": 30}
    near = only(dataset, "near_duplicate_text")
    assert (near.count, near.rows[:2]) == (100, (102, 103))
    assert "kept, in the same split as the first" in near.message


@pytest.mark.parametrize("shares", [(0.5, 0.25, 0.25), (0.8, 0.1, 0.1)])
def test_shares_are_kept(given_file: Write, shares: tuple[float, float, float]) -> None:
    found = reported(given_file("a.csv", rows(range(200))), choice=Choice(shares=shares))
    assert list(found.splits.values()) == [200 * share for share in shares]


def test_entities_are_told_and_unescaped_on_request(given_file: Write) -> None:
    made = rows(range(60))
    made[4] = (f"{wording(4)} &amp; &lt;b&gt; &amp;#39;", 0)
    made[5] = ("&nbsp;&#32;", 1)
    file = given_file("a.csv", made)
    kept, freed = imported(file), imported(file, choice=Choice(unescape=True))
    told = only(kept, "html_entity")
    assert (told.count, told.rows) == (2, (6, 7))
    assert stored(kept)["text"][4] == made[4][0]
    assert stored(freed)["text"][4] == f"{wording(4)} & <b> '"
    assert "html_entity" not in kinds(freed)
    assert only(freed, "empty_text").rows == (7,)


def test_personal_data_is_counted_and_nowhere_shown(given_file: Write) -> None:
    made = rows(range(60))
    made[8] = ("please write to jane.doe77@example.org about the garden", 1)
    made[9] = ("the number is +44 20 7946 0958 in the evening, ask @jane_doe77", 0)
    dataset = imported(given_file("a.csv", made), choice=CHOICE)
    told = [problem for problem in dataset.problems if problem.kind == "personal_data"]
    assert [(problem.count, problem.rows) for problem in told] == [
        (1, (10,)),
        (1, (11,)),
        (1, (11,)),
    ]
    assert "1 row of a.csv has what looks like e-mail addresses (row 10)" in told[0].message
    folder = workspace.find("datasets", dataset.id)
    for name in ("dataset.json", "status.json", "request.json", "job.json"):
        said = (folder / name).read_text()
        assert "doe77" not in said
        assert "7946" not in said


def test_other_languages_than_the_base_model_reads_are_warned_of(given_file: Write) -> None:
    german = (
        "Der Bus kam heute wieder viel zu spät und wir sind zu Fuß gegangen",
        "Gestern Abend haben wir lange über die neue Schule gesprochen",
        "Warum muss es eigentlich immer regnen wenn wir ans Meer fahren wollen",
    )
    made = rows(range(60)) + [(f"{text} {wording(n)[:9]}", 0) for n, text in enumerate(german * 10)]
    dataset = imported(given_file("a.csv", made), choice=CHOICE)
    told = only(dataset, "other_language")
    assert "in other languages than English (German " in told.message
    assert told.count == pytest.approx(30, abs=12)
    assert dict(dataset.languages)["English"] > 0.5
    assert "other_language" not in kinds(reported(given_file("b.csv", rows(range(60)))))


def test_the_same_files_are_recognised_whatever_their_names(given_file: Write) -> None:
    files = [
        given_file("a.csv", rows(range(60)), "train"),
        given_file("b.csv", rows(range(60, 80)), "test"),
    ]
    assert importing.same(files) == []
    pair, single = imported(*files, choice=CHOICE), imported(files[0].path, choice=CHOICE)
    again = given_file("c.csv", rows(range(60)))
    assert importing.same([again]) == [single]
    assert importing.same([files[1], again]) == [pair]
    assert importing.same(files[1:]) == []
    other = given_file("d.csv", [*rows(range(59)), (wording(59)[::-1], 1)])
    assert other.path.stat().st_size == again.path.stat().st_size
    assert importing.same([other]) == []


def test_a_refused_file_leaves_nothing_behind(
    given_file: Write, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    good = given_file("train.csv", rows(range(60)), "train")
    broken = tmp_path / "test.csv"
    for content in (b"", b"\x00\x01", b"PK\x03\x04torn", b"\x1f\x8btorn", b"one\ntwo\n"):
        broken.write_bytes(content)
        for files in ([Upload(broken)], [good, Upload(broken, "test")]):
            for verb in (importing.check, importing.start, importing.prepare):
                with pytest.raises(DataError, match=r"^test\.csv .*\.$"):
                    verb(files)
            assert list(place.iterdir()) == []
    assert importing.check([good]).rows == 60
    assert list(place.iterdir()) == []
    assert not home.exists()
