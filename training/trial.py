"""A few steps of a training by gradient, by the very loop that will train, and what they took.

The steps stand for an epoch: its batches, from short texts to long ones, are parted in as many
groups of like number, and one is taken from the middle of each.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader
from transformers import TrainerCallback
from transformers.trainer_utils import IntervalStrategy

from toxapp.data.store import Rows
from toxapp.inference.tokens import encode
from toxapp.jobs.work import Work
from toxapp.models.pace import Pace
from toxapp.runs.settings import Settings
from training import device, encoder, learner, small, text_to_text
from training.arguments import arguments
from training.batches import Bounds, LengthBatches
from training.clock import Clock, cores, text_s
from training.device import Device
from training.gradient import Place, Student, all_rows
from training.learner import Examples, Learner
from training.loss import loss_for
from training.parts import parts, spread

STEPS = 5
_CUT_TEXTS = 4000
# Enough for batches of texts of like length, as whole splits have them; strings take far longer.
_MEASURED_TEXTS = 256
_READ_TEXTS = 64
_BUILD = {"encoder": encoder.build, "text-to-text": text_to_text.build, "small": small.build}

Batches = Sequence[list[int]]


def measured(folder: Path, settings: Settings, job: Work) -> Pace:
    """What training and evaluating take on the device, and scoring by the bundle's engine.

    A first step, in which the device also warms up, is not counted.
    """
    at = Place(folder, settings, device.choose(settings.device, settings.precision), job)
    taken = _taken(at.on)
    rows = text_to_text.rows(at) if settings.family == "text-to-text" else all_rows(at)
    student = _BUILD[settings.family](at, rows["train"])
    clock = Clock()
    job.stage("cutting a sample of the texts into tokens")
    texts = _some(rows["train"], _CUT_TEXTS)
    examples = _cut(texts, student)
    cut_s = clock.spent_s() * sum(len(part.texts) for part in rows.values()) / len(examples)
    lengths = [len(ids) for ids in examples.ids]
    batches = list(LengthBatches(lengths, _bounds(settings), seed=settings.seed))
    trial = _Trial(at, student, examples, typical(batches, lengths))
    timer = _Timer(at)
    trial.add_callback(timer)
    job.stage("learning", steps=STEPS + 1)
    working = Clock()
    trial.train()
    job.stage("measuring as while it trains")
    some = _READ_TEXTS if student.judged else _MEASURED_TEXTS
    evaluation_s = _evaluated_s(trial, at.on, some) * _evaluated(rows)
    job.stage("scoring as at the end")
    student.model.save_pretrained(folder / "weights")
    student.save(folder / "weights", folder / "model")
    tail = [*parts(settings.dataset)["validation"].texts, *parts(settings.dataset)["test"].texts]
    return Pace(
        by=f"{len(timer.took_s) - 1} steps",
        start_s=clock.start_s + cut_s,
        batches=round(len(batches) * len(rows["train"].texts) / len(examples)),
        batch_s=float(np.mean(timer.took_s[1:])),
        fit_s=0.0,
        evaluation_s=evaluation_s,
        scoring_s=text_s(folder, settings, spread_out(tail, some)) * len(tail),
        others=working.others(),
        cores=cores(),
        alone=min(1.0, working.own() / cores()) if at.on.name == "cpu" else 1.0,
        taken=taken,
        at=time.time(),
    )


def typical(batches: Batches, lengths: Sequence[int]) -> list[list[int]]:
    """The batches of the steps: the middle one to warm up, then some that stand for all.

    Args:
        batches: the places of each one's texts; one at least.
        lengths: of the texts, in tokens.
    """
    ordered = sorted(batches, key=lambda batch: len(batch) * max(lengths[n] for n in batch))
    places = [len(ordered) * (2 * n + 1) // (2 * STEPS) for n in range(STEPS)]
    return [ordered[place] for place in (places[STEPS // 2], *places)]


def spread_out(texts: Sequence[str], most: int) -> list[str]:
    """At most so many of the texts, evenly spread."""
    count = min(most, len(texts))
    return [texts[n * len(texts) // count] for n in range(count)]


class _Trial(Learner):
    """A learner of an epoch of a few given batches, which keeps nothing."""

    def __init__(
        self, at: Place, student: Student, examples: Examples, batches: list[list[int]]
    ) -> None:
        s = replace(at.settings, epochs=1, steps=0, accumulation=1, evaluate_every=0)
        told = arguments(at.folder, s, at.on, 1)
        told.eval_strategy = IntervalStrategy.NO
        loss = student.loss or loss_for(s, examples.targets)
        rate = s.head_rate if student.new_parts else 1.0
        super().__init__(
            model=student.model,
            args=told,
            train_dataset=examples,
            data_collator=student.collator,
            pace=learner.Pace(rate, _bounds(s), loss, judged=student.judged),
        )
        self._batches = batches

    def get_train_dataloader(self) -> DataLoader[Any]:
        """The given batches, in their order."""
        examples = self.train_dataset
        assert isinstance(examples, Examples)
        return DataLoader(examples, batch_sampler=self._batches, collate_fn=self.data_collator)


class _Timer(TrainerCallback):
    """The seconds of each step, in `took_s`."""

    def __init__(self, at: Place) -> None:
        self.took_s: list[float] = []
        self._at = at
        self._clock = Clock()

    def on_step_begin(self, *_args: Any, **_kwargs: Any) -> None:
        """Take the time."""
        _catch_up(self._at.on)
        self._clock = Clock()

    def on_step_end(self, *_args: Any, **_kwargs: Any) -> None:
        """Note what it took, and end where somebody asked for it."""
        _catch_up(self._at.on)
        self.took_s.append(self._clock.spent_s())
        if self._at.job:
            self._at.job.step(len(self.took_s))


def _bounds(s: Settings) -> Bounds:
    return Bounds(s.batch_size, s.batch_tokens)


def _some(rows: Rows, most: int) -> Rows:
    count = min(most, len(rows.texts))
    kept = np.arange(count) * len(rows.texts) // count
    return Rows(
        [rows.file[n] for n in kept],
        rows.row[kept],
        [rows.texts[n] for n in kept],
        rows.targets[kept],
    )


def _cut(rows: Rows, student: Student) -> Examples:
    ids = encode(student.cutter, [student.prefix + text for text in rows.texts])
    return Examples(ids, rows.targets)


def _evaluated(rows: dict[str, Rows]) -> int:
    """Texts of one evaluation of all splits."""
    train, test = rows["train"].texts, rows["test"].texts
    sample = train[spread(len(train), len(test))]
    return len(sample) + len(rows["validation"].texts) + len(test)


def _evaluated_s(trial: _Trial, on: Device, texts: int) -> float:
    """Seconds per text of an evaluation while it trains, from about so many of them."""
    examples = trial.train_dataset
    assert isinstance(examples, Examples)
    some = examples.part(slice(None, None, max(1, len(examples) // texts)))
    _catch_up(on)
    clock = Clock()
    trial.evaluate(some)
    _catch_up(on)
    return clock.spent_s() / len(some)


def _catch_up(on: Device) -> None:
    """Wait for what a GPU still has to do."""
    if on.name.startswith("cuda"):
        torch.cuda.synchronize()
    elif on.name == "mps":
        torch.mps.synchronize()


def _taken(on: Device) -> float:
    """The share of a GPU's memory that others hold; 0 where that is not known."""
    if not on.name.startswith("cuda"):
        return 0.0
    free, total = torch.cuda.mem_get_info()
    return round(1 - free / total, 3)
