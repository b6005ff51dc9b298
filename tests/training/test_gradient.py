"""A training in this process, on a tiny encoder: what the settings do, and what memory does."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from tests.conftest import quick_settings
from tests.tiny import imported
from toxapp.jobs.work import work
from toxapp.runs import events, run
from toxapp.runs.settings import Settings
from training import checkpoints, encoder, gradient
from training.device import Device
from training.gradient import Build, Place, Student

pytestmark = pytest.mark.slow

EPOCH_STEPS = 11  # 168 texts for training, 16 a step


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """On a busy machine two threads wait for each other longer than they work on so little."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def settings(comments: Path, model_folder: Path) -> Settings:
    return quick_settings(imported(comments).id, model_folder, epochs=3)


def train(settings: Settings, build: Build = encoder.build) -> Path:
    """The folder of a run whose model is trained."""
    folder = run.create(settings).folder
    go_on(folder, settings, build)
    return folder


def go_on(folder: Path, settings: Settings, build: Build = encoder.build) -> None:
    with work(folder) as job:
        gradient.learn(Place(folder, settings, Device("cpu", False, "eager"), job), build)


def with_settings(settings: Settings, **changed: Any) -> Settings:
    return Settings(**{**vars(settings), **changed})


def steps(folder: Path) -> list[int]:
    return checkpoints.evaluated(folder)


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / "model" / "model.safetensors")


def failing(error: Callable[[], None], largest: int, *, after: int = 0) -> Build:
    """An encoder whose forward pass runs out of memory with more than `largest` texts.

    From its `after`-th training step on; one that is built anew counts on.
    """
    calls = [0]

    def build(at: Place, train: Any) -> Student:
        student = encoder.build(at, train)
        forward = student.model.forward

        def scarce(*args: Any, **inputs: Any) -> Any:
            calls[0] += student.model.training
            if calls[0] >= after and len(inputs["input_ids"]) > largest:
                error()
            return forward(*args, **inputs)

        student.model.forward = scarce
        return student

    return build


def no_memory_on_the_gpu() -> None:
    raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")


def no_memory_on_the_cpu() -> None:
    torch.empty(1 << 50, dtype=torch.uint8)  # the real allocator refuses a petabyte


@pytest.mark.parametrize("error", [no_memory_on_the_gpu, no_memory_on_the_cpu])
def test_without_memory_batches_are_halved_and_every_step_stays_the_same(
    settings: Settings, error: Callable[[], None]
) -> None:
    plenty = train(settings)
    scarce = train(settings, failing(error, largest=4))
    notes = events.read(scarce, "note")
    assert [note["pieces"] for note in notes] == [2, 4, 8]  # an evaluation takes 32 at once
    assert notes[1]["message"] == (
        "The memory ran out. Batches of up to 16 texts now go through the model 4 at a time; a "
        "step still learns from all of them."
    )
    assert steps(scarce) == steps(plenty) == [0, 11, 22, 33]
    before, after = weights(plenty), weights(scarce)
    for name, expected in before.items():
        torch.testing.assert_close(after[name], expected, atol=1e-3, rtol=1e-2, msg=name)


def test_without_memory_in_the_middle_it_goes_on_from_the_last_checkpoint(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    often = with_settings(settings, checkpoint_s=1e-9)
    with caplog.at_level("INFO", logger="training"):
        folder = train(often, failing(no_memory_on_the_gpu, largest=8, after=15))
    (note,) = [note for note in events.read(folder, "note") if note["pieces"] == 2]
    assert note["step"] == 14
    assert "going on from checkpoint-14" in caplog.text
    assert steps(folder) == [0, 11, 22, 33]


def test_without_memory_for_a_single_text_it_ends_with_advice(settings: Settings) -> None:
    folder = run.create(settings).folder
    with pytest.raises(SystemExit):
        go_on(folder, settings, failing(no_memory_on_the_gpu, largest=0))
    status = json.loads((folder / "status.json").read_text())
    assert status["state"] == "failed"
    assert status["reason"].startswith("The memory ran out with a single text at a time.")


def test_other_errors_are_not_taken_for_a_lack_of_memory(settings: Settings) -> None:
    def wrong() -> None:
        raise RuntimeError("The size of tensor a (3) must match the size of tensor b (4)")

    folder = run.create(settings).folder
    with pytest.raises(RuntimeError, match="must match"):
        go_on(folder, settings, failing(wrong, largest=4))
    assert events.read(folder, "note") == []


def test_every_split_is_measured_at_every_evaluation(settings: Settings) -> None:
    folder = train(settings)
    found = events.read(folder, "evaluation")
    assert [(e["step"], e["split"]) for e in found] == [
        (step, split) for step in (0, 11, 22, 33) for split in ("test", "train", "validation")
    ]
    last = found[-1]
    assert {"loss", "selection", "runtime", "micro_roc_auc", "exact_match_at_half"} <= set(last)
    assert last["labels"]["rude"]["texts"] == 36
    assert last["labels"]["never"] == {
        "texts": 36, "positives": 0, "rate": 0.0, "precision": None, "recall": None, "f1": None,
        "roc_auc": None, "average_precision": None,
    }  # fmt: skip


def test_steps_end_a_training_within_an_epoch_and_it_is_evaluated_there(settings: Settings) -> None:
    assert steps(train(with_settings(settings, steps=14))) == [0, 11, 14]
    every = with_settings(settings, steps=14, evaluate_every=4)
    assert steps(train(every)) == [0, 4, 8, 12, 14]


def test_batches_add_up_to_a_step(settings: Settings) -> None:
    folder = train(with_settings(settings, accumulation=3))
    assert steps(folder) == [0, 4, 8, 12]  # 11 batches: three, three, three and two


def test_patience_ends_a_training_that_gets_no_better(settings: Settings) -> None:
    # So high a rate that the first steps wreck it.
    hopeless = with_settings(settings, epochs=9, learning_rate=0.1, patience=2, best_by="loss")
    folder = train(hopeless)
    kept = checkpoints.best_folder(folder)
    assert kept is not None
    after = [step for step in steps(folder) if step > checkpoints.best_step(kept)]
    assert len(after) == 2
    assert steps(folder)[-1] < 9 * EPOCH_STEPS
    go_on(folder, hopeless)  # nothing is left to do


def test_a_run_killed_once_its_patience_had_ended_trains_no_further(settings: Settings) -> None:
    hopeless = with_settings(settings, epochs=9, learning_rate=0.1, patience=2, best_by="loss")
    folder = train(hopeless)
    before, measured = weights(folder), steps(folder)
    (folder / "model").rename(folder / "model-of-before")
    go_on(folder, hopeless)
    assert steps(folder) == measured
    assert all(torch.equal(before[name], found) for name, found in weights(folder).items())


def test_a_run_killed_before_its_last_evaluation_makes_up_for_it_and_trains_no_step_more(
    settings: Settings,
) -> None:
    # Within an epoch the Trainer trained another step than was asked for.
    short = with_settings(settings, steps=14)
    folder = train(short)
    before, lines = weights(folder), (folder / "events.jsonl").read_text().splitlines()
    expected = events.read(folder, "evaluation")[-1]
    kept = [line for line in lines if json.loads(line)["step"] < 14]
    (folder / "events.jsonl").write_text("".join(f"{line}\n" for line in kept))
    (folder / "model").rename(folder / "model-of-before")
    best = checkpoints.best_folder(folder)
    assert best is not None
    if checkpoints.best_step(best) == 14:
        best.rename(folder / "best-of-before")
    go_on(folder, short)
    again = events.read(folder, "evaluation")[-1]
    assert (again["step"], again["loss"]) == (14, expected["loss"])
    assert all(torch.equal(before[name], found) for name, found in weights(folder).items())


@pytest.mark.parametrize("best_by", ["loss", "micro_f1_at_half", "exact_match_at_half"])
def test_the_best_weights_are_those_of_the_best_figure(settings: Settings, best_by: str) -> None:
    folder = train(with_settings(settings, best_by=best_by))
    found = [e for e in events.read(folder, "evaluation") if e["split"] == "validation"]
    sign = -1 if best_by == "loss" else 1
    best = max(found, key=lambda e: (sign * e[best_by], -e["loss"]))
    assert best["selection"] == sign * best[best_by]
    kept = checkpoints.best_folder(folder)
    assert kept is not None
    assert checkpoints.best_step(kept) == best["step"]
    held = sorted(place.name for place in (folder / "checkpoints").iterdir())
    assert held == [kept.name, checkpoints.last_checkpoint(folder).name]  # type: ignore[union-attr]


def test_frozen_parts_stay_as_they_were(settings: Settings, model_folder: Path) -> None:
    folder = train(with_settings(settings, freeze_layers=1))
    before, after = load_file(model_folder / "model.safetensors"), weights(folder)
    for name, start in before.items():
        frozen = name.startswith(("embeddings.", "encoder.layer.0."))
        moved = not torch.equal(start, after[f"bert.{name}"])
        assert moved != frozen or name.startswith("pooler"), name


@pytest.mark.parametrize("imbalance", ["balanced", "sqrt", "focal"])
def test_whatever_makes_up_for_rare_labels_the_loss_falls(
    settings: Settings, imbalance: str
) -> None:
    folder = train(with_settings(settings, imbalance=imbalance, epochs=12))
    losses = [e["loss"] for e in events.read(folder, "train")]
    assert sum(losses[-3:]) < 0.7 * sum(losses[:3])
    assert events.read(folder, "evaluation")[-1]["mean_average_precision"] > 0.8


@pytest.mark.parametrize("schedule", ["linear", "cosine", "constant"])
def test_the_learning_rate_climbs_and_then_goes_as_the_schedule_says(
    settings: Settings, schedule: str
) -> None:
    folder = train(with_settings(settings, schedule=schedule, warmup=0.2, epochs=4))
    rates = [e["learning_rate"] for e in events.read(folder, "train")]  # of each 5th step of 44
    assert rates[0] == pytest.approx(5e-3 * 4 / 9)  # the 5th of 9 in which it climbs from 0
    assert rates[1] == pytest.approx(5e-3)
    gone = (39 - 9) / (44 - 9)
    left = {"linear": 1 - gone, "cosine": (1 + math.cos(math.pi * gone)) / 2, "constant": 1.0}
    assert rates[-1] == pytest.approx(5e-3 * left[schedule])


def test_from_scratch_is_the_same_for_the_same_seed(settings: Settings) -> None:
    small = with_settings(
        settings, from_scratch=True, tokenizer="trained", vocabulary=120, layers=1, hidden_size=16
    )
    first, second = weights(train(small)), weights(train(small))
    other = weights(train(with_settings(small, seed=1)))
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not torch.equal(first["classifier.weight"], other["classifier.weight"])
    assert first["bert.embeddings.word_embeddings.weight"].shape[1] == 16
    assert not any(".layer.1." in name for name in first)
