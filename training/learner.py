"""The Hugging Face Trainer, taught what these runs need.

Masked binary cross-entropy (missing targets count for nothing), batches of like length, and a
faster rate for the parts that start untrained. Does not know files or jobs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.utils.data import DataLoader, Dataset
from transformers import PreTrainedModel, Trainer
from transformers.trainer_utils import EvalLoopOutput

from toxapp.inference.tokens import Ids, pad
from toxapp.models.encoder import is_new
from training.batches import Bounds, LengthBatches


class Examples(Dataset[dict[str, Any]]):
    """Tokenised texts and their targets.

    Attributes:
        ids: token ids per text.
        targets: float32 (n_texts, n_labels), NaN where missing.
    """

    def __init__(self, ids: Sequence[Ids], targets: NDArray[np.float32]) -> None:
        self.ids = ids
        self.targets = targets

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, index: int) -> dict[str, Any]:
        # A plain list: the Trainer's own grouping by length asks for its len.
        return {"input_ids": self.ids[index].tolist(), "labels": self.targets[index]}


@dataclass(frozen=True)
class Collator:
    """Examples become one padded batch of what the model takes."""

    pad_id: int
    inputs: tuple[str, ...]

    def __call__(self, examples: Sequence[Mapping[str, Any]]) -> dict[str, torch.Tensor]:
        """Tensors (n_texts, longest), and labels float32 (n_texts, n_labels)."""
        ids, mask = pad([np.asarray(e["input_ids"]) for e in examples], self.pad_id)
        arrays = {
            "input_ids": torch.from_numpy(ids),
            "attention_mask": torch.from_numpy(mask),
            "token_type_ids": torch.zeros(ids.shape, dtype=torch.int64),
        }
        batch = {name: arrays[name] for name in self.inputs}
        batch["labels"] = torch.from_numpy(np.stack([e["labels"] for e in examples]))
        return batch


@dataclass(frozen=True)
class Pace:
    """How fast which part learns.

    Attributes:
        head_rate: how many times the body's rate the untrained parts get.
        bounds: of a batch.
    """

    head_rate: float
    bounds: Bounds


def masked_loss(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Mean binary cross-entropy over the known targets; 0 where none is known.

    Args:
        logits: (n_texts, n_labels).
        targets: same shape, in [0, 1], NaN where missing.
    """
    known = ~torch.isnan(targets)
    losses = binary_cross_entropy_with_logits(
        logits.float(), targets.nan_to_num(0.0), reduction="none"
    )
    return (losses * known).sum() / known.sum().clamp(min=1)


class Learner(Trainer):
    """A Trainer of several labels at once."""

    def __init__(self, *args: Any, pace: Pace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pace = pace
        self.loss_is_scaled_for_ga = False  # a batch mean: the Trainer divides by accumulation

    def compute_loss(
        self,
        model: torch.nn.Module,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: torch.Tensor | int | None = None,  # noqa: ARG002
    ) -> Any:
        """Masked loss; the targets never reach the model, which would not mask them."""
        targets = inputs.pop("labels")
        outputs = model(**inputs)
        inputs["labels"] = targets
        loss = masked_loss(outputs.logits, targets)
        return (loss, {"logits": outputs.logits}) if return_outputs else loss

    def get_train_dataloader(self) -> DataLoader[Any]:
        """Batches of like length, each process its own."""
        examples = self.train_dataset
        assert isinstance(examples, Examples)
        sampler = LengthBatches(
            [len(ids) for ids in examples.ids],
            self._pace.bounds,
            seed=self.args.seed,
            rank=self.args.process_index,
            world=self.args.world_size,
        )
        return _EpochLoader(examples, batch_sampler=sampler, collate_fn=self.data_collator)

    def evaluation_loop(self, *args: Any, **kwargs: Any) -> EvalLoopOutput:
        """Evaluate without touching the training's random numbers.

        A loader draws one when it is opened; a run resumed after an evaluation opens one loader
        less, and would go on with other dropout than an uninterrupted run.
        """
        with torch.random.fork_rng(devices=[]):
            return super().evaluation_loop(*args, **kwargs)

    def create_optimizer(self, model: torch.nn.Module | None = None) -> torch.optim.Optimizer:
        """AdamW with four groups: body and new parts, with and without weight decay."""
        if self.optimizer is None:
            whole = self.model if model is None else model
            assert isinstance(whole, PreTrainedModel)
            cls, kwargs = self.get_optimizer_cls_and_kwargs(self.args, whole)
            self.optimizer = cls(self._groups(whole, kwargs.pop("lr")), **kwargs)
        optimizer: torch.optim.Optimizer = self.optimizer
        return optimizer

    def _groups(self, model: PreTrainedModel, rate: float) -> list[dict[str, Any]]:
        decayed = set(self.get_decay_parameter_names(model))
        groups: dict[tuple[bool, bool], list[torch.nn.Parameter]] = {}
        for name, parameter in model.named_parameters():
            if parameter.requires_grad:
                key = (is_new(name, model), name in decayed)
                groups.setdefault(key, []).append(parameter)
        return [
            {
                "params": parameters,
                "lr": rate * (self._pace.head_rate if new else 1.0),
                "weight_decay": self.args.weight_decay if decays else 0.0,
            }
            for (new, decays), parameters in sorted(groups.items(), key=lambda item: item[0])
        ]


class _EpochLoader(DataLoader[Any]):
    """A loader that hands the epoch on to its batches; the Trainer asks for it before each one."""

    def set_epoch(self, epoch: int) -> None:
        assert isinstance(self.batch_sampler, LengthBatches)
        self.batch_sampler.set_epoch(epoch)
