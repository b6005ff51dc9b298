"""What a run takes that is not trained by steps: measured on some of its texts."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from toxapp.data import store
from toxapp.data.store import Rows
from toxapp.jobs.work import Work
from toxapp.models import linear
from toxapp.models.pace import Pace
from toxapp.runs import run
from toxapp.runs.settings import ADOPT, Settings, members
from training.clock import Clock, cores, text_s
from training.linear import linear_settings
from training.parts import parts, spread

_FITTED_TEXTS = 3000
_SCORED_TEXTS = 64


def measured(folder: Path, settings: Settings, job: Work) -> Pace:
    """What the fit takes, where there is one, and the scoring."""
    clock = Clock()
    rows = parts(settings.dataset)
    train = rows["train"]
    kept = train.texts[spread(len(train.texts), len(rows["test"].texts))]
    scored = [*kept, *rows["validation"].texts, *rows["test"].texts]
    some = [scored[n * len(scored) // _SCORED_TEXTS] for n in range(_SCORED_TEXTS)]
    fit_s, by = 0.0, f"the scores of {_SCORED_TEXTS} texts"
    job.stage("making a trial of it")
    if settings.family == "linear":
        fit_s, by = _fitted(folder, settings, train)
    if settings.family == "adopted":
        _adopt(folder, settings)
    start_s = clock.start_s + (0.0 if fit_s else clock.spent_s())
    job.stage("scoring as at the end")
    each_s = sum(text_s(place, settings, some) for place in _scorers(folder, settings))
    return Pace(
        by=by,
        start_s=start_s,
        batches=0,
        batch_s=0.0,
        fit_s=fit_s,
        evaluation_s=0.0,
        scoring_s=each_s * len(scored),
        others=clock.others(),
        cores=cores(),
        alone=min(1.0, clock.own() / (1 if fit_s else cores())),
        taken=0.0,
        at=time.time(),
    )


def _scorers(folder: Path, settings: Settings) -> list[Path]:
    """Folders of bundles that score, one after the other: a blend's are those of its runs."""
    if settings.family == "blend":
        return [run.load(name).folder for name in members(settings)]
    return [folder]


def _fitted(folder: Path, settings: Settings, train: Rows) -> tuple[float, str]:
    """Seconds of a fit of all training rows, taken for as many times longer as they are more."""
    count = min(_FITTED_TEXTS, len(train.texts))
    places = [n * len(train.texts) // count for n in range(count)]
    clock = Clock()
    made = linear.fit(
        [train.texts[n] for n in places],
        train.targets[places],
        labels=store.load(settings.dataset).labels,
        settings=linear_settings(settings),
    )
    took = clock.spent_s() * len(train.texts) / count
    shutil.rmtree(folder / "model", ignore_errors=True)
    linear.save(made, folder / "model")
    return took, f"a fit of {count:,} of the {len(train.texts):,} training texts"


def _adopt(folder: Path, settings: Settings) -> None:
    from toxapp.models import adopted  # noqa: PLC0415 - loads torch, the others need not

    labels = store.load(settings.dataset).labels
    base = settings.model.removeprefix(ADOPT)
    made = adopted.adopt(base, labels, adopted.parse_map(settings.map))
    adopted.save(made, folder / "model")
    adopted.make_bundle(folder / "model", folder / "bundle")
