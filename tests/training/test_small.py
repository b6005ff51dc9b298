"""The small network: its settings, that it learns, and a run of it from start to scores."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch.nn.functional import binary_cross_entropy_with_logits

from tests.tiny import imported, write_comments
from toxapp import inference
from toxapp.data import store
from toxapp.data.choice import Choice
from toxapp.data.labelling import Labelling
from toxapp.decisions.figures import figures
from toxapp.errors import SettingsError
from toxapp.jobs import process
from toxapp.jobs.work import Work, work
from toxapp.models import small as models
from toxapp.runs import events, rules, run
from toxapp.runs.settings import Settings, family_of, names
from toxapp.runs.starting import changed, suggested
from training import small
from training.device import Device
from training.gradient import Place, all_rows
from training.program import train as run_through

COLUMNS = ("rude", "spam", "never")


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """On a busy machine two threads wait for each other longer than they work on so little."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    yield
    torch.set_num_threads(before)


def quick(dataset: str, base: Path, **chosen: Any) -> Settings:
    base_settings = {
        "name": "small",
        "epochs": 12,
        "learning_rate": 2e-2,
        "batch_size": 16,
        "batch_tokens": 2048,
        "max_length": 32,
        "device": "cpu",
        "precision": "fp32",
        "embedding_size": 16,
        "dense_size": 32,
    }
    return Settings(dataset=dataset, model=f"small:{base}", **{**base_settings, **chosen})


def placed(settings: Settings, folder: Path, job: Work | None) -> Place:
    return Place(folder, settings, Device("cpu", False, "eager"), job)


def train(settings: Settings, folder: Path | None = None) -> Path:
    place = folder or run.create(settings).folder
    with work(place) as job:
        small.learn(placed(settings, place, job))
    return place


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / "model" / "model.safetensors")


def test_a_small_network_belongs_to_a_family_of_its_own() -> None:
    for model in ("small", "small:owner/name", "small:./folder"):
        assert family_of(model) == "small", model
    assert family_of("owner/small") == family_of("./small") == "encoder"
    asked = suggested("d", 20_000, "small")
    assert (asked.epochs, asked.learning_rate, asked.precision) == (3, 5e-3, "fp32")
    assert suggested("d", 999, "small").epochs == 12
    with pytest.raises(SettingsError, match="The small family has no setting 'from_scratch'"):
        suggested("d", 20_000, "small", from_scratch=True)
    assert Settings.from_json(json.loads(json.dumps(asked.to_json()))) == asked


def test_it_has_a_tokenizer_of_its_own_without_being_from_scratch() -> None:
    found = changed(Settings("d", "small"), ["tokenizer=trained", "vocabulary=500"])
    assert (found.tokenizer, found.vocabulary) == ("trained", 500)
    expected = r"^vocabulary can only be chosen with tokenizer=trained\.$"
    with pytest.raises(SettingsError, match=expected):
        Settings("d", "small", vocabulary=500)


@pytest.mark.parametrize(
    "lacking",
    ["from_scratch=true", "layers=2", "hidden_size=8", "freeze_layers=1", "head_rate=2", "c=1"],
)
def test_settings_of_other_families_are_refused_by_name(lacking: str) -> None:
    name = lacking.partition("=")[0]
    with pytest.raises(SettingsError, match=f"The small family has no setting '{name}'; it has: "):
        changed(Settings("d", "small"), [lacking])
    with pytest.raises(SettingsError, match="The encoder family has no setting 'dense_size'"):
        changed(Settings("d"), ["dense_size=8"])


@pytest.mark.parametrize(
    ("setting", "allowed", "refused"),
    [
        ("embedding_size", [1, 4096], [0, 4097]),
        ("pooling", ["mean", "mean and max"], ["max", ""]),
        ("dense_layers", [0, 16], [-1, 17]),
        ("dense_size", [1, 8192], [0, 8193]),
        ("imbalance", ["none", "balanced", "sqrt", "focal"], ["weights"]),
        ("dropout", [0.0, 0.99], [1.0]),
    ],
)
def test_each_of_its_settings_has_its_bounds(
    setting: str, allowed: list[Any], refused: list[Any]
) -> None:
    for value in allowed:
        assert getattr(Settings("d", "small", **{setting: value}), setting) == value
    for value in refused:
        with pytest.raises(SettingsError, match=f"^{setting} must "):
            Settings("d", "small", **{setting: value})


def stepped(optimised: torch.nn.Module, used: torch.nn.Module) -> list[float]:
    """The loss at each of 30 steps of the network `used`, by an optimiser made of `optimised`."""
    optimiser = torch.optim.AdamW(optimised.parameters(), lr=0.01)
    ids, targets = torch.tensor([[4], [5], [6]]), torch.eye(3)
    losses = []
    for _ in range(30):
        logits = used(ids, torch.ones_like(ids)).logits
        loss = binary_cross_entropy_with_logits(logits, targets)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        losses.append(loss.item())
    return losses


def test_the_loss_stands_still_where_the_optimiser_holds_another_networks_weights(
    model_folder: Path,
) -> None:
    # The bug that a training is checked for below, in small.
    words = models.own_tokenizer(f"small:{model_folder}", 32)
    shape = models.Shape(16, "mean and max", 1, 32, 0.0)
    one, other = (models.build(COLUMNS, words, shape).model for _ in range(2))
    still = stepped(optimised=other, used=one)
    assert still[-1] == still[0]
    falls = stepped(optimised=one, used=one)
    assert falls[-1] < falls[0] / 4


@pytest.mark.slow
def test_every_weight_of_the_network_that_is_kept_has_moved_and_the_loss_has_fallen(
    comments: Path, model_folder: Path
) -> None:
    settings = quick(imported(comments).id, model_folder, weight_decay=0.0)
    folder = train(settings)
    rows = all_rows(placed(settings, folder, None))["train"]
    untrained = small.build(placed(settings, folder, None), rows).model.state_dict()
    kept = weights(folder)
    assert kept.keys() == untrained.keys()
    for name, before in untrained.items():
        assert not torch.equal(before, kept[name]), name
    met = torch.zeros(len(untrained["embeddings.weight"]), dtype=torch.bool)
    made = models.own_tokenizer(settings.model, 32)
    met[[n for text in rows.texts for n in made(text)["input_ids"]]] = True
    moved = (untrained["embeddings.weight"] != kept["embeddings.weight"]).any(dim=1)
    assert torch.equal(moved, met)  # of every token that it met, and of no other

    losses = [event["loss"] for event in events.read(folder, "train")]
    assert sum(losses[-3:]) < sum(losses[:3]) / 2
    told = [e for e in events.read(folder, "evaluation") if e["split"] == "test"]
    assert told[-1]["loss"] < told[0]["loss"] / 2
    assert told[-1]["mean_roc_auc"] > 0.99


@pytest.mark.slow
def test_it_learns_32_rows_by_heart(tmp_path: Path, model_folder: Path) -> None:
    part = written(tmp_path, rows=32)
    folder = train(quick(part, model_folder, epochs=40, batch_size=8))
    models.make_bundle(folder / "model", folder / "bundle", max_length=32)
    rows = store.read(part, "train")
    scores = inference.load(folder / "bundle").score(rows.texts)
    found = figures(rows.targets, scores, COLUMNS, [0.5] * 3)
    assert (found.labels["rude"].f1, found.labels["spam"].f1) == (1.0, 1.0)


@pytest.mark.slow
def test_fractions_are_learned_as_fractions_and_missing_targets_not_at_all(
    tmp_path: Path, model_folder: Path
) -> None:
    part = written(tmp_path, rows=60, soft=True)
    settings = quick(part, model_folder, epochs=40, best_by="loss")
    folder = train(settings)
    models.make_bundle(folder / "model", folder / "bundle", max_length=32)
    rows = store.read(part, "train")
    assert np.isnan(rows.targets[:, 1]).any()
    scores = inference.load(folder / "bundle").score(rows.texts)
    assert np.abs(scores[:, 0] - rows.targets[:, 0]).mean() < 0.05
    known = ~np.isnan(rows.targets[:, 1])
    assert (scores[known, 1] > 0.9).all()  # where it is known, it is always carried
    assert math.isfinite(events.read(folder, "train")[-1]["loss"])


def written(tmp_path: Path, rows: int, *, soft: bool = False) -> str:
    """The dataset of so many training rows, every one of them in validation and test, too.

    Soft: rude is a third where it was 0 and two thirds where it was 1, spam is 1 or missing.
    """
    source = write_comments(tmp_path / "all.csv", rows=rows)
    with source.open(encoding="utf-8", newline="") as read:
        found = list(csv.DictReader(read))
    with (tmp_path / "made.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, [*found[0], "split"])
        writer.writeheader()
        for n, row in enumerate(found):
            if soft:
                row |= {"rude": "0.3333" if row["rude"] == "0" else "0.6667"}
                row |= {"spam": "" if n % 3 else "1"}
            for split in ("train", "validation", "test"):
                writer.writerow({**row, "split": split})
    choice = Choice("comment", Labelling("fraction", COLUMNS, COLUMNS), split_column="split")
    return imported(tmp_path / "made.csv", choice=choice).id


class Interrupted(BaseException):
    """Stands for a kill."""


def killed(job: Work, at: int) -> Work:
    """The job, killed when it has trained so many steps."""
    told = job.step

    def step(done: int, *, seconds_left: float | None = None) -> None:
        told(done, seconds_left=seconds_left)
        if seconds_left is not None and done == at:
            raise Interrupted

    job.step = step  # type: ignore[method-assign]
    return job


@pytest.mark.slow
def test_a_resumed_training_ends_as_an_uninterrupted_one(
    comments: Path, model_folder: Path
) -> None:
    settings = quick(
        imported(comments).id, model_folder, epochs=2, dropout=0.3, checkpoint_s=1e-9,
        tokenizer="trained", vocabulary=150,
    )  # fmt: skip
    whole = train(settings)
    folder = run.create(settings).folder
    with work(folder) as job, pytest.raises(Interrupted):
        small.learn(placed(settings, folder, killed(job, 14)))
    assert not (folder / "model").exists()
    train(settings, folder)
    for name, expected in weights(whole).items():
        assert torch.equal(weights(folder)[name], expected), name


@pytest.mark.slow
def test_a_run_from_start_to_scores(comments: Path, model_folder: Path) -> None:
    dataset = imported(comments).id
    chosen: dict[str, Any] = {"tokenizer": "trained", "vocabulary": 200}
    made = run.start(quick(dataset, model_folder, **chosen))
    ended = process.wait(made.folder, timeout_s=180)
    assert ended.state == "finished", (made.folder / "log.txt").read_text()
    finished = run.load(made.id)
    assert list(json.loads((made.folder / "config.json").read_text())) == names("small")
    found = run.metrics(finished)
    assert found is not None
    for split in ("train", "validation", "test"):
        assert found["at_half"][split]["loss"] < found["before"][split]["loss"] / 2
    scored = run.scored(finished, "test")
    part = store.read(dataset, "test")
    assert np.array_equal(inference.load(made.folder).score(part.texts), scored.scores)
    assert found["at_half"]["test"]["mean_roc_auc"] > 0.99
    assert rules.in_force(made.folder).number == 1
    with work(made.folder) as job:
        run_through(made.folder, job)  # nothing is left to do
    assert run.metrics(finished) == found
