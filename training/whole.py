"""How classifiers that are not trained become runs: their bundle is made, and the run measured.

A blend of finished runs; a classifier that somebody else trained. A resumed run starts anew.
"""

from __future__ import annotations

from pathlib import Path
from shutil import rmtree

import numpy as np

from toxapp import inference, workspace
from toxapp.data import store
from toxapp.decisions import blending
from toxapp.jobs.work import Work
from toxapp.models import blend
from toxapp.runs import run
from toxapp.runs.settings import ADOPT, Settings, members
from training.parts import parts, spread
from training.record import tell


def blended(folder: Path, settings: Settings, job: Work) -> None:
    """Choose the weights of a blend on validation and make its bundle.

    model/ holds what was chosen; the parts are whole bundles inside the blend's own.
    """
    if (folder / "model").exists():
        return
    labels = store.load(settings.dataset).labels
    runs = [run.load(name) for name in members(settings)]
    job.stage("choosing the weights on validation")
    scored = [run.scored(member, "validation") for member in runs]
    chosen = blending.weights(np.stack([each.scores for each in scored]), scored[0].targets)
    job.stage("making the bundle")
    bundles = [member.folder / "bundle" for member in runs]
    blend.make_bundle(folder / "bundle", bundles, chosen, labels)
    _measure(folder, settings, job)
    draft = folder / "model.new"
    rmtree(draft, ignore_errors=True)
    draft.mkdir()
    weights = {
        member.id: dict(zip(labels, map(float, row), strict=True))
        for member, row in zip(runs, chosen, strict=True)
    }
    workspace.write_json(draft / "blend.json", {"weights": weights})
    draft.rename(folder / "model")


def adopted(folder: Path, settings: Settings, job: Work) -> None:
    """Take a classifier as it is: map its labels, make its bundle."""
    if (folder / "model").exists():
        return
    from toxapp.models import adopted as theirs  # noqa: PLC0415 - loads torch, a blend need not

    labels = store.load(settings.dataset).labels
    job.stage("fetching the classifier")
    base = settings.model.removeprefix(ADOPT)
    made = theirs.adopt(base, labels, theirs.parse_map(settings.map))
    draft = folder / "model.new"
    rmtree(draft, ignore_errors=True)
    theirs.save(made, draft)
    job.stage("making the bundle")
    theirs.make_bundle(draft, folder / "bundle")
    _measure(folder, settings, job)
    draft.rename(folder / "model")


def _measure(folder: Path, settings: Settings, job: Work) -> None:
    """Figures on a sample of the training rows; those of the other splits come with the scores."""
    rows = parts(settings.dataset)
    train = rows["train"]
    kept = spread(len(train.texts), len(rows["test"].texts))
    texts = train.texts[kept]
    job.stage("measuring the training rows", steps=len(texts))
    scores = inference.load(folder / "bundle").score(texts, job.step)
    labels = store.load(settings.dataset).labels
    place = {"split": "train", "step": 0, "epoch": 0.0}
    tell(folder, place, train.targets[kept], scores, labels)
