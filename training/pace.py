"""`python -m training.pace FOLDER`: measure how long the run takes that FOLDER/config.json names.

Takes no turn at the device: a training that runs there meanwhile is not waited for, but seen. What
it finds is kept by toxapp.models.pace; what it makes on the way is removed.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from pathlib import Path

from toxapp.jobs.work import work
from toxapp.models.pace import keep
from toxapp.runs.settings import GRADIENT, Settings
from training.__main__ import gpu_to_show


def main() -> None:
    """Measure, as the job of the folder named on the command line."""
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m training.pace FOLDER")
    folder = Path(sys.argv[1]).resolve()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stdout)
    settings = Settings.from_json(json.loads((folder / "config.json").read_text("utf-8")))
    by_steps = settings.family in GRADIENT
    shown = os.environ.get("CUDA_VISIBLE_DEVICES")
    os.environ["CUDA_VISIBLE_DEVICES"] = gpu_to_show(settings.device if by_steps else "cpu", shown)
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    with work(folder) as job:
        job.stage("loading the libraries")
        if by_steps:
            from training import trial  # noqa: PLC0415 - seconds of imports, shown as a stage

            pace = trial.measured(folder, settings, job)
        else:
            from training import sampling  # noqa: PLC0415

            pace = sampling.measured(folder, settings, job)
        keep(folder, pace)


if __name__ == "__main__":
    main()
