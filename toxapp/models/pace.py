"""How long a run takes on this machine: measured by a few steps of it, and kept.

    cache/pace/<key>/  config.json  the settings that were asked about
                       pace.json    what was measured, a `Pace`
                       job.json, status.json, log.txt, stop: of the job that measures

The key is made of the dataset, the machine and the settings that a step's time depends on; what
else is chosen, such as the epochs, needs no new measurement. Does not know how a step is made.
"""

from __future__ import annotations

import hashlib
import json
import math
import platform
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from toxapp import workspace
from toxapp.jobs import process
from toxapp.jobs.state import Status, look
from toxapp.runs.settings import Settings

MODULE = "training.pace"
_NO_MATTER = (
    "name", "epochs", "steps", "accumulation", "evaluate_every", "best_by", "patience", "seed",
    "learning_rate", "head_rate", "schedule", "warmup", "weight_decay", "imbalance", "focal_gamma",
    "serve", "checkpoint_s",
)  # fmt: skip


@dataclass(frozen=True)
class Pace:
    """What was measured; the content of pace.json. All times in seconds.

    Attributes:
        by: how it was measured, as in "measured by ...".
        start_s: from the start of the program to the first step.
        batches: of an epoch; 0 where nothing is trained by steps.
        batch_s: of learning from one of them.
        fit_s: of a fit that is made at once.
        evaluation_s: of one evaluation while it trains, of all splits.
        scoring_s: of the scores at the end.
        others: cores of the machine that other programs used meanwhile.
        cores: that there are.
        alone: the part of these times that would be left if no other program ran, (0, 1]: what the
            processor worked for them, shared by all cores that it can use. 1 on a GPU.
        taken: share of the GPU's memory that others held, 0 to 1; 0 on a CPU.
        at: when, seconds since the epoch.
    """

    by: str
    start_s: float
    batches: int
    batch_s: float
    fit_s: float
    evaluation_s: float
    scoring_s: float
    others: float
    cores: int
    alone: float
    taken: float
    at: float


@dataclass(frozen=True)
class Estimate:
    """How long a run takes, by what it is spent on, in seconds."""

    start_s: float
    training_s: float
    evaluations_s: float
    scoring_s: float

    @property
    def total_s(self) -> float:
        """All of it."""
        return self.start_s + self.training_s + self.evaluations_s + self.scoring_s


def estimate(pace: Pace, settings: Settings) -> Estimate:
    """How long a run of these settings takes, at a pace that was measured for them.

    One evaluation comes before the training, then one each `evaluate_every` steps, or each epoch.
    Patience, which may end a training earlier, is not counted on.
    """
    if not pace.batches:
        return Estimate(pace.start_s, pace.fit_s, pace.evaluation_s, pace.scoring_s)
    per_epoch = math.ceil(pace.batches / settings.accumulation)
    steps = settings.steps or settings.epochs * per_epoch
    batches = steps * pace.batches / per_epoch
    evaluations = 1 + math.ceil(steps / (settings.evaluate_every or per_epoch))
    return Estimate(
        start_s=pace.start_s,
        training_s=batches * pace.batch_s,
        evaluations_s=evaluations * pace.evaluation_s,
        scoring_s=pace.scoring_s,
    )


def found(settings: Settings) -> Pace | None:
    """What was measured for such settings on this machine; None where nothing was."""
    kept = workspace.read_json(_place(settings) / "pace.json")
    return Pace(**kept) if kept else None


def status(settings: Settings) -> Status | None:
    """How far a measurement is, or how it ended; None where there never was one."""
    return look(_place(settings))


def measure(settings: Settings) -> None:
    """Start measuring for such settings, as a job of its own.

    Raises:
        JobError: that is being done.
    """
    folder = _place(settings)
    folder.mkdir(parents=True, exist_ok=True)
    workspace.write_json(folder / "config.json", settings.to_json())
    process.start(folder, MODULE)


def give_up(settings: Settings) -> None:
    """Ask the measurement to end."""
    process.ask_to_stop(_place(settings))


def keep(folder: Path, pace: Pace) -> None:
    """Write what was measured, and remove what that took; called by the job alone."""
    for made in ("model", "bundle", "weights", "checkpoints"):
        shutil.rmtree(folder / made, ignore_errors=True)
    workspace.write_json(folder / "pace.json", asdict(pace))


def _place(settings: Settings) -> Path:
    told = {k: v for k, v in settings.to_json().items() if k not in _NO_MATTER}
    text = json.dumps({**told, "machine": platform.node()}, sort_keys=True)
    return workspace.cache_folder() / "pace" / hashlib.sha256(text.encode()).hexdigest()[:16]
