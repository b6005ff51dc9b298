"""The stages of a run, in order; each leaves a file behind, so that a resumed run skips it.

wait for the device -> build -> read and cut texts -> figures before -> train -> model/
-> bundle/ -> scores.parquet -> metrics.json -> rules/0001.json
"""

from __future__ import annotations

import copy
import json
import logging
import shutil
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from transformers import EvalPrediction, TrainingArguments, set_seed
from transformers.utils import logging as library_logging

from toxapp import workspace
from toxapp.data import store
from toxapp.data.store import Dataset, Rows
from toxapp.errors import DataError
from toxapp.inference.tokens import Ids, encode
from toxapp.jobs.queue import turn
from toxapp.jobs.work import Stopped, Work
from toxapp.models import encoder
from toxapp.models.encoder import Encoder
from toxapp.runs import events
from toxapp.runs.settings import Settings
from training import after, device
from training.batches import Bounds
from training.checkpoints import best_folder, lacks_evaluation, last_checkpoint
from training.device import Device
from training.figures import Ranking, ranking
from training.follow import LOG_STEPS, Follow, Forecast
from training.learner import Collator, Examples, Learner, Pace

_log = logging.getLogger("training")
_TRAIN_SAMPLE = 1000
_CUT_TEXTS = 2000
# Serving scores in full precision, which took about twice as long as an evaluation in bf16.
_FULL_PRECISION = 2.0


@dataclass(frozen=True)
class Part:
    """The rows of one split, and their tokens."""

    rows: Rows
    ids: list[Ids]


def train(folder: Path, job: Work | None) -> None:
    """Train the run in `folder`, or go on where it was left.

    Args:
        folder: of the run, with its config.json.
        job: what speaks for it; None in the further processes of a training on several devices.
    """
    library_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    settings = Settings.from_json(json.loads((folder / "config.json").read_text("utf-8")))
    on = device.choose(settings.device, settings.precision)
    _log.info("device %s, bf16 %s, attention %s", on.name, on.bf16, on.attention)
    with turn(on.name, job) if job else nullcontext():
        _learn(folder, settings, on, job)
        if job:
            after.finish(folder, settings, job)


def _learn(folder: Path, settings: Settings, on: Device, job: Work | None) -> None:
    if (folder / "model" / "config.json").exists():
        return
    dataset = store.load(settings.dataset)
    made = _built(dataset, settings, on, job)
    cutter = encoder.cutter(made)
    parts = {split: _part(dataset, split, cutter, job) for split in _SPLITS}
    encoder.start_at_rates(made.model, _rates(parts["train"].rows.targets))
    if not (folder / "checkpoints" / "before.json").exists():
        # A copy: accelerate takes a model that was evaluated for prepared, and would then train
        # it in every process by itself.
        copied = Encoder(copy.deepcopy(made.model), made.tokenizer)
        _before(folder, _learner(folder, settings, on, copied, parts, job)[0], parts, job)
    learner, follow = _learner(folder, settings, on, made, parts, job)
    checkpoint = last_checkpoint(folder)
    if checkpoint:
        _log.info("going on from %s", checkpoint.name)
        learner.args.eval_on_start = lacks_evaluation(folder, checkpoint)
    learner.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    if follow.stopped:
        raise Stopped
    _save(folder, made, learner, parts["train"], job)


def _built(dataset: Dataset, settings: Settings, on: Device, job: Work | None) -> Encoder:
    if job:
        job.stage("fetching and building the model")
    set_seed(settings.seed)
    return encoder.build(
        settings.model,
        dataset.labels,
        max_length=settings.max_length,
        dropout=settings.dropout,
        attention=on.attention,
    )


_SPLITS = ("train", "validation", "test")


def _part(dataset: Dataset, split: str, cutter: Tokenizer, job: Work | None) -> Part:
    rows = store.read(dataset.id, split)
    if not rows.texts:
        message = f"The {split} part of the dataset {dataset.id} holds no text; split it again."
        raise DataError(message)
    if job:
        job.stage(f"cutting the {split} texts into tokens", steps=len(rows.texts))
    ids: list[Ids] = []
    for start in range(0, len(rows.texts), _CUT_TEXTS):
        ids += encode(cutter, rows.texts[start : start + _CUT_TEXTS])
        if job:
            job.step(len(ids))
    return Part(rows, ids)


def _learner(
    folder: Path,
    settings: Settings,
    on: Device,
    made: Encoder,
    parts: dict[str, Part],
    job: Work | None,
) -> tuple[Learner, Follow]:
    follow = Follow(job, _forecast(folder, parts), checkpoint_s=settings.checkpoint_s)
    inputs = tuple(made.tokenizer.model_input_names)
    learner = Learner(
        model=made.model,
        args=_arguments(folder, settings, on),
        train_dataset=_examples(parts["train"]),
        eval_dataset=_examples(parts["validation"]),
        data_collator=Collator(int(made.tokenizer.pad_token_id), inputs),
        compute_metrics=_compute,
        callbacks=[follow],
        pace=Pace(settings.head_rate, Bounds(settings.batch_size, settings.batch_tokens)),
    )
    return learner, follow


def _forecast(folder: Path, parts: dict[str, Part]) -> Forecast:
    """What the evaluation before training says of those to come, and of the scoring at the end."""
    measured = events.read(folder, "evaluation")
    if not measured:
        return Forecast()
    evaluation_s = float(measured[0]["runtime"])
    text_s = evaluation_s / len(parts["validation"].ids)
    scored = len(parts["validation"].ids) + len(parts["test"].ids)
    return Forecast(
        evaluation_s=evaluation_s, after_s=text_s * (_FULL_PRECISION * scored + _TRAIN_SAMPLE)
    )


def _arguments(folder: Path, settings: Settings, on: Device) -> TrainingArguments:
    kind = on.name.partition(":")[0]
    return TrainingArguments(
        output_dir=str(folder / "checkpoints"),
        num_train_epochs=settings.epochs,
        learning_rate=settings.learning_rate,
        warmup_steps=settings.warmup,
        weight_decay=settings.weight_decay,
        adam_beta2=0.98,
        lr_scheduler_type="linear",
        per_device_train_batch_size=settings.batch_size,
        per_device_eval_batch_size=32,
        train_sampling_strategy="group_by_length",
        seed=settings.seed,
        bf16=on.bf16,
        use_cpu=kind == "cpu",
        eval_strategy="epoch",
        save_strategy="no",
        save_total_limit=1,
        logging_strategy="steps",
        logging_steps=LOG_STEPS,
        report_to="none",
        disable_tqdm=True,
        remove_unused_columns=False,
        label_names=["labels"],
        dataloader_pin_memory=kind == "cuda",
    )


def _examples(part: Part) -> Examples:
    return Examples(part.ids, part.rows.targets)


def _compute(found: EvalPrediction) -> dict[str, float]:
    assert isinstance(found.predictions, np.ndarray)
    assert isinstance(found.label_ids, np.ndarray)
    measured = ranking(found.label_ids, _sigmoid(found.predictions))
    return {"selection": measured.selection, **measured.known()}  # the exact loss replaces its own


def _sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    scores: NDArray[np.float32] = torch.from_numpy(logits).float().sigmoid().numpy()
    return scores


def _before(folder: Path, learner: Learner, parts: dict[str, Part], job: Work | None) -> None:
    """Measure every split before the first step, which shows later what training brought."""
    found: dict[str, Ranking] = {}
    for split, part in parts.items():
        if job:
            job.stage(f"measuring {split} before training")
        if split == "validation":
            found[split] = _from_metrics(learner.evaluate())
        else:
            found[split] = measure(learner, _examples(sample(part) if split == "train" else part))
    if job:
        workspace.write_json(
            folder / "checkpoints" / "before.json", {split: vars(r) for split, r in found.items()}
        )


def _from_metrics(metrics: dict[str, float]) -> Ranking:
    """The figures of an evaluation, which also went to the events and, as the best, to disk."""
    return Ranking(
        metrics["eval_loss"],
        metrics.get("eval_mean_roc_auc"),
        metrics.get("eval_mean_average_precision"),
        metrics.get("eval_macro_f1_at_half"),
    )


def measure(learner: Learner, examples: Examples) -> Ranking:
    """Figures of the model as it stands on these examples."""
    output = learner.predict(examples)
    assert isinstance(output.predictions, np.ndarray)
    assert isinstance(output.label_ids, np.ndarray)
    return ranking(output.label_ids, _sigmoid(output.predictions))


def sample(part: Part) -> Part:
    """At most 1,000 of the rows, evenly spread, to measure the training part by."""
    step = max(1, len(part.ids) // _TRAIN_SAMPLE)
    kept = slice(0, step * _TRAIN_SAMPLE, step)
    rows = Rows(
        part.rows.file[kept], part.rows.row[kept], part.rows.texts[kept], part.rows.targets[kept]
    )
    return Part(rows, part.ids[kept])


def _save(
    folder: Path, made: Encoder, learner: Learner, train_part: Part, job: Work | None
) -> None:
    """Put the best weights into model/; all processes measure the training part with them."""
    if job:
        job.stage("keeping the best weights")
    learner.accelerator.wait_for_everyone()  # only the first one knows when they are written
    best = best_folder(folder)
    assert best is not None, "a training without an evaluation"
    whole = encoder.load_weights(made, best)
    found = measure(learner, _examples(sample(train_part)))
    if job is None:
        return
    workspace.write_json(folder / "checkpoints" / "train_after.json", vars(found))
    draft = folder / "model.new"
    shutil.rmtree(draft, ignore_errors=True)
    encoder.save(whole, draft)
    draft.rename(folder / "model")


def _rates(targets: NDArray[np.float32]) -> NDArray[np.float64]:
    """How often each label is carried, kept off 0 and 1 by one text of either kind."""
    known = (~np.isnan(targets)).sum(axis=0)
    rates: NDArray[np.float64] = (np.nansum(targets, axis=0, dtype=np.float64) + 1) / (known + 2)
    return rates
