from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import ROOT
from tests.inference.test_ngrams import TEXTS
from tests.models.test_linear import LABELS, planted
from toxapp import inference
from toxapp.inference.bundle import BundleError, read
from toxapp.inference.linear import LinearScorer, probabilities
from toxapp.models import linear
from toxapp.models.linear import LinearSettings

ALONE = """
import json, sys
import carried
scorer = carried.load(sys.argv[1])
print(json.dumps([scorer.labels, scorer.score(json.loads(sys.argv[2])).tolist()]))
heavy = {"torch", "transformers", "sklearn", "scipy", "tokenizers", "toxapp"}
print(sorted(heavy & {name.partition(".")[0] for name in sys.modules}))
"""


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("linear")
    texts, targets = planted()
    made = linear.fit(texts, targets, labels=LABELS, settings=LinearSettings(c=10.0))
    linear.save(made, place / "model")
    linear.make_bundle(place / "model", place / "bundle")
    return place / "bundle"


@pytest.fixture
def scorer(bundle: Path) -> LinearScorer:
    return LinearScorer(bundle, read(bundle))


def test_scores_are_equal_to_the_bit_whatever_the_company(scorer: LinearScorer) -> None:
    texts = [*planted(400, seed=1)[0], *TEXTS, "you idiot " * 5000]
    together = scorer.score(texts)
    moved = np.random.default_rng(0).permutation(len(texts))
    assert np.ptp(together[:, 0]) > 0.5
    assert np.array_equal(together[moved], scorer.score([texts[i] for i in moved]))
    alone = np.concatenate([scorer.score([text]) for text in texts])
    assert np.array_equal(together, alone)


@pytest.mark.parametrize("texts", [[], ["you idiot"], [""], ["", "you idiot"], ["one"] * 3])
def test_scores_are_always_a_table_of_texts_by_labels(
    scorer: LinearScorer, texts: list[str]
) -> None:
    found = scorer.score(texts)
    assert found.shape == (len(texts), 2)
    assert found.dtype == np.float32
    assert ((found >= 0) & (found <= 1)).all()


def test_progress_is_told_up_to_all_texts(scorer: LinearScorer) -> None:
    told: list[int] = []
    scorer.score(["the bus was late"] * 1000, told.append)
    assert told == sorted(set(told))
    assert told[-1] == 1000
    assert len(told) > 2


def test_scoring_ends_early_where_progress_raises(scorer: LinearScorer) -> None:
    told: list[int] = []

    def stop(done: int) -> None:
        told.append(done)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        scorer.score(["the bus was late"] * 1000, stop)
    assert len(told) == 1


def test_all_of_a_long_text_is_read(scorer: LinearScorer) -> None:
    assert scorer.max_length is None
    head = "the bus was late " * 5000
    plain, rude = scorer.score([head, f"{head} idiot"])[:, 0]
    assert rude > plain


def test_the_loader_chooses_the_engine_by_the_bundles_kind(bundle: Path) -> None:
    for place in (bundle, bundle.parent, str(bundle)):
        found = inference.load(place)
        assert isinstance(found, LinearScorer)
        assert found.labels == ("rude", "spam")


def test_contributions_sum_up_to_the_score(scorer: LinearScorer) -> None:
    texts = ["You IDIOT, buy the  bus! Idiot", "never heard", "", "nice ïdiot\u200b"]
    for text, score in zip(texts, scorer.score(texts), strict=True):
        found = scorer.contributions(text)
        logits = found.weights.sum(axis=0) + scorer.bias
        np.testing.assert_allclose(probabilities(logits), score, atol=1e-7)
        assert ((found.begin >= 0) & (found.begin < found.end)).all()
        assert (found.end <= len(text)).all()


def test_contributions_point_at_the_word_that_matters(scorer: LinearScorer) -> None:
    text = "the bus was late, IDIOT and we walked home"
    found = scorer.contributions(text)
    weights = np.zeros((len(text), 2))
    for begin, end, weight in zip(found.begin, found.end, found.weights, strict=True):
        weights[begin:end] += weight / (end - begin)
    assert text.index("IDIOT") <= weights[:, 0].argmax() < text.index("IDIOT") + 5


def test_the_logistic_function_does_not_overflow() -> None:
    found = probabilities(np.array([[-1e4, -2.0, 0.0, 2.0, 1e4]]))
    np.testing.assert_allclose(found, [[0, 1 / (1 + np.e**2), 0.5, 1 / (1 + np.e**-2), 1]])


def test_a_bundle_scores_alone_without_torch_scikit_learn_or_scipy(
    bundle: Path, scorer: LinearScorer, tmp_path: Path
) -> None:
    texts = ["you idiot", "buy cheap prize", "the bus was late", ""]
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "toxapp" / "inference", tmp_path / "carried", ignore=ignore)
    done = subprocess.run(
        [sys.executable, "-c", ALONE, str(bundle), json.dumps(texts)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        check=True,
        capture_output=True,
        text=True,
    )
    said, heavy = done.stdout.splitlines()
    labels, found = json.loads(said)
    assert heavy == "[]"
    assert tuple(labels) == scorer.labels
    assert np.array_equal(np.array(found, np.float32), scorer.score(texts))


def test_a_changed_bundle_is_refused(bundle: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(bundle, tmp_path / "copy"))
    content = json.loads((copy / "linear.json").read_text())
    (copy / "linear.json").write_text(json.dumps({**content, "labels": ["spam", "rude"]}))
    with pytest.raises(BundleError, match=r"linear\.json has changed"):
        inference.load(copy)
