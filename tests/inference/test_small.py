from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from tests.conftest import ROOT
from toxapp import inference
from toxapp.inference.bundle import read
from toxapp.inference.small import SmallScorer
from toxapp.inference.tokens import encode, pad
from toxapp.models import small
from toxapp.models.small import Shape, Small

LABELS = ["rude", "spam", "never"]
WORDS = ["the", "bus", "was", "late", "idiot", "buy", "cheap", "never-heard", "[PAD]"]
SHAPES = [
    Shape(16, "mean", 0, 1, 0.0),
    Shape(16, "mean", 1, 32, 0.0),
    Shape(128, "mean and max", 2, 256, 0.5),
]

ALONE = """
import json, sys
import carried
scorer = carried.load(sys.argv[1])
print(json.dumps([scorer.labels, scorer.score(json.loads(sys.argv[2])).tolist()]))
heavy = {"torch", "transformers", "sklearn", "scipy", "toxapp"}
print(sorted(heavy & {name.partition(".")[0] for name in sys.modules}))
"""


def texts(count: int = 300) -> list[str]:
    """Texts of 0 to 79 words, a few of them longer than is read."""
    draw = np.random.default_rng(0)
    return [" ".join(draw.choice(WORDS, draw.integers(0, 80))) for _ in range(count)]


def bundled(place: Path, base: Path, shape: Shape) -> Small:
    """A network whose scores differ widely, and its bundle under `place`."""
    words = small.own_tokenizer(f"small:{base}", 64)
    torch.manual_seed(0)
    made = small.build(LABELS, words, shape)
    with torch.no_grad():
        made.model.embeddings.weight.normal_(std=6)
    small.save(made, place / "model")
    small.make_bundle(place / "model", place / "bundle", max_length=64)
    return made


@pytest.fixture
def scorer(tmp_path: Path, model_folder: Path) -> SmallScorer:
    bundled(tmp_path, model_folder, SHAPES[2])
    return SmallScorer(tmp_path / "bundle", read(tmp_path / "bundle"))


def said(made: Small, asked: list[str]) -> NDArray[np.float32]:
    """The scores by torch in single precision, all texts as one padded batch."""
    made.model.train(False)
    ids, mask = pad(encode(small.cutter(made), asked), 0)
    with torch.inference_mode():
        logits = made.model(torch.from_numpy(ids), torch.from_numpy(mask)).logits
    scores: NDArray[np.float32] = logits.sigmoid().numpy()
    return scores


@pytest.mark.parametrize("shape", SHAPES)
def test_scores_are_the_networks_own(shape: Shape, tmp_path: Path, model_folder: Path) -> None:
    made = bundled(tmp_path, model_folder, shape)
    found = inference.load(tmp_path / "bundle").score(texts())
    assert np.ptp(found, axis=0).min() > 0.1
    np.testing.assert_allclose(found, said(made, texts()), atol=1e-6, rtol=0)


def test_scores_agree_whatever_the_company(scorer: SmallScorer) -> None:
    asked = texts()
    together = scorer.score(asked)
    moved = np.random.default_rng(1).permutation(len(asked))
    np.testing.assert_allclose(
        scorer.score([asked[n] for n in moved]), together[moved], atol=1e-6, rtol=0
    )
    alone = np.concatenate([scorer.score([text]) for text in asked])
    np.testing.assert_allclose(alone, together, atol=1e-6, rtol=0)


@pytest.mark.parametrize("asked", [[], ["you idiot"], [""], ["", "you idiot"], ["one"] * 3])
def test_scores_are_always_a_table_of_texts_by_labels(
    scorer: SmallScorer, asked: list[str]
) -> None:
    found = scorer.score(asked)
    assert found.shape == (len(asked), 3)
    assert found.dtype == np.float32
    assert ((found >= 0) & (found <= 1)).all()


def test_a_tokenizer_that_adds_nothing_leaves_an_empty_text_without_a_token(
    tmp_path: Path, model_folder: Path
) -> None:
    content = json.loads((model_folder / "tokenizer.json").read_text())
    (tmp_path / "tokenizer.json").write_text(json.dumps({**content, "post_processor": None}))
    config = (model_folder / "tokenizer_config.json").read_bytes()
    (tmp_path / "tokenizer_config.json").write_bytes(config)
    made = bundled(tmp_path, tmp_path, SHAPES[2])
    asked = ["", "the bus", "", "late"]
    assert [len(ids) for ids in encode(small.cutter(made), asked)] == [0, 2, 0, 1]
    found = inference.load(tmp_path / "bundle").score(asked)
    np.testing.assert_allclose(found, said(made, asked), atol=1e-6, rtol=0)


def test_what_is_beyond_the_longest_text_is_not_read(scorer: SmallScorer) -> None:
    assert scorer.max_length == 64
    head = "the bus was late " * 20
    assert np.array_equal(scorer.score([head]), scorer.score([f"{head} idiot"]))


def test_progress_is_told_up_to_all_texts(scorer: SmallScorer) -> None:
    told: list[int] = []
    scorer.score(["the bus was late"] * 3000, told.append)
    assert told == sorted(set(told))
    assert told[-1] == 3000
    assert len(told) > 2


def test_scoring_ends_early_where_progress_raises(scorer: SmallScorer) -> None:
    told: list[int] = []

    def stop(done: int) -> None:
        told.append(done)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        scorer.score(["the bus was late"] * 3000, stop)
    assert len(told) == 1


def test_a_bundle_scores_alone_without_torch_or_transformers(
    scorer: SmallScorer, tmp_path: Path
) -> None:
    asked = texts(5)
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "toxapp" / "inference", tmp_path / "carried", ignore=ignore)
    done = subprocess.run(
        [sys.executable, "-c", ALONE, str(tmp_path / "bundle"), json.dumps(asked)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        check=True,
        capture_output=True,
        text=True,
    )
    told, heavy = done.stdout.splitlines()
    labels, found = json.loads(told)
    assert heavy == "[]"
    assert tuple(labels) == scorer.labels
    assert np.array_equal(np.array(found, np.float32), scorer.score(asked))
