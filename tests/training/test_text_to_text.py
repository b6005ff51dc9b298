"""A text-to-text training: what it learns from, and that it learns, on a tiny T5."""

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
from transformers import T5ForConditionalGeneration

from tests.tiny import imported, tiny_t5, write_comments
from toxapp import inference
from toxapp.data import store
from toxapp.data.choice import Choice
from toxapp.data.labelling import Labelling
from toxapp.errors import DataError, SettingsError
from toxapp.evaluation import outside
from toxapp.inference.strings import Words
from toxapp.jobs import process
from toxapp.jobs.work import Work, work
from toxapp.models import text_to_text as models
from toxapp.runs import events, rules, run
from toxapp.runs.settings import Settings, family_of, names
from toxapp.runs.starting import changed, suggested
from training import text_to_text
from training.checkpoints import best_folder, best_step
from training.device import Device
from training.figures import measured
from training.gradient import Place
from training.text_to_text import StringCollator, StringLoss, strings

NAN = math.nan
WORDS = Words(labels=((3,), (4, 5), (6,)), none=(7, 8), start=0, end=1)
TARGETS = np.array([[0, 0, 0], [1, 1, 0], [0, 0, 1]], np.float32)


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """On a busy machine two threads wait for each other longer than they work on so little."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def t5(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_t5(tmp_path_factory.mktemp("t5"))


def quick(dataset: str, t5: Path | str, **chosen: Any) -> Settings:
    base = {
        "name": "tiny",
        "epochs": 1,
        "learning_rate": 1e-2,
        "batch_size": 16,
        "batch_tokens": 2048,
        "max_length": 32,
        "device": "cpu",
        "precision": "fp32",
        "prefix": "",
    }
    return Settings(dataset=dataset, model=f"t5:{t5}", **{**base, **chosen})


def train(settings: Settings, folder: Path | None = None) -> Path:
    place = folder or run.create(settings).folder
    with work(place) as job:
        text_to_text.learn(Place(place, settings, Device("cpu", False, "eager"), job))
    return place


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / "model" / "model.safetensors")


def split_comments(
    file: Path, rows: list[dict[str, str]], train_rows: int, *, by_heart: bool = False
) -> str:
    """The dataset of these rows: the first are for training, all others for either other split.

    By heart, those for training are those for validation, too.
    """
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, [*rows[0], "split"])
        writer.writeheader()
        for n, row in enumerate(rows):
            others = ("test",) if by_heart or n % 2 else ("validation",)
            first = ("train", "validation") if by_heart else ("train",)
            for split in first if n < train_rows else others:
                writer.writerow({**row, "split": split})
    columns = ("rude", "spam", "never")
    choice = Choice("comment", Labelling("fraction", columns, columns), split_column="split")
    return imported(file, choice=choice).id


def comments(tmp_path: Path, count: int) -> list[dict[str, str]]:
    file = write_comments(tmp_path / "all.csv", rows=count)
    with file.open(encoding="utf-8", newline="") as read:
        return list(csv.DictReader(read))


def test_targets_become_strings_that_end_and_are_filled_behind() -> None:
    assert strings(TARGETS, WORDS).tolist() == [[7, 8, 1, -100], [3, 4, 5, 1], [6, 1, -100, -100]]
    assert strings(TARGETS[:1], WORDS, longest=5).tolist() == [[7, 8, 1, -100, -100]]
    assert strings(np.array([[NAN, 0.5, 0.49]], np.float32), WORDS).tolist() == [[4, 5, 1]]


def test_the_decoder_reads_each_string_one_token_late() -> None:
    examples = [{"input_ids": [9, 1], "labels": row} for row in TARGETS]
    batch = StringCollator(WORDS)(examples)
    assert batch["decoder_input_ids"].tolist() == [[0, 7, 8, 1], [0, 3, 4, 5], [0, 6, 1, 0]]
    assert sorted(batch) == ["attention_mask", "decoder_input_ids", "input_ids", "labels"]
    assert batch["labels"].dtype == torch.float32


def test_the_loss_is_the_models_own_and_adds_up_over_pieces(t5: Path) -> None:
    model = T5ForConditionalGeneration.from_pretrained(t5)
    examples = [{"input_ids": [9, 10, 1], "labels": row} for row in TARGETS]
    batch = StringCollator(WORDS)(examples)
    targets = batch.pop("labels")
    own = model(input_ids=batch["input_ids"], labels=torch.from_numpy(strings(TARGETS, WORDS))).loss
    loss = StringLoss(WORDS, typical=3.0)  # nine tokens of three texts
    logits = model(**batch).logits
    torch.testing.assert_close(loss(logits, targets), own)
    parts = loss(logits[:2], targets[:2]) * 2 / 3 + loss(logits[2:], targets[2:]) / 3
    torch.testing.assert_close(parts, own)


def test_a_t5_belongs_to_a_family_of_its_own() -> None:
    for model in ("t5:small", "t5:owner/name", "t5:./folder", "google-t5/t5-small"):
        assert family_of(model) == "text-to-text", model
    assert suggested("d", 20_000, "t5:small").learning_rate == 3e-4
    assert suggested("d", 20_000, "t5:some/other").learning_rate == 3e-4
    scratch = suggested("d", 20_000, "t5:small", from_scratch=True)
    assert (scratch.from_scratch, scratch.epochs) == (True, 6)
    assert Settings.from_json(scratch.to_json()) == scratch


@pytest.mark.parametrize("lacking", ["imbalance=sqrt", "focal_gamma=1", "head_rate=2", "c=1"])
def test_settings_that_make_no_sense_for_strings_are_refused_by_name(lacking: str) -> None:
    name = lacking.partition("=")[0]
    expected = f"The text-to-text family has no setting '{name}'; it has: model, name, epochs"
    with pytest.raises(SettingsError, match=expected):
        changed(Settings("d", "t5:small"), [lacking])
    assert name not in names("text-to-text")
    with pytest.raises(SettingsError, match="The encoder family has no setting 'prefix'"):
        changed(Settings("d"), ["prefix=x"])


def test_the_prefix_can_be_any_text_and_none() -> None:
    assert Settings("d", "t5:small").prefix == "toxic comment classification: "
    assert changed(Settings("d", "t5:small"), ["prefix="]).prefix == ""


def test_rows_with_missing_targets_are_left_out_and_soft_ones_cut_and_both_counted(
    tmp_path: Path, t5: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rows = comments(tmp_path, 60)
    for n in range(20):
        rows[n]["spam"] = "" if n < 3 else str([0.2, 0.5, 0.8][n % 3])
    dataset = split_comments(tmp_path / "soft.csv", rows, train_rows=20)
    settings = quick(dataset, t5, evaluation_rows=7)
    folder = run.create(settings).folder
    with work(folder) as job, caplog.at_level("INFO", logger="training"):
        place = Place(folder, settings, Device("cpu", False, "eager"), job)
        found = text_to_text.rows(place)
        text_to_text.rows(place)  # a resumed run says it no second time
    assert len(found["train"].texts) == 17
    soft = store.read(dataset, "train").targets[3:, 1]
    assert found["train"].targets[:, 1].tolist() == (soft >= 0.5).astype(float).tolist()
    assert [len(found[split].texts) for split in ("validation", "test")] == [7, 7]
    notes = {note["split"]: note for note in events.read(folder, "note")}
    assert notes["missing"]["message"] == "3 training rows with a missing target are left out."
    assert notes["soft"]["message"] == (
        "17 targets of the training rows lie between 0 and 1: cut at 0.5."
    )
    assert (
        notes["sampled test"]["message"] == "Figures while it trains are of 7 of the 20 test rows."
    )
    assert notes["missing"]["rows"] == 3
    assert "left out" in caplog.text
    assert len((folder / "events.jsonl").read_text().splitlines()) == 4


def test_a_dataset_without_a_whole_training_row_is_refused(tmp_path: Path, t5: Path) -> None:
    rows = [{**row, "spam": "" if n < 20 else "1"} for n, row in enumerate(comments(tmp_path, 60))]
    settings = quick(split_comments(tmp_path / "holes.csv", rows, train_rows=20), t5)
    place = Place(tmp_path, settings, Device("cpu", False, "eager"), None)
    with pytest.raises(DataError, match="No training row has a target for every label"):
        text_to_text.rows(place)


@pytest.mark.slow
def test_it_learns_32_rows_by_heart_and_writes_their_labels(tmp_path: Path, t5: Path) -> None:
    rows = comments(tmp_path, 42)
    dataset = split_comments(tmp_path / "few.csv", rows, train_rows=32, by_heart=True)
    folder = train(quick(dataset, t5, epochs=80, batch_size=8, evaluate_every=320, best_by="loss"))
    losses = [event["loss"] for event in events.read(folder, "train")]
    assert losses[-1] < losses[0] / 20

    models.make_bundle(folder / "model", folder / "bundle", max_length=32, prefix="")
    scorer: Any = inference.load(folder / "bundle")
    part = store.read(dataset, "train")
    scores = scorer.score(part.texts)
    assert ((scores >= 0.5) == (part.targets == 1)).all(), "F1 of 1"
    assert scorer.read(part.texts).outside.max() < 0.1
    written = scorer.decoded(part.texts)
    assert (written.labels == (part.targets == 1)).all()
    assert written.unknown == 0


@pytest.mark.slow
def test_what_is_measured_while_it_trains_is_what_serving_scores(tmp_path: Path, t5: Path) -> None:
    dataset = split_comments(tmp_path / "few.csv", comments(tmp_path, 60), train_rows=40)
    folder = train(quick(dataset, t5, best_by="loss"))
    models.make_bundle(folder / "model", folder / "bundle", max_length=32, prefix="")
    part = store.read(dataset, "validation")
    scores = inference.load(folder / "bundle").score(part.texts)
    served = measured(part.targets, scores, ("rude", "spam", "never"))
    best = best_folder(folder)
    assert best is not None
    (told,) = [
        e
        for e in events.read(folder, "evaluation")
        if (e["step"], e["split"]) == (best_step(best), "validation")
    ]
    assert told["loss"] == pytest.approx(served.loss, abs=1e-5)
    assert told["mean_roc_auc"] == pytest.approx(served.mean_roc_auc, abs=1e-6)


@pytest.mark.slow
def test_a_resumed_training_ends_as_an_uninterrupted_one(tmp_path: Path, t5: Path) -> None:
    dataset = split_comments(tmp_path / "few.csv", comments(tmp_path, 60), train_rows=40)
    settings = quick(dataset, t5, epochs=2, dropout=0.2, checkpoint_s=1e-9, best_by="loss")
    whole = train(settings)
    folder = run.create(settings).folder
    with work(folder) as job, pytest.raises(Interrupted):
        text_to_text.learn(Place(folder, settings, Device("cpu", False, "eager"), killed(job, 4)))
    assert not (folder / "model").exists()
    assert weights(train(settings, folder)).keys() == weights(whole).keys()
    for name, expected in weights(whole).items():
        assert torch.equal(weights(folder)[name], expected), name


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
def test_frozen_parts_stay_as_they_were(tmp_path: Path, t5: Path) -> None:
    dataset = split_comments(tmp_path / "few.csv", comments(tmp_path, 60), train_rows=40)
    after = weights(train(quick(dataset, t5, freeze_layers=1, best_by="loss")))
    before = load_file(t5 / "model.safetensors")
    for name, start in before.items():
        if name.startswith(("shared.", "encoder.block.0.")):
            assert torch.equal(start, after[name]), name


@pytest.mark.slow
def test_a_run_from_scratch_from_start_to_scores(home: Path, comments_file: Path) -> None:
    dataset = imported(comments_file).id
    settings = quick(
        dataset,
        "small",
        epochs=2,
        from_scratch=True,
        tokenizer="trained",
        vocabulary=200,
        layers=1,
        hidden_size=32,
        max_length=64,
        prefix="rate: ",
        evaluation_rows=20,
    )
    made = run.start(settings)
    ended = process.wait(made.folder, timeout_s=180)
    assert ended.state == "finished", (made.folder / "log.txt").read_text()
    metrics = json.loads((made.folder / "metrics.json").read_text())
    assert set(metrics["at_half"]) == {"train", "validation", "test"}
    finished = run.load(made.id)
    scored = run.scored(finished, "test")
    assert scored.scores.shape == (36, 3)  # all rows, also where 20 were measured
    assert ((scored.scores >= 0) & (scored.scores <= 1)).all()
    assert rules.in_force(made.folder).number == 1
    record = json.loads((made.folder / "bundle" / "bundle.json").read_text())
    assert (record["kind"], record["details"]["prefix"]) == ("text-to-text", "rate: ")
    assert record["details"]["method"] == "exact"
    part = store.read(dataset, "test")
    scorer: Any = inference.load(made.folder)
    again = scorer.read(part.texts[:5])
    np.testing.assert_array_equal(again.scores, scored.scores[:5])
    beyond = outside.kept(finished, "test")
    assert beyond is not None
    np.testing.assert_array_equal(again.outside, beyond[:5])
    told = outside.summary(finished, beyond)
    assert told is not None
    assert told.method == "exact"
    assert 0 < told.mean <= told.quantile_95 < 1
    assert outside.kept(finished, "validation") is not None
    assert list((made.folder / "checkpoints").iterdir()) == []


@pytest.fixture
def comments_file(tmp_path: Path) -> Path:
    return write_comments(tmp_path / "comments.csv")
