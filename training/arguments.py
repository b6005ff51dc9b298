"""The settings of a run in the Trainer's own words."""

from __future__ import annotations

from pathlib import Path

from transformers import TrainingArguments

from toxapp.runs.settings import Settings
from training.device import Device

LOG_STEPS = 5
_EVALUATED_TEXTS = 32
_SCHEDULES = {"linear": "linear", "cosine": "cosine", "constant": "constant_with_warmup"}


def arguments(folder: Path, settings: Settings, on: Device, pieces: int) -> TrainingArguments:
    """What the Trainer is told.

    Args:
        folder: of the run.
        settings: of the run.
        on: what it trains on.
        pieces: in how many parts a batch goes through the model.
    """
    kind = on.name.partition(":")[0]
    return TrainingArguments(
        output_dir=str(folder / "checkpoints"),
        num_train_epochs=settings.epochs,
        max_steps=settings.steps or -1,
        learning_rate=settings.learning_rate,
        warmup_steps=settings.warmup,
        weight_decay=settings.weight_decay,
        adam_beta2=0.98,
        lr_scheduler_type=_SCHEDULES[settings.schedule],
        per_device_train_batch_size=settings.batch_size,
        gradient_accumulation_steps=settings.accumulation,
        per_device_eval_batch_size=max(1, _EVALUATED_TEXTS // pieces),
        train_sampling_strategy="group_by_length",
        seed=settings.seed,
        bf16=on.bf16,
        use_cpu=kind == "cpu",
        eval_strategy="steps" if settings.evaluate_every else "epoch",
        eval_steps=settings.evaluate_every or None,
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
