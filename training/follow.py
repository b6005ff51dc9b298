"""What a training says while it runs, and when it saves or ends.

A callback of the Trainer: measurements to events.jsonl, progress to status.json, a checkpoint
every so many seconds and after each epoch, the best weights so far beside them, and an end within
a step when somebody asks for one.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from transformers import (
    PreTrainedModel,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)

from toxapp import workspace
from toxapp.jobs.work import Stopped, Work
from toxapp.runs import events

LOG_STEPS = 5


@dataclass
class Forecast:
    """How long all that is left will take, in seconds, from what the stages took so far.

    Attributes:
        step_s: of a training step, a running mean.
        evaluation_s: of one evaluation on validation, as measured last.
        after_s: of all that follows the training.
    """

    step_s: float = 0.0
    evaluation_s: float = 0.0
    after_s: float = 0.0
    _last: float = field(default=0.0, repr=False)

    def begin(self) -> None:
        """A step begins."""
        self._last = time.monotonic()

    def end(self) -> None:
        """A step has ended."""
        took = time.monotonic() - self._last
        self.step_s = took if not self.step_s else 0.95 * self.step_s + 0.05 * took

    def left(self, steps: int, evaluations: int) -> float:
        """Seconds for so many steps and evaluations, and what follows."""
        return steps * self.step_s + evaluations * self.evaluation_s + self.after_s


class Follow(TrainerCallback):
    """Follows one training for the job on `job.folder`; other processes pass job=None."""

    def __init__(self, job: Work | None, forecast: Forecast, *, checkpoint_s: float) -> None:
        self.stopped = False
        self._job = job
        self._forecast = forecast
        self._checkpoint_s = checkpoint_s
        self._saved = time.monotonic()
        self._best = _recorded_best(job.folder) if job else -math.inf

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Say how long the training is."""
        if self._job:
            self._job.stage("training", steps=state.max_steps)
        self._saved = time.monotonic()

    def on_step_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Take the time."""
        self._forecast.begin()

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Report, and save or end where it is time to."""
        self._forecast.end()
        stop = self._job is not None and self._job.stop_asked()
        # At the end of an epoch before its evaluation, which takes long and can be killed.
        ends_epoch = state.global_step % _epoch_steps(state) == 0
        save = ends_epoch or time.monotonic() - self._saved > self._checkpoint_s
        stop, save = _agreed(stop, save, args)
        if stop:
            self.stopped = control.should_training_stop = True
        control.should_save = control.should_save or stop or save
        if self._job and not stop:
            left = self._forecast.left(state.max_steps - state.global_step, _epochs_left(state))
            self._job.step(state.global_step, seconds_left=left)

    def on_save(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Count the seconds to the next checkpoint from here."""
        self._saved = time.monotonic()

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Keep the loss of the steps since the last log."""
        if self._job and logs and "loss" in logs:
            event = {"kind": "train", "step": state.global_step, "epoch": state.epoch}
            events.append(self._job.folder, {**event, **_plain(logs)})

    def on_evaluate(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Keep the figures, and the weights where they are the best so far."""
        if self._job is None:
            return
        figures = {
            name.removeprefix("eval_"): value for name, value in _plain(kwargs["metrics"]).items()
        }
        self._forecast.evaluation_s = float(figures.get("runtime", 0.0))
        event = {"kind": "evaluation", "step": state.global_step, "split": "validation"}
        events.append(self._job.folder, {**event, "epoch": state.epoch, **figures})
        if figures["selection"] > self._best:
            self._best = figures["selection"]
            _keep(self._job.folder, kwargs["model"], self._best, state.global_step)

    def on_prediction_step(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """End within a batch of an evaluation, too; alone only, others would wait for us."""
        if self._job and args.world_size == 1 and self._job.stop_asked():
            raise Stopped


def best_folder(run_folder: Path) -> Path | None:
    """Where the best weights so far are kept; None before the first evaluation."""
    found = [(_selection(f), f) for f in (run_folder / "checkpoints").glob("best-*[0-9]")]
    return max(found)[1] if found else None


def _keep(run_folder: Path, model: PreTrainedModel, selection: float, step: int) -> None:
    folder = run_folder / "checkpoints" / f"best-{step}"
    before = best_folder(run_folder)
    draft = folder.with_name(f"best-{step}.new")
    model.save_pretrained(draft)
    workspace.write_json(draft / "best.json", {"selection": selection, "step": step})
    draft.rename(folder)
    if before is not None:
        workspace.delete(before)


def _selection(folder: Path) -> float:
    found = workspace.read_json(folder / "best.json")
    assert found is not None
    return float(found["selection"])


def _recorded_best(run_folder: Path) -> float:
    folder = best_folder(run_folder)
    return -math.inf if folder is None else _selection(folder)


def _agreed(stop: bool, save: bool, args: TrainingArguments) -> tuple[bool, bool]:
    """What the first process says, or one would wait for the others for ever."""
    if args.world_size == 1:
        return stop, save
    said = torch.tensor([int(stop), int(save)], device=args.device)
    torch.distributed.broadcast(said, src=0)
    return bool(said[0]), bool(said[1])


def _epoch_steps(state: TrainerState) -> int:
    return max(1, state.max_steps // max(1, state.num_train_epochs))


def _epochs_left(state: TrainerState) -> int:
    return math.ceil((state.num_train_epochs or 0) - (state.epoch or 0.0))


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if isinstance(value, int | float)}
