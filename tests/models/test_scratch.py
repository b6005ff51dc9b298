"""Architectures without their weights: of any size up to their own, with any tokenizer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import (
    AutoModel,
    BertConfig,
    DebertaV2Config,
    DistilBertConfig,
    ModernBertConfig,
    PreTrainedModel,
    RobertaConfig,
)

from toxapp import inference
from toxapp.errors import ModelError
from toxapp.inference.tokens import encode
from toxapp.models import encoder
from toxapp.models.encoder import Encoder
from toxapp.models.scratch import Scratch
from toxapp.models.tokenizer import load_tokenizer, train_tokenizer

LABELS = ["rude", "spam"]
SIZE: dict[str, Any] = {
    "vocab_size": 26, "hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 4,
    "intermediate_size": 64, "max_position_embeddings": 66, "pad_token_id": 0,
}  # fmt: skip
CONFIGS: dict[str, Any] = {
    "bert": BertConfig(**SIZE),
    "roberta": RobertaConfig(**SIZE, bos_token_id=2, eos_token_id=3),
    "distilbert": DistilBertConfig(
        vocab_size=26, dim=32, n_layers=3, n_heads=4, hidden_dim=64, max_position_embeddings=66
    ),
    "deberta-v2": DebertaV2Config(**SIZE, relative_attention=True, pos_att_type=["p2c", "c2p"]),
    "modernbert": ModernBertConfig(
        **SIZE, bos_token_id=2, eos_token_id=3, cls_token_id=2, sep_token_id=3
    ),
}
TEXTS = ["the bus was late again", "buy the cheap prize", "Überall regnet es", "café olé"] * 5


@pytest.fixture(params=CONFIGS)
def base(request: pytest.FixtureRequest, model_folder: Path, tmp_path: Path) -> Path:
    """A saved base model of three layers, with the test's word tokenizer."""
    torch.manual_seed(5)
    folder = tmp_path / "base"
    load_tokenizer(model_folder).save_pretrained(folder)
    AutoModel.from_config(CONFIGS[request.param]).save_pretrained(folder)  # type: ignore[no-untyped-call]
    return folder


def built(base: Path, scratch: Scratch | None, seed: int = 0) -> Encoder:
    torch.manual_seed(seed)
    return encoder.build(
        str(base), LABELS, max_length=32, dropout=0.0, attention="eager", scratch=scratch
    )


def logits(made: Encoder, texts: Sequence[str]) -> torch.Tensor:
    ids = [encode(encoder.cutter(made), [text])[0].tolist() for text in texts]
    made.model.eval()  # type: ignore[no-untyped-call]
    with torch.inference_mode():
        return torch.cat([made.model(input_ids=torch.tensor([row])).logits for row in ids])


def size(model: PreTrainedModel) -> tuple[int, int, int]:
    config = model.config
    return config.num_hidden_layers, config.hidden_size, config.num_attention_heads


def test_from_scratch_no_weight_is_the_base_models_and_the_seed_draws_all(base: Path) -> None:
    taught, first = built(base, None).model.state_dict(), built(base, Scratch()).model.state_dict()
    again, other = built(base, Scratch()).model, built(base, Scratch(), seed=1).model
    assert all(torch.equal(first[name], found) for name, found in again.state_dict().items())
    drawn = [name for name, found in first.items() if found.is_floating_point() and found.std() > 0]
    assert any("layer" in name for name in drawn)
    for name in drawn:
        assert taught[name].shape == first[name].shape
        assert not torch.equal(taught[name], first[name]), name
        assert not torch.equal(other.state_dict()[name], first[name]), name


def test_from_scratch_it_is_as_small_as_asked_and_its_heads_follow(base: Path) -> None:
    made = built(base, Scratch(layers=2, hidden_size=16))
    assert size(made.model) == (2, 16, 2)  # heads of 8, as before
    assert built(base, Scratch()).model.num_parameters() > made.model.num_parameters()
    inner = {p.shape for n, p in made.model.named_parameters() if "layer" in n and p.ndim == 2}
    assert any(32 in shape for shape in inner)  # twice the hidden size, as before
    assert logits(made, TEXTS[:2]).shape == (2, 2)
    assert size(built(base, Scratch(hidden_size=20)).model) == (3, 20, 2)
    assert size(built(base, Scratch(layers=1)).model) == (1, 32, 4)


def test_from_scratch_it_can_have_a_tokenizer_of_its_own(base: Path, tmp_path: Path) -> None:
    tokenizer = train_tokenizer(str(base), TEXTS, 100)
    made = built(base, Scratch(tokenizer=tokenizer))
    assert made.model.config.vocab_size == len(tokenizer)
    assert made.model.config.pad_token_id == tokenizer.pad_token_id
    assert made.tokenizer.model_max_length == 32
    encoder.save(made, tmp_path / "model")
    encoder.make_bundle(tmp_path / "model", tmp_path / "bundle", max_length=32)
    scores = inference.load(tmp_path / "bundle").score(TEXTS[:4])
    expected = logits(made, TEXTS[:4]).sigmoid().numpy()
    assert scores == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Scratch(layers=4), "has layers 3, and from scratch at most as many, not 4"),
        (Scratch(hidden_size=33), "has hidden_size 32, and from scratch at most as many, not 33"),
    ],
)
def test_from_scratch_it_is_never_larger(base: Path, wanted: Scratch, said: str) -> None:
    with pytest.raises(ModelError, match=said):
        built(base, wanted)


def test_the_embeddings_and_first_layers_can_be_frozen(base: Path) -> None:
    made = built(base, None)
    encoder.freeze(made.model, embeddings=False, layers=0)
    assert all(p.requires_grad for p in made.model.parameters())
    encoder.freeze(made.model, embeddings=True, layers=0)
    assert frozen(made.model) == {"embeddings"}
    encoder.freeze(made.model, embeddings=False, layers=2)
    assert frozen(made.model) == {"embeddings", "0", "1"}


def frozen(model: PreTrainedModel) -> set[str]:
    """What holds the frozen parameters: the embeddings, or layers by number."""
    names = [name.split(".") for name, p in model.named_parameters() if not p.requires_grad]
    free = {name for name, p in model.named_parameters() if p.requires_grad}
    assert not any(".embeddings.word" in name for name in free) or not names
    return {next(p for p in parts if p == "embeddings" or p.isdigit()) for parts in names}


def test_no_more_layers_than_there_are_can_be_frozen(base: Path) -> None:
    with pytest.raises(ModelError, match="has 3 layers: 4 cannot be frozen"):
        encoder.freeze(built(base, None).model, embeddings=False, layers=4)
