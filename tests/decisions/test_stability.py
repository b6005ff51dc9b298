import numpy as np

from toxapp.decisions.choose import best_f1
from toxapp.decisions.intervals import draw
from toxapp.decisions.stability import best_f1_interval


def _texts(n: int, rate: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    targets = (rng.random(n) < rate).astype(np.float32)
    scores = np.clip(rng.normal(0.3 + 0.4 * targets, 0.15), 0, 1).astype(np.float32)
    return targets, scores


def test_the_interval_is_that_of_choosing_on_every_resample_by_hand() -> None:
    targets, scores = _texts(60, 0.3, 1)
    weights = draw(np.random.default_rng(0), 60, 50).astype(int)
    chosen = []
    for times in weights.T:
        # The cut-offs of all texts are candidates, as they are for the interval.
        found = [best_f1(np.repeat(targets, times), np.repeat(scores, times)).expected.f1]
        assert found[0] is not None
        chosen.append(found[0])
    interval = best_f1_interval(targets, scores, resamples=50, seed=0)
    assert interval is not None
    low, high = interval
    thresholds = np.linspace(0, 1, 2001)
    best = []
    for times in weights.T:
        t, s = np.repeat(targets, times), np.repeat(scores.astype(float), times)
        f1 = [2 * ((s >= x) & (t > 0)).sum() / ((s >= x).sum() + (t > 0).sum()) for x in thresholds]
        top = np.flatnonzero(np.isclose(f1, max(f1), atol=1e-12))
        best.append((thresholds[top[0]], thresholds[top[-1]]))
        assert max(f1) <= chosen[len(best) - 1] + 1e-12
    lows, highs = np.array(best).T
    assert np.percentile(lows, 2.5) - 0.05 <= low <= high <= np.percentile(highs, 97.5) + 0.05


def test_more_texts_make_the_interval_narrower() -> None:
    widths = []
    for n in (100, 5000):
        interval = best_f1_interval(*_texts(n, 0.3, 2))
        assert interval is not None
        widths.append(interval[1] - interval[0])
    assert widths[1] < widths[0]


def test_the_chosen_threshold_lies_within_its_interval() -> None:
    targets, scores = _texts(2000, 0.2, 3)
    interval, chosen = best_f1_interval(targets, scores), best_f1(targets, scores).threshold
    assert interval is not None
    assert chosen is not None
    assert interval[0] <= chosen <= interval[1]


def test_a_label_of_one_kind_of_text_has_no_interval() -> None:
    scores = np.array([0.1, 0.9], np.float32)
    assert best_f1_interval(np.zeros(2, np.float32), scores) is None
    assert best_f1_interval(np.ones(2, np.float32), scores) is None
    assert best_f1_interval(np.full(2, np.nan, np.float32), scores) is None
