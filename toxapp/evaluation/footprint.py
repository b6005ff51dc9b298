"""What a run cost and what it takes to serve: time, bytes, parameters."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from toxapp import workspace
from toxapp.runs import events
from toxapp.runs.run import Run

_EVENTS = ("evaluation", "train", "label")


def seconds(chosen: Run) -> float | None:
    """From the run's first measurement to its last: learning, and measuring while it learns.

    Waiting for the device is not in it, nor making the bundle; a pause between a stop and a resume
    is. None where fewer than two measurements are kept.
    """
    times = [event["time"] for kind in _EVENTS for event in events.read(chosen.folder, kind)]
    return max(times) - min(times) if len(times) > 1 else None


def size_bytes(chosen: Run) -> int:
    """All files of the bundle."""
    return sum(file.stat().st_size for file in _bundle(chosen).rglob("*") if file.is_file())


def parameters(chosen: Run) -> int | None:
    """Numbers with a fraction in the model's weights, parts included; None without weights.

    A bundle that was compiled records how many it was made of.

    A file of safetensors begins with 8 bytes, little-endian, that say how long the JSON behind
    them is: https://github.com/huggingface/safetensors#format
    """
    files = sorted(_bundle(chosen).rglob("*.safetensors"))
    records = map(workspace.read_json, sorted(_bundle(chosen).rglob("bundle.json")))
    told = [found["details"].get("parameters") for found in records if found]
    counts = [*map(_parameters, files), *(count for count in told if count)]
    return sum(counts) if counts else None


def serving(chosen: Run) -> dict[str, Any] | None:
    """The bundle's engine, and why it is that one or how it was checked; None without a bundle."""
    found = workspace.read_json(_bundle(chosen) / "bundle.json")
    if found is None:
        return None
    kept = ("engine_reason", "check")
    told = {name: found["details"][name] for name in kept if name in found["details"]}
    return {"engine": found["engine"], **told}


def _parameters(file: Path) -> int:
    with file.open("rb") as stream:
        header = json.loads(stream.read(int.from_bytes(stream.read(8), "little")))
    tensors = (about for name, about in header.items() if name != "__metadata__")
    return sum(math.prod(t["shape"]) for t in tensors if t["dtype"].startswith(("F", "BF")))


def _bundle(chosen: Run) -> Path:
    return chosen.folder / "bundle"
