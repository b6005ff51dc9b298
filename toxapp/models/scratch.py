"""A base model's architecture without what it was taught, in its own size or smaller.

Weights are drawn by torch's current seed where the model is built.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from transformers import PreTrainedTokenizerFast

from toxapp.errors import ModelError

_WIDTHS = ("intermediate_size", "hidden_dim")
_SAME_WIDTH = ("pooler_hidden_size", "embedding_size")
_SPECIAL = ("pad", "bos", "eos", "cls", "sep", "mask")


@dataclass(frozen=True)
class Scratch:
    """How a model from scratch differs from its base model.

    Attributes:
        layers: how many; 0 as many as the base model.
        hidden_size: numbers per token between the layers; 0 as many as the base model.
        tokenizer: trained for it; None for the base model's own.
    """

    layers: int = 0
    hidden_size: int = 0
    tokenizer: PreTrainedTokenizerFast | None = None


def resize(config: Any, base: str, wanted: Scratch) -> None:
    """Give a base model's configuration the size and the vocabulary that are wanted.

    Heads keep their width as nearly as the hidden size can be shared evenly, and the inner layers
    their proportion.

    Raises:
        ModelError: the base model is smaller than that.
    """
    for name, asked, own in (
        ("layers", wanted.layers, config.num_hidden_layers),
        ("hidden_size", wanted.hidden_size, config.hidden_size),
    ):
        if asked > own:
            message = f"'{base}' has {name} {own}, and from scratch at most as many, not {asked}."
            raise ModelError(message)
    if wanted.layers:
        config.num_hidden_layers = wanted.layers
        if getattr(config, "layer_types", None):
            config.layer_types = config.layer_types[: wanted.layers]
    if wanted.hidden_size:
        _narrow(config, wanted.hidden_size)
    if wanted.tokenizer:
        _speak(config, wanted.tokenizer)


def _narrow(config: Any, hidden_size: int) -> None:
    own = config.hidden_size
    heads = _heads(hidden_size, own // config.num_attention_heads)
    for name in _WIDTHS:
        if isinstance(getattr(config, name, None), int):
            setattr(config, name, max(1, getattr(config, name) * hidden_size // own))
    for name in _SAME_WIDTH:
        if getattr(config, name, None) == own:
            setattr(config, name, hidden_size)
    config.hidden_size = hidden_size
    config.num_attention_heads = heads


def _heads(hidden_size: int, width: int) -> int:
    """How many heads share `hidden_size` evenly, each about `width` and, if it can be, even."""
    shares = [n for n in range(1, hidden_size + 1) if hidden_size % n == 0]
    even = [n for n in shares if (hidden_size // n) % 2 == 0]
    return min(even or shares, key=lambda n: (abs(hidden_size // n - width), n))


def _speak(config: Any, tokenizer: PreTrainedTokenizerFast) -> None:
    config.vocab_size = len(tokenizer)
    for name in _SPECIAL:
        if hasattr(config, f"{name}_token_id"):
            setattr(config, f"{name}_token_id", getattr(tokenizer, f"{name}_token_id"))
