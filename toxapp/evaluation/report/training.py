"""How a run was trained: what it started from, what it was told, how it went."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any

from markupsafe import Markup

from toxapp.errors import JobError
from toxapp.evaluation import footprint
from toxapp.evaluation.report.progress import charts
from toxapp.inference.bundle import Bundle, BundleError, read
from toxapp.runs import allowed, events, recipes, run
from toxapp.runs.catalogue import known
from toxapp.runs.run import Run
from toxapp.runs.settings import ADOPT, Settings, members

FAMILIES = {
    "encoder": "A pre-trained language model, fine-tuned: every label has an output of its own.",
    "linear": "A linear classifier: pieces of words and words, weighted; one sum per label.",
    "text-to-text": "A text-to-text model that was taught to write the labels' names.",
    "small": "A small network: numbers per token, pooled, and a few layers, from random weights.",
    "blend": "A blend: the weighted mean of the log-odds of finished classifiers.",
    "adopted": "A classifier trained by others, taken as it is; nothing was learned here.",
}
FIGURES = {
    "loss": "loss",
    "mean_average_precision": "average precision",
    "mean_roc_auc": "ROC AUC",
    "macro_f1_at_half": "F1 at 0.5",
}
_OF_A_RUN = ("dataset", "name", "model")


@dataclass(frozen=True)
class Told:
    """A setting of the run.

    Attributes:
        name, value: as in config.json.
        default: what it is unless told otherwise.
        about: what it does.
    """

    name: str
    value: Any
    default: Any
    about: str

    @property
    def differs(self) -> bool:
        """Whether it is another than the default."""
        return bool(self.value != self.default)


@dataclass(frozen=True, eq=False)
class Training:
    """How a run came to be.

    Attributes:
        family: in a sentence.
        base: what it started from, in a sentence; "" where from nothing.
        settings: all of its family.
        recipes: titles of the shipped recipes whose settings these are.
        seconds: from the first measurement to the last; None where fewer than two are kept.
        size_bytes: of the bundle.
        parameters: numbers in its weights; None without weights.
        hashes: file of the bundle -> its sha256.
        engines: by which it scores, several in a blend.
        reads: tokens of a text at most, of the part that reads least; None: all of it.
        machine: what it was trained on, with versions; "" where that is not recorded.
        notes: what happened on the way, in sentences.
        before_and_after: split -> figure -> before, after; None where undefined.
        charts: title -> drawing.
    """

    family: str
    base: str
    settings: tuple[Told, ...]
    recipes: tuple[str, ...]
    seconds: float | None
    size_bytes: int
    parameters: int | None
    hashes: dict[str, str]
    engines: tuple[str, ...]
    reads: int | None
    machine: str
    notes: tuple[str, ...]
    before_and_after: dict[str, dict[str, tuple[float | None, float | None]]]
    charts: dict[str, Markup]

    @property
    def learned(self) -> bool:
        """Whether any figure is another after training than before."""
        every = (pair for figures in self.before_and_after.values() for pair in figures.values())
        return any(before != after for before, after in every)

    @property
    def differing(self) -> tuple[Told, ...]:
        """The settings that are other than the defaults."""
        return tuple(each for each in self.settings if each.differs)


def training(chosen: Run) -> Training:
    """How a finished run was trained.

    Raises:
        JobError: its bundle is missing or damaged.
    """
    settings, folder = chosen.settings, chosen.folder / "bundle"
    try:
        whole, parts = read(folder), _parts(folder)
    except BundleError as error:
        raise JobError(f"The run {chosen.id} cannot be reported: {error}") from None
    return Training(
        family=FAMILIES[settings.family],
        base=_base(settings),
        settings=_told(settings),
        recipes=tuple(found.title for found in recipes.matching(settings)),
        seconds=footprint.seconds(chosen),
        size_bytes=footprint.size_bytes(chosen),
        parameters=footprint.parameters(chosen),
        hashes=whole.hashes,
        engines=tuple(dict.fromkeys(part.engine for part in parts)),
        reads=min((p.max_length for p in parts if p.max_length is not None), default=None),
        machine=_machine(chosen),
        notes=tuple(event["message"] for event in events.read(chosen.folder, "note")),
        before_and_after=_before_and_after(chosen),
        charts=charts(chosen),
    )


def _base(settings: Settings) -> str:
    """What it started from, in a sentence; "" for nothing."""
    if settings.family == "blend":
        return f"It is made of the runs {' and '.join(members(settings))}."
    if settings.family == "adopted":
        return f"It is {settings.model.removeprefix(ADOPT)}."
    if settings.family in ("linear", "small"):
        return ""
    entry = known(settings.model)
    start = "Started from the architecture alone of" if settings.from_scratch else "Started from"
    if entry is None:
        return f"{start} {settings.model}."
    return (
        f"{start} {entry.hub_id}: {entry.parameters:g} million parameters, {entry.languages}, "
        f"{entry.licence}."
    )


def _parts(folder: Path) -> list[Bundle]:
    """The records of a bundle that scores by itself, or of those that it is made of."""
    inner = sorted((folder / "parts").glob("*/bundle.json"))
    if inner:
        return [record for file in inner for record in _parts(file.parent)]
    return [read(folder)]


def _machine(chosen: Run) -> str:
    found = events.read(chosen.folder, "machine")
    if not found:
        return ""
    told = found[-1]
    packages = ", ".join(f"{name} {version}" for name, version in told["packages"].items())
    return (
        f"{told['device']} ({told['title']}, {told['memory'] / 1e9:.0f} GB of memory), "
        f"{told['system']}, {told['precision']}; Python {told['python']}, {packages}"
    )


def _told(settings: Settings) -> tuple[Told, ...]:
    there = settings.to_json()
    return tuple(
        Told(f.name, there[f.name], f.default, allowed.of(f).about)
        for f in fields(settings)
        if f.name in there and f.name not in _OF_A_RUN and f.default is not MISSING
    )


def _before_and_after(chosen: Run) -> dict[str, dict[str, tuple[float | None, float | None]]]:
    found = run.metrics(chosen)
    if found is None or "at_half" not in found:
        return {}
    before, after = found["before"], found["at_half"]
    return {
        split: {name: (before.get(split, {}).get(name), after[split].get(name)) for name in FIGURES}
        for split in ("train", "validation", "test")
        if split in after
    }
