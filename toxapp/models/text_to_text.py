"""The text-to-text family: a T5 that writes the names of a text's labels.

Knows how it is built from a base model and how it becomes a bundle. Does not know datasets, runs
or how it is trained.

model/
  a standard `save_pretrained` folder, and
  strings.json       the labels, how each is spelled, and the tokens of its word
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_model
from tokenizers import Tokenizer
from transformers import (
    AutoConfig,
    AutoModelForSeq2SeqLM,
    PreTrainedTokenizerFast,
    T5Config,
    T5ForConditionalGeneration,
)

from toxapp.errors import ModelError
from toxapp.inference import bundle
from toxapp.inference.strings import EXACT_LABELS
from toxapp.models.encoder import fast_tokenizer
from toxapp.models.scratch import Scratch, resize
from toxapp.models.source import folder_of
from toxapp.models.spelling import Spelling, spell
from toxapp.runs.catalogue import known

_SAFE: Any = {"local_files_only": True, "trust_remote_code": False}
_DEFAULT = "t5:small"


@dataclass(frozen=True)
class TextToText:
    """A classifier that can be trained, its tokenizer, and what it writes for which label."""

    model: T5ForConditionalGeneration
    tokenizer: PreTrainedTokenizerFast
    labels: tuple[str, ...]
    spelling: Spelling


def build(
    base: str,
    labels: Sequence[str],
    *,
    max_length: int,
    dropout: float,
    attention: str,
    scratch: Scratch | None = None,
) -> TextToText:
    """A T5 that is to write these labels; what is new of it is drawn by torch's current seed.

    Args:
        base: `t5:` and a catalogue key, a folder or a hub id. From scratch with a trained
            tokenizer, t5:small needs no files: its architecture is known.
        labels: in the order in which they are written.
        max_length: tokens that will be read of a text, those of the prefix included.
        dropout: in every place where the architecture has one.
        attention: "eager" or "sdpa".
        scratch: all parts are new then, and may be fewer than the base model's.

    Raises:
        ModelError: the base model is missing, is no T5, lacks a fast tokenizer, or its tokenizer
            cannot tell the labels apart.
    """
    trained = scratch.tokenizer if scratch else None
    folder = None if trained and base == _DEFAULT else folder_of(_source(base))
    config = _config(folder, base)
    tokenizer = trained or _own_tokenizer(folder, base, max_length)
    tokenizer.model_max_length = max_length
    config.dropout_rate = dropout
    if scratch:
        _resize(config, base, scratch)
    config.decoder_start_token_id = config.pad_token_id = tokenizer.pad_token_id
    _check_vocabulary(config, tokenizer, base)
    spelling = spell(labels, tokenizer)
    if scratch:
        model = AutoModelForSeq2SeqLM.from_config(  # type: ignore[no-untyped-call]
            config, attn_implementation=attention, dtype=torch.float32
        )
    else:
        model = _pretrained(folder, config, base, attention)
    return TextToText(model, tokenizer, tuple(labels), spelling)


def cutter(made: TextToText) -> Tokenizer:
    """What cuts texts into tokens as serving will: the tokenizer that `save` writes."""
    found = Tokenizer.from_str(made.tokenizer.backend_tokenizer.to_str())
    found.enable_truncation(made.tokenizer.model_max_length)
    found.no_padding()
    return found


def freeze(model: T5ForConditionalGeneration, *, embeddings: bool, layers: int) -> None:
    """Leave the first layers of the encoder as they are, and the embeddings below them.

    Where the embeddings also end the decoder, as in the first T5, they stay as they are there.

    Raises:
        ModelError: the encoder has fewer layers.
    """
    blocks = model.encoder.block
    if layers > len(blocks):
        raise ModelError(f"The encoder has {len(blocks)} layers: {layers} cannot be frozen.")
    for part in [*blocks[:layers], *([model.shared] if embeddings or layers else [])]:
        part.requires_grad_(requires_grad=False)


def save(made: TextToText, folder: Path) -> None:
    """Write a standard model folder, which `transformers` loads, and how labels are spelled."""
    made.model.save_pretrained(folder)
    made.tokenizer.save_pretrained(folder)
    about = {"labels": made.labels, "spelling": asdict(made.spelling)}
    content = json.dumps(about, indent=1, ensure_ascii=False)
    (folder / "strings.json").write_text(content, encoding="utf-8")


def load_weights(made: TextToText, folder: Path) -> TextToText:
    """The same classifier with the weights that `save_pretrained` wrote into `folder`."""
    load_model(made.model, folder / "model.safetensors", device=str(made.model.device))
    return made


def method(n_labels: int) -> str:
    """How scores of so many labels are summed: "exact" over all strings, or "beams"."""
    return "exact" if n_labels <= EXACT_LABELS else "beams"


def make_bundle(model_folder: Path, folder: Path, *, max_length: int, prefix: str) -> None:
    """Make the bundle of a saved model: hard links where the disk allows, copies elsewhere."""
    about = json.loads((model_folder / "strings.json").read_text(encoding="utf-8"))
    spelling = about["spelling"]
    record = bundle.Bundle(
        kind="text-to-text",
        labels=tuple(about["labels"]),
        max_length=max_length,
        details={
            "prefix": prefix,
            "spelled": spelling["labels"],
            "none": spelling["none"],
            "words": spelling["words"],
            "method": method(len(about["labels"])),
        },
        hashes={},
        engine=bundle.ENGINES["text-to-text"],
    )
    names = ("config.json", "tokenizer.json", "model.safetensors")
    bundle.make(model_folder, folder, names=names, record=record)


def _source(base: str) -> str:
    """A folder or a hub id from what the settings call it."""
    entry = known(base)
    return entry.hub_id if entry else base.removeprefix("t5:")


def _config(folder: Path | None, base: str) -> T5Config:
    if folder is None:
        return T5Config()
    try:
        config = AutoConfig.from_pretrained(folder, **_SAFE)
    except (ValueError, OSError, KeyError) as error:
        first = str(error).strip().splitlines()[0]
        raise ModelError(f"'{base}' cannot be used as a T5: {first}") from error
    if not isinstance(config, T5Config):
        kind = getattr(config, "model_type", "unknown")
        raise ModelError(f"'{base}' is no T5, but of the kind {kind}; name a T5 after 't5:'.")
    return config


def _own_tokenizer(folder: Path | None, base: str, max_length: int) -> PreTrainedTokenizerFast:
    assert folder is not None
    tokenizer = fast_tokenizer(folder, base, max_length)
    if tokenizer.eos_token_id is None:
        raise ModelError(f"The tokenizer of '{base}' has no end token; name another T5.")
    return tokenizer


def _resize(config: T5Config, base: str, wanted: Scratch) -> None:
    own_size, own_width = config.d_model, config.d_ff
    resize(config, base, wanted)
    if wanted.layers:
        config.num_decoder_layers = wanted.layers
    config.d_ff = max(1, own_width * config.d_model // own_size)


def _check_vocabulary(config: T5Config, tokenizer: PreTrainedTokenizerFast, base: str) -> None:
    if len(tokenizer) > config.vocab_size:
        message = (
            f"The tokenizer of '{base}' knows {len(tokenizer)} tokens, its model only "
            f"{config.vocab_size}; name another T5."
        )
        raise ModelError(message)


def _pretrained(
    folder: Path | None, config: T5Config, base: str, attention: str
) -> T5ForConditionalGeneration:
    assert folder is not None
    try:
        model: T5ForConditionalGeneration = T5ForConditionalGeneration.from_pretrained(
            folder,
            config=config,
            attn_implementation=attention,
            dtype=torch.float32,
            use_safetensors=True,
            local_files_only=True,
        )
    except (ValueError, OSError, RuntimeError, SafetensorError) as error:
        first = str(error).strip().splitlines()[0]
        raise ModelError(f"'{base}' cannot be used as a T5: {first}") from error
    return model
