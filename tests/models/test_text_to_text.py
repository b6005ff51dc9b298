from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.tiny import tiny_t5
from toxapp import inference
from toxapp.errors import ModelError
from toxapp.inference.bundle import read, sha256
from toxapp.inference.tokens import encode, open_tokenizer
from toxapp.models import spelling, text_to_text
from toxapp.models.scratch import Scratch
from toxapp.models.text_to_text import TextToText

LABELS = ["rude", "spam", "never"]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_t5(tmp_path_factory.mktemp("t5"))


@pytest.fixture
def folder(tmp_path: Path, base: Path) -> Path:
    return Path(shutil.copytree(base, tmp_path / "base"))


def built(base: Path | str, labels: list[str] = LABELS, **changed: Any) -> TextToText:
    torch.manual_seed(0)
    settings = {"max_length": 32, "dropout": 0.0, "attention": "eager", **changed}
    return text_to_text.build(f"t5:{base}", labels, **settings)


def refusal(base: Path, **changed: Any) -> str:
    with pytest.raises(ModelError) as raised:
        built(base, **changed)
    return str(raised.value)


def trained_tokenizer() -> Any:
    words = [*LABELS, spelling.NONE]
    return spelling.train_tokenizer(["the bus was late", *words] * 9, 200, words)


def changed_config(folder: Path, **values: object) -> Path:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, **values}))
    return folder


def test_a_pretrained_t5_keeps_all_of_its_weights(base: Path) -> None:
    made = built(base)
    other = built(base)
    assert made.labels == tuple(LABELS)
    assert made.spelling.words.labels == ((3,), (4,), (5,))
    for name, weights in made.model.state_dict().items():
        assert torch.equal(weights, other.model.state_dict()[name]), name


def test_dropout_is_set_everywhere(base: Path) -> None:
    found = [m.p for m in built(base, dropout=0.3).model.modules() if hasattr(m, "p")]
    assert len(found) > 4
    assert set(found) == {0.3}


def test_from_scratch_the_size_and_the_tokenizer_can_be_chosen(base: Path) -> None:
    made = built(base, scratch=Scratch(layers=1, hidden_size=16, tokenizer=trained_tokenizer()))
    config = made.model.config
    assert (config.d_model, config.d_ff, config.num_layers, config.num_decoder_layers) == (
        16,
        32,
        1,
        1,
    )
    assert config.vocab_size == len(made.tokenizer)
    name = "encoder.block.0.layer.1.DenseReluDense.wi.weight"
    own = built(base).model.state_dict()[name]
    assert not torch.equal(made.model.state_dict()[name], own[:32, :16])


def test_t5_small_from_scratch_with_a_trained_tokenizer_needs_no_files() -> None:
    made = built("small", scratch=Scratch(1, 32, trained_tokenizer()))
    config = made.model.config
    assert (config.d_model, config.d_ff, config.num_heads, config.num_layers) == (32, 128, 1, 1)
    assert config.decoder_start_token_id == config.pad_token_id == 0


def test_more_than_the_base_model_has_is_refused(base: Path) -> None:
    assert "at most as many, not 7" in refusal(base, scratch=Scratch(layers=7))


def test_what_is_no_t5_is_refused(folder: Path, model_folder: Path) -> None:
    expected = f"'t5:{model_folder}' is no T5, but of the kind bert; name a T5 after 't5:'."
    assert refusal(model_folder) == expected
    assert "cannot be used as a T5" in refusal(changed_config(folder, model_type="no-such"))


def test_damaged_or_missing_weights_are_refused(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"no weights at all")
    assert "cannot be used as a T5" in refusal(folder)
    (folder / "model.safetensors").unlink()
    assert "holds no safetensors weights" in refusal(folder)


def test_a_folder_without_a_tokenizer_is_refused(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()
    assert "has no fast tokenizer" in refusal(folder)


def test_a_tokenizer_that_knows_more_than_its_model_is_refused(folder: Path) -> None:
    trained_tokenizer().save_pretrained(folder)
    assert "its model only 29; name another T5." in refusal(folder)


def test_labels_that_the_tokenizer_cannot_write_are_refused(base: Path) -> None:
    assert "cannot tell the words for the labels apart" in refusal(base, labels=["rude", "unheard"])


def test_frozen_layers_of_the_encoder_and_its_embeddings_learn_nothing(base: Path) -> None:
    made = built(base)
    text_to_text.freeze(made.model, embeddings=False, layers=0)
    assert all(p.requires_grad for p in made.model.parameters())
    text_to_text.freeze(made.model, embeddings=False, layers=1)
    for name, parameter in made.model.named_parameters():
        frozen = name.startswith(("shared.", "encoder.block.0."))
        assert parameter.requires_grad != frozen, name
    with pytest.raises(ModelError, match="has 1 layers: 2 cannot be frozen"):
        text_to_text.freeze(made.model, embeddings=False, layers=2)


def test_texts_are_cut_as_the_saved_tokenizer_cuts_them(base: Path, tmp_path: Path) -> None:
    made = built(base, max_length=5)
    text_to_text.save(made, tmp_path / "saved")
    texts = ["the bus was late again", "", "unheard"]
    cut = encode(text_to_text.cutter(made), texts)
    served = encode(open_tokenizer(tmp_path / "saved" / "tokenizer.json", 5), texts)
    assert [ids.tolist() for ids in served] == [ids.tolist() for ids in cut]
    assert [len(ids) for ids in cut] == [5, 1, 2]


def test_the_best_weights_replace_those_of_the_last_step(base: Path, tmp_path: Path) -> None:
    best = built(base)
    best.model.save_pretrained(tmp_path / "best")
    made = built(base)
    with torch.no_grad():
        for parameter in made.model.parameters():
            parameter.add_(1)
    loaded = text_to_text.load_weights(made, tmp_path / "best").model.state_dict()
    for name, weights in best.model.state_dict().items():
        assert torch.equal(loaded[name], weights), name


def test_a_bundle_records_what_it_holds(base: Path, tmp_path: Path) -> None:
    labels = ["rude", "spam"]
    text_to_text.save(built(base, labels), tmp_path / "model")
    text_to_text.make_bundle(tmp_path / "model", tmp_path / "bundle", max_length=32, prefix="p: ")
    found = read(tmp_path / "bundle")
    names = ["config.json", "model.safetensors", "tokenizer.json"]
    assert sorted(f.name for f in (tmp_path / "bundle").iterdir()) == ["bundle.json", *names]
    for name in names:
        assert found.hashes[name] == sha256(tmp_path / "model" / name), name
    assert (found.kind, found.labels, found.max_length) == ("text-to-text", ("rude", "spam"), 32)
    assert found.details == {
        "prefix": "p: ",
        "spelled": ["rude", "spam"],
        "none": "not_toxic",
        "words": {"labels": [[3], [4]], "none": [6], "start": 0, "end": 1},
        "method": "exact",
    }


def test_more_labels_than_six_are_scored_by_beams() -> None:
    assert text_to_text.method(6) == "exact"
    assert text_to_text.method(7) == "beams"


def test_a_saved_model_scores_as_it_did_and_transformers_loads_it(
    base: Path, tmp_path: Path
) -> None:
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

    made = built(base, scratch=Scratch(0, 16, trained_tokenizer()))
    text_to_text.save(made, tmp_path / "model")
    text_to_text.make_bundle(tmp_path / "model", tmp_path / "bundle", max_length=32, prefix="")
    scores = inference.load(tmp_path / "bundle").score(["the bus was late", ""])
    assert scores.shape == (2, 3)
    assert ((scores >= 0) & (scores <= 1)).all()
    other = AutoModelForSeq2SeqLM.from_pretrained(tmp_path / "model")
    ids = AutoTokenizer.from_pretrained(tmp_path / "model")("the bus").input_ids
    assert ids == text_to_text.cutter(made).encode("the bus").ids
    for name, weights in made.model.state_dict().items():
        np.testing.assert_array_equal(weights, other.state_dict()[name], err_msg=name)
