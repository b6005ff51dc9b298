"""What an import is asked to do, kept beside a copy of the file until the job reads it.

datasets/<id>/request.json    the plan, the dataset's name, the copy's name, hash and size
              source/         the bytes as uploaded
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from toxapp import workspace
from toxapp.data.reading import Plan
from toxapp.data.table import Dialect

_BLOCK = 1 << 20


@dataclass(frozen=True)
class Request:
    """The content of request.json; `source` is the name of the copy in source/."""

    name: str
    source: str
    sha256: str
    bytes: int
    plan: Plan


def write(folder: Path, path: Path, *, name: str, plan: Plan) -> None:
    """Copy the file into `folder` and write the request."""
    source = folder / "source" / _safe(path.name)
    source.parent.mkdir()
    digest = _copy(path, source)
    request = Request(name, source.name, digest, source.stat().st_size, plan)
    workspace.write_json(folder / "request.json", asdict(request))


def read(folder: Path) -> Request:
    """The request of a prepared folder."""
    found = workspace.read_json(folder / "request.json")
    assert found is not None, folder
    plan: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in found["plan"].items()
    }
    return Request(**{**found, "plan": Plan(**{**plan, "dialect": Dialect(**plan["dialect"])})})


def _copy(path: Path, target: Path) -> str:
    """Copy the bytes; their SHA-256."""
    digest = hashlib.sha256()
    with path.open("rb") as old, target.open("xb") as new:
        while block := old.read(_BLOCK):
            digest.update(block)
            new.write(block)
    return digest.hexdigest()


def _safe(name: str) -> str:
    """A file name for any file system: at most 80 characters, the ending kept."""
    plain = re.sub(r"[^\w. -]", "_", name)[-80:].lstrip(". ")
    return plain or "file"
