"""What a run can train on, and its memory; asked of torch in a process of its own, and kept.

Importing torch takes seconds and 300 MB, which a page that only lists devices must not spend.

    python -m toxapp.models.devices FILE      writes a JSON list of devices to FILE
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

import psutil

from toxapp import workspace

_KEPT_S = 24 * 3600
_LIMIT = Path("/sys/fs/cgroup/memory.max")


@dataclass(frozen=True)
class Device:
    """What a run can train on.

    Attributes:
        name: as the setting `device` has it.
        title: of the hardware.
        memory: in bytes; 0 where torch does not say.
    """

    name: str
    title: str
    memory: int


def devices() -> list[str]:
    """What the setting `device` can be on this machine; auto and cpu until torch has answered."""
    return ["auto", *(gpu.name for gpu in gpus() or ()), "cpu"]


def gpus() -> list[Device] | None:
    """The GPUs of this machine; None until torch has answered, which a day later is asked anew."""
    kind = f"{platform.node()}-torch-{version('torch')}"
    file = workspace.cache_folder() / f"gpus-{kind}.json"
    there = file.exists()
    if not there or time.time() - file.stat().st_mtime > _KEPT_S:
        _ask(file)
    return [Device(**each) for each in json.loads(file.read_text("utf-8"))] if there else None


def is_silent() -> bool:
    """Whether torch could not be asked: the process that should has failed."""
    return any(asked.poll() not in (None, 0) for asked in _asked.values())


def processor() -> Device:
    """The processor with the memory that this process may use."""
    cores = len(psutil.Process().cpu_affinity()) if psutil.LINUX else psutil.cpu_count() or 1
    title = "1 core" if cores == 1 else f"{cores} cores"
    return Device("cpu", title, min(psutil.virtual_memory().total, _limit()))


_asked: dict[Path, subprocess.Popen[bytes]] = {}


@cache
def _ask(file: Path) -> None:
    _asked[file] = subprocess.Popen(
        [sys.executable, "-m", "toxapp.models.devices", str(file)],
        cwd=Path(__file__).resolve().parents[2],
        stdin=subprocess.DEVNULL,
    )


def _limit() -> int:
    """What a container grants, in bytes."""
    try:
        granted = _LIMIT.read_text("ascii").strip()
    except OSError:
        return sys.maxsize
    return int(granted) if granted.isdigit() else sys.maxsize


def _list() -> list[Device]:
    import torch  # noqa: PLC0415 - only in the process of its own

    found = []
    for n in range(torch.cuda.device_count()):
        about = torch.cuda.get_device_properties(n)
        found.append(Device(f"cuda:{n}", about.name, about.total_memory))
    if torch.backends.mps.is_available():
        found.append(Device("mps", "Apple GPU", psutil.virtual_memory().total))
    return found


if __name__ == "__main__":
    target = Path(sys.argv[1])
    draft = target.with_name(f"{target.name}.{os.getpid()}.tmp")
    draft.write_text(json.dumps([asdict(each) for each in _list()]), encoding="utf-8")
    draft.replace(target)
