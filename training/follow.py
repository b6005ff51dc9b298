"""What a training by gradient says while it runs, and when it saves or ends.

A callback of the Trainer: measurements to events.jsonl, progress to status.json, a checkpoint
every so many seconds and after each epoch, the best weights so far beside them, and an end within
a step when somebody asks for one, or when it has got no better for long.
"""

from __future__ import annotations

import math
import time
from typing import Any

import torch
from transformers import (
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)

from toxapp.data.split import SPLITS
from toxapp.jobs.work import Stopped, Work
from toxapp.runs import events
from toxapp.runs.settings import Settings
from training.checkpoints import keep_best, ran_out_of_patience
from training.forecast import Forecast, evaluations_left
from training.judge import Judge

LOG_STEPS = 5


class Follow(TrainerCallback):
    """Follows one training for the job on `job.folder`; other processes pass job=None."""

    def __init__(
        self, job: Work | None, forecast: Forecast, judge: Judge, settings: Settings
    ) -> None:
        self.stopped = False
        self._job = job
        self._forecast = forecast
        self._judge = judge
        self._settings = settings
        self._epoch_steps = 1
        self._saved = time.monotonic()

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Say how long the training is."""
        if self._job:
            self._job.stage("training", steps=state.max_steps)
        batches = len(kwargs["train_dataloader"])
        self._epoch_steps = math.ceil(batches / args.gradient_accumulation_steps)
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
        ends = state.global_step % self._epoch_steps == 0 or state.global_step == state.max_steps
        save = ends or time.monotonic() - self._saved > self._settings.checkpoint_s
        stop, save = _agreed(stop, save, args)
        if stop:
            self.stopped = control.should_training_stop = True
            control.should_evaluate = False
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
        """Keep the figures, and the weights where they are the best so far on validation."""
        split = _split(kwargs["metrics"])
        if self._job:
            self._keep(split, state, kwargs["model"], kwargs["metrics"])
        if split == "validation" and self._settings.patience and not self.stopped:
            enough = self._job is not None and ran_out_of_patience(
                self._job.folder, self._settings.patience
            )
            control.should_training_stop |= _agreed(enough, False, args)[0]

    def _keep(self, split: str, state: TrainerState, model: Any, metrics: dict[str, float]) -> None:
        assert self._job is not None
        assert self._judge.last is not None
        chosen_by = {name: metrics[f"eval_{split}_{name}"] for name in ("selection", "runtime")}
        self._forecast.evaluation_s[split] = chosen_by["runtime"]
        event = {"kind": "evaluation", "step": state.global_step, "split": split}
        figures = {**chosen_by, **self._judge.last.known()}
        # Weights before the event: a resumed run does not repeat an evaluation that it finds there.
        if split == "validation":
            keep_best(self._job.folder, model, {**figures, "step": state.global_step})
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
        evaluations = evaluations_left(state, self._settings.evaluate_every)
        left = self._forecast.left(state.max_steps - state.global_step, evaluations)
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


def _split(metrics: dict[str, float]) -> str:
    """Which split the figures of an evaluation are of."""
    return next(name for name in SPLITS if f"eval_{name}_runtime" in metrics)


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if isinstance(value, int | float)}
