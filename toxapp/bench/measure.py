"""How things are timed: ours and the baselines in turn, several rounds, on a machine with a name.

A machine is never quiet; what one round slows down it slows down for both. So the figure to trust
is the ratio of the bests, and the spread says how far.
"""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One line of a benchmark.

    Attributes:
        name: what was timed.
        baseline: what it is compared with; its own name for a baseline.
        best, median: seconds.
        spread: of the rounds, (slowest - fastest) / fastest.
        ratio: best divided by the baseline's best: 1.5 took half as long again, 0.5 half.
    """

    name: str
    baseline: str
    best: float
    median: float
    spread: float
    ratio: float


def compare(baseline: str, timed: Mapping[str, Callable[[], None]], *, rounds: int) -> list[Row]:
    """Time everything in turn, `rounds` times over.

    Args:
        baseline: the name among `timed` that the others are compared with.
        timed: what to run, by name.
        rounds: at least 1.
    """
    seconds: dict[str, list[float]] = {name: [] for name in timed}
    for _ in range(rounds):
        for name, run in timed.items():
            start = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - start)
    least = min(seconds[baseline])
    return [
        Row(
            name,
            baseline,
            best=min(found),
            median=statistics.median(found),
            spread=max(found) / min(found) - 1,
            ratio=min(found) / least,
        )
        for name, found in seconds.items()
    ]


def machine() -> str:
    """The processor, its cores that we may use, and the operating system."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{_processor()}, {cores} cores, {platform.system()} {platform.machine()}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or "processor unknown"
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())
