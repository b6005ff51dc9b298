from __future__ import annotations

from pathlib import Path

import pytest

from tests.data.files.made import xls, xlsx
from toxapp.data.files import encoding
from toxapp.errors import DataError


def write(folder: Path, content: bytes) -> Path:
    path = folder / "file"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"text,toxic\n", "separated"),
        (b"PAR1....", "parquet"),
        (xlsx({"a": [["x"]]}), "excel"),
        (xls(), "excel"),
        (b'{"text": 1}', "jsonl"),
        (b"\xef\xbb\xbf {}\n", "jsonl"),
        (b' [\n{"text": 1}', "jsonl"),
        ('{"text": 1}'.encode("utf-16"), "jsonl"),
        (b"{name},{value}\n", "separated"),
        (b"[deleted],1\n", "separated"),
        (b'"{""a"": 1}",1\n', "separated"),
    ],
)
def test_the_kind_of_a_file_is_in_its_content(tmp_path: Path, content: bytes, kind: str) -> None:
    assert encoding.kind(write(tmp_path, content)) == kind


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"a,b\n", ("utf-8", True)),
        ("a,é\n".encode(), ("utf-8", True)),
        (b"\xef\xbb\xbfa,b\n", ("utf-8-sig", True)),
        ("a,b\n".encode("utf-16"), ("utf-16", True)),
        ("a,b\n".encode("utf-16-le"), ("utf-16-le", True)),
        ("a,b\n".encode("utf-16-be"), ("utf-16-be", True)),
        ("a,b\n".encode("utf-16")[:-1], ("utf-16", False)),
        ("“a”,b\n".encode("cp1252"), ("cp1252", True)),
        (b"caf\xe9 \x81\n", ("cp1252", False)),
        ("ééé".encode() + b"\xe9", ("utf-8", False)),
        (b"a,b\n" * 999 + b"a\0b\n", ("utf-8", False)),
        ("é".encode() * 3_000_000, ("utf-8", True)),
        (b"x" + "é".encode() * 3_000_000, ("utf-8", True)),
        (b"x" * 3_000_000 + "é".encode()[:1], ("cp1252", True)),
    ],
)
def test_encodings_are_told_by_all_bytes(
    tmp_path: Path, content: bytes, found: tuple[str, bool]
) -> None:
    assert encoding.detect(write(tmp_path, content)) == found


def test_an_encoding_by_name_takes_the_mark_that_is_there(tmp_path: Path) -> None:
    path = write(tmp_path, b"\xef\xbb\xbfa,b\n")
    assert encoding.named(path, "UTF8") == ("utf-8-sig", True)
    assert encoding.named(path, "cp1252") == ("cp1252", True)
    path = write(tmp_path, "a,b\n".encode("utf-16"))
    assert encoding.named(path, "utf-16-le") == ("utf-16", True)
    assert encoding.named(path, "utf-8") == ("utf-8", False)
    with pytest.raises(DataError, match="'rot13' is no encoding"):
        encoding.named(path, "rot13")
