"""What a run is trained on, kept among its events: the machine, the device, the versions.

    {"kind": "machine", "step": 0, "device": "cpu", "title": "2 cores", "memory": 8.2e9, ...}

A run that is resumed elsewhere tells it anew; the last one counts.
"""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from toxapp.models import devices
from toxapp.runs import events

_PACKAGES = ("torch", "transformers", "tokenizers", "accelerate", "scikit-learn", "numpy")


def tell(folder: Path, device: str = "cpu", precision: str = "full precision") -> None:
    """Keep what the run in `folder` learns on.

    Args:
        folder: of the run.
        device: as torch calls it.
        precision: of the arithmetic, in a word.
    """
    on = devices.processor()
    what = {
        "device": device,
        "title": on.title if device == "cpu" else _title(device),
        "memory": on.memory,
        "system": f"{platform.system()} {platform.machine()}",
        "precision": precision,
        "python": platform.python_version(),
        "packages": dict(filter(None, map(_versioned, _PACKAGES))),
    }
    events.append(folder, {"kind": "machine", "step": 0, **what})


def _title(device: str) -> str:
    """The name of a GPU."""
    import torch  # noqa: PLC0415 - loaded already where there is a GPU to train on

    return torch.cuda.get_device_name(device) if device.startswith("cuda") else device


def _versioned(package: str) -> tuple[str, str] | None:
    try:
        return package, version(package)
    except PackageNotFoundError:
        return None
