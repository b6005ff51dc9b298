"""Runs without a training: a blend of finished ones, and somebody else's classifier."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.special import expit, logit
from transformers import AutoModelForSequenceClassification, AutoTokenizer, pipeline

from tests.tiny import tiny_model
from toxapp import inference
from toxapp.data import store
from toxapp.errors import JobError, ModelError, SettingsError
from toxapp.jobs import process
from toxapp.models import adopted
from toxapp.runs import rules, run
from toxapp.runs.run import Run
from toxapp.runs.settings import ADOPT, Settings

TEXTS = ["you idiot", "the bus was late again", "buy cheap prize", "click this offer you clown"]


def ended(settings: Settings) -> Run:
    made = run.start(settings)
    process.wait(made.folder, timeout_s=240)
    found = run.load(made.id)
    assert found.finished, (found.folder / "log.txt").read_text()
    return found


@pytest.fixture
def linear(trained: Run) -> Run:
    return ended(Settings(dataset=trained.settings.dataset, model="linear", name="linear"))


@pytest.mark.slow
def test_a_blend_scores_by_the_weighted_mean_of_its_parts_logits(trained: Run, linear: Run) -> None:
    runs = f"{trained.id}, {linear.id}"
    blend = ended(Settings(dataset=trained.settings.dataset, model="blend", runs=runs))
    kept = json.loads((blend.folder / "model" / "blend.json").read_text())["weights"]
    labels = store.load(trained.settings.dataset).labels
    weights = np.array([[kept[one.id][label] for label in labels] for one in (trained, linear)])
    assert weights.sum(axis=0) == pytest.approx(1)
    parts = [inference.load(one.folder / "bundle").score(TEXTS) for one in (trained, linear)]
    near = [np.clip(part.astype(np.float64), 1e-7, 1 - 1e-7) for part in parts]
    by_hand = expit(sum(w * logit(part) for w, part in zip(weights, near, strict=True)))
    told: list[int] = []
    found = inference.load(blend.folder).score(TEXTS, told.append)
    assert found == pytest.approx(by_hand, abs=1e-6)
    assert told == sorted(told)
    assert told[-1] == len(TEXTS)
    assert set(rules.in_force(blend.folder).thresholds) == set(labels)
    metrics = run.metrics(blend)
    assert metrics is not None
    assert metrics["after"]["train"]["loss"] > 0


@pytest.mark.slow
def test_a_part_that_was_changed_is_not_scored_with(trained: Run, linear: Run) -> None:
    runs = f"{trained.id},{linear.id}"
    blend = ended(Settings(dataset=trained.settings.dataset, model="blend", runs=runs))
    changed = blend.folder / "bundle" / "parts" / "1" / "linear.json"
    copy = changed.read_bytes()
    changed.unlink()
    changed.write_bytes(copy + b" ")
    with pytest.raises(inference.bundle.BundleError, match="has changed"):
        inference.load(blend.folder)
    assert len(inference.load(linear.folder).score(TEXTS)) == len(TEXTS)


@pytest.mark.slow
def test_a_blend_wants_two_finished_runs_of_its_dataset(trained: Run) -> None:
    asked = Settings(dataset=trained.settings.dataset, model="blend", runs=trained.id)
    with pytest.raises(SettingsError, match="two different runs or more"):
        run.create(asked)
    waiting = run.create(replace(trained.settings, name="waiting"))
    with pytest.raises(JobError, match="needs finished runs"):
        run.create(replace(asked, runs=f"{trained.id},{waiting.id}"))


def somebody_elses(folder: Path, *, kind: str, names: list[str]) -> Path:
    """A classifier of other labels, by the tiny model's words, its last layer drawn anew."""
    base = tiny_model(folder / "base")
    torch.manual_seed(1)
    model = AutoModelForSequenceClassification.from_pretrained(
        base, num_labels=len(names), ignore_mismatched_sizes=True, problem_type=kind
    )
    model.config.id2label = dict(enumerate(names))
    with torch.no_grad():
        for parameter in model.classifier.parameters():
            parameter.normal_(0, 1)
    model.save_pretrained(folder / "theirs")
    AutoTokenizer.from_pretrained(base).save_pretrained(folder / "theirs")
    return folder / "theirs"


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("single_label_classification", ["neutral", "toxic"]),
        ("multi_label_classification", ["a", "TOXIC", "b"]),
    ],
)
def test_an_adopted_classifier_scores_as_its_own_pipeline_does(
    tmp_path: Path, kind: str, names: list[str]
) -> None:
    theirs = somebody_elses(tmp_path, kind=kind, names=names)
    made = adopted.adopt(str(theirs), ("spam", "toxic"), {"spam": "none"})
    adopted.save(made, tmp_path / "model")
    adopted.make_bundle(tmp_path / "model", tmp_path / "bundle")
    found = inference.load(tmp_path / "bundle").score(TEXTS)
    said = pipeline("text-classification", model=str(theirs), top_k=None, device="cpu")(TEXTS)
    found_by_them = [{one["label"].lower(): one["score"] for one in each} for each in said]  # type: ignore[index]
    own = [each["toxic"] for each in found_by_them]
    assert found[:, 1].tolist() == pytest.approx(own, abs=1e-6)
    assert found[:, 0].tolist() == [0] * len(TEXTS)


def test_a_label_without_a_counterpart_is_named_with_what_there_is(tmp_path: Path) -> None:
    theirs = somebody_elses(
        tmp_path, kind="multi_label_classification", names=["rude one", "other"]
    )
    with pytest.raises(ModelError, match=r"has no label 'spam'; it has: rude one, other\. Map"):
        adopted.adopt(str(theirs), ("spam",), {})
    assert adopted.adopt(str(theirs), ("Rude_One",), {}).reading.outputs == (0,)


def test_a_map_is_read_and_a_wrong_one_refused() -> None:
    assert adopted.parse_map("a=b, c = d e") == {"a": "b", "c": "d e"}
    assert adopted.parse_map("") == {}
    with pytest.raises(ModelError, match="'toxic' does not say"):
        adopted.parse_map("toxic")


@pytest.mark.slow
def test_an_adopted_classifier_is_a_run_like_any_other(trained: Run, tmp_path: Path) -> None:
    names = ["rude", "spam", "never"]
    theirs = somebody_elses(tmp_path, kind="multi_label_classification", names=names)
    labels = store.load(trained.settings.dataset).labels
    asked = ",".join(f"{label}={label}" for label in labels)
    settings = Settings(dataset=trained.settings.dataset, model=f"{ADOPT}{theirs}", map=asked)
    found = ended(settings)
    assert run.scored(found, "test").scores.shape[1] == len(labels)
    assert rules.in_force(found.folder).number == 1
