"""Where things are kept. Resolved when called, never at import, so one variable redirects it all.

    TOXAPP_HOME/            default ./workspace
      datasets/<id>/  runs/<id>/  scorings/<id>/  uploads/  cache/

Device locks are kept per user of the machine, because two workspaces share one GPU.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from toxapp.errors import NotFoundError

Kind = Literal["datasets", "runs", "scorings"]

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
_SINGULAR = {"datasets": "dataset", "runs": "run", "scorings": "scoring"}


def home() -> Path:
    """The workspace folder: `TOXAPP_HOME`, else `./workspace`."""
    return Path(os.environ.get("TOXAPP_HOME") or "workspace").resolve()


def lock_folder() -> Path:
    """Where the queues of the devices are kept: `TOXAPP_LOCKS`, else the user's cache."""
    asked = os.environ.get("TOXAPP_LOCKS")
    return Path(asked) if asked else Path.home() / ".cache" / "toxapp" / "locks"


def cache_folder() -> Path:
    """A folder whose content may be deleted at any time."""
    folder = home() / "cache"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def slug(name: str) -> str:
    """The part of `name` that may stand in an id: [a-z0-9-], at most 40 characters."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:40].strip("-") or "unnamed"


def create(kind: Kind, name: str) -> Path:
    """Make a new folder of that kind; its id is the UTC time and the slug of `name`."""
    stem = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{slug(name)}"
    for attempt in range(1, 1000):
        folder = home() / kind / (stem if attempt == 1 else f"{stem}-{attempt}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        return folder
    raise FileExistsError(stem)


def find(kind: Kind, name: str) -> Path:
    """The folder of that id.

    Raises:
        NotFoundError: the id is malformed, or nothing of that id is in the workspace.
    """
    folder = home() / kind / name
    if not _ID.fullmatch(name) or not folder.is_dir():
        known = ", ".join(ids(kind)[:5]) or f"no {kind} yet"
        message = f"There is no {_SINGULAR[kind]} '{name}' in {home()}. It holds: {known}."
        raise NotFoundError(message)
    return folder


def ids(kind: Kind) -> list[str]:
    """Ids of that kind, newest first."""
    folder = home() / kind
    if not folder.is_dir():
        return []
    return sorted((f.name for f in folder.iterdir() if _ID.fullmatch(f.name)), reverse=True)


def delete(folder: Path) -> None:
    """Remove a folder of the workspace: first out of sight in one step, then for good."""
    doomed = cache_folder() / f"deleted-{folder.name}-{os.getpid()}"
    folder.rename(doomed)
    shutil.rmtree(doomed)


def write_json(path: Path, value: object) -> None:
    """Replace `path` atomically: a reader sees the old text or the new one, never half."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    draft.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    draft.replace(path)


def read_json(path: Path) -> dict[str, Any] | None:
    """The object in `path`, or None where there is no such file."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    value = json.loads(text)
    assert isinstance(value, dict), path
    return value
