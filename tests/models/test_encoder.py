from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from transformers import DistilBertConfig, DistilBertModel, RobertaConfig, RobertaModel

from toxapp import inference
from toxapp.errors import ModelError
from toxapp.inference.bundle import read, sha256
from toxapp.inference.tokens import encode, open_tokenizer
from toxapp.models import encoder
from toxapp.models.encoder import Encoder

LABELS = ["rude", "spam", "never"]
ODD = ['say "no"', "Müll & mehr", "a,b\tc", "日本", "../up", "0"]


def built(base: Path, labels: list[str] = LABELS, **changed: Any) -> Encoder:
    torch.manual_seed(0)
    settings = {"max_length": 32, "dropout": 0.0, "attention": "eager", **changed}
    return encoder.build(str(base), labels, **settings)


@pytest.fixture
def folder(tmp_path: Path, model_folder: Path) -> Path:
    return Path(shutil.copytree(model_folder, tmp_path / "base"))


@pytest.fixture
def distilbert(folder: Path) -> Path:
    torch.manual_seed(0)
    config = DistilBertConfig(
        vocab_size=26, dim=32, n_layers=1, n_heads=2, hidden_dim=64, max_position_embeddings=64
    )
    DistilBertModel(config).save_pretrained(folder)
    return folder


@pytest.fixture
def roberta(folder: Path) -> Path:
    torch.manual_seed(0)
    config = RobertaConfig(
        vocab_size=26,
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=66,
        pad_token_id=0,
        bos_token_id=2,
        eos_token_id=3,
    )
    RobertaModel(config).save_pretrained(folder)
    return folder


def changed_config(folder: Path, **values: object) -> Path:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, **values}))
    return folder


def said(model: torch.nn.Module, ids: list[int]) -> NDArray[np.float32]:
    """The scores of one text."""
    model.eval()
    with torch.inference_mode():
        logits: torch.Tensor = model(input_ids=torch.tensor([ids])).logits
    scores: NDArray[np.float32] = logits.sigmoid().numpy()[0]
    return scores


def refusal(base: Path, **changed: Any) -> str:
    with pytest.raises(ModelError) as raised:
        built(base, **changed)
    sentence = str(raised.value)
    assert "\n" not in sentence
    assert str(base) in sentence
    return sentence


def test_labels_are_in_the_config_in_their_order(model_folder: Path, tmp_path: Path) -> None:
    config = built(model_folder).model.config
    assert config.id2label == {0: "rude", 1: "spam", 2: "never"}
    assert config.label2id == {"rude": 0, "spam": 1, "never": 2}
    assert config.problem_type == "multi_label_classification"
    encoder.save(built(model_folder), tmp_path / "saved")
    saved = json.loads((tmp_path / "saved" / "config.json").read_text())
    assert saved["id2label"] == {"0": "rude", "1": "spam", "2": "never"}


def test_the_base_models_weights_are_kept_and_the_rest_is_drawn_by_the_seed(
    model_folder: Path,
) -> None:
    first, second = built(model_folder).model.state_dict(), built(model_folder).model.state_dict()
    assert all(torch.equal(first[name], second[name]) for name in first)
    torch.manual_seed(1)
    other = encoder.build(
        str(model_folder), LABELS, max_length=32, dropout=0.0, attention="eager"
    ).model.state_dict()
    differing = {name for name in first if not torch.equal(first[name], other[name])}
    assert differing == {"classifier.weight"}


@pytest.mark.parametrize("family", ["model_folder", "distilbert", "roberta"])
def test_an_untrained_classifier_says_each_labels_rate(
    family: str, request: pytest.FixtureRequest
) -> None:
    model = built(request.getfixturevalue(family)).model
    rates = np.array([0.5, 0.1, 0.003])
    encoder.start_at_rates(model, rates)
    last = [m for m in model.modules() if isinstance(m, torch.nn.Linear)][-1]
    np.testing.assert_allclose(last.bias.detach().sigmoid().numpy(), rates, rtol=1e-5)
    # The new weights are small: what it says of a text is near the rates.
    np.testing.assert_allclose(said(model, [2, 5, 6, 3]), rates, rtol=0.5)


@pytest.mark.parametrize("family", ["model_folder", "distilbert", "roberta"])
@pytest.mark.parametrize("dropout", [0.0, 0.3])
def test_dropout_is_set_everywhere(
    family: str, dropout: float, request: pytest.FixtureRequest
) -> None:
    model = built(request.getfixturevalue(family), dropout=dropout).model
    found = [m.p for m in model.modules() if isinstance(m, torch.nn.Dropout)]
    assert len(found) > 2
    assert set(found) == {dropout}


def test_dropout_written_as_a_whole_number_is_set_too(distilbert: Path) -> None:
    changed_config(distilbert, seq_classif_dropout=0)
    dropout = built(distilbert, dropout=0.3).model.dropout
    assert isinstance(dropout, torch.nn.Dropout)
    assert dropout.p == 0.3


@pytest.mark.parametrize(
    ("family", "expected"),
    [
        (
            "model_folder",
            {
                "bert.pooler.dense.weight",
                "bert.pooler.dense.bias",
                "classifier.weight",
                "classifier.bias",
            },
        ),
        (
            "distilbert",
            {
                "pre_classifier.weight",
                "pre_classifier.bias",
                "classifier.weight",
                "classifier.bias",
            },
        ),
        (
            "roberta",
            {
                "classifier.dense.weight",
                "classifier.dense.bias",
                "classifier.out_proj.weight",
                "classifier.out_proj.bias",
            },
        ),
    ],
)
def test_the_pooler_and_the_classifier_are_new(
    family: str, expected: set[str], request: pytest.FixtureRequest
) -> None:
    model = built(request.getfixturevalue(family)).model
    assert {n for n, _ in model.named_parameters() if encoder.is_new(n, model)} == expected


def test_a_base_model_that_already_classifies_gets_these_labels(
    model_folder: Path, tmp_path: Path
) -> None:
    encoder.save(built(model_folder, ["one", "two"]), tmp_path / "two")
    assert built(tmp_path / "two").model.config.num_labels == 3
    assert said(built(tmp_path / "two").model, [2, 5, 3]).shape == (3,)


def test_a_folder_without_safetensors_is_refused(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    assert "holds no safetensors weights" in refusal(folder)


def test_a_folder_without_config_is_refused(folder: Path) -> None:
    (folder / "config.json").unlink()
    assert "config.json is missing" in refusal(folder)


def test_damaged_weights_are_refused(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"no weights at all")
    assert "cannot be used as an encoder" in refusal(folder)


def test_longer_texts_than_the_model_reads_are_refused(folder: Path) -> None:
    expected = f"'{folder}' reads at most 64 tokens of a text, not 65 (max_length)."
    assert refusal(folder, max_length=65) == expected
    assert built(folder, max_length=64).tokenizer.model_max_length == 64


def test_roberta_reads_two_tokens_less_than_it_has_positions(roberta: Path) -> None:
    assert "at most 64 tokens of a text, not 65" in refusal(roberta, max_length=65)
    assert said(built(roberta, max_length=64).model, [5] * 64).shape == (3,)


def test_a_folder_without_tokenizer_is_refused(folder: Path) -> None:
    expected = (
        f"'{folder}' has no fast tokenizer (tokenizer.json) with a padding token; name another."
    )
    (folder / "tokenizer.json").unlink()
    assert refusal(folder) == expected
    # Without its config, too, one was made up that knew no word.
    (folder / "tokenizer_config.json").unlink()
    assert refusal(folder) == expected


def test_a_tokenizer_without_padding_is_refused(folder: Path) -> None:
    config = json.loads((folder / "tokenizer_config.json").read_text())
    del config["pad_token"]
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    assert "with a padding token" in refusal(folder)


def test_an_unknown_kind_of_model_is_refused(folder: Path) -> None:
    assert "cannot be used as an encoder" in refusal(changed_config(folder, model_type="no-such"))
    assert "cannot be used as an encoder" in refusal(changed_config(folder, model_type="vit"))


def test_a_model_that_brings_its_own_code_is_refused_without_a_question(folder: Path) -> None:
    changed_config(folder, model_type="mine", auto_map={"AutoConfig": "mine.Config"})
    (folder / "mine.py").write_text("raise SystemExit('it ran')")
    assert "cannot be used as an encoder" in refusal(folder)


def test_a_model_without_a_bias_per_label_is_refused(folder: Path) -> None:
    gpt = {"model_type": "gpt2", "n_layer": 1, "n_embd": 8, "n_head": 1, "vocab_size": 26}
    tokens = {"bos_token_id": 2, "eos_token_id": 3, "pad_token_id": 0}
    (folder / "config.json").write_text(json.dumps({**gpt, **tokens}))
    assert "does not end in a layer with an output and a bias per label" in refusal(folder)


def test_texts_are_cut_as_the_saved_tokenizer_cuts_them(folder: Path, tmp_path: Path) -> None:
    (folder / "tokenizer.json").unlink()
    (folder / "tokenizer_config.json").unlink()
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "bus", "was", "late", "##r"]
    (folder / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    made = built(folder, max_length=8)  # a vocabulary without tokenizer.json, as old models have
    encoder.save(made, tmp_path / "saved")
    texts = ["The BUS was later", "", "late " * 20, "never heard"]
    cut = encode(encoder.cutter(made), texts)
    assert [ids.tolist() for ids in cut] == [
        [2, 5, 6, 7, 8, 9, 3],
        [2, 3],
        [2, 8, 8, 8, 8, 8, 8, 3],
        [2, 1, 1, 3],
    ]
    served = encode(open_tokenizer(tmp_path / "saved" / "tokenizer.json", 8), texts)
    assert [ids.tolist() for ids in served] == [ids.tolist() for ids in cut]


def test_a_bundle_records_what_it_holds(model_folder: Path, tmp_path: Path) -> None:
    encoder.save(built(model_folder), tmp_path / "model")
    encoder.make_bundle(tmp_path / "model", tmp_path / "bundle", max_length=32)
    found = read(tmp_path / "bundle")
    names = ["config.json", "model.safetensors", "tokenizer.json"]
    assert sorted(f.name for f in (tmp_path / "bundle").iterdir()) == ["bundle.json", *names]
    assert sorted(found.hashes) == names
    for name in names:
        assert found.hashes[name] == sha256(tmp_path / "model" / name), name
    assert (found.kind, found.labels, found.max_length) == ("encoder", tuple(LABELS), 32)
    inputs = built(model_folder).tokenizer.model_input_names
    assert found.details == {"inputs": inputs, "pad_id": 0}


def test_a_bundle_is_made_anew_over_what_a_killed_job_left(
    model_folder: Path, tmp_path: Path
) -> None:
    encoder.save(built(model_folder), tmp_path / "model")
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "model.safetensors").write_bytes(b"half")
    encoder.make_bundle(tmp_path / "model", tmp_path / "bundle", max_length=32)
    assert inference.load(tmp_path / "bundle").labels == tuple(LABELS)


@pytest.mark.parametrize("family", ["model_folder", "distilbert", "roberta"])
def test_the_bundle_scores_as_the_model_does(
    family: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    made = built(request.getfixturevalue(family))
    encoder.save(made, tmp_path / "model")
    encoder.make_bundle(tmp_path / "model", tmp_path / "bundle", max_length=32)
    texts = ["the bus was late", "buy the cheap prize now", "idiot"]
    scores = inference.load(tmp_path / "bundle").score(texts)
    for text, row in zip(texts, scores, strict=True):
        expected = said(made.model, encode(encoder.cutter(made), [text])[0].tolist())
        np.testing.assert_allclose(row, expected, atol=1e-6)


def test_names_of_labels_with_odd_characters_survive(model_folder: Path, tmp_path: Path) -> None:
    encoder.save(built(model_folder, ODD), tmp_path / "model")
    encoder.make_bundle(tmp_path / "model", tmp_path / "bundle", max_length=32)
    assert read(tmp_path / "bundle").labels == tuple(ODD)
    assert inference.load(tmp_path / "bundle").labels == tuple(ODD)


def test_the_best_weights_replace_those_of_the_last_step(
    model_folder: Path, tmp_path: Path
) -> None:
    best = built(model_folder)
    best.model.save_pretrained(tmp_path / "best")
    made = built(model_folder)
    with torch.no_grad():
        for parameter in made.model.parameters():
            parameter.add_(1)
    loaded = encoder.load_weights(made, tmp_path / "best")
    for name, weights in best.model.state_dict().items():
        assert torch.equal(loaded.model.state_dict()[name], weights), name
