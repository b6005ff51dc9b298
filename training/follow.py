"""What a training says while it runs, and when it saves or ends.

A callback of the Trainer: measurements to events.jsonl, progress to status.json, a checkpoint
every so many seconds and after each epoch, the best weights so far beside them, and an end within
a step when somebody asks for one.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import Any

import torch
from transformers import (
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)

from toxapp.jobs.work import Stopped, Work
from toxapp.runs import events
from training.checkpoints import keep_best

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
        stop = self._reports_a_stop(state)
        # At the end of an epoch before its evaluation, which takes long and can be killed.
        ends_epoch = state.global_step % _epoch_steps(state) == 0
        save = ends_epoch or time.monotonic() - self._saved > self._checkpoint_s
        stop, save = _agreed(stop, save, args)
        if stop:
            self.stopped = control.should_training_stop = True
        control.should_save = control.should_save or stop or save

    def on_epoch_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Leave the evaluation after a stop out: an uninterrupted run has none of half an epoch."""
        if self.stopped:
            control.should_evaluate = False

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
        # Weights before the event: a resumed run does not repeat an evaluation that it finds there.
        keep_best(self._job.folder, kwargs["model"], {**figures, "step": state.global_step})
        event = {"kind": "evaluation", "step": state.global_step, "split": "validation"}
        events.append(self._job.folder, {**event, "epoch": state.epoch, **figures})

    def on_prediction_step(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """End within a batch of an evaluation, too; alone only, others would wait for us."""
        if self._job and args.world_size == 1 and self._job.stop_asked():
            raise Stopped

    def _reports_a_stop(self, state: TrainerState) -> bool:
        """Say how far it is; whether somebody asked for an end, which first saves this step."""
        if self._job is None:
            return False
        left = self._forecast.left(state.max_steps - state.global_step, _epochs_left(state))
        try:
            self._job.step(state.global_step, seconds_left=left)
        except Stopped:
            return True
        return False


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
