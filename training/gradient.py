"""How the families that are trained by gradient learn: the same loop for all of them.

read and cut texts -> figures before -> train, the best weights kept -> model/

A family brings a `Student`, made anew whenever the training starts over.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import rmtree
from typing import Any

import torch
from safetensors.torch import load_model
from tokenizers import Tokenizer
from transformers import PreTrainedModel, TrainerState

from toxapp.data import store
from toxapp.data.store import Rows
from toxapp.inference.tokens import Ids, encode
from toxapp.jobs.work import Stopped, Work
from toxapp.runs import events
from toxapp.runs.settings import Settings
from training import checkpoints, memory
from training.arguments import arguments
from training.batches import Bounds
from training.device import Device
from training.follow import Follow
from training.forecast import Forecast
from training.judge import Judge
from training.learner import Examples, Learner, Pace
from training.loss import loss_for
from training.parts import parts, spread

_log = logging.getLogger("training")
_CUT_TEXTS = 2000
# Serving scores in full precision, which took about twice as long as an evaluation in bf16.
_FULL_PRECISION = 2.0


@dataclass(frozen=True)
class Place:
    """Where a training takes place.

    Attributes:
        folder: of the run.
        settings: of the run.
        on: what it trains on.
        job: what speaks for it; None in the further processes of a training on several devices.
    """

    folder: Path
    settings: Settings
    on: Device
    job: Work | None

    def stage(self, name: str, steps: int = 0) -> None:
        """Begin a stage."""
        if self.job:
            self.job.stage(name, steps=steps)


@dataclass(frozen=True)
class Student:
    """What a family brings: a model, and how it learns and is measured.

    Attributes:
        model: to be trained.
        cutter: cuts texts into tokens as serving will.
        collator: makes batches of what the model takes.
        save: writes the family's files into a new folder, with the weights of another.
        prefix: what every text is preceded by.
        loss: of the model's logits and the targets; None for that of logits (n_texts, n_labels),
            as the settings ask for it.
        judged: logits (n_texts, n_labels) of a batch for an evaluation; None for the model's own.
        new_parts: whether some of it starts untrained, and learns faster.
    """

    model: PreTrainedModel
    cutter: Tokenizer
    collator: Callable[[Sequence[Mapping[str, Any]]], dict[str, torch.Tensor]]
    save: Callable[[Path, Path], None]
    prefix: str = ""
    loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor] | None = None
    judged: Callable[[Any, Mapping[str, torch.Tensor]], torch.Tensor] | None = None
    new_parts: bool = True


Build = Callable[[Place, Rows], Student]
Read = Callable[[Place], dict[str, Rows]]


def all_rows(at: Place) -> dict[str, Rows]:
    """Every row of each split."""
    return parts(at.settings.dataset)


def learn(at: Place, build: Build, read: Read = all_rows) -> None:
    """Train what `build` makes of the training rows; model/ is there when it is done.

    When memory runs out, it goes on from the last checkpoint, or from the start, with batches in
    smaller pieces. Of several processes the others would wait for ever for one: there it fails.
    """
    if (at.folder / "model").exists():
        return
    rows = read(at)
    student = build(at, rows["train"])
    examples = {split: _cut(at, split, rows[split], student) for split in rows}
    while True:
        try:
            _attempt(at, student, examples)
            break
        except (RuntimeError, MemoryError) as error:
            if torch.distributed.is_initialized() or not memory.ran_out(error):
                raise
        memory.halve(at.folder, at.settings, checkpoints.last_step(at.folder))
        student = build(at, rows["train"])
    if at.job:
        _keep(at, student)


def _cut(at: Place, split: str, rows: Rows, student: Student) -> Examples:
    at.stage(f"cutting the {split} texts into tokens", steps=len(rows.texts))
    ids: list[Ids] = []
    for start in range(0, len(rows.texts), _CUT_TEXTS):
        texts = rows.texts[start : start + _CUT_TEXTS]
        ids += encode(student.cutter, [student.prefix + text for text in texts])
        if at.job:
            at.job.step(len(ids))
    return Examples(ids, rows.targets)


def _attempt(at: Place, student: Student, examples: dict[str, Examples]) -> None:
    """Train to the end, from the last checkpoint where there is one."""
    if 0 not in checkpoints.evaluated(at.folder):
        at.stage("measuring before training")
        # A copy: accelerate takes a model that was evaluated for prepared, and would then train
        # it in every process by itself.
        copied = replace(student, model=copy.deepcopy(student.model))
        _learner(at, copied, examples)[0].evaluate()
    learner, follow = _learner(at, student, examples)
    checkpoint = checkpoints.last_checkpoint(at.folder)
    if checkpoint is None:
        learner.train()
    else:
        _go_on(at, student, learner, checkpoint)
    if follow.stopped:
        raise Stopped
    learner.accelerator.wait_for_everyone()  # only the first one knows when the best is written


def _go_on(at: Place, student: Student, learner: Learner, checkpoint: Path) -> None:
    """Train from a checkpoint on, and make up for the evaluation that it may lack."""
    _log.info("going on from %s", checkpoint.name)
    lacking = checkpoints.lacks_evaluation(at.folder, checkpoint, at.settings.evaluate_every)
    if checkpoints.is_last(checkpoint):  # the Trainer would train another step within an epoch
        learner.state = TrainerState.load_from_json(str(checkpoint / "trainer_state.json"))
        load_model(student.model, checkpoint / "model.safetensors")
        if lacking:
            learner.evaluate()
    elif lacking or not checkpoints.ran_out_of_patience(at.folder, at.settings.patience):
        learner.args.eval_on_start = lacking
        learner.train(resume_from_checkpoint=str(checkpoint))


def _learner(at: Place, student: Student, examples: dict[str, Examples]) -> tuple[Learner, Follow]:
    s = at.settings
    pieces = memory.pieces(at.folder)
    measured = spread(len(examples["train"]), len(examples["test"]))
    judge = Judge(store.load(s.dataset).labels, s.best_by)
    follow = Follow(at.job, _forecast(at.folder), judge, s)
    learner = Learner(
        model=student.model,
        args=arguments(at.folder, s, at.on, pieces),
        train_dataset=examples["train"],
        # Validation last: its figures say that the evaluation is complete.
        eval_dataset={
            "train": examples["train"].part(measured),
            "test": examples["test"],
            "validation": examples["validation"],
        },
        data_collator=student.collator,
        compute_metrics=judge,
        callbacks=[follow],
        pace=Pace(
            s.head_rate if student.new_parts else 1.0,
            Bounds(s.batch_size, s.batch_tokens),
            student.loss or loss_for(s, examples["train"].targets),
            pieces,
            student.judged,
        ),
    )
    return learner, follow


def _forecast(folder: Path) -> Forecast:
    """What the evaluation before training says of those to come, and of the scoring at the end."""
    runtimes = {e["split"]: float(e["runtime"]) for e in events.read(folder, "evaluation")}
    scored = [split for split in ("validation", "test") if split in runtimes]
    after_s = _FULL_PRECISION * sum(runtimes[split] for split in scored)
    return Forecast(evaluation_s=runtimes, after_s=after_s)


def _keep(at: Place, student: Student) -> None:
    """Put the best weights into model/."""
    at.stage("keeping the best weights")
    best = checkpoints.best_folder(at.folder)
    assert best is not None, "a training without an evaluation"
    draft = at.folder / "model.new"
    rmtree(draft, ignore_errors=True)
    student.save(best, draft)
    draft.rename(at.folder / "model")
