"""`python -m training RUN_DIR`: train that run, or go on where it was left."""

from __future__ import annotations

import json
import logging
import os
import sys
from contextlib import suppress
from pathlib import Path

from toxapp.jobs.state import read_status
from toxapp.jobs.work import Stopped, work


def main() -> None:
    """Train the run named on the command line; only the first process speaks for the job."""
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m training RUN_DIR")
    folder = Path(sys.argv[1]).resolve()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stdout)
    _show_one_gpu(folder)
    # Threads that spin while they wait starve each other where anything else runs beside them.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if int(os.environ.get("RANK", "0")) > 0:
        from training.program import train  # noqa: PLC0415 - see below

        with suppress(Stopped):
            train(folder, None)
        return
    with work(folder) as job:
        job.stage("loading the libraries")
        from training.program import train  # noqa: PLC0415 - seconds of imports, shown as a stage

        train(folder, job)
    _end_the_others(folder)


def _show_one_gpu(folder: Path) -> None:
    """Show torch one GPU, before it is loaded; else the Trainer would spread over all of them."""
    if "WORLD_SIZE" not in os.environ:
        config = json.loads((folder / "config.json").read_text("utf-8"))
        shown = os.environ.get("CUDA_VISIBLE_DEVICES")
        os.environ["CUDA_VISIBLE_DEVICES"] = gpu_to_show(str(config.get("device", "cpu")), shown)


def gpu_to_show(device: str, shown: str | None) -> str:
    """What CUDA_VISIBLE_DEVICES must be for a run on `device`; empty where there is no such GPU.

    Args:
        device: the run's setting.
        shown: what it is now; a scheduler may show some GPUs only, and cuda:1 is their second.
    """
    number = device.partition(":")[2] or "0"
    if shown is None:
        return number
    return {str(n): name for n, name in enumerate(shown.split(","))}.get(number, "")


def _end_the_others(folder: Path) -> None:
    """Exit so that the launcher ends the other processes where they wait for a stopped one."""
    status = read_status(folder)
    if "WORLD_SIZE" in os.environ and status is not None and status.state == "stopped":
        (folder / "stop").unlink()  # the app does so at a start; by hand it would stop at once
        raise SystemExit(3)


if __name__ == "__main__":
    main()
