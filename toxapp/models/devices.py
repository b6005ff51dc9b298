"""Which devices a run can train on; asked of torch in a process of its own, and kept.

Importing torch takes seconds and 300 MB, which a page that only lists devices must not spend.

    python -m toxapp.models.devices      prints a JSON list
"""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from importlib.metadata import version
from pathlib import Path

from toxapp import workspace


def devices() -> list[str]:
    """What the setting `device` can be on this machine; auto and cpu until torch has answered."""
    file = workspace.cache_folder() / f"devices-torch-{version('torch')}.json"
    if file.exists():
        found: list[str] = json.loads(file.read_text("utf-8"))
        return found
    _ask(file)
    return ["auto", "cpu"]


@cache
def _ask(file: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "toxapp.models.devices", str(file)],
        cwd=Path(__file__).resolve().parents[2],
        stdin=subprocess.DEVNULL,
    )


def _list() -> list[str]:
    import torch  # noqa: PLC0415 - only in the process of its own

    gpus = [f"cuda:{n}" for n in range(torch.cuda.device_count())]
    apple = ["mps"] if torch.backends.mps.is_available() else []
    return ["auto", *gpus, *apple, "cpu"]


if __name__ == "__main__":
    target = Path(sys.argv[1])
    draft = target.with_suffix(".tmp")
    draft.write_text(json.dumps(_list()), encoding="utf-8")
    draft.replace(target)
