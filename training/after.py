"""What a run does once its model is trained: bundle, scores, figures, the first rule.

Everything here is made with the bundle's own engine, so that the figures are those of the scores
that will be served.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from toxapp import inference, workspace
from toxapp.data import store
from toxapp.data.store import Dataset
from toxapp.decisions.figures import as_json
from toxapp.evaluation.splits import evaluate_run
from toxapp.evaluation.thresholds import best_f1_rule
from toxapp.jobs.work import Work
from toxapp.models import encoder
from toxapp.runs import rules, run
from toxapp.runs.settings import Settings


def finish(folder: Path, settings: Settings, job: Work) -> None:
    """Make of model/ all that serving and the screens need; each file is made once."""
    job.stage("making the bundle")
    if not (folder / "bundle" / "bundle.json").exists():
        encoder.make_bundle(folder / "model", folder / "bundle", max_length=settings.max_length)
    dataset = store.load(settings.dataset)
    if not (folder / "scores.parquet").exists():
        _score(folder, dataset, job)
    job.stage("choosing thresholds and measuring")
    made = run.load(folder.name)
    if not rules.numbers(folder):
        rules.save(folder, best_f1_rule(dataset.labels, run.scored(made, "validation")))
    _write_metrics(folder, made)


def _score(folder: Path, dataset: Dataset, job: Work) -> None:
    job.stage("loading the bundle")
    scorer = inference.load(folder / "bundle")
    rows = {split: store.read(dataset.id, split) for split in ("validation", "test")}
    job.stage("scoring validation and test", steps=sum(len(r.texts) for r in rows.values()))
    tables: list[pa.Table] = []
    done = 0
    for split, part in rows.items():
        scores = scorer.score(part.texts, partial(_report, job, done))
        done += len(part.texts)
        columns = {f"score {n}": scores[:, n] for n in range(scores.shape[1])}
        placed = {"file": part.file, "row": part.row, "split": [split] * len(part.texts)}
        tables.append(pa.table({**placed, **columns}))
    draft = folder / ".scores.parquet.tmp"
    pq.write_table(pa.concat_tables(tables), draft)
    draft.replace(folder / "scores.parquet")


def _report(job: Work, before: int, done: int) -> None:
    job.step(before + done)


def _write_metrics(folder: Path, made: run.Run) -> None:
    measured = {
        split: as_json(evaluate_run(made, split, resamples=1000))
        for split in ("validation", "test")
    }
    before = workspace.read_json(folder / "checkpoints" / "before.json")
    trained = workspace.read_json(folder / "checkpoints" / "train_after.json")
    content = {"before": before, "after": {"train": trained, **measured}}
    workspace.write_json(folder / "metrics.json", content)
