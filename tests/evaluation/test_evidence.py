"""The texts behind a threshold, and the targets that are likely wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.evaluation.sides import finished, guessed, labelled, noisy
from tests.tiny import imported, marks, wording
from toxapp.data import store
from toxapp.data.choice import Choice
from toxapp.errors import DataError, NotFoundError
from toxapp.evaluation import evidence, mislabelled
from toxapp.evaluation.evidence import Column
from toxapp.runs.run import Run

NAN = float("nan")


def hand(targets: list[float], scores: list[float]) -> Column:
    return Column("d", "test", "x", np.array(targets, np.float32), np.array(scores, np.float32))


#             0    1    2    3    4    5    6     7
SEEN = hand([1.0, 0.0, 1.0, 0.0, 1.0, 0.0, NAN, 0.5], [0.9, 0.8, 0.1, 0.3, 0.5, 0.5, 0.6, 0.2])


def test_the_nearest_stand_on_both_sides_and_a_score_at_the_threshold_is_above() -> None:
    assert evidence.nearest(SEEN, 0.5, 2).tolist() == [4, 5, 3, 7]
    assert evidence.nearest(SEEN, 0.55, 2).tolist() == [1, 6, 4, 5]  # one without a target, too
    assert evidence.nearest(SEEN, 0.0, 2).tolist() == [7, 2]  # everything is flagged
    assert evidence.nearest(SEEN, 1.0, 2).tolist() == [0, 1]  # nothing is
    assert evidence.nearest(SEEN, None).tolist() == []


def test_misses_and_false_alarms_come_with_the_most_confident_first() -> None:
    assert evidence.misses(SEEN, 0.55).tolist() == [2, 7, 4]  # a share of 0.5 is a positive
    assert evidence.false_alarms(SEEN, 0.5).tolist() == [1, 5]
    assert evidence.misses(SEEN, None).tolist() == [2, 7, 4, 0]
    assert evidence.false_alarms(SEEN, None).tolist() == []


def test_texts_are_read_with_their_row_and_what_is_known_of_them(tmp_path: Path) -> None:
    dataset = labelled(tmp_path, ["one", "two"])
    chosen = guessed(dataset, 0.9)
    rows = store.read(dataset.id, "validation")
    found = evidence.column(chosen, "validation", "two")
    first = evidence.read(found, evidence.false_alarms(found, 0.5)[:3], 0.5)[0]
    place = rows.texts.index(first.text)
    assert (first.row, first.file) == (rows.row[place], "labelled.csv")
    assert first.target == rows.targets[place, 1] == 0
    assert first.distance == pytest.approx(first.score - 0.5)
    with pytest.raises(NotFoundError, match=r"no label 'three'.*one, two"):
        evidence.column(chosen, "validation", "three")


def flipped(dataset_folder: Path, share: float) -> tuple[Run, set[int]]:
    """A run with good scores on targets of which some were turned round; the rows of those."""
    dataset = labelled(dataset_folder, ["one", "two"], rows=1200)
    truth = store.read(dataset.id, "validation")
    scores = noisy(dataset, "validation", noise=0.55, seed=0)
    at = np.random.default_rng(1).choice(len(truth.row), round(share * len(truth.row)), False)
    scores[at, 0] = 1 - scores[at, 0]  # as if the target had been the other one
    return finished(dataset, {"validation": scores}), {int(truth.row[n]) for n in at}


def test_targets_that_were_turned_round_lead_the_ranking(tmp_path: Path) -> None:
    chosen, wrong = flipped(tmp_path, 0.05)
    first = mislabelled.likely(chosen, "validation", "one", n=len(wrong))
    assert len(wrong) == 9
    assert len({doubt.row for doubt in first} & wrong) >= 7  # at random: one in twenty, 0.45
    assert [d.quality for d in first] == sorted(d.quality for d in first)
    for doubt in first:  # quality is the score that the given target has
        belief = doubt.score if doubt.target >= 0.5 else 1 - doubt.score
        assert doubt.quality == pytest.approx(belief)
    every = mislabelled.likely(chosen, n=10**6)
    assert {doubt.label for doubt in every} == {"one", "two"}
    assert all((doubt.score >= 0.5) != (doubt.target >= 0.5) for doubt in every)


def test_unknown_targets_are_not_doubted_and_none_known_is_a_sentence(tmp_path: Path) -> None:
    assert set(mislabelled.ranked(SEEN).places.tolist()) == {0, 1, 2, 3, 4, 5, 7}
    assert mislabelled.ranked(SEEN).places[0] == 2  # a positive with a score of 0.1
    assert mislabelled.disputed(SEEN, mislabelled.ranked(SEEN), 0.55).places.tolist() == [
        2,
        1,
        7,
        4,
    ]
    one_kind = mislabelled.ranked(hand([0, 0], [0.2, 0.7]))
    assert one_kind.places.tolist() == [1, 0]
    unknown = mislabelled.ranked(hand([NAN, NAN], [0.2, 0.7]))
    assert (len(unknown.places), len(unknown.quality)) == (0, 0)
    parts = ["train", "train", "validation", "test"] * 10  # only texts to learn from know "late"
    cells = [f"{n % 3 % 2},{n % 2 if part == 'train' else ''}" for n, part in enumerate(parts)]
    lines = [f"{wording(n)},{part},{cells[n]}" for n, part in enumerate(parts)]
    file = tmp_path / "own.csv"
    file.write_text("\n".join(["text,split,one,late", *lines]), encoding="utf-8")
    chosen = guessed(imported(file, choice=Choice("text", marks("one", "late"), "split")), 0.5)
    assert {doubt.label for doubt in mislabelled.likely(chosen, "test")} <= {"one"}
    with pytest.raises(DataError, match="No test text has a known target of late"):
        mislabelled.likely(chosen, "test", "late")
