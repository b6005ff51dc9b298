"""How the linear family learns: fitted in one go, label by label; a resumed run starts anew."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from shutil import rmtree

import numpy as np
from numpy.typing import NDArray

from toxapp.data import store
from toxapp.inference.linear import probabilities
from toxapp.inference.ngrams import Grams
from toxapp.jobs.work import Work
from toxapp.models import linear
from toxapp.models.linear import Linear, LinearSettings
from toxapp.runs import events
from toxapp.runs.settings import Settings
from training.figures import rates
from training.parts import parts, spread
from training.record import tell


def learn(folder: Path, settings: Settings, job: Work) -> None:
    """Fit the classifier; model/ is there when it is done.

    Before, each label's rate in the training rows is what every text scores for it. Afterwards
    validation and test are measured with the bundle's own scores.
    """
    if (folder / "model").exists():
        return
    labels = store.load(settings.dataset).labels
    rows = parts(settings.dataset)
    train = rows["train"]
    known = rates(train.targets).astype(np.float32)
    kept = spread(len(train.texts), len(rows["test"].texts))
    for split, part in rows.items():
        targets = part.targets[kept] if split == "train" else part.targets
        place = {"split": split, "step": 0, "epoch": 0.0}
        tell(folder, place, targets, np.tile(known, (len(targets), 1)), labels)
    job.stage("counting n-grams and fitting the labels", steps=len(labels))
    made = linear.fit(
        train.texts,
        train.targets,
        labels=labels,
        settings=linear_settings(settings),
        on_label=partial(_report, folder, job, labels),
    )
    if made.notes:
        note = {"kind": "note", "step": len(labels), "message": " ".join(made.notes)}
        events.append(folder, note)
    scores = _scores(made, train.texts[kept])
    place = {"split": "train", "step": len(labels), "epoch": 1.0}
    tell(folder, place, train.targets[kept], scores, labels)
    draft = folder / "model.new"
    rmtree(draft, ignore_errors=True)
    linear.save(made, draft)
    draft.rename(folder / "model")


def linear_settings(s: Settings) -> LinearSettings:
    """The run's settings in the family's own words."""
    return LinearSettings(
        c=s.c,
        class_weight=s.class_weight,  # type: ignore[arg-type]
        min_texts=s.min_texts,
        grams=Grams(shortest=s.char_min, longest=s.char_max, words=s.word_max, bits=s.bits),
    )


def _report(folder: Path, job: Work, labels: tuple[str, ...], label: str) -> None:
    step = labels.index(label) + 1
    events.append(folder, {"kind": "label", "step": step, "label": label})
    job.step(step)


def _scores(made: Linear, texts: list[str]) -> NDArray[np.float32]:
    """(n_texts, n_labels) as the bundle's engine will score them."""
    return probabilities(linear.matrix(texts, made.vocabulary) @ made.weights + made.bias)
