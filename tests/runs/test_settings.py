from __future__ import annotations

import json
import math
from dataclasses import FrozenInstanceError, fields
from typing import Any

import pytest

from toxapp.errors import SettingsError
from toxapp.runs.catalogue import CATALOGUE, OTHER_LEARNING_RATE, bundled_folder, known
from toxapp.runs.settings import FAMILIES, Settings, about, family_of, names
from toxapp.runs.starting import changed, suggested


def test_values_out_of_bounds_are_named_with_names_and_kinds_that_are_wrong() -> None:
    """Those out of bounds came to light only once all the others had been mended."""
    pairs = ["nope=1", "epochs=3", "c=-4", "bits=99", "min_texts=few"]
    with pytest.raises(SettingsError) as told:
        changed(Settings("d", "linear"), pairs)
    for said in (
        "There is no setting 'nope'",
        "The linear family has no setting 'epochs'",
        "c must be above 0",
        "bits must be from 1 to 24, not 99",
        "min_texts must be a whole number, not 'few'",
    ):
        assert said in str(told.value)


@pytest.mark.parametrize("model", ["linear", "blend", "adopt:somebody/theirs", "small"])
def test_from_scratch_is_refused_where_there_is_no_pre_training(model: str) -> None:
    """The linear family took --from-scratch without a word."""
    with pytest.raises(SettingsError, match="family has no setting 'from_scratch'"):
        suggested("d", 100, model, from_scratch=True)


def test_all_wrong_settings_are_named_at_once() -> None:
    with pytest.raises(SettingsError) as found:
        Settings(dataset="d", name=" ", epochs=0, learning_rate=1.0, max_length=7, precision="fp8")
    assert str(found.value) == (
        "name must not be empty: what to call the run. "
        "epochs must be from 1 to 1000, not 0. "
        "learning_rate must be above 0 and at most 0.1, not 1.0. "
        "max_length must be from 8 to 8192, not 7. "
        "precision must be one of auto, bf16, fp32, not 'fp8'."
    )


@pytest.mark.parametrize(
    ("setting", "allowed", "refused"),
    [
        ("model", ["minilm", "/some/folder", "owner/name"], ["", " "]),
        ("epochs", [1, 1000], [0, 1001, -1]),
        ("learning_rate", [1e-9, 0.1], [0.0, 0.11, -1e-4, float("nan")]),
        ("head_rate", [0.1, 1000.0], [0.0, 1001.0]),
        ("warmup", [0.0, 0.99], [1.0, -0.1]),
        ("weight_decay", [0.0, 1.0], [-0.1, 1.1]),
        ("dropout", [0.0, 0.99], [1.0, -0.1]),
        ("batch_size", [1, 4096], [0, 4097]),
        ("batch_tokens", [64, 1_000_000], [63, 1_000_001]),
        ("max_length", [8, 8192], [7, 8193]),
        ("seed", [0, 2**32 - 1], [-1, 2**32]),
        ("precision", ["auto", "bf16", "fp32"], ["fp16", ""]),
        ("device", ["auto", "cpu", "mps", "cuda", "cuda:1"], ["gpu", "cuda:", "cuda:one", ""]),
        ("checkpoint_s", [0.1], [0.0, -1.0]),
        ("serve", ["full", "8bit"], ["int8", "", 8]),
        ("steps", [0, 10_000_000], [-1, 10_000_001]),
        ("schedule", ["linear", "cosine", "constant"], ["step", ""]),
        ("accumulation", [1, 1024], [0, 1025]),
        ("evaluate_every", [0, 1_000_000], [-1, 1_000_001]),
        ("best_by", ["loss", "mean_roc_auc", "exact_match_at_half"], ["accuracy", ""]),
        ("patience", [0, 1000], [-1, 1001]),
        ("imbalance", ["none", "balanced", "sqrt", "focal"], ["weights"]),
        ("freeze_embeddings", [True, False], ["yes", 1]),
        ("freeze_layers", [0, 1000], [-1, 1001]),
        ("epochs", [1], [1.5, "2", None]),
        ("learning_rate", [0.1], ["0.1", None, math.inf]),
    ],
)
def test_each_setting_has_its_bounds(setting: str, allowed: list[Any], refused: list[Any]) -> None:
    for value in allowed:
        assert getattr(Settings(dataset="d", **{setting: value}), setting) == value
    for value in refused:
        with pytest.raises(SettingsError, match=f"^{setting} must "):
            Settings(dataset="d", **{setting: value})


@pytest.mark.parametrize(
    ("setting", "allowed", "refused"),
    [
        ("c", [1e-9, 1e6], [0.0, 2e6]),
        ("class_weight", ["none", "sqrt", "balanced"], ["focal"]),
        ("char_min", [2, 5], [1, 17]),
        ("char_max", [2, 16], [1, 17]),
        ("word_max", [1, 2], [0, 3]),
        ("min_texts", [1, 1_000_000], [0]),
        ("bits", [1, 24], [0, 25]),
    ],
)
def test_each_linear_setting_has_its_bounds(
    setting: str, allowed: list[Any], refused: list[Any]
) -> None:
    for value in allowed:
        assert getattr(Settings("d", "linear", **{setting: value}), setting) == value
    for value in refused:
        with pytest.raises(SettingsError, match=f"^{setting} must "):
            Settings("d", "linear", **{setting: value})


def test_a_setting_that_a_family_lacks_is_refused_by_name() -> None:
    with pytest.raises(SettingsError) as found:
        Settings("d", "linear", epochs=3, c=-1.0, freeze_layers=2)
    has = "model, name, c, class_weight, char_min, char_max, word_max, min_texts, bits"
    assert str(found.value) == (
        f"The linear family has no setting 'epochs'; it has: {has}. "
        f"The linear family has no setting 'freeze_layers'; it has: {has}. "
        "c must be above 0 and at most 1000000, not -1.0."
    )
    with pytest.raises(SettingsError, match="The encoder family has no setting 'c'; it has: model"):
        Settings("d", c=3.5)


def test_a_setting_that_a_family_lacks_is_refused_in_pairs_too_even_as_it_stands() -> None:
    with pytest.raises(SettingsError, match="The linear family has no setting 'epochs'"):
        changed(Settings("d", "linear"), ["epochs=2", "c=4"])
    with pytest.raises(SettingsError, match="The encoder family has no setting 'c'"):
        changed(Settings("d"), ["c=1.0"])


@pytest.mark.parametrize("model", ["linear", "small", "t5:owner/name", "adopt:owner/name"])
def test_only_encoders_can_be_asked_to_serve_in_8_bits(model: str) -> None:
    family = family_of(model)
    with pytest.raises(SettingsError, match=f"The {family} family has no setting 'serve'"):
        changed(suggested("d", 100, model), ["serve=8bit"])
    assert changed(Settings("d"), ["serve=8bit"]).serve == "8bit"
    assert Settings("d").serve == "full"


def test_pairs_can_change_the_family() -> None:
    found = changed(suggested("d", 100), ["model=linear", "c=4"])
    assert found == Settings("d", "linear", c=4.0)


def test_settings_that_need_each_other_are_named_together() -> None:
    with pytest.raises(SettingsError) as found:
        Settings("d", layers=2, vocabulary=500, focal_gamma=1.0)
    assert str(found.value) == (
        "vocabulary, layers can only be chosen with from_scratch=true. "
        "focal_gamma can only be chosen with imbalance=focal."
    )
    with pytest.raises(SettingsError) as found:
        Settings("d", from_scratch=True, freeze_layers=1, vocabulary=500)
    assert str(found.value) == (
        "freeze_embeddings and freeze_layers keep weights that from_scratch=true has not. "
        "vocabulary can only be chosen with tokenizer=trained."
    )
    with pytest.raises(SettingsError, match=r"^char_min must be at most char_max, 3\.$"):
        Settings("d", "linear", char_min=4, char_max=3)


def test_a_model_belongs_to_a_family() -> None:
    for model in ("minilm", "owner/linear", "./linear", "/some/folder"):
        assert Settings("d", model).family == family_of(model) == "encoder"
    assert Settings("d", "linear").family == "linear"


def test_every_setting_has_one_sentence_and_a_family() -> None:
    for found in fields(Settings):
        known_ = about(found.name)
        assert known_.about.endswith("."), found.name
        assert any(known_.of(family) for family in FAMILIES), found.name


def test_the_defaults_of_every_family_are_allowed() -> None:
    for family, model in (("linear", "linear"), ("encoder", "minilm")):
        made = Settings("d", model)
        for name in names(family):
            assert about(name).refusal(name, getattr(made, name), "") is None


def test_settings_cannot_be_changed_in_place() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings(dataset="d").epochs = 3  # type: ignore[misc]


def test_settings_come_back_from_json_as_they_were() -> None:
    for made in (
        Settings(dataset="d", model="owner/name", name="zweiter Lauf", epochs=7, dropout=0.1),
        Settings(dataset="d", model="linear", c=3.0),
    ):
        kept = json.loads(json.dumps(made.to_json()))
        assert list(kept) == names(made.family)
        assert Settings.from_json(kept) == made


def test_the_settings_of_another_family_in_a_file_are_refused_by_name() -> None:
    with pytest.raises(SettingsError, match="The linear family has no setting 'epochs'"):
        Settings.from_json({"dataset": "d", "model": "linear", "epochs": 2})


def test_unknown_settings_in_a_file_are_refused_by_name() -> None:
    with pytest.raises(SettingsError, match="unknown settings: momentum, pace"):
        Settings.from_json({"dataset": "d", "pace": 1, "epochs": 2, "momentum": 0.9})


def test_wrong_settings_in_a_file_are_refused_too() -> None:
    with pytest.raises(SettingsError, match="epochs must be from 1"):
        Settings.from_json({"dataset": "d", "epochs": 0})


def test_pairs_are_read_as_each_setting_wants_them() -> None:
    pairs = ["epochs=3", "learning_rate=5e-5", "model=./my=model", "device=cpu", "warmup=0"]
    assert changed(Settings("d"), ["freeze_embeddings=true"]).freeze_embeddings is True
    assert changed(Settings("d"), ["freeze_embeddings=No"]).freeze_embeddings is False
    found = changed(Settings(dataset="d", name="kept"), pairs)
    assert (found.epochs, found.learning_rate, found.warmup) == (3, 5e-5, 0.0)
    assert isinstance(found.warmup, float)
    assert (found.model, found.device, found.name) == ("./my=model", "cpu", "kept")


def test_the_last_of_repeated_pairs_counts_and_no_pairs_change_nothing() -> None:
    settings = Settings(dataset="d")
    assert changed(settings, ["epochs=3", "epochs=4"]).epochs == 4
    assert changed(settings, []) == settings


def test_all_wrong_pairs_are_named_at_once() -> None:
    with pytest.raises(SettingsError) as found:
        changed(
            Settings(dataset="d"),
            ["epochs=2.5", "pace=1", "warmup=some", "seed", "from_scratch=maybe"],
        )
    sentences = str(found.value)
    assert "epochs must be a whole number, not '2.5'." in sentences
    assert "There is no setting 'pace'; there are: model, name, epochs," in sentences
    assert "warmup must be a number, not 'some'." in sentences
    assert "seed must be a whole number, not ''." in sentences
    assert "from_scratch must be true or false, not 'maybe'." in sentences


def test_the_dataset_is_not_a_setting_to_change() -> None:
    with pytest.raises(SettingsError, match="There is no setting 'dataset'"):
        changed(Settings(dataset="d"), ["dataset=other"])


def test_changed_settings_are_checked_like_all() -> None:
    with pytest.raises(SettingsError, match=r"epochs must be .* seed must be"):
        changed(Settings(dataset="d"), ["epochs=0", "seed=-1"])


@pytest.mark.parametrize(
    ("rows", "epochs", "batch_size", "batch_tokens"),
    [
        (15_000, 2, 64, 3072),
        (14_999, 3, 64, 3072),
        (5_000, 3, 64, 3072),
        (4_999, 4, 32, 1536),
        (1, 4, 32, 1536),
    ],
)
def test_few_rows_are_suggested_more_passes_and_smaller_steps(
    rows: int, epochs: int, batch_size: int, batch_tokens: int
) -> None:
    found = suggested("d", rows)
    assert (found.dataset, found.model) == ("d", "minilm")
    assert (found.epochs, found.batch_size, found.batch_tokens) == (
        epochs,
        batch_size,
        batch_tokens,
    )


def test_each_base_model_is_suggested_its_own_learning_rate() -> None:
    for entry in CATALOGUE:
        for name in (entry.key, entry.hub_id):
            found = suggested("d", 20_000, name)
            assert (found.model, found.learning_rate) == (name, entry.learning_rate)
            assert found.max_length <= entry.max_length
    assert suggested("d", 20_000, "owner/other").learning_rate == OTHER_LEARNING_RATE


def test_random_weights_are_suggested_more_passes_and_one_rate_for_all_parts() -> None:
    found = suggested("d", 20_000, from_scratch=True)
    assert (found.from_scratch, found.epochs, found.head_rate) == (True, 6, 1.0)
    assert found.learning_rate == 1e-4  # at 5e-4 it gave every text the same score


def test_the_linear_family_is_suggested_its_defaults() -> None:
    assert suggested("d", 100, "linear") == Settings("d", "linear")


def test_base_models_are_known_by_key_and_hub_id_and_nothing_else() -> None:
    assert known("minilm") is known("sentence-transformers/all-MiniLM-L6-v2") is CATALOGUE[0]
    assert known("MiniLM") is None
    assert known("/some/folder") is None


def test_the_bundled_model_comes_with_the_requirements() -> None:
    folder = bundled_folder()
    assert folder is not None
    assert {"config.json", "tokenizer.json", "model.safetensors"} <= {
        file.name for file in folder.iterdir()
    }


def test_a_bound_of_the_wrong_kind_is_a_sentence_beside_the_others() -> None:
    """Comparing a word with a number raised a TypeError; or hid what else was wrong."""
    with pytest.raises(SettingsError) as error:
        Settings(dataset="d", model="linear", char_min="two", c=-1.0)  # type: ignore[arg-type]
    assert "char_min must be" in str(error.value)
    assert "c must be" in str(error.value)
    with pytest.raises(SettingsError) as error:
        Settings(dataset="d", model="linear", char_min=6, c=-1.0)
    assert "char_min must be at most char_max, 5" in str(error.value)
    assert "c must be" in str(error.value)
