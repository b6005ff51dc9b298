"""The blend family: finished classifiers combined by a weighted mean of their logits."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from toxapp.inference import bundle
from toxapp.inference.bundle import Bundle


def make_bundle(
    folder: Path, parts: Sequence[Path], weights: NDArray[np.float64], labels: Sequence[str]
) -> None:
    """Make the bundle of a blend: whole bundles as parts, hard links where the disk allows.

    Args:
        folder: the bundle's; what is there is removed.
        parts: bundles of the same labels in the same order.
        weights: (n_parts, n_labels), each column summing to 1.
        labels: in the order of the scores' columns.
    """
    draft = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    for number, part in enumerate(parts):
        shutil.copytree(part, draft / "parts" / str(number), copy_function=_link)
    files = sorted(file for file in draft.rglob("*") if file.is_file())
    record = Bundle(
        kind="blend",
        labels=tuple(labels),
        max_length=None,
        details={"weights": weights.tolist()},
        hashes={str(file.relative_to(draft)): bundle.sha256(file) for file in files},
        engine=bundle.ENGINES["blend"],
    )
    bundle.write(draft, record)
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
