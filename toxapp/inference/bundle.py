"""What scoring needs of a run, and nothing else: a folder.

bundle/
  bundle.json        the record below
  model.safetensors  the weights; an encoder's may be model.xml and model.bin instead
  and by kind        encoder, adopted, text-to-text: config.json, tokenizer.json
                     linear: linear.json; small: tokenizer.json; blend: parts/, a bundle each
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

FORMAT = 2
ENGINES = {
    "encoder": "torch-fp32-cpu",
    "linear": "numpy-fp64-cpu",
    "text-to-text": "torch-fp32-cpu",
    "adopted": "torch-fp32-cpu",
    "small": "numpy-fp64-cpu",
    "blend": "its-parts",
}
COMPILED = ("openvino-fp32-cpu", "openvino-int8-cpu")
"""What an encoder may be scored by instead, and faster."""


class BundleError(Exception):
    """A bundle cannot be scored with; the message says which, why and what to do."""


@dataclass(frozen=True)
class Bundle:
    """The content of bundle.json.

    Attributes:
        kind: the family of classifier, a key of `ENGINES`.
        labels: names, in the order of the scores' columns.
        max_length: tokens read of a text, special ones included; the rest is cut. None: all of it.
        details: what the kind's own engine needs to know besides, as JSON holds it.
        hashes: sha256 per file of the folder.
        engine: what computes the scores, the same behind every door.
        format: version of this record.
    """

    kind: str
    labels: tuple[str, ...]
    max_length: int | None
    details: dict[str, Any]
    hashes: dict[str, str]
    engine: str
    format: int = FORMAT


def make(source: Path, folder: Path, *, names: Sequence[str], record: Bundle) -> None:
    """Make a bundle anew: hard links to files of `source` where the disk allows, else copies.

    Args:
        source: the folder of the saved model.
        folder: the bundle's; what is there is removed.
        names: the files that the bundle holds.
        record: its hashes are left out and filled in here.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name in names:
        _link(source / name, folder / name)
    write(folder, replace(record, hashes={name: sha256(folder / name) for name in names}))


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
    if found["engine"] not in _engines(found["kind"]):
        scored = ", ".join(f"{kind} by {' or '.join(_engines(kind))}" for kind in ENGINES)
        message = (
            f"The bundle in {folder} is of the kind {found['kind']} for the engine "
            f"{found['engine']}; this version scores: {scored}."
        )
        raise BundleError(message)
    return Bundle(**{**found, "labels": tuple(found["labels"])})


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


def _engines(kind: str) -> tuple[str, ...]:
    """What bundles of the kind are scored by; nothing scores an unknown one."""
    own = (ENGINES[kind],) if kind in ENGINES else ()
    return (*own, *COMPILED) if kind == "encoder" else own


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
