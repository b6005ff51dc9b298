"""What happens in a run, one measurement a line, appended while it trains.

    {"kind": "train", "step": 10, "epoch": 0.2, "loss": 0.31, "learning_rate": 0.0002, ...}
    {"kind": "evaluation", "step": 0, "epoch": 0.0, "split": "validation", "loss": 0.69, ...}

A resumed run repeats the steps since its last checkpoint: the last line of a step counts. A torn
last line, as a killed process leaves it, is ignored.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any


def append(folder: Path, event: dict[str, Any]) -> None:
    """Add one measurement, with its time in seconds since the epoch."""
    line = json.dumps({**event, "time": round(time.time(), 3)}, ensure_ascii=False)
    with (folder / "events.jsonl").open("ab+") as file:
        file.write((b"" if _ends_whole(file) else b"\n") + line.encode() + b"\n")


def read(folder: Path, kind: str) -> list[dict[str, Any]]:
    """Measurements of a kind in the order of their steps, one per step and split."""
    found: dict[tuple[int, str], dict[str, Any]] = {}
    for event in _lines(folder / "events.jsonl"):
        if event.get("kind") == kind:
            found[(event["step"], event.get("split", ""))] = event
    return [found[key] for key in sorted(found)]


def _lines(file: Path) -> list[dict[str, Any]]:
    try:
        lines = file.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    events = []
    for line in lines:
        try:
            events.append(json.loads(line))
        except ValueError:
            continue  # torn by a kill, maybe within a letter; the resumed run repeats it
    return events


def _ends_whole(file: Any) -> bool:
    size = file.seek(0, 2)
    if size == 0:
        return True
    file.seek(size - 1)
    return bool(file.read(1) == b"\n")
