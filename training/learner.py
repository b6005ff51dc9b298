"""The Hugging Face Trainer, taught what these runs need.

A loss that knows missing targets, batches of like length, a faster rate for the parts that start
untrained, and batches taken piece by piece where memory is short. Does not know files or jobs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
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

    def part(self, kept: slice) -> Examples:
        """Some of them."""
        return Examples(self.ids[kept], self.targets[kept])

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
    """How a step is made.

    Attributes:
        head_rate: how many times the body's rate the untrained parts get.
        bounds: of a batch.
        loss: that it makes small.
        pieces: in how many parts a batch goes through the model, one after the other.
        judged: logits (n_texts, n_labels) of a batch for an evaluation; None for the model's own.
    """

    head_rate: float
    bounds: Bounds
    loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
    pieces: int = 1
    judged: Callable[[Any, Mapping[str, torch.Tensor]], torch.Tensor] | None = None


class Learner(Trainer):
    """A Trainer of several labels at once."""

    def __init__(self, *args: Any, pace: Pace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pace = pace
        self._share = 1.0
        self.loss_is_scaled_for_ga = False  # a batch mean: the Trainer divides by accumulation

    def training_step(
        self,
        model: torch.nn.Module,
        inputs: dict[str, Any],
        num_items_in_batch: torch.Tensor | int | None = None,
    ) -> torch.Tensor:
        """The gradient of a batch, in pieces whose losses weigh as much as they know targets.

        So the step is that of the whole batch, and a run goes on unchanged with less memory.
        """
        total = torch.zeros((), device=self.args.device)
        known = (~torch.isnan(inputs["labels"])).sum().item()
        for piece in _pieces(inputs, self._pace.pieces):
            self._share = (~torch.isnan(piece["labels"])).sum().item() / max(1, known)
            total += super().training_step(model, piece, num_items_in_batch)
        self._share = 1.0
        return total

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
        loss = self._pace.loss(outputs.logits, targets) * self._share
        if not return_outputs:
            return loss
        judged = self._pace.judged
        return loss, {"logits": judged(self.model, inputs) if judged else outputs.logits}

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


def _pieces(inputs: dict[str, Any], pieces: int) -> list[dict[str, Any]]:
    """The batch in at most so many parts of like size, whatever it holds."""
    cut = {name: values.tensor_split(pieces) for name, values in inputs.items()}
    parts = [dict(zip(cut, part, strict=True)) for part in zip(*cut.values(), strict=True)]
    return [part for part in parts if len(part["labels"])]
