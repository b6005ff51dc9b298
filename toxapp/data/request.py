"""What an import is asked to do, kept beside copies of the files until the job reads it.

datasets/<id>/request.json    the dataset's name and the plan
              source/         the bytes as uploaded
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from toxapp import workspace
from toxapp.data import plan
from toxapp.data.plan import Plan, Source

_BLOCK = 1 << 20


@dataclass(frozen=True)
class Request:
    """The content of request.json."""

    name: str
    plan: Plan


def write(folder: Path, paths: Sequence[Path], request: Request) -> Request:
    """Copy the plan's files into `folder` and write the request, their hashes filled in."""
    (folder / "source").mkdir()
    files: list[Source] = []
    for number, (source, path) in enumerate(zip(request.plan.files, paths, strict=True)):
        stored = _safe(path.name)
        if any(stored == file.stored for file in files):
            stored = f"{number + 1}-{stored}"
        sha256, size = copied(path, folder / "source" / stored)
        files.append(replace(source, stored=stored, sha256=sha256, bytes=size))
    whole = replace(request, plan=replace(request.plan, files=tuple(files)))
    workspace.write_json(folder / "request.json", asdict(whole))
    return whole


def read(folder: Path) -> Request:
    """The request of a prepared folder."""
    found = workspace.read_json(folder / "request.json")
    assert found is not None, folder
    return Request(found["name"], plan.from_json(found["plan"]))


def hashed(path: Path) -> tuple[str, int]:
    """The SHA-256 of a file's bytes, and their number."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size


def copied(path: Path, target: Path) -> tuple[str, int]:
    """Copy the bytes to `target`, which must not be there; their SHA-256 and number."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as old, target.open("xb") as new:
        while block := old.read(_BLOCK):
            digest.update(block)
            size += new.write(block)
    return digest.hexdigest(), size


def _safe(name: str) -> str:
    """A file name for any file system: at most 80 characters, the ending kept."""
    plain = re.sub(r"[^\w. -]", "_", name)[-80:].lstrip(". ")
    return plain or "file"
