from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.conftest import ROOT
from tests.tiny import PLAIN, RUDE, SPAM
from toxapp import inference
from toxapp.data import store
from toxapp.inference.bundle import Bundle, BundleError, read, sha256, write
from toxapp.runs import run
from toxapp.runs.run import Run

if TYPE_CHECKING:
    from toxapp.inference import Scorer

pytestmark = pytest.mark.slow

WITHIN = 1e-6


def texts_of_many_lengths(count: int = 300) -> list[str]:
    rng = np.random.default_rng(3)
    words = [*RUDE, *SPAM, *PLAIN, "unheard"]
    return [" ".join(rng.choice(words, rng.integers(0, 40))) for _ in range(count)]


@pytest.fixture
def scorer(trained: Run) -> Scorer:
    return inference.load(trained.folder)


@pytest.fixture
def bundle(trained: Run) -> Path:
    return trained.folder / "bundle"


def test_scores_of_a_text_do_not_depend_on_batch_order_or_company(scorer: Scorer) -> None:
    texts = texts_of_many_lengths()
    together = scorer.score(texts)
    one_by_one = np.concatenate([scorer.score([text]) for text in texts])
    shuffled = np.random.default_rng(0).permutation(len(texts))
    moved = scorer.score([texts[i] for i in shuffled])
    crowded = scorer.score([*texts, *["the bus was late " * 3000] * 20])
    assert np.ptp(together[:, 0]) > 0.1
    assert np.abs(together - one_by_one).max() <= WITHIN
    assert np.abs(together[shuffled] - moved).max() <= WITHIN
    assert np.abs(together - crowded[:-20]).max() <= WITHIN
    assert np.ptp(crowded[-20:], axis=0).max() <= WITHIN


def test_several_pages_score_at_the_same_time(scorer: Scorer) -> None:
    """The engine took one request at a time and refused a second: a page that typed failed."""
    texts = [f"{RUDE} {n} {SPAM}" * (n % 7 + 1) for n in range(60)]
    alone = scorer.score(texts)
    with ThreadPoolExecutor(4) as pages:
        for scores in pages.map(scorer.score, [texts] * 8):
            np.testing.assert_array_equal(scores, alone)


def test_scores_do_not_depend_on_where_a_chunk_of_texts_ends(scorer: Scorer) -> None:
    texts = texts_of_many_lengths(500)
    many = texts * 9  # more than the 4,096 that are cut into tokens at once
    assert np.abs(scorer.score(many) - np.tile(scorer.score(texts), (9, 1))).max() <= WITHIN


@pytest.mark.parametrize("texts", [[], ["you idiot"], [""], ["", "you idiot"], ["one"] * 3])
def test_scores_are_always_a_table_of_texts_by_labels(scorer: Scorer, texts: list[str]) -> None:
    scores = scorer.score(texts)
    assert scores.shape == (len(texts), 3)
    assert scores.dtype == np.float32
    assert ((scores >= 0) & (scores <= 1)).all()


def test_columns_follow_the_order_of_the_labels(trained: Run, scorer: Scorer) -> None:
    assert scorer.labels == store.load(trained.settings.dataset).labels == ("rude", "spam", "never")
    texts = store.read(trained.settings.dataset, "test")
    scores = scorer.score(texts.texts)
    for column in (0, 1):
        carried = texts.targets[:, column] == 1
        assert scores[carried, column].mean() > scores[~carried, column].mean() + 0.1
    assert scores[:, 2].max() < 0.1


def test_the_scores_that_the_run_keeps_are_the_scorers(trained: Run, scorer: Scorer) -> None:
    rows = store.read(trained.settings.dataset, "validation")
    kept = run.scored(trained, "validation").scores
    assert np.abs(kept - scorer.score(rows.texts)).max() <= WITHIN


def test_only_the_first_tokens_of_a_long_text_are_read(scorer: Scorer) -> None:
    assert scorer.max_length == 32
    head = "the bus was late " * 8
    scores = scorer.score([head, head + "idiot " * 100])
    assert np.abs(scores[0] - scores[1]).max() <= WITHIN


def test_progress_is_told_batch_by_batch_up_to_all_texts(scorer: Scorer) -> None:
    told: list[int] = []
    scorer.score(["the bus was late again"] * 1000, told.append)
    assert told == sorted(set(told))
    assert told[-1] == 1000
    assert len(told) > 2


def test_a_bundle_is_loaded_by_its_own_folder_or_the_runs(trained: Run, bundle: Path) -> None:
    texts = ["you idiot", "buy cheap", ""]
    scores = [inference.load(place).score(texts) for place in (trained.folder, bundle, str(bundle))]
    assert np.array_equal(scores[0], scores[1])
    assert np.array_equal(scores[0], scores[2])


def test_the_plain_pipeline_of_transformers_gives_the_same_scores_by_label(
    trained: Run, scorer: Scorer
) -> None:
    """Softmax instead of sigmoid, or LABEL_0 for a name, made other people's numbers differ."""
    from transformers import pipeline

    classify = pipeline("text-classification", model=str(trained.folder / "model"), top_k=None)
    texts = [text for text in texts_of_many_lengths(60) if len(text.split()) < 30]
    ours = scorer.score(texts)
    for text, expected in zip(texts, ours, strict=True):
        found = classify(text)
        found = found[0] if isinstance(found[0], list) else found
        theirs = {entry["label"]: entry["score"] for entry in found}
        assert set(theirs) == set(scorer.labels)
        for label, score in zip(scorer.labels, expected, strict=True):
            assert abs(theirs[label] - score) <= WITHIN


def test_the_folder_of_this_room_scores_alone_somewhere_else(
    bundle: Path, scorer: Scorer, tmp_path: Path
) -> None:
    texts = ["you idiot", "buy cheap prize", "the bus was late", ""]
    elsewhere = tmp_path / "elsewhere"
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "toxapp" / "inference", elsewhere / "carried", ignore=ignore)
    script = """
import json, sys
import carried
scorer = carried.load(sys.argv[1])
print(json.dumps([scorer.labels, scorer.score(json.loads(sys.argv[2])).tolist()]))
print([name for name in sys.modules if name.partition(".")[0] in ("toxapp", "training")])
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(bundle), json.dumps(texts)],
        cwd=elsewhere,
        env={**os.environ, "PYTHONPATH": str(elsewhere)},
        check=True,
        capture_output=True,
        text=True,
    )
    said, ours = done.stdout.splitlines()
    labels, scores = json.loads(said)
    assert ours == "[]"
    assert tuple(labels) == scorer.labels
    assert np.abs(np.array(scores) - scorer.score(texts)).max() <= WITHIN


def test_a_bundle_names_its_files_with_their_hashes(bundle: Path) -> None:
    record = read(bundle)
    files = {file.name for file in bundle.iterdir()} - {"bundle.json"}
    assert set(record.hashes) == files == {"model.xml", "model.bin", "tokenizer.json"}
    assert record.hashes["model.bin"] == sha256(bundle / "model.bin")
    assert (record.kind, record.max_length) == ("encoder", 32)


@pytest.mark.parametrize("name", ["model.xml", "model.bin", "tokenizer.json"])
def test_a_file_that_has_changed_is_refused(bundle: Path, name: str) -> None:
    content = (bundle / name).read_bytes()
    (bundle / name).unlink()  # may be a hard link to the model's
    (bundle / name).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(BundleError, match=f"{name} has changed since the bundle was made"):
        inference.load(bundle)


@pytest.mark.parametrize("name", ["model.xml", "model.bin", "tokenizer.json"])
def test_a_missing_file_is_named(bundle: Path, name: str) -> None:
    (bundle / name).unlink()
    with pytest.raises(BundleError, match=f"lacks {name}; make the bundle again"):
        inference.load(bundle)


def test_a_folder_without_a_bundle_says_so(bundle: Path, tmp_path: Path) -> None:
    (bundle / "bundle.json").unlink()
    for place in (bundle, bundle.parent, tmp_path, tmp_path / "nowhere"):
        with pytest.raises(BundleError, match="There is no bundle in"):
            inference.load(place)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"format": 3}, "is of another format than 2; train the run again"),
        ({"extra": 1}, "is of another format than 2"),
        ({"kind": "linear"}, "is of the kind linear for the engine openvino-fp32-cpu"),
        ({"engine": "torch-int8"}, "for the engine torch-int8; this version scores: encoder by"),
    ],
)
def test_a_bundle_of_another_format_kind_or_engine_is_refused(
    bundle: Path, changed: dict[str, Any], sentence: str
) -> None:
    file = bundle / "bundle.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **changed}))
    with pytest.raises(BundleError, match=sentence):
        inference.load(bundle)


@pytest.mark.parametrize("content", ["", '{"format": 1, "kind": "enc', "[]"])
def test_a_damaged_record_is_a_sentence_too(bundle: Path, content: str) -> None:
    (bundle / "bundle.json").write_text(content)
    with pytest.raises(BundleError, match=r"is damaged and cannot be read|of another format"):
        inference.load(bundle)


def test_a_record_comes_back_as_it_was_written(bundle: Path, tmp_path: Path) -> None:
    record = read(bundle)
    assert isinstance(record, Bundle)
    write(tmp_path, record)
    assert read(tmp_path) == record
