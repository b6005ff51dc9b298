from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from toxapp.inference.bundle import Bundle, BundleError, make, read, sha256, verify, write

RECORD = Bundle(
    kind="linear",
    labels=("rude", "Müll"),
    max_length=None,
    details={"some": [1, "x"]},
    hashes={},
    engine="numpy-fp64-cpu",
)
WRITTEN: dict[str, Any] = {
    "format": 2,
    "kind": "encoder",
    "engine": "torch-fp32-cpu",
    "labels": ["rude"],
    "max_length": 32,
    "details": {"inputs": ["input_ids"], "pad_id": 0},
    "hashes": {},
}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "one").write_text("1")
    (tmp_path / "model" / "two").write_text("2")
    (tmp_path / "model" / "other").write_text("not asked for")
    return tmp_path / "model"


def written(folder: Path, record: dict[str, Any]) -> Path:
    (folder / "bundle.json").write_text(json.dumps(record))
    return folder


def test_a_record_comes_back_as_it_was_written(tmp_path: Path) -> None:
    write(tmp_path, RECORD)
    assert read(tmp_path) == RECORD


def test_a_bundle_holds_the_named_files_and_their_hashes(source: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    make(source, folder, names=["one", "two"], record=RECORD)
    found = read(folder)
    assert sorted(file.name for file in folder.iterdir()) == ["bundle.json", "one", "two"]
    assert found.hashes == {name: sha256(source / name) for name in ("one", "two")}
    assert (found.labels, found.details) == (RECORD.labels, RECORD.details)
    verify(folder, found)


def test_what_an_earlier_bundle_left_is_removed(source: Path, tmp_path: Path) -> None:
    make(source, tmp_path / "bundle", names=["one", "two"], record=RECORD)
    make(source, tmp_path / "bundle", names=["two"], record=RECORD)
    assert not (tmp_path / "bundle" / "one").exists()
    assert (source / "one").read_text() == "1"


@pytest.mark.parametrize(
    "record",
    [
        {**WRITTEN, "format": 3},
        {**WRITTEN, "extra": 1},
        {name: value for name, value in WRITTEN.items() if name != "details"},
        {},
    ],
)
def test_other_formats_are_refused(tmp_path: Path, record: dict[str, Any]) -> None:
    with pytest.raises(BundleError, match="another format than 2; train the run again"):
        read(written(tmp_path, record))


@pytest.mark.parametrize(
    "changed", [{"kind": "forest"}, {"engine": "torch-int8"}, {"kind": "linear"}]
)
def test_a_kind_is_scored_by_its_own_engine_alone(tmp_path: Path, changed: dict[str, str]) -> None:
    with pytest.raises(BundleError, match="this version scores: encoder by torch-fp32-cpu or"):
        read(written(tmp_path, {**WRITTEN, **changed}))


def test_a_changed_or_missing_file_is_named(source: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    make(source, folder, names=["one", "two"], record=RECORD)
    (folder / "one").unlink()
    with pytest.raises(BundleError, match="lacks one"):
        verify(folder, read(folder))
    (folder / "one").write_text("3")
    with pytest.raises(BundleError, match="one has changed"):
        verify(folder, read(folder))
