"""The encoder family: any sequence-classification encoder, fine-tuned to several labels at once.

Knows how it is built from a base model and how it becomes a bundle. Does not know datasets, runs
or how it is trained.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_model
from tokenizers import Tokenizer
from transformers import (
    AutoConfig,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)

from toxapp.errors import ModelError
from toxapp.inference import bundle
from toxapp.models.scratch import Scratch, resize
from toxapp.models.source import folder_of

# Else a folder that brings code of its own would be asked for on the terminal.
_SAFE: Any = {"local_files_only": True, "trust_remote_code": False}


@dataclass(frozen=True)
class Encoder:
    """A classifier that can be trained, and its tokenizer."""

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerFast


def build(
    base: str,
    labels: Sequence[str],
    *,
    max_length: int,
    dropout: float,
    attention: str,
    scratch: Scratch | None = None,
) -> Encoder:
    """A classifier of `labels` on the base model, its new parts drawn by torch's current seed.

    Args:
        base: a catalogue key, a folder or a hub id.
        labels: in the order of the outputs.
        max_length: tokens that will be read of a text.
        dropout: in every place where the architecture has one.
        attention: "eager" or "sdpa".
        scratch: all parts are new then, drawn by the seed, and may be fewer than the base model's.

    Raises:
        ModelError: the base model is missing, is no encoder, lacks a fast tokenizer, or reads
            fewer tokens than `max_length`, or does not end in an output per label.
    """
    folder = folder_of(base)
    try:
        config = AutoConfig.from_pretrained(folder, **_SAFE)
        _check_reads(config, base, max_length)
        _prepare(config, labels, dropout)
        if scratch:
            resize(config, base, scratch)
            model = AutoModelForSequenceClassification.from_config(  # type: ignore[no-untyped-call]
                config, attn_implementation=attention, dtype=torch.float32
            )
        else:
            model = _pretrained(folder, config, attention)
    except (ValueError, OSError, KeyError, SafetensorError) as error:
        first = str(error).strip().splitlines()[0]
        raise ModelError(f"'{base}' cannot be used as an encoder: {first}") from error
    _check_ends(model, base)
    if scratch and scratch.tokenizer:
        scratch.tokenizer.model_max_length = max_length
        return Encoder(model, scratch.tokenizer)
    return Encoder(model, fast_tokenizer(folder, base, max_length))


def cutter(encoder: Encoder) -> Tokenizer:
    """What cuts texts into tokens as serving will: the tokenizer that `save` writes.

    Not the base model's own file, which one from before tokenizer.json does not have.
    """
    found = Tokenizer.from_str(encoder.tokenizer.backend_tokenizer.to_str())
    found.enable_truncation(encoder.tokenizer.model_max_length)
    found.no_padding()
    return found


def start_at_rates(model: PreTrainedModel, rates: NDArray[np.float64]) -> None:
    """Set the last layer so that it says each label's rate before it has seen a text.

    A rare label then does not spend its first steps on learning that it is rare.

    Args:
        model: with one output per label.
        rates: (n_labels,), in (0, 1).
    """
    last = _last_layer(model)
    with torch.no_grad():
        last.bias.copy_(torch.from_numpy(np.log(rates / (1 - rates))).float())


def freeze(model: PreTrainedModel, *, embeddings: bool, layers: int) -> None:
    """Leave the first layers as they are, and the embeddings below them.

    Args:
        model: to be trained.
        embeddings: whether they are left alone where no layer is.
        layers: how many.

    Raises:
        ModelError: the model has fewer layers, or shares one among all.
    """
    body = getattr(model, model.base_model_prefix)
    count = model.config.num_hidden_layers
    stack = next(
        (m for m in body.modules() if isinstance(m, torch.nn.ModuleList) and len(m) == count), None
    )
    if layers and (stack is None or layers > count):
        own = "shares one layer among all" if stack is None else f"has {count} layers"
        raise ModelError(f"The model {own}: {layers} cannot be frozen (freeze_layers).")
    frozen = [*(stack or [])[:layers], *([body.embeddings] if embeddings or layers else [])]
    for part in frozen:
        part.requires_grad_(requires_grad=False)


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


def fast_tokenizer(folder: Path, base: str, max_length: int) -> PreTrainedTokenizerFast:
    """The tokenizer in a base model's folder, for texts of at most so many tokens.

    Raises:
        ModelError: there is none that is fast and knows how to pad.
    """
    tokenizer = _usable_tokenizer(folder)
    if tokenizer is None:
        message = (
            f"'{base}' has no fast tokenizer (tokenizer.json) with a padding token; name another."
        )
        raise ModelError(message)
    tokenizer.model_max_length = max_length
    return tokenizer


def make_bundle(model_folder: Path, folder: Path, *, max_length: int) -> None:
    """Make the bundle of a saved model: hard links where the disk allows, copies elsewhere."""
    config = AutoConfig.from_pretrained(model_folder, **_SAFE)
    tokenizer = AutoTokenizer.from_pretrained(model_folder, **_SAFE)
    record = bundle.Bundle(
        kind="encoder",
        labels=tuple(config.id2label[n] for n in range(config.num_labels)),
        max_length=max_length,
        details={
            "inputs": list(tokenizer.model_input_names),
            "pad_id": int(tokenizer.pad_token_id),
        },
        hashes={},
        engine=bundle.ENGINES["encoder"],
    )
    names = ("config.json", "tokenizer.json", "model.safetensors")
    bundle.make(model_folder, folder, names=names, record=record)


def _pretrained(folder: Path, config: Any, attention: str) -> PreTrainedModel:
    model: PreTrainedModel = AutoModelForSequenceClassification.from_pretrained(
        folder,
        config=config,
        attn_implementation=attention,
        dtype=torch.float32,
        use_safetensors=True,
        ignore_mismatched_sizes=True,
        **_SAFE,
    )
    return model


def _last_layer(model: PreTrainedModel) -> torch.nn.Linear:
    """The layer whose outputs are the labels' logits."""
    return [m for m in model.modules() if isinstance(m, torch.nn.Linear)][-1]


def _check_ends(model: PreTrainedModel, base: str) -> None:
    last = _last_layer(model)
    if last.bias is None or last.out_features != model.config.num_labels:
        message = (
            f"'{base}' does not end in a layer with an output and a bias per label, as encoders "
            "do; name an encoder, such as the bundled model 'minilm'."
        )
        raise ModelError(message)


def _prepare(config: Any, labels: Sequence[str], dropout: float) -> None:
    config.num_labels = len(labels)
    config.id2label = dict(enumerate(labels))
    config.label2id = {label: n for n, label in enumerate(labels)}
    config.problem_type = "multi_label_classification"
    for name, value in vars(config).items():
        if "dropout" in name and type(value) in (int, float):
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


def _usable_tokenizer(folder: Path) -> PreTrainedTokenizerFast | None:
    try:
        found = AutoTokenizer.from_pretrained(folder, **_SAFE)
    except (ValueError, OSError):
        return None
    # Where a folder has no vocabulary at all, some are made that know no word.
    kept = any((folder / name).is_file() for name in type(found).vocab_files_names.values())
    if not kept or not isinstance(found, PreTrainedTokenizerFast):
        return None
    return None if found.pad_token_id is None else found
