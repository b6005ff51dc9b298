from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from transformers import PreTrainedModel

from toxapp.models import encoder
from toxapp.runs import events
from training.checkpoints import (
    best_folder,
    is_last,
    keep_best,
    lacks_evaluation,
    last_checkpoint,
    last_step,
    ran_out_of_patience,
)


@pytest.fixture
def run_folder(home: Path) -> Path:
    folder = home / "runs" / "20260101-000000-run"
    (folder / "checkpoints").mkdir(parents=True)
    return folder


@pytest.fixture
def model(model_folder: Path) -> PreTrainedModel:
    made = encoder.build(str(model_folder), ["rude"], max_length=32, dropout=0.0, attention="eager")
    return made.model


def checkpoint(run_folder: Path, step: int, state: str | None = None) -> Path:
    folder = run_folder / "checkpoints" / f"checkpoint-{step}"
    folder.mkdir()
    whole = json.dumps({"global_step": step, "epoch": step / 10, "max_steps": 25})
    (folder / "trainer_state.json").write_text(whole if state is None else state)
    return folder


def test_there_is_no_checkpoint_before_the_first(run_folder: Path) -> None:
    assert last_checkpoint(run_folder) is None
    assert best_folder(run_folder) is None


def test_the_last_checkpoint_is_that_of_the_highest_step(run_folder: Path) -> None:
    checkpoint(run_folder, 9)
    newest = checkpoint(run_folder, 100)
    checkpoint(run_folder, 20)
    assert last_checkpoint(run_folder) == newest


def test_a_checkpoint_that_was_not_written_to_its_end_is_passed_over(run_folder: Path) -> None:
    whole = checkpoint(run_folder, 10)
    checkpoint(run_folder, 20, state='{"global_step": 2')
    (run_folder / "checkpoints" / "checkpoint-30").mkdir()
    assert last_checkpoint(run_folder) == whole


def evaluated(run_folder: Path, step: int, split: str = "validation") -> None:
    events.append(run_folder, {"kind": "evaluation", "step": step, "split": split})


def test_the_end_of_an_epoch_and_of_the_training_can_lack_an_evaluation(run_folder: Path) -> None:
    within, end, last = (checkpoint(run_folder, step) for step in (15, 20, 25))
    assert not lacks_evaluation(run_folder, within, 0)
    assert lacks_evaluation(run_folder, end, 0)
    assert lacks_evaluation(run_folder, last, 0)
    evaluated(run_folder, 10)
    evaluated(run_folder, 20, "test")  # validation is measured last
    events.append(run_folder, {"kind": "train", "step": 20})
    assert lacks_evaluation(run_folder, end, 0)
    evaluated(run_folder, 20)
    assert not lacks_evaluation(run_folder, end, 0)


def test_every_so_many_steps_an_evaluation_can_be_lacking(run_folder: Path) -> None:
    lacking = [
        n for n in (5, 10, 15, 20) if lacks_evaluation(run_folder, checkpoint(run_folder, n), 5)
    ]
    assert lacking == [5, 10, 15, 20]
    assert not lacks_evaluation(run_folder, checkpoint(run_folder, 11), 5)


def test_nothing_is_left_to_train_after_the_last_step(run_folder: Path) -> None:
    assert not is_last(checkpoint(run_folder, 24))
    assert is_last(checkpoint(run_folder, 25))
    assert last_step(run_folder) == 25


def test_patience_counts_the_evaluations_since_the_best(
    run_folder: Path, model: PreTrainedModel
) -> None:
    assert not ran_out_of_patience(run_folder, 1)
    for step, selection in ((0, 0.1), (10, 0.5), (20, 0.4), (30, 0.5)):
        keep_best(run_folder, model, {"step": step, "selection": selection, "loss": 1.0})
        evaluated(run_folder, step)
        evaluated(run_folder, step, "test")
    assert ran_out_of_patience(run_folder, 2)
    assert not ran_out_of_patience(run_folder, 3)
    assert not ran_out_of_patience(run_folder, 0)


def test_the_best_weights_are_those_of_the_highest_figure(
    run_folder: Path, model: PreTrainedModel
) -> None:
    kept = []
    for step, selection in ((0, 0.3), (10, 0.5), (20, 0.4), (30, 0.6)):
        with torch.no_grad():
            model.classifier.bias.fill_(step)  # type: ignore[operator, union-attr]
        keep_best(run_folder, model, {"step": step, "selection": selection, "loss": 1.0})
        (folder,) = (run_folder / "checkpoints").iterdir()
        kept.append(
            (folder.name, load_file(folder / "model.safetensors")["classifier.bias"].item())
        )
        assert best_folder(run_folder) == folder
    assert kept == [("best-0", 0), ("best-10", 10), ("best-10", 10), ("best-30", 30)]


def test_among_equals_the_lowest_loss_is_best(run_folder: Path, model: PreTrainedModel) -> None:
    # With few texts every epoch ranked them alike, and the weights of the first one were kept.
    for step, loss in ((10, 0.5), (20, 0.2), (30, 0.3), (40, 0.2)):
        keep_best(run_folder, model, {"step": step, "selection": 1.0, "loss": loss})
    assert [f.name for f in (run_folder / "checkpoints").iterdir()] == ["best-20"]


def test_what_a_killed_job_left_half_written_is_not_the_best(
    run_folder: Path, model: PreTrainedModel
) -> None:
    keep_best(run_folder, model, {"step": 10, "selection": 0.5, "loss": 1.0})
    (run_folder / "checkpoints" / "best-20.new").mkdir()
    assert best_folder(run_folder) == run_folder / "checkpoints" / "best-10"
    keep_best(run_folder, model, {"step": 20, "selection": 0.6, "loss": 1.0})
    assert [f.name for f in (run_folder / "checkpoints").iterdir()] == ["best-20"]


def test_the_same_step_again_is_the_same_weights(run_folder: Path, model: PreTrainedModel) -> None:
    # Repeated by a resumed run, it could not be put in its own place.
    keep_best(run_folder, model, {"step": 10, "selection": 0.5, "loss": 1.0})
    keep_best(run_folder, model, {"step": 10, "selection": 0.50001, "loss": 1.0})
    assert [f.name for f in (run_folder / "checkpoints").iterdir()] == ["best-10"]
