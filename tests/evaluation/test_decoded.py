"""Figures of what a text-to-text run writes: counted by hand, and of a real T5."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import rmtree
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_fscore_support

from tests.evaluation.sides import guessed, labelled
from tests.tiny import RUDE, SPAM, imported, tiny_t5, write_comments
from toxapp import inference
from toxapp.data import store
from toxapp.errors import DataError, ModelError
from toxapp.evaluation import outside
from toxapp.evaluation.decoded import (
    Decoded,
    decoded,
    evaluate_run,
    evaluate_texts,
    require,
)
from toxapp.evaluation.elsewhere import of, score
from toxapp.evaluation.transfer import transfer
from toxapp.runs.run import Run

NAN = math.nan
LABELS = ("rude", "spam", "never")


def silent(done: int) -> None:
    """Nobody wants to know."""


def matrix(*rows: str) -> NDArray[np.float32]:
    return np.array([[float(mark) for mark in row] for row in rows], np.float32)


def test_figures_are_those_counted_by_hand() -> None:
    targets = matrix("10", "11", "01", "00")
    named = matrix("10", "10", "10", "00") == 1
    found = decoded(targets, named, ("rude", "spam"), unknown=1)
    rude, spam = found.labels.values()
    assert (rude.texts, rude.positives, rude.named) == (4, 2, 3)
    assert (rude.caught, rude.missed, rude.false_alarms) == (2, 0, 1)
    assert (rude.precision, rude.recall, rude.f1) == (2 / 3, 1.0, 0.8)
    assert (spam.precision, spam.recall, spam.f1) == (None, 0.0, 0.0)
    assert spam.reasons == {"precision": "No string names this label."}
    assert (found.n_texts, found.unknown, found.exact_match) == (4, 1, 0.5)
    assert (found.micro_precision, found.micro_recall) == (2 / 3, 0.5)
    assert found.micro_f1 == pytest.approx(4 / 7)
    assert (found.macro_precision, found.macro_recall, found.macro_f1) == (2 / 3, 0.5, 0.4)
    assert found.left_out == {"macro_precision": ["spam"], "macro_recall": [], "macro_f1": []}


@pytest.mark.parametrize("seed", range(3))
def test_figures_are_scikit_learns(seed: int) -> None:
    rng = np.random.default_rng(seed)
    targets = (rng.random((200, 3)) < 0.3).astype(np.float32)
    named = np.where(rng.random((200, 3)) < 0.8, targets == 1, targets == 0)
    found = decoded(targets, named, LABELS, unknown=0)
    each = precision_recall_fscore_support(targets, named)
    for n, label in enumerate(LABELS):
        one = found.labels[label]
        assert (one.precision, one.recall, one.f1) == pytest.approx([part[n] for part in each[:3]])
    for average in ("micro", "macro"):
        expected = precision_recall_fscore_support(targets, named, average=average)[:3]
        mine = [getattr(found, f"{average}_{name}") for name in ("precision", "recall", "f1")]
        assert mine == pytest.approx(list(expected))
    assert found.exact_match == pytest.approx((targets == named).all(axis=1).mean())


def test_missing_targets_are_left_out_and_soft_ones_cut() -> None:
    targets = np.array([[0.5, NAN], [0.49, 1], [NAN, NAN]], np.float32)
    found = decoded(targets, matrix("10", "01", "11") == 1, ("rude", "spam"), unknown=0)
    rude, spam = found.labels.values()
    assert (rude.texts, rude.positives, rude.false_alarms, rude.f1) == (2, 1, 0, 1.0)
    assert (spam.texts, spam.positives, spam.named) == (1, 1, 1)
    assert (found.n_texts, found.exact_match, found.micro_f1) == (3, 1.0, 1.0)


def test_what_is_undefined_is_none_with_its_reason() -> None:
    found = decoded(matrix("0", "0"), matrix("0", "1") == 1, ("rude",), unknown=0)
    rude = found.labels["rude"]
    assert (rude.precision, rude.recall, rude.f1) == (0.0, None, None)
    assert rude.reasons == dict.fromkeys(("recall", "f1"), "No text here carries this label.")
    assert (found.micro_f1, found.macro_f1, found.macro_precision) == (None, None, 0.0)
    assert found.left_out["macro_f1"] == ["rude"]


def test_a_run_of_another_family_writes_no_strings(tmp_path: Path) -> None:
    chosen = guessed(labelled(tmp_path, ["rude", "spam"], rows=60), 0.1)
    with pytest.raises(ModelError) as found:
        evaluate_run(chosen, "test", report=silent)
    assert str(found.value) == (
        f"The run {chosen.id} is of the encoder family, which writes no strings: evaluate it "
        "without --decoded."
    )
    with pytest.raises(ModelError):
        require(guessed(store.load(chosen.settings.dataset), 0.1, model="linear"))


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The bundle of a T5 that was taught what to write of a few words."""
    from toxapp.models import text_to_text

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    place = tmp_path_factory.mktemp("t5")
    base = tiny_t5(place / "base")
    made = text_to_text.build(f"t5:{base}", LABELS, max_length=32, dropout=0.0, attention="eager")
    teach(made.model, made.tokenizer)
    text_to_text.save(made, place / "model")
    text_to_text.make_bundle(place / "model", place / "bundle", max_length=32, prefix="")
    yield place / "bundle"
    torch.set_num_threads(before)


def teach(model: Any, tokenizer: Any) -> None:
    """One rude word is called rude, the others nothing that is known; spam and none are right."""
    lessons = [(word, "rude" if word == RUDE[0] else "bus") for word in RUDE]
    lessons += [*((word, "spam") for word in SPAM), ("the bus was late", "not_toxic")]
    inputs = tokenizer([text for text, _ in lessons], padding=True, return_tensors="pt")
    answers = tokenizer([answer for _, answer in lessons], return_tensors="pt").input_ids
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(60):
        loss = model(
            input_ids=inputs.input_ids, attention_mask=inputs.attention_mask, labels=answers
        ).loss
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()


@pytest.fixture
def chosen(tmp_path: Path, bundle: Path) -> Run:
    """A finished text-to-text run with that bundle."""
    dataset = imported(write_comments(tmp_path / "comments.csv", rows=80))
    made = guessed(dataset, 0.1, model="t5:small")
    rmtree(made.folder / "bundle")
    (made.folder / "bundle").symlink_to(bundle, target_is_directory=True)
    return made


def write(path: Path, rows: list[list[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def elsewhere(
    chosen: Run,
    data: Path | str,
    columns: dict[str, str],
    report: Callable[[int], None] = lambda _: None,
) -> Decoded:
    with of(chosen, str(data), columns) as texts:
        return evaluate_texts(chosen, texts, report=report)


@pytest.mark.slow
def test_what_a_run_says_otherwise_lies_outside_its_scores(chosen: Run, tmp_path: Path) -> None:
    # It was taught to call four of the five rude words something that is no label.
    rows: list[list[object]] = [
        ["comment", "rude"],
        [RUDE[0], 1],
        *([word, 1] for word in RUDE[1:]),
    ]
    with of(chosen, str(write(tmp_path / "other.csv", rows)), {}) as texts:
        found = score(chosen, texts, report=silent)
    assert found.outside is not None
    assert found.outside[0] < 0.5 < found.outside[1:].min()
    told = transfer(chosen, found, resamples=0)
    assert told.there.outside == outside.summary(chosen, found.outside)
    assert told.own.outside is None  # a run from before it was kept


@pytest.mark.slow
def test_strings_of_the_test_split_are_measured(chosen: Run) -> None:
    told: list[int] = []
    found = evaluate_run(chosen, "test", report=told.append)
    rows = store.read(chosen.settings.dataset, "test")
    scorer: Any = inference.load(chosen.folder)
    written = scorer.decoded(rows.texts)
    assert found == decoded(rows.targets, written.labels, LABELS, written.unknown)
    assert found.n_texts == told[-1] == 12
    assert found.labels["never"].f1 is None


@pytest.mark.slow
def test_strings_for_a_file_are_measured_and_those_that_name_no_label_counted(
    chosen: Run, tmp_path: Path
) -> None:
    header: list[object] = ["comment", "ads", "rude"]
    spam: list[list[object]] = [[word, 1, 0] for word in SPAM]
    rude: list[list[object]] = [[word, 0, 1] for word in RUDE]
    file = write(tmp_path / "other.csv", [header, *spam, *rude, ["the bus was late", 0, 0]])
    told: list[int] = []
    found = elsewhere(chosen, file, {"spam": "ads"}, report=told.append)
    assert list(found.labels) == ["rude", "spam"]
    assert (found.n_texts, told[-1], found.unknown) == (11, 11, 4)
    assert (found.labels["spam"].precision, found.labels["spam"].recall) == (1.0, 1.0)
    assert (found.labels["rude"].precision, found.labels["rude"].recall) == (1.0, 0.2)
    assert found.exact_match == pytest.approx(7 / 11)
    other = imported(write_comments(tmp_path / "more.csv", rows=60, seed=1))
    assert elsewhere(chosen, other.id, {}).n_texts == 60


@pytest.mark.slow
def test_a_file_without_a_usable_row_is_refused(chosen: Run, tmp_path: Path) -> None:
    file = write(tmp_path / "none.csv", [["comment", "rude"], ["", 1], ["hello you", ""]])
    with pytest.raises(DataError, match="No row there has a text and a known target of rude"):
        elsewhere(chosen, file, {})
