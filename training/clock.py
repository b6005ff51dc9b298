"""Takes the time of pieces of work, and sees what other programs do meanwhile."""

from __future__ import annotations

import time
from pathlib import Path

import psutil

from toxapp import inference
from toxapp.jobs.state import this_process
from toxapp.runs.settings import Settings
from training import after


class Clock:
    """Begins when it is made.

    Attributes:
        start_s: seconds from the start of the process to that moment.
    """

    def __init__(self) -> None:
        self.start_s = time.time() - this_process().created
        self._began, self._own, self._all = time.monotonic(), _own_s(), _all_s()

    def spent_s(self) -> float:
        """Seconds since it was made."""
        return time.monotonic() - self._began

    def own(self) -> float:
        """Cores that this process used since it was made, on average."""
        return (_own_s() - self._own) / max(self.spent_s(), 0.01)

    def others(self) -> float:
        """Cores that other programs used since it was made, on average."""
        theirs = (_all_s() - self._all) - (_own_s() - self._own)
        return round(max(0.0, theirs / max(self.spent_s(), 0.01)), 2)


def cores() -> int:
    """Cores that this process may use."""
    return len(psutil.Process().cpu_affinity()) if psutil.LINUX else psutil.cpu_count() or 1


def text_s(folder: Path, settings: Settings, texts: list[str]) -> float:
    """Seconds per text of the scores at the end, by the very bundle that model/ becomes.

    Args:
        folder: that holds model/, or bundle/ where a family makes it itself.
        settings: of the run.
        texts: at least one.
    """
    if not (folder / "bundle").exists():
        after.make_bundle(folder, settings)
    scorer = inference.load(folder / "bundle")
    scorer.score(texts[:1])
    clock = Clock()
    scorer.score(texts)
    return clock.spent_s() / len(texts)


def _own_s() -> float:
    used = psutil.Process().cpu_times()
    return float(used.user + used.system)


def _all_s() -> float:
    used = psutil.cpu_times()
    return float(used.user + used.system + getattr(used, "nice", 0.0))
