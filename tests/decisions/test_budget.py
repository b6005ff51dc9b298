from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from toxapp.decisions.budget import Spent, spend
from toxapp.decisions.curve import cuts, decide
from toxapp.decisions.ladders import Ladder, Ladders, climb

Array = NDArray[np.float32]


def columns(*values: list[float]) -> Array:
    return np.array(values, np.float32).T


def case(seed: int) -> tuple[Array, Array, float, list[float]]:
    """Few texts, labels that go together, ties in every second case, prices, a share."""
    rng = np.random.default_rng(seed)
    n, k = int(rng.integers(8, 22)), int(rng.integers(2, 4))
    if seed % 5 == 0:
        n, k = int(rng.integers(8, 13)), 4
    odds = rng.normal(size=(n, 1)) + rng.normal(size=(n, k))
    scores = 1 / (1 + np.exp(-odds))
    if seed % 2:
        scores = np.round(scores, 1)
    targets = (rng.random((n, k)) < scores).astype(np.float32)
    if seed % 3 == 0:
        targets[rng.random((n, k)) < 0.2] = np.nan
    prices = [float(x) for x in rng.choice([0.5, 1, 2, 5], k)]
    return targets, scores.astype(np.float32), float(rng.uniform(0.1, 0.6)), prices


def best_of_all(targets: Array, scores: Array, share: float, prices: list[float]) -> float:
    """By trying every set of cut-offs; labels of one kind of text alone flag nothing."""
    ladders = []
    for truth, score, price in zip(targets.T, scores.T, prices, strict=True):
        of_kind = {float(x) for x in truth if not np.isnan(x)}
        lines = [*np.unique(score), 2.0] if of_kind == {0.0, 1.0} else [2.0]
        steps = [
            (score >= line, price * ((score >= line) & (truth >= 0.5)).sum()) for line in lines
        ]
        ladders.append(steps)
    best = 0.0
    for chosen in product(*ladders):
        if np.any([flags for flags, _ in chosen], axis=0).sum() <= share * len(scores):
            best = max(best, sum(gain for _, gain in chosen))
    return best


def read_by(found: Spent, scores: Array) -> NDArray[np.bool_]:
    flags = [decide(s, c.threshold) for s, c in zip(scores.T, found.choices, strict=True)]
    union: NDArray[np.bool_] = np.any(flags, axis=0)
    return union


@pytest.mark.parametrize("seed", range(60))
def test_it_is_the_best_of_all_sets_of_cut_offs(seed: int) -> None:
    targets, scores, share, prices = case(seed)
    found = spend(targets, scores, share, prices)
    assert found.value == pytest.approx(best_of_all(targets, scores, share, prices))


@pytest.mark.parametrize("seed", range(60))
def test_what_it_says_it_reads_and_catches_is_what_the_thresholds_do(seed: int) -> None:
    targets, scores, share, prices = case(seed)
    found = spend(targets, scores, share, prices)
    assert found.read == read_by(found, scores).sum() <= found.allowed <= share * len(scores)
    caught = [choice.expected.caught for choice in found.choices]
    assert found.value == pytest.approx(np.dot(caught, prices))
    for choice, column in zip(found.choices, scores.T, strict=True):
        assert (choice.threshold is None) == (choice.reason is not None)
        assert choice.threshold is None or choice.threshold in cuts(column)


def test_a_text_that_two_labels_flag_is_read_once() -> None:
    targets = columns([1, 1, 0, 0], [1, 1, 0, 0])
    scores = columns([0.9, 0.8, 0.2, 0.1], [0.7, 0.6, 0.4, 0.3])
    found = spend(targets, scores, 0.5, [1, 1])
    assert [c.threshold for c in found.choices] == pytest.approx([0.5, 0.5])
    assert (found.allowed, found.read, found.value) == (2, 2, 4.0)


def test_the_dearer_label_is_served_where_both_cannot_be() -> None:
    targets, scores = columns([1, 0], [0, 1]), columns([0.9, 0.1], [0.1, 0.9])
    rude_first = spend(targets, scores, 0.5, [3, 1])
    assert [c.expected.caught for c in rude_first.choices] == [1, 0]
    assert [c.expected.caught for c in spend(targets, scores, 0.5, [1, 3]).choices] == [0, 1]
    note = rude_first.choices[1].note
    assert note is not None
    assert note.startswith("The budget is better spent on the other labels")
    assert rude_first.choices[1].threshold == pytest.approx(0.95)


def test_a_label_alone_gets_all_of_the_budget() -> None:
    scores = columns([0.9, 0.8, 0.7, 0.6])
    found = spend(columns([0, 1, 1, 0]), scores, 0.5, [1])
    assert found.choices[0].threshold == pytest.approx(0.75)
    assert found.read == 2


def test_only_texts_down_to_the_last_positive_are_flagged() -> None:
    found = spend(columns([1, 0, 0, 0]), columns([0.9, 0.8, 0.7, 0.6]), 1.0, [1])
    assert found.choices[0].threshold == pytest.approx(0.85)
    assert found.read == 1


def test_a_budget_too_small_for_ties_says_so() -> None:
    found = spend(columns([1, 1, 0, 0]), columns([0.9, 0.9, 0.2, 0.1]), 0.25, [1])
    assert (found.allowed, found.read) == (1, 0)
    assert found.choices[0].threshold == pytest.approx(0.95)
    assert "too small to flag even the highest scores" in (found.choices[0].note or "")
    off = spend(columns([1, 1, 0, 0]), columns([1, 1, 0.2, 0.1]), 0.25, [1]).choices[0]
    assert (off.threshold, "too small" in (off.reason or "")) == (None, True)


def test_a_miss_that_costs_nothing_flags_nothing() -> None:
    found = spend(columns([1, 0], [1, 0]), columns([0.9, 0.1], [0.8, 0.2]), 1.0, [0, 1])
    assert [c.expected.flagged for c in found.choices] == [0, 1]
    assert "costs nothing" in (found.choices[0].note or "")


@pytest.mark.parametrize("kind", [0.0, 1.0, float("nan")])
def test_a_label_of_one_kind_of_text_is_switched_off_and_spends_nothing(kind: float) -> None:
    targets = columns([kind] * 4, [1, 0, 0, 0])
    scores = columns([0.9, 0.8, 0.7, 0.6], [0.1, 0.2, 0.3, 0.4])
    found = spend(targets, scores, 1.0, [9, 1])
    assert found.choices[0].threshold is None
    assert "so no threshold can be chosen" in (found.choices[0].reason or "")
    assert found.choices[1].expected.caught == 1


def test_no_text_at_all_gives_sentences() -> None:
    found = spend(np.zeros((0, 2), np.float32), np.zeros((0, 2), np.float32), 0.5, [1, 1])
    assert (found.allowed, found.read, found.value) == (0, 0, 0.0)
    assert all("No text here says" in (c.reason or "") for c in found.choices)


def test_the_share_is_counted_without_a_rounding_error() -> None:
    scores = np.linspace(0.01, 0.99, 100, dtype=np.float32)[:, None]
    assert spend((scores > 0.5).astype(np.float32), scores, 0.29, [1]).allowed == 29


def test_a_larger_budget_never_catches_less() -> None:
    rng = np.random.default_rng(8)
    scores = (1 / (1 + np.exp(-rng.normal(size=(400, 3)) - rng.normal(size=(400, 1))))).astype(
        np.float32
    )
    targets = (rng.random((400, 3)) < scores**2).astype(np.float32)
    values = [spend(targets, scores, share, [1, 2, 3]).value for share in np.linspace(0, 1, 21)]
    assert values == sorted(values)
    assert values[-1] == np.dot(targets.sum(axis=0), [1, 2, 3])


def test_two_labels_exchange_what_greed_would_keep() -> None:
    # Greed takes the first label's one text for 3, and has 1 left, too few for the second's 2
    # for 5: serving that first, or exchanging, finds it.
    each = (
        Ladder(np.array([0]), np.array([0, 1]), np.array([0.0, 3.0])),
        Ladder(np.array([1, 2]), np.array([0, 2]), np.array([0.0, 5.0])),
    )
    assert climb(Ladders(each, n_texts=3, allowed=2)) == (0, 1)


def made_up(rng: np.random.Generator) -> Ladders:
    """Labels that rank the texts at random, with any gains: harder than scores of one model."""
    n = int(rng.integers(8, 20))
    allowed = int(rng.integers(2, n))
    each = []
    for _ in range(4):
        ends = np.append(0, np.sort(rng.choice(np.arange(1, allowed + 1), 2, replace=False)))
        gains = np.append(0, np.cumsum(rng.integers(1, 10, 2))).astype(float)
        each.append(Ladder(rng.permutation(n)[: ends[-1]], ends, gains))
    return Ladders(tuple(each), n, allowed)


def test_made_up_labels_are_served_as_well_as_can_be_or_nearly() -> None:
    rng, gaps = np.random.default_rng(7), []
    for _ in range(100):
        ladders = made_up(rng)
        allowed = (
            x for x in product(range(3), repeat=4) if ladders.read(x).sum() <= ladders.allowed
        )
        best = max(ladders.value(levels) for levels in allowed)
        gaps.append(1 - ladders.value(climb(ladders)) / best)
    assert sum(gap == 0 for gap in gaps) >= 98
    assert max(gaps) < 0.1
