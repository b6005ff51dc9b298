from __future__ import annotations

import json
from pathlib import Path

import pytest

from toxapp.data.files import table
from toxapp.data.files.table import Dialect, Record
from toxapp.errors import DataError

LINES = '{"text": "you are kind", "toxic": false}\n{"text": "you idiot", "toxic": true}\n'


def write(folder: Path, content: str | bytes, name: str = "file.jsonl") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(path: Path) -> list[Record]:
    return list(table.records(path, table.sniff(path)))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_an_object_a_line_is_a_record(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path, LINES.encode(encoding), "file.csv")
    assert table.sniff(path) == Dialect("jsonl", encoding=encoding)
    assert table.column_names(path, table.sniff(path)) == ("text", "toxic")
    assert read(path) == [
        Record(1, ("you are kind", "false"), None),
        Record(2, ("you idiot", "true"), None),
    ]


def test_a_key_that_comes_late_is_a_column_and_empty_before(tmp_path: Path) -> None:
    path = write(tmp_path, LINES + "\n" + '{"text": "fine", "threat": 1}\n')
    assert table.column_names(path, table.sniff(path)) == ("text", "toxic", "threat")
    assert [(r.row, r.cells) for r in read(path)][1:] == [
        (2, ("you idiot", "true", "")),
        (4, ("fine", "", "1")),
    ]


def test_a_changed_file_is_looked_at_again(tmp_path: Path) -> None:
    path = write(tmp_path, LINES)
    assert table.column_names(path, table.sniff(path)) == ("text", "toxic")
    write(tmp_path, LINES.replace("toxic", "nasty1"))
    assert table.column_names(path, table.sniff(path)) == ("text", "nasty1")


def test_values_of_all_types_are_cells(tmp_path: Path) -> None:
    values = [None, 3, 0.5, True, "a\nb", ["é", 1], {"a": None}, "\ud83d"]
    record = {f"c{n}": value for n, value in enumerate(values)}
    (found,) = read(write(tmp_path, json.dumps(record)))
    assert found.cells == ("", "3", "0.5", "true", "a\nb", '["é", 1]', '{"a": null}', "?")


def test_broken_lines_are_reported_and_the_others_stay_in_place(tmp_path: Path) -> None:
    path = write(tmp_path, LINES + '{"text": "cut\n[1]\n' + LINES + '{"text": "cu')
    found = read(path)
    assert [record.row for record in found] == [1, 2, 3, 4, 5, 6, 7]
    assert [record.row for record in found if record.fault] == [3, 4, 7]
    assert found[2].fault == "row 3 is no complete JSON object"
    assert found[3].fault == "row 4 is no JSON object"
    (batch,) = table.batches(path, table.sniff(path))
    assert {fault.kind for fault in batch.faults} == {"broken_record"}


def test_conversations_are_texts_and_labels(tmp_path: Path) -> None:
    said = [
        {"role": "system", "content": "name the labels"},
        {"role": "user", "content": "hello"},
        {"role": "assistant", "content": "go on"},
        {"role": "user", "content": [{"type": "text", "text": "you idiot"}]},
        {"role": "assistant", "content": '["toxic"]'},
        {"role": "user", "content": "thanks"},
    ]
    lines = [{"messages": said, "id": 7}, {"messages": said[1:2]}]
    path = write(tmp_path, "\n".join(map(json.dumps, lines)))
    assert table.column_names(path, table.sniff(path)) == ("text", "labels", "prompt", "id")
    assert [record.cells for record in read(path)] == [
        ("you idiot", '["toxic"]', "name the labels", "7"),
        ("hello", "", "", ""),
    ]


@pytest.mark.parametrize("indent", [None, 2])
def test_a_list_of_objects_is_a_table(tmp_path: Path, indent: int | None) -> None:
    records = [{"text": f"a [text], {n} }}", "toxic": n % 2} for n in range(50_000)]
    path = write(tmp_path, " \n" + json.dumps(records, indent=indent), "file.json")
    found = read(path)
    assert [record.row for record in found] == list(range(1, 50_001))
    assert found[-1].cells == ("a [text], 49999 }", "1")


@pytest.mark.parametrize(("cut", "sound"), [(-1, 2), (-20, 1), (30, 0)])
def test_a_cut_list_is_usable_up_to_the_cut(tmp_path: Path, cut: int, sound: int) -> None:
    content = json.dumps([json.loads(line) for line in LINES.splitlines()])
    path = write(tmp_path, content[:cut])
    if not sound:
        with pytest.raises(DataError, match=r"No line of file\.jsonl is a JSON object"):
            read(path)
        return
    *rest, last = read(path)
    assert len(rest) == sound - (cut == -1)
    assert "cannot be read" in (last.fault or "")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('{\n  "data": [\n    1\n  ]\n}\n', "No line of file.jsonl is a JSON object"),
        ('{"text": "one"}\n', "single column"),
        (b'{"text": "caf\xe9", "toxic": 1}\n{"text": "\x81"}', "are not cp1252 text"),
        ('{"text": ' + "[" * 100_000, "No line of file.jsonl is a JSON object"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: str | bytes, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        table.sniff(write(tmp_path, content))
