from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from tests.data.files.made import xlsx
from toxapp.data.files.archive import plain
from toxapp.errors import DataError

TABLE = b"text,toxic\nyou are kind,0\nyou idiot,1\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "folder"
    made.mkdir()
    return made


def write(folder: Path, content: bytes, name: str) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return buffer.getvalue()


def test_a_file_that_is_not_packed_stays_where_it_is(tmp_path: Path, folder: Path) -> None:
    for content in (TABLE, xlsx({"a": [["x"]]}), b""):
        path = write(tmp_path, content, "a.csv")
        assert plain(path, folder) == path
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "expected"), [("a.csv.gz", "a.csv"), ("a.GZ", "a"), ("a.csv", "a.csv")]
)
def test_a_gzip_is_unpacked(tmp_path: Path, folder: Path, name: str, expected: str) -> None:
    found = plain(write(tmp_path, gzip.compress(TABLE), name), folder)
    assert found == folder / expected
    assert found.read_bytes() == TABLE


def test_the_one_table_of_a_zip_is_unpacked(tmp_path: Path, folder: Path) -> None:
    members = {
        "data/": b"",
        "data/Comments of May.csv": TABLE,
        "__MACOSX/data/._Comments of May.csv": b"x",
        "data/.DS_Store": b"x",
        "README.txt": b"x",
        "LICENSE": b"x",
        "notes.md": b"x",
    }
    found = plain(write(tmp_path, zipped(members), "a.zip"), folder)
    assert found == folder / "Comments of May.csv"
    assert found.read_bytes() == TABLE


def test_a_member_cannot_leave_the_folder(tmp_path: Path, folder: Path) -> None:
    for name in ("../../evil.csv", "/evil.csv", "a\\..\\evil.csv"):
        found = plain(write(tmp_path, zipped({name: TABLE}), "a.zip"), folder)
        assert found == folder / "evil.csv"
        found.unlink()


def test_several_or_no_tables_are_said(tmp_path: Path, folder: Path) -> None:
    several = zipped({f"{name}.csv": TABLE for name in ("train", "test")})
    with pytest.raises(DataError, match=r"a\.zip holds 2 files that .* \(train\.csv, test\.csv\)"):
        plain(write(tmp_path, several, "a.zip"), folder)
    with pytest.raises(DataError, match=r"holds no table \(README\.md\)\. Unpack it"):
        plain(write(tmp_path, zipped({"README.md": b"x"}), "a.zip"), folder)
    with pytest.raises(DataError, match="is an empty zip archive"):
        plain(write(tmp_path, zipped({}), "a.zip"), folder)


def test_a_zip_with_a_password_is_refused(tmp_path: Path, folder: Path) -> None:
    content = bytearray(zipped({"a.csv": TABLE}))
    central = content.rindex(b"PK\x01\x02")
    content[6] |= 1
    content[central + 8] |= 1
    with pytest.raises(DataError, match=r"a\.zip is protected by a password"):
        plain(write(tmp_path, bytes(content), "a.zip"), folder)


@pytest.mark.parametrize("packed", [gzip.compress(TABLE), zipped({"a.csv": TABLE})])
@pytest.mark.parametrize("end", [20, -1, -9, -30])
def test_a_cut_archive_is_refused_and_leaves_nothing(
    tmp_path: Path, folder: Path, packed: bytes, end: int
) -> None:
    path = write(tmp_path, packed[:end], "a.csv.gz")
    with pytest.raises(DataError, match=r"a\.csv\.gz is a damaged archive.*Copy it again"):
        plain(path, folder)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("kind", ["gzip", "zip"])
def test_a_bomb_is_refused_and_leaves_nothing(tmp_path: Path, folder: Path, kind: str) -> None:
    content = bytes(3 << 20)
    packed = gzip.compress(content) if kind == "gzip" else zipped({"a.csv": content})
    path = write(tmp_path, packed, "a.packed")
    with pytest.raises(DataError, match=r"unpacks to more than 0\.00195 GiB"):
        plain(path, folder, most_bytes=2 << 20)
    assert list(folder.iterdir()) == []
