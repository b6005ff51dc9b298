"""What scoring needs of a run, and nothing else: a folder.

bundle/
  bundle.json        the record below
  tokenizer.json     as the tokenizers library reads it
  config.json        the architecture
  model.safetensors  the weights
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path

FORMAT = 1
ENGINE = "torch-fp32-cpu"


class BundleError(Exception):
    """A bundle cannot be scored with; the message says which, why and what to do."""


@dataclass(frozen=True)
class Bundle:
    """The content of bundle.json.

    Attributes:
        format: version of this record.
        kind: the family of classifier; only "encoder" so far.
        engine: what computes the scores, the same behind every door.
        labels: names, in the order of the scores' columns.
        max_length: tokens read of a text, special ones included; the rest is cut.
        inputs: names of the arrays that the model takes.
        pad_id: token that fills the shorter texts of a batch.
        hashes: sha256 per file of the folder.
    """

    format: int
    kind: str
    engine: str
    labels: tuple[str, ...]
    max_length: int
    inputs: tuple[str, ...]
    pad_id: int
    hashes: dict[str, str]


def write(folder: Path, bundle: Bundle) -> None:
    """Write bundle.json, last of all files, so that its presence says the folder is whole."""
    draft = folder / ".bundle.json.tmp"
    draft.write_text(json.dumps(asdict(bundle), indent=1, ensure_ascii=False), encoding="utf-8")
    draft.replace(folder / "bundle.json")


def read(folder: Path) -> Bundle:
    """The record of the bundle in `folder`.

    Raises:
        BundleError: there is none, or it is damaged, or of another format, kind or engine.
    """
    try:
        found = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        message = f"There is no bundle in {folder}: the run has not finished, or the folder moved."
        raise BundleError(message) from None
    except ValueError:
        message = f"{folder / 'bundle.json'} is damaged and cannot be read; train the run again."
        raise BundleError(message) from None
    known = {field.name for field in fields(Bundle)}
    if set(found) != known or found["format"] != FORMAT:
        message = f"The bundle in {folder} is of another format than {FORMAT}; train the run again."
        raise BundleError(message)
    if found["kind"] != "encoder" or found["engine"] != ENGINE:
        message = (
            f"The bundle in {folder} is a {found['kind']} for the engine {found['engine']}; "
            f"this version scores encoders by {ENGINE}."
        )
        raise BundleError(message)
    return Bundle(**{**found, "labels": tuple(found["labels"]), "inputs": tuple(found["inputs"])})


def verify(folder: Path, bundle: Bundle) -> None:
    """Check every file of the bundle against its recorded hash.

    Raises:
        BundleError: a file is missing or has changed.
    """
    for name, expected in bundle.hashes.items():
        file = folder / name
        if not file.is_file():
            raise BundleError(f"The bundle in {folder} lacks {name}; make the bundle again.")
        if sha256(file) != expected:
            message = f"{file} has changed since the bundle was made; its scores cannot be trusted."
            raise BundleError(message)


def sha256(file: Path) -> str:
    """The hash of a file's bytes, in hexadecimal."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
