"""What a run does once its model is trained: bundle, scores, figures, the first rule.

Everything here is made with the bundle's own engine, so that the figures are those of the scores
that will be served.
"""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from toxapp import inference, workspace
from toxapp.data import store
from toxapp.data.store import Dataset
from toxapp.decisions.figures import as_json
from toxapp.evaluation import outside
from toxapp.evaluation.splits import evaluate_run
from toxapp.evaluation.thresholds import best_f1_rule
from toxapp.inference.bundle import read
from toxapp.jobs.work import Work
from toxapp.runs import events, rules, run
from toxapp.runs.settings import GRADIENT, Settings
from training.checkpoints import best_folder, best_step, clear
from training.figures import gap, measured
from training.record import figures_at, tell
from training.serving import Material, compile_bundle


def finish(folder: Path, settings: Settings, job: Work) -> None:
    """Make of model/ all that serving and the screens need; each file is made once."""
    job.stage("making the bundle")
    if not (folder / "bundle" / "bundle.json").exists():
        make_bundle(folder, settings)
        if settings.family == "encoder":
            _compile(folder, settings, job)
    dataset = store.load(settings.dataset)
    if not (folder / "scores.parquet").exists():
        _score(folder, settings, dataset, job)
    job.stage("choosing thresholds and measuring")
    made = run.load(folder.name)
    if not rules.numbers(folder):
        rules.save(folder, best_f1_rule(dataset.labels, run.scored(made, "validation")))
    if not (folder / "metrics.json").exists():
        _write_metrics(folder, made)
    clear(folder)  # nothing is left to resume, and the best weights are in model/


def _compile(folder: Path, settings: Settings, job: Work) -> None:
    """Let the fast engine serve where it can, in place of torch, as the settings say.

    There is no bundle meanwhile: what a killed job leaves must not be taken for a whole one.
    """
    job.stage("compiling the bundle, and checking it")
    bundle, draft = folder / "bundle", folder / ".bundle.tmp"
    shutil.rmtree(draft, ignore_errors=True)
    bundle.rename(draft)
    train, validation = (store.read(settings.dataset, x) for x in ("train", "validation"))
    material = Material(train.texts, validation.texts, validation.targets)
    compile_bundle(folder / "model", draft, material, serve=settings.serve, seed=settings.seed)
    details = read(draft).details
    draft.rename(bundle)
    words = details["check"]["words"] if "check" in details else details.get("engine_reason")
    if words:
        note = {"kind": "note", "step": _kept_step(folder, settings), "split": "serving"}
        events.append(folder, {**note, "message": words})


def _score(folder: Path, settings: Settings, dataset: Dataset, job: Work) -> None:
    job.stage("loading the bundle")
    scorer = inference.load(folder / "bundle")
    rows = {split: store.read(dataset.id, split) for split in ("validation", "test")}
    job.stage("scoring validation and test", steps=sum(len(r.texts) for r in rows.values()))
    tables: list[pa.Table] = []
    done = 0
    for split, part in rows.items():
        report = partial(_report, job, done)
        scores, beyond = outside.read(settings.family, scorer, part.texts, report)
        done += len(part.texts)
        columns = {f"score {n}": scores[:, n] for n in range(scores.shape[1])}
        if beyond is not None:
            columns[outside.COLUMN] = beyond
        placed = {"file": part.file, "row": part.row, "split": [split] * len(part.texts)}
        tables.append(pa.table({**placed, **columns}))
    draft = folder / ".scores.parquet.tmp"
    pq.write_table(pa.concat_tables(tables), draft)
    draft.replace(folder / "scores.parquet")


def _report(job: Work, before: int, done: int) -> None:
    job.step(before + done)


def make_bundle(folder: Path, settings: Settings) -> None:
    """Make the bundle of model/, as the family does."""
    model, bundle = folder / "model", folder / "bundle"
    if settings.family == "linear":
        from toxapp.models import linear  # noqa: PLC0415 - each family loads its own libraries

        linear.make_bundle(model, bundle)
    elif settings.family == "text-to-text":
        from toxapp.models import text_to_text  # noqa: PLC0415

        text_to_text.make_bundle(
            model, bundle, max_length=settings.max_length, prefix=settings.prefix
        )
    elif settings.family == "small":
        from toxapp.models import small  # noqa: PLC0415

        small.make_bundle(model, bundle, max_length=settings.max_length)
    else:
        from toxapp.models import encoder  # noqa: PLC0415

        encoder.make_bundle(model, bundle, max_length=settings.max_length)


def _write_metrics(folder: Path, made: run.Run) -> None:
    """Figures before and after training, and how much better they are on train than on test."""
    labels = store.load(made.settings.dataset).labels
    step = _kept_step(folder, made.settings)
    at_half = {"train": figures_at(folder, step)["train"]}
    at_rule = {}
    for split in ("validation", "test"):
        scored = run.scored(made, split)
        if split in figures_at(folder, step):
            at_half[split] = vars(measured(scored.targets, scored.scores, labels))
        else:
            place = {"split": split, "step": step, "epoch": 1.0}
            at_half[split] = vars(tell(folder, place, scored.targets, scored.scores, labels))
        at_rule[split] = as_json(evaluate_run(made, split, resamples=1000))
    content = {
        "before": figures_at(folder, 0),
        "after": {"train": at_half["train"], **at_rule},
        "at_half": at_half,
        "gap": gap(at_half["train"], at_half["test"]),
        "step": step,
    }
    workspace.write_json(folder / "metrics.json", content)


def _kept_step(folder: Path, settings: Settings) -> int:
    """The step whose weights were kept; the last one where a family has no choice."""
    best = best_folder(folder) if settings.family in GRADIENT else None
    if best:
        return best_step(best)
    return int(max(event["step"] for event in events.read(folder, "evaluation")))
