from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from toxapp.data.files import table
from toxapp.data.files.table import Dialect
from toxapp.errors import DataError


def write(folder: Path, columns: dict[str, pa.Array], **options: object) -> Path:
    path = folder / "file.parquet"
    pq.write_table(pa.table(columns), path, **options)
    return path


@pytest.mark.parametrize(
    ("values", "cells"),
    [
        (pa.array([True, False, None]), ["true", "false", ""]),
        (pa.array([3, -1, None], pa.int8()), ["3", "-1", ""]),
        (pa.array([0.1, 1.0, None]), ["0.1", "1.0", ""]),
        (pa.array([0.1, 1.0, float("nan")], pa.float32()), ["0.1", "1.0", "nan"]),
        (pa.array(["a", "", None]), ["a", "", ""]),
        (pa.array(["b", None, "b"]).dictionary_encode(), ["b", "", "b"]),
        (pa.array([["é", "x"], [], None]), ['["é", "x"]', "[]", ""]),
        (pa.array([{"a": 1}, {"a": None}, None]), ['{"a": 1}', '{"a": null}', ""]),
        (pa.array([date(2020, 1, 2)] * 3), ["2020-01-02"] * 3),
        (pa.array([datetime(2020, 1, 2, 3, 4, 50), None, None]), ["2020-01-02T03:04:50", "", ""]),
        (pa.array([Decimal("1.50")] * 3), ["1.50"] * 3),
        (pa.array([b"caf\xc3\xa9", b"\xff", None]), ["café", "\ufffd", ""]),
        (pa.nulls(3), ["", "", ""]),
    ],
)
def test_typed_cells_are_written_out(tmp_path: Path, values: pa.Array, cells: list[str]) -> None:
    path = write(tmp_path, {"text": pa.array(["one", "two", "three"]), "value": values})
    dialect = table.sniff(path)
    assert dialect == Dialect("parquet")
    assert table.column_names(path, dialect) == ("text", "value")
    (batch,) = table.batches(path, dialect)
    assert batch.cells[1].to_pylist() == cells
    assert batch.cells[1].type == pa.string()
    assert batch.rows.tolist() == [2, 3, 4]


def test_row_groups_are_one_table_and_batches_are_small(tmp_path: Path) -> None:
    texts = pa.array([f"text {n}" for n in range(50_000)])
    path = write(tmp_path, {"text": texts, "n": pa.array(range(50_000))}, row_group_size=30_000)
    told: list[int] = []
    found = list(table.batches(path, table.sniff(path), on_bytes=told.append))
    assert max(len(batch.rows) for batch in found) <= 20_000
    assert np.concatenate([batch.rows for batch in found]).tolist() == list(range(2, 50_002))
    assert [c for batch in found for c in batch.cells[0].to_pylist()] == texts.to_pylist()
    assert told == sorted(told)
    assert told[-1] == path.stat().st_size


def test_long_texts_make_smaller_batches(tmp_path: Path) -> None:
    path = write(tmp_path, {"text": pa.array(["x" * 10_000] * 5_000), "n": pa.array(range(5_000))})
    options = {"use_dictionary": False, "compression": "zstd"}
    path = write(
        tmp_path, {"text": pa.array(["x" * 10_000] * 5_000), "n": pa.array(range(5_000))}, **options
    )
    found = list(table.batches(path, table.sniff(path)))
    assert max(batch.cells[0].nbytes for batch in found) <= 17_000_000
    assert sum(len(batch.rows) for batch in found) == 5_000


@pytest.mark.parametrize("end", [10, 100, -1, -8, -20])
def test_a_cut_file_is_refused(tmp_path: Path, end: int) -> None:
    path = write(tmp_path, {"text": pa.array(["one"] * 99), "n": pa.array(range(99))})
    path.write_bytes(path.read_bytes()[:end])
    with pytest.raises(DataError, match=r"file\.parquet is a damaged Parquet file"):
        list(table.batches(path, table.sniff(path)))


def test_a_file_without_rows_and_one_of_a_single_column_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has column names, but no rows"):
        table.sniff(
            write(tmp_path, {"text": pa.array([], pa.string()), "n": pa.array([], pa.int8())})
        )
    path = write(tmp_path, {"text": pa.array(["one"])})
    with pytest.raises(DataError, match=r"has a single column \('text'\)"):
        table.sniff(path)
    assert table.sniff(path, least_columns=1) == Dialect("parquet")
