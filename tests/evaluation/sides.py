"""Datasets and finished runs made of arrays, as the jobs leave them, in milliseconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from safetensors.numpy import save_file

from tests.tiny import imported, marks, wording
from toxapp.data import store
from toxapp.data.choice import Choice
from toxapp.data.store import Dataset
from toxapp.jobs.work import work
from toxapp.runs import events, rules, run
from toxapp.runs.rules import Rule
from toxapp.runs.run import Run
from toxapp.runs.settings import Settings


def labelled(folder: Path, labels: Sequence[str], rows: int = 400, seed: int = 0) -> Dataset:
    """A dataset of distinct texts; a label's texts get rarer from the first to the last label."""
    rng = np.random.default_rng(seed)
    rates = np.geomspace(0.4, 0.05, len(labels))
    targets = (rng.random((rows, len(labels))) < rates).astype(int)
    lines = [f"{wording(n)},{','.join(map(str, targets[n]))}" for n in range(rows)]
    file = folder / "labelled.csv"
    file.write_text("\n".join([f"text,{','.join(labels)}", *lines]), encoding="utf-8")
    return imported(file, choice=Choice("text", marks(*labels)))


def noisy(dataset: Dataset, split: str, *, noise: float, seed: int) -> NDArray[np.float32]:
    """Scores that tell the targets of a split, all the worse the more noise there is in them."""
    targets = np.nan_to_num(store.read(dataset.id, split).targets)
    drawn = np.random.default_rng(seed).random(targets.shape)
    return ((1 - noise) * targets + noise * drawn).astype(np.float32)


def finished(
    dataset: Dataset,
    scores: Mapping[str, NDArray[np.float32]],
    thresholds: Sequence[float | None] | None = None,
    **settings: Any,
) -> Run:
    """A finished run with these scores of validation and test; thresholds are 0.5 if not given."""
    made = run.create(Settings(dataset=dataset.id, **settings))
    with work(made.folder):
        for step in (0, 10):
            events.append(made.folder, {"kind": "train", "step": step, "loss": 0.5})
        tables = [_scored(dataset, split, found) for split, found in scores.items()]
        pq.write_table(pa.concat_tables(tables), made.folder / "scores.parquet")
        (made.folder / "bundle").mkdir()
        weights: dict[str, NDArray[Any]] = {"w": np.zeros((3, 4), np.float32)}
        weights["columns"] = np.zeros(9, np.int64)
        save_file(weights, made.folder / "bundle" / "model.safetensors")
        at = dict(zip(dataset.labels, thresholds or [0.5] * len(dataset.labels), strict=True))
        rule = Rule(at, dict.fromkeys(at, "by hand"), "validation")
        rules.save(made.folder, rule)
    return run.load(made.id)


def guessed(dataset: Dataset, noise: float, seed: int = 0, **settings: Any) -> Run:
    """A finished run whose scores tell the targets but for some noise."""
    parts = {
        split: noisy(dataset, split, noise=noise, seed=seed) for split in ("validation", "test")
    }
    return finished(dataset, parts, **settings)


def _scored(dataset: Dataset, split: str, scores: NDArray[np.float32]) -> pa.Table:
    rows = store.read(dataset.id, split)
    columns = {f"score {n}": column for n, column in enumerate(scores.T)}
    return pa.table(
        {"file": rows.file, "row": rows.row, "split": [split] * len(rows.row), **columns}
    )
