"""What a training keeps on disk to go on from: its last checkpoint, and the best weights so far.

checkpoints/checkpoint-<step>/  the Trainer's: weights, optimiser, random numbers, position
checkpoints/best-<step>/        weights, and best.json with what they were chosen by

A finished run keeps neither: it cannot be resumed, and its best weights are in model/.

Best is the highest selection figure; among equals, as few texts often give, the lowest loss.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from toxapp import workspace
from toxapp.runs import events

if TYPE_CHECKING:  # families without torch ask here, too
    from transformers import PreTrainedModel


def last_checkpoint(run_folder: Path) -> Path | None:
    """The newest checkpoint that was written to its end: the Trainer writes its state last."""
    found = (run_folder / "checkpoints").glob("checkpoint-*")
    for place in sorted(found, key=lambda f: int(f.name.rpartition("-")[2]), reverse=True):
        try:
            json.loads((place / "trainer_state.json").read_text("utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            continue
        return place
    return None


def last_step(run_folder: Path) -> int:
    """The step of the newest checkpoint; 0 without any."""
    found = last_checkpoint(run_folder)
    return int(found.name.rpartition("-")[2]) if found else 0


def lacks_evaluation(run_folder: Path, checkpoint: Path, every: int) -> bool:
    """Whether the job died between a step and the evaluation that it was to be followed by.

    Args:
        run_folder: of the run.
        checkpoint: of that step.
        every: steps from one evaluation to the next; 0 evaluates after each epoch.
    """
    state = json.loads((checkpoint / "trainer_state.json").read_text("utf-8"))
    step = state["global_step"]
    due = step % every == 0 if every else float(state["epoch"]).is_integer()
    return (due or step == state["max_steps"]) and step not in evaluated(run_folder)


def is_last(checkpoint: Path) -> bool:
    """Whether no step is left to train after it."""
    state = json.loads((checkpoint / "trainer_state.json").read_text("utf-8"))
    return bool(state["global_step"] >= state["max_steps"])


def evaluated(run_folder: Path) -> list[int]:
    """The steps after which all splits were measured: validation is the last of them."""
    found = events.read(run_folder, "evaluation")
    return [event["step"] for event in found if event["split"] == "validation"]


def ran_out_of_patience(run_folder: Path, patience: int) -> bool:
    """Whether the best weights are older than so many evaluations; never where patience is 0."""
    best = best_folder(run_folder)
    if not patience or best is None:
        return False
    return len([step for step in evaluated(run_folder) if step > best_step(best)]) >= patience


def best_step(best: Path) -> int:
    """The step after which the best weights were kept, from their folder."""
    return int(best.name.rpartition("-")[2])


def best_folder(run_folder: Path) -> Path | None:
    """Where the best weights so far are kept; None before the first evaluation."""
    found = [(_merit(f), f) for f in (run_folder / "checkpoints").glob("best-*[0-9]")]
    return max(found)[1] if found else None


def keep_best(run_folder: Path, model: PreTrainedModel, figures: Mapping[str, float]) -> None:
    """Keep these weights in place of the best so far where they are better.

    Args:
        run_folder: of the run.
        model: with the weights.
        figures: "step", "selection" and "loss" of an evaluation on validation.
    """
    before = best_folder(run_folder)
    folder = run_folder / "checkpoints" / f"best-{figures['step']}"
    # The same step again is a killed job's: the same weights.
    if before and (before == folder or (figures["selection"], -figures["loss"]) <= _merit(before)):
        return
    draft = folder.with_suffix(".new")
    model.save_pretrained(draft)
    chosen_by = {name: figures[name] for name in ("step", "selection", "loss")}
    workspace.write_json(draft / "best.json", chosen_by)
    draft.rename(folder)
    if before:
        workspace.delete(before)


def clear(run_folder: Path) -> None:
    """Delete all of it, several times as large as the model; for a run that has all else."""
    for place in (run_folder / "checkpoints").iterdir():
        workspace.delete(place)


def _merit(folder: Path) -> tuple[float, float]:
    found = workspace.read_json(folder / "best.json")
    assert found is not None
    return float(found["selection"]), -float(found["loss"])
