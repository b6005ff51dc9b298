"""The encoder family: any sequence-classification encoder, fine-tuned to several labels at once.

Knows how it is built from a base model and how it becomes a bundle. Does not know datasets, runs
or how it is trained.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_model
from transformers import (
    AutoConfig,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)

from toxapp.errors import ModelError
from toxapp.inference import bundle
from toxapp.models.source import folder_of


@dataclass(frozen=True)
class Encoder:
    """A classifier that can be trained, and its tokenizer."""

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerFast


def build(
    base: str, labels: Sequence[str], *, max_length: int, dropout: float, attention: str
) -> Encoder:
    """A classifier of `labels` on the base model, its new parts drawn by torch's current seed.

    Args:
        base: a catalogue key, a folder or a hub id.
        labels: in the order of the outputs.
        max_length: tokens that will be read of a text.
        dropout: in every place where the architecture has one.
        attention: "eager" or "sdpa".

    Raises:
        ModelError: the base model is missing, is no encoder, lacks a fast tokenizer, or reads
            fewer tokens than `max_length`.
    """
    folder = folder_of(base)
    try:
        config = AutoConfig.from_pretrained(folder, local_files_only=True)
        _check_reads(config, base, max_length)
        _prepare(config, labels, dropout)
        model = AutoModelForSequenceClassification.from_pretrained(
            folder,
            config=config,
            attn_implementation=attention,
            dtype=torch.float32,
            use_safetensors=True,
            local_files_only=True,
            ignore_mismatched_sizes=True,
        )
    except (ValueError, OSError, KeyError) as error:
        first = str(error).strip().splitlines()[0]
        raise ModelError(f"'{base}' cannot be used as an encoder: {first}") from error
    return Encoder(model, _tokenizer(folder, base, max_length))


def start_at_rates(model: PreTrainedModel, rates: NDArray[np.float64]) -> None:
    """Set the last layer so that it says each label's rate before it has seen a text.

    A rare label then does not spend its first steps on learning that it is rare.

    Args:
        model: with one output per label.
        rates: (n_labels,), in (0, 1).
    """
    last = last_layer(model)
    with torch.no_grad():
        last.bias.copy_(torch.from_numpy(np.log(rates / (1 - rates))).float())


def last_layer(model: PreTrainedModel) -> torch.nn.Linear:
    """The layer whose outputs are the labels' logits."""
    found = [m for m in model.modules() if isinstance(m, torch.nn.Linear)]
    last = found[-1]
    assert last.out_features == model.config.num_labels
    assert last.bias is not None
    return last


def is_new(name: str, model: PreTrainedModel) -> bool:
    """Whether the parameter `name` is of a part that starts untrained: pooler, classifier."""
    return not name.startswith(f"{model.base_model_prefix}.") or ".pooler." in name


def save(encoder: Encoder, folder: Path) -> None:
    """Write a standard model folder, which `transformers.pipeline` loads."""
    encoder.model.save_pretrained(folder)
    encoder.tokenizer.save_pretrained(folder)


def load_weights(encoder: Encoder, folder: Path) -> Encoder:
    """The same classifier with the weights that `save_pretrained` wrote into `folder`."""
    load_model(encoder.model, folder / "model.safetensors", device=str(encoder.model.device))
    return encoder


def make_bundle(model_folder: Path, folder: Path, *, max_length: int) -> None:
    """Make the bundle of a saved model: hard links where the disk allows, copies elsewhere."""
    config = AutoConfig.from_pretrained(model_folder, local_files_only=True)
    tokenizer = AutoTokenizer.from_pretrained(model_folder, local_files_only=True)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    names = ("config.json", "tokenizer.json", "model.safetensors")
    for name in names:
        _link(model_folder / name, folder / name)
    record = bundle.Bundle(
        format=bundle.FORMAT,
        kind="encoder",
        engine=bundle.ENGINE,
        labels=tuple(config.id2label[n] for n in range(config.num_labels)),
        max_length=max_length,
        inputs=tuple(tokenizer.model_input_names),
        pad_id=int(tokenizer.pad_token_id),
        hashes={name: bundle.sha256(folder / name) for name in names},
    )
    bundle.write(folder, record)


def _prepare(config: Any, labels: Sequence[str], dropout: float) -> None:
    config.num_labels = len(labels)
    config.id2label = dict(enumerate(labels))
    config.label2id = {label: n for n, label in enumerate(labels)}
    config.problem_type = "multi_label_classification"
    for name, value in vars(config).items():
        if "dropout" in name and isinstance(value, float):
            setattr(config, name, dropout)


def _check_reads(config: Any, base: str, max_length: int) -> None:
    longest = getattr(config, "max_position_embeddings", None)
    # RoBERTa's kind counts positions from its padding token on.
    if longest and getattr(config, "model_type", "") in ("roberta", "xlm-roberta", "camembert"):
        longest -= 2
    if longest and max_length > longest:
        message = (
            f"'{base}' reads at most {longest} tokens of a text, not {max_length} (max_length)."
        )
        raise ModelError(message)


def _tokenizer(folder: Path, base: str, max_length: int) -> PreTrainedTokenizerFast:
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    if not isinstance(tokenizer, PreTrainedTokenizerFast) or tokenizer.pad_token_id is None:
        message = (
            f"'{base}' has no fast tokenizer (tokenizer.json) with a padding token; name another."
        )
        raise ModelError(message)
    tokenizer.model_max_length = max_length
    return tokenizer


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
