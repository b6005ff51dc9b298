"""`python -m training RUN_DIR`: train that run, or go on where it was left."""

from __future__ import annotations

import json
import logging
import os
import sys
from pathlib import Path

from toxapp.jobs.work import work


def main() -> None:
    """Train the run named on the command line; only the first process speaks for the job."""
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m training RUN_DIR")
    folder = Path(sys.argv[1]).resolve()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stdout)
    _show_one_gpu(folder)
    if int(os.environ.get("RANK", "0")) > 0:
        from training.program import train  # noqa: PLC0415 - see below

        train(folder, None)
        return
    with work(folder) as job:
        job.stage("loading the libraries")
        from training.program import train  # noqa: PLC0415 - seconds of imports, shown as a stage

        train(folder, job)


def _show_one_gpu(folder: Path) -> None:
    """Show torch one GPU, before it is loaded; else the Trainer would spread over all of them."""
    if "WORLD_SIZE" not in os.environ:
        config = json.loads((folder / "config.json").read_text("utf-8"))
        number = str(config["device"]).partition(":")[2] or "0"
        os.environ.setdefault("CUDA_VISIBLE_DEVICES", number)


if __name__ == "__main__":
    main()
