"""Which form of an encoder serves, and that it does so without torch."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.conftest import ROOT
from tests.tiny import PLAIN, RUDE, SPAM
from toxapp import inference
from toxapp.evaluation import footprint
from toxapp.inference import bundle
from toxapp.jobs.work import work
from toxapp.models import compiling, encoder
from toxapp.runs import events
from toxapp.runs.run import Run
from training import after
from training.serving import Check, Material, check, compile_bundle, keep_better

LABELS = ["rude", "spam", "never"]


def texts_of_many_lengths(count: int) -> list[str]:
    rng = np.random.default_rng(3)
    words = [*RUDE, *SPAM, *PLAIN, "unheard"]
    return [" ".join(rng.choice(words, rng.integers(0, 40))) for _ in range(count)]


@pytest.fixture(scope="module")
def saved(model_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A saved classifier whose scores lie far apart."""
    torch.manual_seed(0)
    built = encoder.build(str(model_folder), LABELS, max_length=32, dropout=0.0, attention="eager")
    with torch.no_grad():
        for weights in built.model.parameters():
            weights.add_(torch.randn_like(weights) * 0.2)
    folder = tmp_path_factory.mktemp("saved") / "model"
    encoder.save(built, folder)
    return folder


@pytest.fixture
def place(saved: Path, tmp_path: Path) -> Path:
    encoder.make_bundle(saved, tmp_path / "bundle", max_length=32)
    return tmp_path / "bundle"


def material(place: Path) -> Material:
    """Texts whose targets are what torch decides at its median score."""
    texts = texts_of_many_lengths(200)
    scores = inference.load(place).score(texts)
    return Material(texts, texts, (scores > np.median(scores, axis=0)).astype(np.float32))


def test_a_bundle_for_the_fast_engine_says_what_torch_said(saved: Path, place: Path) -> None:
    found = material(place)
    expected = inference.load(place).score(found.validation)
    compile_bundle(saved, place, found)
    record = bundle.read(place)
    assert record.engine == "openvino-fp32-cpu"
    assert {file.name for file in place.iterdir()} == {*record.hashes, "bundle.json"}
    scorer = inference.load(place)
    assert np.ptp(expected, axis=0).min() > 0.01
    assert np.abs(scorer.score(found.validation) - expected).max() <= 1e-6
    assert (scorer.labels, scorer.max_length) == (tuple(LABELS), 32)
    assert scorer.score([]).shape == (0, 3)


def test_scores_do_not_move_with_company_order_or_the_number_of_texts(
    saved: Path, place: Path
) -> None:
    texts = texts_of_many_lengths(120)
    assert compiling.in_full_precision(saved, place, texts[:4]) is None
    compiling.in_eight_bits(saved, place, place.with_name("other"), texts, seed=0)
    for folder in (place, place.with_name("other")):
        scorer = inference.load(folder)
        together = scorer.score(texts)
        alone = np.concatenate([scorer.score([text]) for text in texts])
        order = np.random.default_rng(0).permutation(len(texts))
        moved = scorer.score([texts[n] for n in order])
        crowded = scorer.score([*texts, *["the bus was late " * 3000] * 70])
        assert np.abs(together - alone).max() <= 1e-6
        assert np.abs(together[order] - moved).max() <= 1e-6
        assert np.abs(together - crowded[:120]).max() <= 1e-6


def test_eight_bits_serve_only_where_they_decide_alike(saved: Path, place: Path) -> None:
    found = material(place)
    assert compiling.in_full_precision(saved, place, found.validation[:4]) is None
    other = place.with_name("other")
    compiling.in_eight_bits(saved, place, other, found.training, seed=0)
    # So narrow a model loses much in 8 bits.
    refused = keep_better(place, other, found)
    assert refused.changed > 0.005
    assert refused.refused
    assert not other.exists()
    record = bundle.read(place)
    assert record.engine == "openvino-fp32-cpu"
    assert "Refused: full precision serves." in record.details["check"]["words"]
    compiling.in_eight_bits(saved, place, other, found.training, seed=0)
    clear = inference.load(place).score(found.validation)
    spoiled = Material([], found.validation, np.full_like(clear, np.nan))
    # Without a target there is no threshold, so no decision that could change.
    assert not keep_better(place, other, spoiled).refused
    assert bundle.read(place).engine == "openvino-int8-cpu"
    inference.load(place)


def test_8_bits_are_tried_only_where_they_are_asked_for(
    saved: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = material(place)
    expected = inference.load(place).score(found.validation)
    compile_bundle(saved, place, found, serve="8bit")
    narrow = bundle.read(place)
    assert narrow.engine == "openvino-fp32-cpu"
    assert "gains nothing by 8 bits" in narrow.details["engine_reason"]
    monkeypatch.setattr(compiling, "_NARROWEST", 1)
    encoder.make_bundle(saved, place, max_length=32)
    compile_bundle(saved, place, found, serve="8bit")
    assert "check" in bundle.read(place).details
    encoder.make_bundle(saved, place, max_length=32)
    compile_bundle(saved, place, found)
    assert "check" not in bundle.read(place).details
    assert bundle.read(place).engine == "openvino-fp32-cpu"
    assert np.abs(inference.load(place).score(found.validation) - expected).max() <= 1e-6


@pytest.mark.slow
def test_a_run_asked_to_serve_in_8_bits_says_what_became_of_it(trained: Run) -> None:
    assert footprint.serving(trained) == {"engine": "openvino-fp32-cpu"}
    assert events.read(trained.folder, "note") == []
    shutil.rmtree(trained.folder / "bundle")
    with work(trained.folder) as job:
        after.finish(trained.folder, replace(trained.settings, serve="8bit"), job)
    told = footprint.serving(trained)
    assert told is not None
    (note,) = events.read(trained.folder, "note")
    assert note["message"] == told["engine_reason"]
    assert "full precision serves" in note["message"]
    left = {file.name for file in trained.folder.iterdir() if file.name.startswith(".")}
    assert left <= {".lock"}


def test_the_check_counts_texts_and_compares_areas() -> None:
    targets = np.array([[1, np.nan], [0, np.nan], [1, np.nan], [0, np.nan]] * 50, np.float32)
    full = np.tile(np.array([[0.9, 0.5], [0.1, 0.5], [0.8, 0.5], [0.2, 0.5]], np.float32), (50, 1))
    other = full.copy()
    other[2, 0] = 0.15
    found = check(targets, full, other)
    assert (found.texts, found.changed) == (200, 1 / 200)
    assert not found.refused
    # One of 100 positives is below 50 of 100 negatives now.
    assert found.roc_auc == pytest.approx(-0.005)
    assert found.words.startswith("8 bits checked against full precision on 200 validation texts: ")
    assert "changed for 0.50% of them, ROC AUC by -0.00500" in found.words
    other[6, 0] = 0.15
    assert check(targets, full, other).refused
    assert Check(1, 0.0, None, None).words.endswith("for 0.00% of them. 8 bits serve.")


def test_a_model_that_cannot_become_a_graph_keeps_torch_and_says_why(
    saved: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiling, "_WITHIN", -1.0)
    found = material(place)
    compile_bundle(saved, place, found)
    record = bundle.read(place)
    assert record.engine == "torch-fp32-cpu"
    assert "differ from torch's" in record.details["engine_reason"]
    inference.load(place).score(["still scored"])


def test_the_fast_engine_scores_where_torch_and_transformers_are_not_installed(
    saved: Path, place: Path
) -> None:
    found = material(place)
    compile_bundle(saved, place, found)
    script = """
import json, sys
for name in ("torch", "transformers", "toxapp.models", "scipy", "sklearn", "pandas"):
    sys.modules[name] = None
from toxapp import inference
print(json.dumps(inference.load(sys.argv[1]).score(["you idiot", ""]).tolist()))
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(place)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    expected = inference.load(place).score(["you idiot", ""])
    assert np.abs(np.array(json.loads(done.stdout)) - expected).max() <= 1e-6
