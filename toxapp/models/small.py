"""The small network: embeddings of subwords, pooled over a text, and a few layers up to the labels.

All of it starts from random weights; only the tokenizer is taken from elsewhere. Knows how it is
built and how it becomes a bundle. Does not know datasets, runs or how it is trained.

    ids -> embeddings -> mean (and maximum) over the text -> dense layers with ReLU -> logits

model/
  config.json        its size, labels
  model.safetensors  embeddings.weight, dense.<n>.weight and .bias, classifier.weight and .bias
  tokenizer.json     and what else the tokenizer writes
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import torch
from safetensors.torch import load_model
from tokenizers import Tokenizer
from torch import nn
from torch.nn.functional import embedding_bag
from transformers import PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerFast
from transformers.modeling_outputs import SequenceClassifierOutput

from toxapp.inference import bundle
from toxapp.models.encoder import fast_tokenizer
from toxapp.models.source import folder_of

PREFIX = "small:"
"""What stands before the folder or hub id whose tokenizer is taken."""
_BUNDLED = "minilm"
# Larger ones are features that nobody learned: mean average precision on validation, learned from
# 4,190 rows with six rare labels, was .520 with 0.02 against .503 with 0.1, at a rate of 5e-3.
_SPREAD = 0.02


@dataclass(frozen=True)
class Shape:
    """How large a network is.

    Attributes:
        embedding_size: numbers per subword, at least 1.
        pooling: "mean", or "mean and max".
        dense_layers: between the pooled embeddings and the labels; 0 goes straight.
        dense_size: numbers between them, at least 1.
        dropout: share of the pooled embeddings and of each layer's numbers, [0, 1).
    """

    embedding_size: int
    pooling: str
    dense_layers: int
    dense_size: int
    dropout: float


class SmallConfig(PreTrainedConfig):  # type: ignore[no-untyped-call]
    """What is written beside the weights."""

    model_type = "toxapp-small"
    vocab_size: int = 1
    embedding_size: int = 1
    pooling: str = "mean"
    dense_layers: int = 0
    dense_size: int = 1
    dropout: float = 0.0


class SmallNetwork(PreTrainedModel):  # type: ignore[no-untyped-call]
    """The network, as the Trainer and `save_pretrained` know models."""

    config_class = SmallConfig

    def __init__(self, config: SmallConfig) -> None:
        super().__init__(config)
        pools = 1 if config.pooling == "mean" else 2
        widths = [config.embedding_size * pools, *[config.dense_size] * config.dense_layers]
        self.embeddings = nn.Embedding(config.vocab_size, config.embedding_size)
        self.dropout = nn.Dropout(config.dropout)
        self.dense = nn.ModuleList(nn.Linear(before, after) for before, after in pairwise(widths))
        self.classifier = nn.Linear(widths[-1], len(config.id2label or {}))
        self.post_init()  # type: ignore[no-untyped-call]

    def _init_weights(self, module: nn.Module) -> None:
        if isinstance(module, nn.Embedding):
            nn.init.normal_(module.weight, std=_SPREAD)
        elif isinstance(module, nn.Linear):
            module.reset_parameters()

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor
    ) -> SequenceClassifierOutput:
        """Logits (n_texts, n_labels).

        Args:
            input_ids: (n_texts, longest).
            attention_mask: of that shape, 0 where a text is filled up; a text of none pools to 0.
        """
        pooled = self._pool(input_ids, attention_mask, "mean")
        if self.config.pooling != "mean":
            most = self._pool(input_ids, attention_mask, "max")
            pooled = torch.cat([pooled, most], dim=1)
        numbers = self.dropout(pooled)
        for layer in self.dense:
            numbers = self.dropout(layer(numbers).relu())
        return SequenceClassifierOutput(logits=self.classifier(numbers))

    def _pool(self, ids: torch.Tensor, mask: torch.Tensor, how: str) -> torch.Tensor:
        lengths = mask.sum(dim=1)
        begins = lengths.cumsum(dim=0) - lengths
        return embedding_bag(ids[mask.bool()], self.embeddings.weight, begins, mode=how)


@dataclass(frozen=True)
class Small:
    """A classifier that can be trained, and its tokenizer."""

    model: SmallNetwork
    tokenizer: PreTrainedTokenizerFast


def base_of(model: str) -> str:
    """Where the tokenizer comes from: what follows `small:`, else the bundled model."""
    return model.removeprefix(PREFIX) if model.startswith(PREFIX) else _BUNDLED


def own_tokenizer(model: str, max_length: int) -> PreTrainedTokenizerFast:
    """The tokenizer that `model` names, for texts of at most so many tokens.

    Args:
        model: `small`, or `small:` and a folder, also one of a tokenizer alone, or a hub id.
        max_length: tokens that will be read of a text.

    Raises:
        ModelError: it is missing, not fast, or does not know how to pad.
    """
    base = base_of(model)
    alone = (Path(base) / "tokenizer.json").is_file()
    return fast_tokenizer(Path(base) if alone else folder_of(base), base, max_length)


def build(labels: Sequence[str], tokenizer: PreTrainedTokenizerFast, shape: Shape) -> Small:
    """A network for the tokens of a tokenizer, drawn by torch's current seed.

    Args:
        labels: in the order of the outputs.
        tokenizer: its `model_max_length` is how many tokens are read of a text.
        shape: of the network.
    """
    config = SmallConfig(
        **vars(shape),
        vocab_size=1 + max(tokenizer.get_vocab().values()),
        id2label=dict(enumerate(labels)),
        label2id={label: n for n, label in enumerate(labels)},
        problem_type="multi_label_classification",
    )
    return Small(SmallNetwork(config), tokenizer)


def cutter(made: Small) -> Tokenizer:
    """What cuts texts into tokens as serving will: the tokenizer that `save` writes."""
    found = Tokenizer.from_str(made.tokenizer.backend_tokenizer.to_str())
    found.enable_truncation(made.tokenizer.model_max_length)
    found.no_padding()
    return found


def save(made: Small, folder: Path) -> None:
    """Write the model folder."""
    made.model.save_pretrained(folder)
    made.tokenizer.save_pretrained(folder)


def load_weights(made: Small, folder: Path) -> Small:
    """The same classifier with the weights that `save_pretrained` wrote into `folder`."""
    load_model(made.model, folder / "model.safetensors", device=str(made.model.device))
    return made


def make_bundle(model_folder: Path, folder: Path, *, max_length: int) -> None:
    """Make the bundle of a saved model: hard links where the disk allows, copies elsewhere."""
    about = json.loads((model_folder / "config.json").read_text(encoding="utf-8"))
    labels = about["id2label"]
    record = bundle.Bundle(
        kind="small",
        labels=tuple(labels[str(n)] for n in range(len(labels))),
        max_length=max_length,
        details={"pooling": about["pooling"], "dense_layers": about["dense_layers"]},
        hashes={},
        engine=bundle.ENGINES["small"],
    )
    bundle.make(model_folder, folder, names=("tokenizer.json", "model.safetensors"), record=record)
