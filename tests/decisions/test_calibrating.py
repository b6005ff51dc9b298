from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from toxapp.decisions.calibrating import FEWEST, METHODS, Method, fit, why_not
from toxapp.errors import DataError
from toxapp.inference.calibrated import probabilities

Array = NDArray[np.float64]
quick = settings(deadline=None, database=None, max_examples=40)
FITTED = [method for method in METHODS if method != "none"]


def texts(n: int, slope: float = 1.0, shift: float = 0.0, seed: int = 0) -> tuple[Array, Array]:
    """Texts whose true log-odds are `slope` times those of their score, and `shift` more."""
    rng = np.random.default_rng(seed)
    odds = rng.normal(-1, 2, n)
    targets = rng.random(n) < 1 / (1 + np.exp(-slope * odds - shift))
    return targets.astype(float), 1 / (1 + np.exp(-odds))


def drawn(targets: Array) -> Array:
    positives, negatives = targets.sum(), (1 - targets).sum()
    soft: Array = np.where(targets > 0, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    return soft


@pytest.mark.parametrize("method", ["temperature", "platt"])
def test_a_line_is_scikit_learns_logistic_regression_on_the_log_odds(method: Method) -> None:
    targets, scores = texts(500, 0.6, -1 if method == "platt" else 0)
    found = fit(targets, scores, method)
    assert found is not None
    odds, soft = np.log(scores / (1 - scores))[:, None], drawn(targets)
    model = LogisticRegression(C=np.inf, tol=1e-10, fit_intercept=method == "platt")
    both = np.concatenate([odds, odds])
    model.fit(both, np.repeat([1, 0], len(odds)), sample_weight=np.concatenate([soft, 1 - soft]))
    assert found["slope"] == pytest.approx(model.coef_[0, 0], rel=1e-4)
    assert found["intercept"] == pytest.approx(float(np.ravel(model.intercept_)[0]), abs=1e-4)


def test_isotonic_goes_through_the_blocks_of_scikit_learns() -> None:
    targets, scores = texts(300)
    scores = np.round(scores, 2)  # ties are one point
    found = fit(targets, scores, "isotonic")
    assert found is not None
    stairs = IsotonicRegression().fit(scores, drawn(targets))
    inner = slice(1, -1)
    block = stairs.predict(scores)
    heights = np.unique(block)
    assert np.array(found["probability"])[inner] == pytest.approx(heights)
    middles = [scores[np.isclose(block, height)].mean() for height in heights]
    assert np.array(found["raw"])[inner] == pytest.approx(middles)


@quick
@given(st.integers(0, 10_000), st.integers(40, 150), st.booleans(), st.sampled_from(FITTED))
def test_every_calibration_rises_strictly_and_so_keeps_every_order(
    seed: int, n: int, ties: bool, method: Method
) -> None:
    targets, scores = texts(n, seed=seed)
    targets[:FEWEST], targets[FEWEST : 2 * FEWEST] = 1, 0
    scores[:FEWEST] = scores[:FEWEST] ** 0.2  # so that those that carry it score higher
    scores = np.round(scores, 1) if ties else scores
    if why_not(targets, scores):
        return
    found = fit(targets, scores, method)
    assert found is not None
    grid = np.linspace(0, 1, 201)
    shown = probabilities(grid, found)
    assert (np.diff(shown) > 0).all()
    assert 0 <= shown[0] < shown[-1] <= 1


def test_a_perfect_separation_gives_a_finite_slope_and_no_certainty() -> None:
    targets = np.repeat([0.0, 1.0], 50)
    scores = np.concatenate([np.linspace(0.1, 0.4, 50), np.linspace(0.6, 0.9, 50)])
    for method in FITTED:
        found = fit(targets, scores, method)
        assert found is not None
        shown = probabilities(scores, found)
        assert 0 < shown.min() < shown.max() < 1


def test_scores_of_zero_and_one_can_be_fitted() -> None:
    targets, scores = np.repeat([0.0, 1.0], 30), np.repeat([0.0, 1.0], 30)
    targets[[0, -1]] = 1, 0
    for method in FITTED:
        found = fit(targets, scores, method)
        assert found is not None
        assert np.isfinite(probabilities(scores, found)).all()


def refused(targets: Array, scores: Array) -> str:
    with pytest.raises(DataError) as caught:
        fit(targets, scores, "platt")
    return str(caught.value)


def test_too_few_texts_of_a_kind_are_refused_with_the_number() -> None:
    targets, scores = texts(400, 3.0)
    few = np.flatnonzero(targets > 0)[: FEWEST - 1]
    kept = np.concatenate([few, np.flatnonzero(targets == 0)])
    assert refused(targets[kept], scores[kept]).startswith("Only 19 texts here carry this label")
    assert "19 texts here are known not to" in refused(1 - targets[kept], 1 - scores[kept])
    targets[few[0]] = np.nan  # a missing target counts for nothing
    assert refused(targets[kept], scores[kept]).startswith("Only 18 texts")
    for nothing in (np.zeros(0), np.full(3, np.nan)):
        assert refused(nothing, np.full(len(nothing), 0.5)).startswith("Only 0 texts")


def test_scores_that_say_nothing_are_refused() -> None:
    targets, scores = texts(400, 3.0)
    assert "scores the same" in refused(targets, np.full(400, 0.5))
    assert "score no higher" in refused(targets, 1 - scores)


def test_no_calibration_is_none() -> None:
    assert fit(*texts(200), "none") is None
