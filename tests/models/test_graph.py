"""The graph that is written from the weights, against torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from safetensors.numpy import load_file
from transformers import (
    AutoModelForSequenceClassification,
    BertConfig,
    DistilBertConfig,
    ModernBertConfig,
    PreTrainedConfig,
    RobertaConfig,
    XLMRobertaConfig,
)

from toxapp.errors import ModelError
from toxapp.inference.compiled import Graph
from toxapp.models import graph
from toxapp.models.quantised import widest

WITHIN = 1e-5
PAD = 1
SIZES: dict[str, Any] = {
    "vocab_size": 40,
    "num_labels": 3,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "max_position_embeddings": 40,
    "pad_token_id": PAD,
}
DISTILLED: dict[str, Any] = {"dim": 32, "hidden_dim": 64, "n_layers": 2, "n_heads": 2}
KEPT: dict[str, Any] = {name: SIZES[name] for name in ("vocab_size", "num_labels", "pad_token_id")}
CONFIGS = {
    "bert": BertConfig(**SIZES),
    "tanh": BertConfig(**SIZES, hidden_act="gelu_new"),
    "distilbert": DistilBertConfig(**KEPT, **DISTILLED, max_position_embeddings=40),
    "relu": DistilBertConfig(**KEPT, **DISTILLED, activation="relu"),
    "roberta": RobertaConfig(**SIZES),
    "xlm-roberta": XLMRobertaConfig(**SIZES),
}

Numbers = NDArray[np.float64]


@pytest.fixture(scope="module")
def padded() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Five texts of 2 to 20 tokens; one of them says padding's own token in its middle."""
    rng = np.random.default_rng(0)
    ids, mask = rng.integers(2, 40, (5, 20)), np.zeros((5, 20), np.int64)
    for row, length in enumerate((2, 5, 9, 16, 20)):
        mask[row, :length] = 1
        ids[row, length:] = PAD
    ids[4, 7] = PAD
    return ids, mask


def model(config: PreTrainedConfig, folder: Path) -> Any:
    """A model with weights large enough that a part left out would show."""
    torch.manual_seed(0)
    made = AutoModelForSequenceClassification.from_config(config).eval()  # type: ignore[no-untyped-call]
    with torch.no_grad():
        for weights in made.parameters():
            weights.add_(torch.randn_like(weights) * 0.2)
    made.save_pretrained(folder)
    return made


@pytest.mark.parametrize("name", CONFIGS)
def test_the_graph_says_what_torch_says(
    name: str, padded: tuple[NDArray[np.int64], NDArray[np.int64]], tmp_path: Path
) -> None:
    ids, mask = padded
    theirs = model(CONFIGS[name], tmp_path)
    with torch.inference_mode():
        said = theirs(torch.from_numpy(ids), torch.from_numpy(mask)).logits.numpy()
    weights = load_file(tmp_path / "model.safetensors")
    ours = Graph(graph.build(theirs.config, weights))(ids, mask)
    assert np.ptp(said, axis=0).min() > 0.1
    assert np.abs(ours - said).max() <= WITHIN


def test_eight_bits_say_about_the_same_and_nothing_else_for_other_company(
    padded: tuple[NDArray[np.int64], NDArray[np.int64]], tmp_path: Path
) -> None:
    """Scales of a batch, as dynamic quantisation has them, would move a text with its company."""
    ids, mask = padded
    theirs = model(CONFIGS["bert"], tmp_path)
    weights = load_file(tmp_path / "model.safetensors")
    watched, names = graph.watched(theirs.config, weights)
    watch = Graph(watched)
    texts = [(ids[[n], : mask[n].sum()], mask[[n], : mask[n].sum()]) for n in range(5)]
    ranges = widest([watch.outputs(*text) for text in texts], names)
    quantised = Graph(graph.build(theirs.config, weights, ranges))
    full = Graph(graph.build(theirs.config, weights))(ids, mask)
    together = quantised(ids, mask)
    alone = np.concatenate([quantised(ids[[n]], mask[[n]]) for n in range(5)])
    order = np.array([3, 0, 4, 2, 1])
    assert 0 < np.abs(together - full).max() < 0.2 * np.ptp(full)
    assert np.abs(together - alone).max() <= 1e-6
    assert np.abs(together[order] - quantised(ids[order], mask[order])).max() <= 1e-6


def test_another_architecture_is_refused_with_its_name() -> None:
    config = ModernBertConfig()
    assert "modernbert is none of bert, roberta" in str(graph.refusal(config))
    with pytest.raises(ModelError, match="modernbert is none of"):
        graph.build(config, {})
    assert "activation silu" in str(graph.refusal(BertConfig(hidden_act="silu")))
    assert "decoder" in str(graph.refusal(BertConfig(is_decoder=True)))
    assert graph.refusal(BertConfig()) is None
