from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, asdict
from typing import Any

import pytest

from toxapp.errors import SettingsError
from toxapp.runs.catalogue import CATALOGUE, OTHER_LEARNING_RATE, bundled_folder, known
from toxapp.runs.settings import Settings, changed, suggested


def test_all_wrong_settings_are_named_at_once() -> None:
    with pytest.raises(SettingsError) as found:
        Settings(dataset="d", name=" ", epochs=0, learning_rate=1.0, max_length=7, precision="fp8")
    assert str(found.value) == (
        "name must not be empty. "
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
    ],
)
def test_each_setting_has_its_bounds(setting: str, allowed: list[Any], refused: list[Any]) -> None:
    for value in allowed:
        assert getattr(Settings(dataset="d", **{setting: value}), setting) == value
    for value in refused:
        with pytest.raises(SettingsError, match=f"^{setting} must "):
            Settings(dataset="d", **{setting: value})


def test_settings_cannot_be_changed_in_place() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings(dataset="d").epochs = 3  # type: ignore[misc]


def test_settings_come_back_from_json_as_they_were() -> None:
    made = Settings(dataset="d", model="owner/name", name="zweiter Lauf", epochs=7, dropout=0.1)
    assert Settings.from_json(json.loads(json.dumps(asdict(made)))) == made


def test_unknown_settings_in_a_file_are_refused_by_name() -> None:
    with pytest.raises(SettingsError, match="unknown settings: momentum, pace"):
        Settings.from_json({"dataset": "d", "pace": 1, "epochs": 2, "momentum": 0.9})


def test_wrong_settings_in_a_file_are_refused_too() -> None:
    with pytest.raises(SettingsError, match="epochs must be from 1"):
        Settings.from_json({"dataset": "d", "epochs": 0})


def test_pairs_are_read_as_each_setting_wants_them() -> None:
    pairs = ["epochs=3", "learning_rate=5e-5", "model=./my=model", "device=cpu", "warmup=0"]
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
        changed(Settings(dataset="d"), ["epochs=2.5", "pace=1", "warmup=some", "seed"])
    sentences = str(found.value)
    assert "epochs must be a whole number, not '2.5'." in sentences
    assert "There is no setting 'pace'; there are: model, name, epochs," in sentences
    assert "warmup must be a number, not 'some'." in sentences
    assert "seed must be a whole number, not ''." in sentences


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
