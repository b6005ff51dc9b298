"""How sure the figures of a rule are on a split of its run, and the thresholds themselves.

    cache/sureness/<hash>.json   the range of one label's threshold over resamples

Shares and F1 at fixed thresholds have Wilson's intervals, which need no resampling and cover what
they say where a bootstrap does not; `python -m toxapp bench coverage` compares the two.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from toxapp import workspace
from toxapp.data import store
from toxapp.decisions import wishes
from toxapp.decisions.curve import Counts, Floats, counts, decide
from toxapp.decisions.intervals import FEW, HOLDS_FROM, Interval, wilson, wilson_f1
from toxapp.decisions.stability import Wandering, ranges
from toxapp.decisions.wishes import Objective
from toxapp.decisions.workload import Workload, workload
from toxapp.runs import rules, run
from toxapp.runs.rules import Rule
from toxapp.runs.run import Run

_METHOD = 1  # counts up when ranges are found in another way, so that none of before is taken
_BY_HAND = "It was not solved for this label alone, so there is nothing to solve anew."


@dataclass(frozen=True)
class Sureness:
    """What texts of the same source, had others been drawn, would have given.

    Attributes:
        labels: label -> 95 % intervals of "precision", "recall", "f1" and "flagged_share" (of all
            texts); a figure that is undefined on these texts has none.
        thresholds: label -> the range over resamples of its threshold, solved anew in each, on the
            split that the rule was chosen on.
        workload: 95 % intervals of "per_thousand", "caught_share" and "false_alarm_share".
        resamples: how many.
        positives: label -> texts that carry it, on this split.
        reasons: label without such a range -> why, one sentence.
        notes: label with few positives -> what that means for its figures, one sentence.
    """

    labels: dict[str, dict[str, Interval]]
    thresholds: dict[str, Interval]
    workload: dict[str, Interval]
    resamples: int
    positives: dict[str, int]
    reasons: dict[str, str]
    notes: dict[str, str]


def sureness(chosen: Run, rule: Rule, split: str, *, resamples: int = 1000) -> Sureness:
    """The intervals of a rule on a split; the ranges of thresholds are found once and kept.

    Args:
        chosen: a run that has scores.
        rule: of that run; not necessarily saved.
        split: "validation" or "test".
        resamples: at least 1.
    """
    labels = store.load(chosen.settings.dataset).labels
    scored = run.scored(chosen, split)
    cuts = rules.ordered(rule, labels)
    columns = zip(scored.targets.T, scored.scores.T, cuts, strict=True)
    here = dict(zip(labels, (counts(*column) for column in columns), strict=True))
    flagged = dict(zip(labels, _flagged(scored.scores, cuts), strict=True))
    wandering = _wandering(chosen, rule, labels, resamples)
    notes = {label: few(x.positives) for label, x in here.items()}
    return Sureness(
        labels={label: _shares(x, flagged[label], len(scored.scores)) for label, x in here.items()},
        thresholds={label: x.ends for label, x in wandering.items() if x.ends},
        workload=_reading(workload(scored.targets, scored.scores, cuts)),
        resamples=resamples,
        positives={label: x.positives for label, x in here.items()},
        reasons={label: x.reason for label, x in wandering.items() if x.reason},
        notes={label: note for label, note in notes.items() if note},
    )


def few(positives: int) -> str | None:
    """What so few positives mean for a label's figures, one sentence; None where enough."""
    if positives >= FEW:
        return None
    if not positives:
        return "No text here carries this label, so there is nothing to catch."
    said = f"Only {positives} texts here carry this label, fewer than {FEW}"
    if positives == 1:
        said = f"Only 1 text here carries this label, fewer than {FEW}"
    if positives < HOLDS_FROM:
        return f"{said}: its figures say little, and below {HOLDS_FROM} even their intervals."
    return f"{said}: its figures are rough; read the intervals."


def _shares(here: Counts, flagged: int, texts: int) -> dict[str, Interval]:
    found = {
        "precision": wilson(here.caught, here.flagged),
        "recall": wilson(here.caught, here.positives),
        "f1": wilson_f1(here.caught, here.flagged, here.positives),
        "flagged_share": wilson(flagged, texts),
    }
    return {name: ends for name, ends in found.items() if ends}


def _flagged(scores: Floats, cuts: list[float | None]) -> list[int]:
    """Per label, of all texts, whether or not their targets are known."""
    return [int(decide(x, cut).sum()) for x, cut in zip(scores.T, cuts, strict=True)]


def _reading(found: Workload) -> dict[str, Interval]:
    read = wilson(found.flagged, found.texts)
    shares = {
        "per_thousand": read and (1000 * read[0], 1000 * read[1]),
        "caught_share": wilson(found.caught, found.harmful),
        "false_alarm_share": wilson(found.false_alarms, found.caught + found.false_alarms),
    }
    return {name: ends for name, ends in shares.items() if ends}


def _wandering(
    chosen: Run, rule: Rule, labels: tuple[str, ...], resamples: int
) -> dict[str, Wandering]:
    """The range of each label's threshold, from the cache where it was found before."""
    solved = {x: wishes.recorded(rule.objective[x]) for x in labels}
    asked = {x: wish for x, wish in solved.items() if wish}
    files = {x: _file(chosen, rule.split, x, wish, resamples) for x, wish in asked.items()}
    kept = {x: _read(file) for x, file in files.items()}
    missing = {x: wish for x, wish in asked.items() if kept[x] is None}
    if missing:
        at = [labels.index(x) for x in missing]
        scored = run.scored(chosen, rule.split)
        wanted = list(missing.values())
        found = ranges(scored.targets[:, at], scored.scores[:, at], wanted, resamples=resamples)
        for x, wandering in zip(missing, found, strict=True):
            kept[x] = wandering
            workspace.write_json(files[x], asdict(wandering))
    return {x: kept.get(x) or Wandering(None, reason=_BY_HAND) for x in labels}


def _file(chosen: Run, split: str, label: str, wish: Objective, resamples: int) -> Path:
    scores = (chosen.folder / "scores.parquet").stat()
    stamp = [chosen.id, scores.st_mtime_ns, scores.st_size, split, label]
    key = json.dumps([_METHOD, *stamp, asdict(wish), resamples])
    folder = workspace.cache_folder() / "sureness"
    folder.mkdir(exist_ok=True)
    return folder / f"{hashlib.sha256(key.encode()).hexdigest()[:24]}.json"


def _read(file: Path) -> Wandering | None:
    found = workspace.read_json(file)
    if found is None:
        return None
    ends = found["ends"]
    return Wandering(ends and (ends[0], ends[1]), found["resamples"], found["reason"])
