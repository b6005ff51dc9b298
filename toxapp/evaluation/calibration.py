"""Which calibration a label of a run takes, chosen on validation, and what it makes better.

Scores become probabilities that can be read as such; no decision changes by it. Figures on
validation are out of fold: each text's probability is by a fit that it had no part in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from toxapp.data import store
from toxapp.decisions.calibrating import (
    METHODS,
    Array,
    Bools,
    Fit,
    Method,
    fit,
    fitted,
    why_not,
)
from toxapp.decisions.curve import Floats, known
from toxapp.decisions.reliability import Reliability, log_losses, reliability
from toxapp.errors import SettingsError
from toxapp.inference.calibrated import apply, probabilities
from toxapp.runs import rules, run
from toxapp.runs.rules import Rule
from toxapp.runs.run import Run

FOLDS = 5

Wish = Literal["auto", "none", "temperature", "platt", "isotonic"]
WISHES: tuple[Wish, ...] = ("auto", *METHODS)


@dataclass(frozen=True)
class Judged:
    """What cross-validation says of one way to calibrate.

    Attributes:
        shown: out of fold, with the mean log loss by which ways are compared.
        behind: how much more that is than the best way's.
        error: standard error of `behind`, from the differences text by text; 0 for the best.
    """

    shown: Reliability
    behind: float
    error: float


@dataclass(frozen=True)
class Studied:
    """What can be made of one label's scores.

    Attributes:
        method: taken, "none" where the texts are too few.
        fit: of all these texts, as a rule keeps it; None for "none".
        words: why this method, or why none can be fitted; one sentence.
        refused: whether the texts do not allow one.
        before: raw scores.
        ways: each method, out of fold; empty where refused.
    """

    method: Method
    fit: Fit | None
    words: str
    refused: bool
    before: Reliability
    ways: dict[Method, Judged]

    @property
    def after(self) -> Reliability:
        """By the method taken, out of fold."""
        return self.ways[self.method].shown if self.ways else self.before


def wish(name: str) -> Wish:
    """The method of that name.

    Raises:
        SettingsError: there is none.
    """
    found = next((known for known in WISHES if known == name), None)
    if found is None:
        raise SettingsError(f"There is no calibration '{name}'; there is: {', '.join(WISHES)}.")
    return found


def study(chosen: Run, wishes: Mapping[str, Wish]) -> dict[str, Studied]:
    """What can be made of labels of a run, on its validation texts; nothing is saved.

    Args:
        chosen: a run that has scores.
        wishes: label -> its method; "auto" takes the simplest that does as well as the best.

    Raises:
        SettingsError: a label is not the run's.
    """
    labels = store.load(chosen.settings.dataset).labels
    rules.at(rules.in_force(chosen.folder), dict.fromkeys(wishes))  # refuses a strange label
    scored = run.scored(chosen, "validation")
    at = {label: labels.index(label) for label in wishes}
    return {
        label: studied(scored.targets[:, n], scored.scores[:, n], wishes[label])
        for label, n in at.items()
    }


def calibrated_rule(chosen: Run, found: Mapping[str, Studied], *, by: str) -> Rule:
    """The rule in force with these labels' calibrations; not saved yet. No decision changes."""
    before = rules.in_force(chosen.folder)
    kept = {label: fit for label, fit in before.calibration.items() if label not in found}
    fits = {label: each.fit for label, each in found.items() if each.fit is not None}
    ordered = {x: {**kept, **fits}[x] for x in before.thresholds if x in kept or x in fits}
    return replace(before, calibration=ordered, by=by, when="", number=0, restores=None)


def on_split(chosen: Run, rule: Rule, split: str) -> dict[str, tuple[Reliability, Reliability]]:
    """Label -> its raw scores and the rule's probabilities on a split; equal where not calibrated.

    On validation those of "after" are too good: the calibration was fitted to these texts.
    """
    labels = store.load(chosen.settings.dataset).labels
    scored = run.scored(chosen, split)
    shown = apply(scored.scores, rule.calibration, labels)
    columns = zip(labels, scored.targets.T, scored.scores.T, shown.T, strict=True)
    return {x: (reliability(t, raw), reliability(t, p)) for x, t, raw, p in columns}


def studied(targets: Floats, scores: Floats, wish: Wish) -> Studied:
    """What can be made of one label's scores.

    Args:
        targets: (n_texts,) 1, 0, a fraction (positive from 0.5 on) or NaN (left out).
        scores: (n_texts,) in [0, 1].
        wish: the method, or "auto".

    Raises:
        DataError: a score is not a number from 0 to 1.
    """
    before, reason = reliability(targets, scores), why_not(targets, scores)
    if reason:
        return Studied("none", None, reason, refused=True, before=before, ways={})
    raw = Studied("none", None, "", refused=False, before=before, ways=judge(targets, scores))
    return taken(raw, targets, scores, wish)


def taken(found: Studied, targets: Floats, scores: Floats, wish: Wish) -> Studied:
    """The same by another method, without the cross-validation; nothing changes where refused."""
    if found.refused:
        return found
    method = simplest(found.ways) if wish == "auto" else wish
    words = _words(method, found.ways, wish)
    return replace(found, method=method, fit=fit(targets, scores, method), words=words)


def judge(targets: Floats, scores: Floats, *, seed: int = 0) -> dict[Method, Judged]:
    """Every way by 5-fold cross-validation, the positives spread evenly over the folds.

    Args:
        targets: (n_texts,) that allow a calibration; see `why_not`.
        scores: (n_texts,) in [0, 1].
        seed: of the folds.
    """
    positive, values = known(targets, scores)
    folds = _folds(positive, seed)
    shown = {method: _out_of_fold(positive, values, folds, method) for method in METHODS}
    losses = {method: log_losses(positive, p) for method, p in shown.items()}
    best = min(METHODS, key=lambda method: losses[method].mean())
    return {
        method: Judged(
            shown=reliability(positive.astype(np.float64), shown[method]),
            behind=float((loss - losses[best]).mean()),
            error=float((loss - losses[best]).std(ddof=1) / np.sqrt(len(loss))),
        )
        for method, loss in losses.items()
    }


def simplest(judged: dict[Method, Judged]) -> Method:
    """The way to take: the simplest whose log loss is within one standard error of the best's.

    The standard error is that of the difference, text by text, which is smaller than that of
    either loss (Breiman et al. 1984 have the rule, with the error of the loss itself).
    """
    return next(m for m in METHODS if judged[m].behind <= judged[m].error)


def _folds(positive: Bools, seed: int) -> NDArray[np.intp]:
    """(n_texts,) which fold each is held out in."""
    rng = np.random.default_rng(seed)
    folds = np.empty(len(positive), np.intp)
    for kind in (positive, ~positive):
        folds[kind] = rng.permutation(np.arange(kind.sum()) % FOLDS)
    return folds


def _out_of_fold(positive: Bools, values: Array, folds: NDArray[np.intp], method: Method) -> Array:
    shown = values.copy()
    for fold in range(FOLDS):
        out = folds == fold
        found = fitted(positive[~out], values[~out], method)
        if found is not None:
            shown[out] = probabilities(values[out], found)
    return shown


def _words(method: Method, ways: Mapping[Method, Judged], wish: Wish) -> str:
    best = min(METHODS, key=lambda m: ways[m].behind)
    if wish != "auto":
        gap = f"; {best} is better by {ways[method].behind:.2g}" if best != method else ""
        return f"As asked: log loss {ways[method].shown.log_loss:.4f}, cross-validated{gap}."
    if method == "none" and best == "none":
        return "No calibration has a lower cross-validated log loss than the raw scores."
    if method == "none":
        return f"The raw scores do as well: {best} is better by less than one standard error."
    if method == best:
        return f"{method.capitalize()} has the lowest cross-validated log loss."
    return f"{method.capitalize()}, the simplest within one standard error of the best, {best}."
