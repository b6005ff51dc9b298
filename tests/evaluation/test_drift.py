"""Whether thresholds still hold on texts that came in."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.evaluation.sides import finished, guessed, labelled, noisy
from tests.tiny import imported, wording
from toxapp.data import store
from toxapp.decisions.shift import Share, gap
from toxapp.errors import DataError
from toxapp.evaluation import holding
from toxapp.evaluation.arrivals import arrivals
from toxapp.evaluation.arrived import Arrived
from toxapp.evaluation.drift import Drift, drift
from toxapp.evaluation.holding import Gaps
from toxapp.evaluation.sampling import Sample
from toxapp.runs.run import Run

NAN = float("nan")


def came(targets: NDArray[np.float32], scores: NDArray[np.float32], *labels: str) -> Arrived:
    lengths = np.full(len(scores), 40)
    return Arrived("new", len(scores), labels, 0, scores.astype(np.float32), targets, lengths)


def drawn(n: int, noise: float, seed: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Targets and scores as `sides.noisy` makes them: 40 % carry the label."""
    rng = np.random.default_rng(seed)
    targets = (rng.random((n, 1)) < 0.4).astype(np.float32)
    return targets, ((1 - noise) * targets + noise * rng.random((n, 1))).astype(np.float32)


@pytest.fixture
def chosen(tmp_path: Path) -> Run:
    dataset = labelled(tmp_path, ["one"], rows=2400)
    return guessed(dataset, 0.6)


def only(found: Drift) -> tuple[str, str]:
    return found.labels[0].verdict, found.labels[0].words


def test_a_threshold_holds_on_texts_of_the_same_kind_and_not_on_others(chosen: Run) -> None:
    alike = drift(chosen, came(*drawn(1500, 0.6, seed=1), "one"))
    assert only(alike)[0] == "holds"
    assert alike.labels[0].retuned is None
    targets, scores = drawn(1500, 0.6, seed=2)
    lower = drift(chosen, came(targets, scores * 0.7, "one"))
    verdict, words = only(lower)
    assert verdict == "no longer holds"
    assert words.startswith("Promised recall 0.8")
    assert "as well" in lower.labels[0].advice  # the ranking is the same
    other = lower.labels[0].retuned
    assert other is not None
    assert 0.3 < other.threshold < 0.5  # 0.7 times what was best
    assert (other.before or 0) + 0.05 < (other.after or 0)
    worse = drift(chosen, came(*drawn(1500, 0.9, seed=3), "one"))
    assert only(worse)[0] == "no longer holds"
    assert "train on texts like them" in worse.labels[0].advice


def test_precision_that_is_kept_by_more_texts_that_carry_a_label_is_said_to_be(chosen: Run) -> None:
    targets, scores = drawn(3000, 0.6, seed=1)
    scores[targets == 0] = scores[targets == 0] ** 0.7  # others score higher
    kept = np.flatnonzero((targets[:, 0] == 1) | (np.arange(3000) % 9 == 0))
    found = drift(chosen, came(targets[kept], scores[kept], "one"))
    verdict, words = only(found)
    assert verdict == "holds"
    assert "But of the texts that do not carry it" in words


def test_without_targets_the_flagged_share_speaks(chosen: Run) -> None:
    none = np.empty((3000, 0), np.float32)
    assert only(drift(chosen, came(none, drawn(3000, 0.6, seed=1)[1])))[0] == "looks the same"
    few = drift(chosen, came(none[:30], drawn(30, 0.6, seed=1)[1]))
    assert only(few)[0] == "cannot be said"
    verdict, words = only(drift(chosen, came(none, drawn(3000, 0.6, seed=1)[1] * 0.6)))
    assert verdict == "looks different"
    assert words.endswith("only labels can tell.")


def test_what_cannot_be_said_says_why(chosen: Run, tmp_path: Path) -> None:
    targets, scores = drawn(40, 0.6, seed=1)
    assert "carry the label here" in only(drift(chosen, came(targets, scores, "one")))[1]
    nobody = drift(chosen, came(targets * 0, scores * 0.3, "one"))
    assert only(nobody)[1].startswith("No text here carries the label.")
    unknown = drift(chosen, came(targets * NAN, scores, "one"))
    assert unknown.labels[0].positives is None  # judged by what is flagged
    dataset = store.load(chosen.settings.dataset)
    parts = {split: noisy(dataset, split, noise=0.6, seed=0) for split in ("validation", "test")}
    off = drift(finished(dataset, parts, [1.0]), came(targets, scores * 0.9, "one"))
    assert only(off)[1].startswith("Nothing is flagged")
    with pytest.raises(DataError, match="no number for a score"):
        drift(chosen, came(targets, scores * NAN, "one"))


def test_texts_of_the_same_kind_hardly_ever_fail_and_a_true_fall_is_found() -> None:
    rng = np.random.default_rng(0)

    def fails(truth: float, now: float, flagged: int) -> bool:
        shares = (
            Share(rng.binomial(flagged, truth), flagged),
            Share(rng.binomial(flagged, now), flagged),
        )
        found = gap(*shares, comparisons=12)
        return holding.by_targets(Gaps(found), flagged).verdict == "no longer holds"

    runs = [any(fails(0.7, 0.7, 100) for _ in range(12)) for _ in range(200)]
    assert sum(runs) / len(runs) < 0.05  # of six labels with two figures each, together
    assert sum(fails(0.8, 0.55, 300) for _ in range(200)) > 190


def test_texts_that_come_in_are_sampled_with_or_without_labels(tmp_path: Path) -> None:
    own = guessed(labelled(tmp_path, ["one", "two"]), 0.5)
    with (tmp_path / "other.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "uno"])
        writer.writerows([wording(n), n % 2] for n in range(1000, 1200))
    path, other = str(tmp_path / "other.csv"), imported(tmp_path / "other.csv")
    for place in (path, other.id):
        found = arrivals(own, place, {"one": "uno"}, Sample(50, 3))
        assert (len(found.texts), found.rows, found.labels) == (50, 200, ("one",))
        assert found.texts == arrivals(own, place, {"one": "uno"}, Sample(50, 3)).texts
        numbers = {wording(n): n for n in range(1000, 1200)}
        assert [numbers[text] % 2 for text in found.texts] == found.targets[:, 0].tolist()
        bare = arrivals(own, place, {}, Sample(500))
        assert (len(bare.texts), bare.targets.shape, bare.labels) == (200, (200, 0), ())
        with pytest.raises(DataError, match="no column 'eins'"):
            arrivals(own, place, {"one": "eins"}, Sample(5))
        with pytest.raises(DataError, match="no label 'three'"):
            arrivals(own, place, {"three": "uno"}, Sample(5))
    with pytest.raises(DataError, match="trained on, so nothing has come in"):
        arrivals(own, own.settings.dataset, {}, Sample(5))
