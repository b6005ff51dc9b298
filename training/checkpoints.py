"""What a training keeps on disk to go on from: its last checkpoint, and the best weights so far.

checkpoints/checkpoint-<step>/  the Trainer's: weights, optimiser, random numbers, position
checkpoints/best-<step>/        weights, and best.json with what they were chosen by

Best is the highest selection figure; among equals, as few texts often give, the lowest loss.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from transformers import PreTrainedModel

from toxapp import workspace
from toxapp.runs import events


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


def lacks_evaluation(run_folder: Path, checkpoint: Path) -> bool:
    """Whether the job died between an epoch's last step and its evaluation."""
    state = json.loads((checkpoint / "trainer_state.json").read_text("utf-8"))
    ends_epoch = float(state["epoch"]).is_integer()
    done = {event["step"] for event in events.read(run_folder, "evaluation")}
    return ends_epoch and state["global_step"] not in done


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
    if before and (figures["selection"], -figures["loss"]) <= _merit(before):
        return
    folder = run_folder / "checkpoints" / f"best-{figures['step']}"
    draft = folder.with_suffix(".new")
    model.save_pretrained(draft)
    chosen_by = {name: figures[name] for name in ("step", "selection", "loss")}
    workspace.write_json(draft / "best.json", chosen_by)
    draft.rename(folder)
    if before:
        workspace.delete(before)


def _merit(folder: Path) -> tuple[float, float]:
    found = workspace.read_json(folder / "best.json")
    assert found is not None
    return float(found["selection"]), -float(found["loss"])
