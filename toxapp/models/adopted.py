"""The adopted family: a text classifier that somebody else trained, taken as it is.

Its labels are mapped to the dataset's; its scores are what it says by its own configuration, as
`transformers.pipeline` reads it: a sigmoid per label, or one softmax over all of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from transformers import (
    AutoConfig,
    AutoModelForSequenceClassification,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)

from toxapp import workspace
from toxapp.errors import ModelError
from toxapp.inference import bundle
from toxapp.models.encoder import fast_tokenizer
from toxapp.models.source import folder_of

NOT_THERE = "none"
"""What a label is mapped to that the classifier has no counterpart of."""

_SAFE: Any = {"local_files_only": True, "trust_remote_code": False}
_WIDEST = 512


@dataclass(frozen=True)
class Reading:
    """How the classifier's outputs become scores; the content of model/adopted.json.

    Attributes:
        labels: the dataset's, in its order.
        outputs: for each of them the classifier's output; None: it has none, and scores 0.
        activation: "sigmoid" or "softmax".
        max_length: tokens read of a text.
    """

    labels: tuple[str, ...]
    outputs: tuple[int | None, ...]
    activation: str
    max_length: int


@dataclass(frozen=True)
class Adopted:
    """A classifier, its tokenizer, and how its outputs become scores."""

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerFast
    reading: Reading


def adopt(base: str, labels: Sequence[str], theirs: Mapping[str, str]) -> Adopted:
    """The classifier in a folder or on the hub, for the labels of a dataset.

    Args:
        base: a folder or a hub id.
        labels: the dataset's, in its order.
        theirs: what the classifier calls a label, where it is another name; "none" where it has
            no such label.

    Raises:
        ModelError: there is no such classifier, or a label has no counterpart.
    """
    folder = folder_of(base)
    try:
        config = AutoConfig.from_pretrained(folder, **_SAFE)
        model = AutoModelForSequenceClassification.from_pretrained(
            folder, dtype=torch.float32, use_safetensors=True, **_SAFE
        )
    except (ValueError, OSError, KeyError, SafetensorError) as error:
        first = str(error).strip().splitlines()[0]
        raise ModelError(f"'{base}' cannot be used as a text classifier: {first}") from error
    names = [str(config.id2label[n]) for n in range(config.num_labels)]
    longest = min(_WIDEST, _reads(config))
    reading = Reading(
        labels=tuple(labels),
        outputs=tuple(_output(base, label, theirs.get(label), names) for label in labels),
        activation=_activation(base, config),
        max_length=longest,
    )
    return Adopted(model, fast_tokenizer(folder, base, longest), reading)


def save(adopted: Adopted, folder: Path) -> None:
    """Write a standard model folder, and beside it how its outputs become scores."""
    adopted.model.save_pretrained(folder)
    adopted.tokenizer.save_pretrained(folder)
    workspace.write_json(folder / "adopted.json", asdict(adopted.reading))


def make_bundle(model_folder: Path, folder: Path) -> None:
    """Make the bundle of a saved classifier: hard links where the disk allows, else copies."""
    found = workspace.read_json(model_folder / "adopted.json")
    assert found is not None, model_folder
    tokenizer = fast_tokenizer(model_folder, str(model_folder), found["max_length"])
    record = bundle.Bundle(
        kind="adopted",
        labels=tuple(found["labels"]),
        max_length=found["max_length"],
        details={
            "inputs": list(tokenizer.model_input_names),
            "pad_id": int(tokenizer.pad_token_id),
            "activation": found["activation"],
            "outputs": found["outputs"],
        },
        hashes={},
        engine=bundle.ENGINES["adopted"],
    )
    names = ("config.json", "tokenizer.json", "model.safetensors")
    bundle.make(model_folder, folder, names=names, record=record)


def parse_map(text: str) -> dict[str, str]:
    """`label=theirs, label=theirs` as a mapping.

    Raises:
        ModelError: a part has no `=`.
    """
    pairs = [part.strip() for part in text.split(",") if part.strip()]
    wrong = [pair for pair in pairs if "=" not in pair]
    if wrong:
        message = f"'{wrong[0]}' does not say which of the classifier's labels is which. Write "
        raise ModelError(message + "label=theirs, with commas between.")
    return {label.strip(): theirs.strip() for label, _, theirs in (p.partition("=") for p in pairs)}


def _output(base: str, label: str, theirs: str | None, names: Sequence[str]) -> int | None:
    """Which output is the label: by the name that is given, else by its own."""
    if theirs == NOT_THERE:
        return None
    wanted = _plain(theirs or label)
    found = [n for n, name in enumerate(names) if _plain(name) == wanted]
    if len(found) == 1:
        return found[0]
    message = f"'{base}' has no label '{theirs or label}'; it has: {', '.join(names[:20])}. Map "
    advice = f"{label}=theirs, or {label}={NOT_THERE} where it has no counterpart."
    raise ModelError(message + advice)


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def _activation(base: str, config: Any) -> str:
    """What makes scores of the outputs, as `transformers.pipeline` decides it."""
    kind = getattr(config, "problem_type", None)
    if kind == "regression":
        message = f"'{base}' answers with a number without bounds, not with probabilities. "
        raise ModelError(message + "Name a classifier.")
    if kind is None:
        kind = "multi_label_classification" if config.num_labels == 1 else "single"
    return "sigmoid" if kind.startswith("multi") else "softmax"


def _reads(config: Any) -> int:
    longest = getattr(config, "max_position_embeddings", None) or _WIDEST
    # RoBERTa's kind counts positions from its padding token on.
    return longest - 2 if config.model_type in ("roberta", "xlm-roberta", "camembert") else longest
