"""The stages of a run, in order; each leaves a file behind, so that a resumed run skips it.

wait for the device -> learn, as the family does: model/ -> bundle/ -> scores.parquet
-> metrics.json -> rules/0001.json
"""

from __future__ import annotations

import json
import logging
from contextlib import nullcontext
from pathlib import Path

from toxapp.jobs.queue import turn
from toxapp.jobs.work import Work
from toxapp.runs.settings import Settings
from training import after, machine

_log = logging.getLogger("training")


def train(folder: Path, job: Work | None) -> None:
    """Train the run in `folder`, or go on where it was left.

    Args:
        folder: of the run, with its config.json.
        job: what speaks for it; None in the further processes of a training on several devices.
    """
    settings = Settings.from_json(json.loads((folder / "config.json").read_text("utf-8")))
    if settings.family in ("linear", "blend", "adopted"):
        _at_once(folder, settings, job)
    else:
        _by_gradient(folder, settings, job)


def _at_once(folder: Path, settings: Settings, job: Work | None) -> None:
    """Families without a training by gradient; one process does all of it, on the CPU."""
    from training import linear, whole  # noqa: PLC0415 - each family loads its own libraries

    if job is None:
        return
    learn = {"linear": linear.learn, "blend": whole.blended, "adopted": whole.adopted}
    with turn("cpu", job):
        machine.tell(folder)
        learn[settings.family](folder, settings, job)
        after.finish(folder, settings, job)


def _by_gradient(folder: Path, settings: Settings, job: Work | None) -> None:
    from transformers.utils import logging as library_logging  # noqa: PLC0415 - see above

    from training import device, encoder, small, text_to_text  # noqa: PLC0415
    from training.gradient import Place  # noqa: PLC0415

    library_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    on = device.choose(settings.device, settings.precision)
    _log.info("device %s, bf16 %s, attention %s", on.name, on.bf16, on.attention)
    with turn(on.name, job) if job else nullcontext():
        if job:
            machine.tell(folder, on.name, "bf16" if on.bf16 else "fp32")
        learn = {"text-to-text": text_to_text.learn, "small": small.learn}
        learn.get(settings.family, encoder.learn)(Place(folder, settings, on, job))
        if job:
            after.finish(folder, settings, job)
