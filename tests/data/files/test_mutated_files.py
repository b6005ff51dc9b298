"""Files that were hurt in every way: never a traceback, and never a wrong row number."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.data.files.made import xls, xlsx
from toxapp.data.files import archive, table
from toxapp.errors import ToxappError

ROWS = [(f"comment {n}, with a\nbreak and “quotes”", n % 2) for n in range(9)]
CSV = "text,toxic\n" + "".join(f'"{text}",{toxic}\n' for text, toxic in ROWS)
TSV = "".join(f'a "comment" of mine {n}\t{n},{n + 1}\tid{n}\n' for n in range(9))
LINES = "\n".join(json.dumps({"text": text, "toxic": toxic}) for text, toxic in ROWS)


def parquet() -> bytes:
    buffer = io.BytesIO()
    texts, toxic = zip(*ROWS, strict=True)
    columns = {"text": pa.array(texts), "toxic": pa.array(toxic), "l": pa.array([["a"]] * 9)}
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


def zipped(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.csv", content)
    return buffer.getvalue()


FILES = {
    "csv": CSV.encode(),
    "cp1252": CSV.encode("cp1252"),
    "utf-16": CSV.encode("utf-16"),
    "tsv": TSV.encode(),
    "jsonl": LINES.encode(),
    "json": json.dumps([json.loads(line) for line in LINES.splitlines()], indent=1).encode(),
    "parquet": parquet(),
    "xlsx": xlsx({"Sheet 1": [["text", "toxic"], *ROWS]}),
    "xls": xls(),
    "gzip": gzip.compress(CSV.encode()),
    "zip": zipped(CSV.encode()),
}
PIECES = st.one_of(
    st.binary(min_size=1, max_size=4),
    st.sampled_from([b'"', b",", b"\n", b"\r", b"\t", b";", b"|", b"\0", b"\xff\xfe", b"{", b"["]),
)
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["replace", "insert", "delete", "cut", "repeat"]),
        st.integers(0, 1 << 16),
        PIECES,
    ),
    min_size=1,
    max_size=6,
)


def changed(content: bytes, changes: Sequence[tuple[str, int, bytes]]) -> bytes:
    for what, place, piece in changes:
        at = place % (len(content) + 1)
        rest = {
            "replace": piece + content[at + len(piece) :],
            "insert": piece + content[at:],
            "delete": content[at + 7 :],
            "cut": b"",
            "repeat": content[max(0, at - 40) :],
        }
        content = content[:at] + rest[what]
    return content


def read_or_refuse(content: bytes, name: str = "file.csv", least_columns: int = 2) -> list[int]:
    """The rows of the sound and the faulty records, [] where the file is refused."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        (Path(folder) / "unpacked").mkdir()
        try:
            path = archive.plain(path, Path(folder) / "unpacked")
            dialect = table.sniff(path, least_columns=least_columns)
            columns = table.column_names(path, dialect)
            found = list(table.batches(path, dialect))
        except ToxappError as error:
            assert path.name in str(error)  # noqa: PT017 - most of the files are refused
            return []
    assert len(set(columns)) == len(columns) >= least_columns
    for batch in found:
        assert [len(cells) for cells in batch.cells] == [len(batch.rows)] * len(columns)
        for cells in batch.cells:
            cells.validate(full=True)
            assert not cells.null_count
    rows = [row for batch in found for row in batch.rows.tolist()]
    faults = [fault.row for batch in found for fault in batch.faults]
    assert rows == sorted(set(rows))
    assert faults == sorted(set(faults))
    assert not set(rows) & set(faults)
    return sorted(rows + faults)


@pytest.mark.parametrize("kind", FILES)
def test_the_files_are_sound_before_they_are_hurt(kind: str) -> None:
    assert len(read_or_refuse(FILES[kind])) == (4 if kind == "xls" else 9)


@settings(max_examples=12, deadline=None)
@given(changes=CHANGES)
def test_a_hurt_old_workbook_is_read_or_refused_in_a_sentence(
    changes: list[tuple[str, int, bytes]],
) -> None:
    """Some ask for all the memory that their process may have, which takes a second each."""
    read_or_refuse(changed(FILES["xls"], changes))


@pytest.mark.parametrize("kind", [kind for kind in FILES if kind != "xls"])
@settings(max_examples=60, deadline=None)
@given(changes=CHANGES)
def test_a_hurt_file_is_read_or_refused_in_a_sentence(
    kind: str, changes: list[tuple[str, int, bytes]]
) -> None:
    read_or_refuse(changed(FILES[kind], changes))


@settings(max_examples=300, deadline=None)
@given(content=st.binary(max_size=60), least_columns=st.integers(1, 2))
@example(content=b'\n"', least_columns=1)
def test_any_bytes_are_read_or_refused_in_a_sentence(content: bytes, least_columns: int) -> None:
    read_or_refuse(content, least_columns=least_columns)


@settings(max_examples=300, deadline=None)
@given(content=st.text('ab,\t;|"\n\r{}[]:é\0', max_size=40), least_columns=st.integers(1, 2))
def test_any_text_is_read_or_refused_in_a_sentence(content: str, least_columns: int) -> None:
    read_or_refuse(content.encode(), least_columns=least_columns)


BROKEN = {
    "ragged": ("one cell too many,1,x", 1),
    "short": ("one cell", 1),
    "blank": ("", 1),
    "spaces": ("   ", 1),
    "swallowing": ('"never closed,1', 1),
    "text behind a quote": ('"a" b,1', 1),
    "quote within": ('a 5" b,1', 1),
}


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([*BROKEN, *["sound"] * 6]), min_size=1, max_size=20))
def test_every_sound_record_keeps_the_row_it_has_in_the_file(kinds: list[str]) -> None:
    """Each sound cell names its own row; a swallowing quote ends at the next quoted record."""
    lines, expected = ["text,toxic"], []
    for row, kind in enumerate(kinds, 2):
        if kind == "sound":
            lines.append(f'"record {row}, with a ""quote""",{row % 2}')
        else:
            lines.append(BROKEN[kind][0])
    row, swallowed = 2, False
    for kind in kinds:
        if swallowed and kind == "sound":
            swallowed = False
        elif not swallowed and kind == "sound":
            expected.append(row)
        row += 1
        if kind == "swallowing":
            swallowed = True
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file.csv"
        path.write_text("\n".join(lines))
        try:
            found = list(table.records(path, table.sniff(path)))
        except ToxappError:
            return
    named = [(r.row, r.cells[0]) for r in found if not r.fault and "record" in r.cells[0]]
    if "swallowing" not in kinds:
        assert [row for row, _ in named] == expected
        assert all(cell == f'record {row}, with a "quote"' for row, cell in named)
    rows = [record.row for record in found]
    assert rows == sorted(set(rows))
