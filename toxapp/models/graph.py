"""An encoder's weights become a graph for OpenVINO, without torch and without tracing a program.

Knows BERT (MiniLM too), RoBERTa, XLM-R and DistilBERT: the same layers under other names. The last
layer is computed for the first token alone, which is all that the classifier reads: exact, and a
sixth of the work of six layers less. Does not know bundles or texts.

Inputs: ids, int32 (n_texts, length), and mask, float32, 0 at a token and -1e9 at padding.
Output: logits (n_texts, n_labels).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import openvino
from numpy.typing import NDArray
from openvino import opset13 as op

from toxapp.errors import ModelError
from toxapp.models.quantised import Ranges, inputs_step, rounded, shares

Weights = Mapping[str, NDArray[np.float32]]

_GELU = {"gelu": "erf", "gelu_new": "tanh", "gelu_pytorch_tanh": "tanh"}


@dataclass(frozen=True)
class _Names:
    """What an architecture calls its parts."""

    body: str
    layer: str
    query: str
    key: str
    value: str
    mixed: str
    mixed_norm: str
    up: str
    down: str
    down_norm: str
    pooled: str
    last: str


def _bert(body: str, pooled: str, last: str) -> _Names:
    return _Names(
        body=body,
        layer="encoder.layer.",
        query="attention.self.query",
        key="attention.self.key",
        value="attention.self.value",
        mixed="attention.output.dense",
        mixed_norm="attention.output.LayerNorm",
        up="intermediate.dense",
        down="output.dense",
        down_norm="output.LayerNorm",
        pooled=pooled,
        last=last,
    )


_NAMES = {
    "bert": _bert("bert.", "bert.pooler.dense", "classifier"),
    "roberta": _bert("roberta.", "classifier.dense", "classifier.out_proj"),
    "xlm-roberta": _bert("roberta.", "classifier.dense", "classifier.out_proj"),
    "distilbert": _Names(
        body="distilbert.",
        layer="transformer.layer.",
        query="attention.q_lin",
        key="attention.k_lin",
        value="attention.v_lin",
        mixed="attention.out_lin",
        mixed_norm="sa_layer_norm",
        up="ffn.lin1",
        down="ffn.lin2",
        down_norm="output_layer_norm",
        pooled="pre_classifier",
        last="classifier",
    ),
}
# Position 0 belongs to padding's number there, and a token equal to padding has no position.
_COUNTS_FROM_PADDING = ("roberta", "xlm-roberta")


def refusal(config: Any) -> str | None:
    """Why a model of this configuration cannot become a graph, one sentence; None where it can."""
    kind = config.model_type
    if kind not in _NAMES:
        return f"The architecture {kind} is none of {', '.join(_NAMES)}."
    activation = _activation(config)
    if activation != "relu" and activation not in _GELU:
        return f"The activation {activation} is none of relu, {', '.join(_GELU)}."
    if getattr(config, "is_decoder", False) or getattr(config, "add_cross_attention", False):
        return "The model is a decoder."
    return None


def build(config: Any, weights: Weights, ranges: Ranges | None = None) -> openvino.Model:
    """The graph of a classifier.

    Args:
        config: transformers' own.
        weights: as `save_pretrained` names them.
        ranges: of what matrices multiply; those matrices, and the words', are then in 8 bits.

    Raises:
        ModelError: the architecture is unknown.
    """
    drawn = _Drawing(config, weights, ranges)
    return openvino.Model([drawn.logits], drawn.inputs, "classifier")


def watched(config: Any, weights: Weights) -> tuple[openvino.Model, tuple[str, ...]]:
    """The graph whose outputs are lowest and highest of what each named matrix multiplies.

    Returns:
        Two outputs (width,) per name, in the order of the names.
    """
    drawn = _Drawing(config, weights, None)
    over = _whole([0, 1])
    ends = [
        end
        for seen in drawn.multiplied.values()
        for end in (op.reduce_min(seen, over), op.reduce_max(seen, over))
    ]
    return openvino.Model(ends, drawn.inputs, "ranges"), tuple(drawn.multiplied)


class _Drawing:
    """A graph under construction."""

    def __init__(self, config: Any, weights: Weights, ranges: Ranges | None) -> None:
        reason = refusal(config)
        if reason:
            raise ModelError(reason)
        self._config, self._weights, self._ranges = config, weights, ranges
        self._names = _NAMES[config.model_type]
        self._eps = float(getattr(config, "layer_norm_eps", 1e-12))
        self._rounded: dict[str, Any] = {}
        self.multiplied: dict[str, Any] = {}
        ids, mask = _input("ids", np.int32), _input("mask", np.float32)
        self.inputs = [ids, mask]
        self.logits = self._logits(ids, op.unsqueeze(mask, _whole([1, 2])))

    def _logits(self, ids: Any, mask: Any) -> Any:
        hidden = self._embedded(ids)
        count = self._config.num_hidden_layers
        for number in range(count):
            hidden = self._layer(hidden, mask, number, last=number == count - 1)
        pooled = self._linear(hidden, self._names.pooled, "pooled")
        kind = self._config.model_type
        settled = op.relu(pooled) if kind == "distilbert" else op.tanh(pooled)
        return op.squeeze(self._linear(settled, self._names.last, "last"), _whole([1]))

    def _embedded(self, ids: Any) -> Any:
        place = f"{self._names.body}embeddings."
        positions = self._weights[f"{place}position_embeddings.weight"]
        kinds = self._weights.get(f"{place}token_type_embeddings.weight")
        if kinds is not None:
            positions = positions + kinds[0]
        words = self._looked_up(self._weights[f"{place}word_embeddings.weight"], ids)
        where = op.gather(_numbers(positions), self._positions(ids), _whole(0))
        return self._norm(op.add(words, where), f"{place}LayerNorm")

    def _positions(self, ids: Any) -> Any:
        if self._config.model_type in _COUNTS_FROM_PADDING:
            padding = op.constant(np.int32(self._config.pad_token_id))
            real = op.convert(op.not_equal(ids, padding), "i32")
            return op.add(op.multiply(op.cum_sum(real, _whole(1)), real), padding)
        length = op.gather(op.shape_of(ids, "i32"), _whole(1), _whole(0))
        zero, one = op.constant(np.int32(0)), op.constant(np.int32(1))
        return op.unsqueeze(op.range(zero, length, one, "i32"), _whole(0))

    def _looked_up(self, table: NDArray[np.float32], ids: Any) -> Any:
        if self._ranges is None:
            return op.gather(_numbers(table), ids, _whole(0))
        whole, steps = rounded(table)
        taken = op.convert(op.gather(op.constant(whole), ids, _whole(0)), "f32")
        return op.multiply(taken, op.gather(_numbers(steps), ids, _whole(0)))

    def _layer(self, hidden: Any, mask: Any, number: int, *, last: bool) -> Any:
        names, at = self._names, f"{self._names.body}{self._names.layer}{number}."
        heads = self._config.num_attention_heads
        width = self._config.hidden_size
        asked = _first(hidden) if last else hidden
        ask = f"{number} asked" if last else f"{number} read"
        # The scores' scale is part of the query's weights.
        scale = (width // heads) ** -0.5
        query = _split(self._linear(asked, at + names.query, ask, scale), heads, width)
        key = _split(self._linear(hidden, at + names.key, f"{number} read"), heads, width)
        value = _split(self._linear(hidden, at + names.value, f"{number} read"), heads, width)
        seen = op.softmax(op.add(op.matmul(query, key, False, True), mask), -1)
        mixed = _joined(op.matmul(seen, value, False, False), width)
        mixed = self._linear(mixed, at + names.mixed, f"{number} mixed")
        middle = self._norm(op.add(mixed, asked), at + names.mixed_norm)
        up = self._active(self._linear(middle, at + names.up, f"{number} up"))
        down = self._linear(up, at + names.down, f"{number} down")
        return self._norm(op.add(down, middle), at + names.down_norm)

    def _linear(self, x: Any, name: str, read: str, scale: float = 1.0) -> Any:
        """A matrix and a bias over `x`, which is the same `read` for matrices that share it."""
        matrix = self._weights[f"{name}.weight"] * np.float32(scale)
        bias = _numbers(self._weights[f"{name}.bias"][None, None] * np.float32(scale))
        self.multiplied.setdefault(read, x)
        if self._ranges is None or read not in self._ranges:
            return op.add(op.matmul(x, _numbers(matrix), False, True), bias)
        share = shares(self._ranges[read])
        if read not in self._rounded:
            self._rounded[read] = self._in_steps(x, read, share)
        whole, steps = rounded(matrix * share)
        weights = op.multiply(op.convert(op.constant(whole), "f32"), _numbers(steps))
        return op.add(op.matmul(self._rounded[read], weights, False, True), bias)

    def _in_steps(self, x: Any, read: str, share: NDArray[np.float32]) -> Any:
        assert self._ranges is not None
        low, high = inputs_step(self._ranges[read], share)
        even = op.multiply(x, _numbers((1 / share)[None, None]))
        ends = [_numbers(np.full((1, 1, 1), end)) for end in (low, high, low, high)]
        return op.fake_quantize(even, *ends, 256)

    def _norm(self, x: Any, name: str) -> Any:
        even = op.mvn(x, _whole([-1]), True, self._eps, "inside_sqrt")
        grown = op.multiply(even, _numbers(self._weights[f"{name}.weight"][None, None]))
        return op.add(grown, _numbers(self._weights[f"{name}.bias"][None, None]))

    def _active(self, x: Any) -> Any:
        found = _activation(self._config)
        return op.relu(x) if found == "relu" else op.gelu(x, _GELU[found])


def _activation(config: Any) -> str:
    return str(getattr(config, "hidden_act", None) or getattr(config, "activation", None))


def _input(name: str, kind: type[np.generic]) -> Any:
    made = op.parameter([-1, -1], kind, name=name)
    made.output(0).set_names({name})
    return made


def _first(hidden: Any) -> Any:
    return op.slice(hidden, _whole([0]), _whole([1]), _whole([1]), _whole([1]))


def _split(x: Any, heads: int, width: int) -> Any:
    parted = op.reshape(x, _whole([0, 0, heads, width // heads]), True)
    return op.transpose(parted, _whole([0, 2, 1, 3]))


def _joined(x: Any, width: int) -> Any:
    return op.reshape(op.transpose(x, _whole([0, 2, 1, 3])), _whole([0, 0, width]), True)


def _whole(values: int | list[int]) -> Any:
    return op.constant(np.array(values, np.int64))


def _numbers(values: NDArray[Any]) -> Any:
    return op.constant(np.ascontiguousarray(values, np.float32))
