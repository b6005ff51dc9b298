"""A run's figures on its own validation or test split, at the rule in force."""

from __future__ import annotations

from toxapp.data import store
from toxapp.decisions.figures import Figures, figures
from toxapp.runs import rules, run
from toxapp.runs.run import Run


def evaluate_run(chosen: Run, split: str, *, resamples: int = 0) -> Figures:
    """Figures on the scores that the run keeps of that split.

    Args:
        chosen: a run that has scores.
        split: "validation", on which the thresholds were chosen, or "test".
        resamples: of the bootstrap behind the intervals; 0 leaves those out.
    """
    labels = store.load(chosen.settings.dataset).labels
    thresholds = rules.ordered(rules.in_force(chosen.folder), labels)
    scored = run.scored(chosen, split)
    return figures(scored.targets, scored.scores, labels, thresholds, resamples=resamples)
