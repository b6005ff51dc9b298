from __future__ import annotations

from toxapp.scoring.engine import Verdict
from toxapp.ui.verdict import bars, words

READ = Verdict(
    scores={"rude": 0.95, "spam": 0.6, "<i>": 0.1},
    thresholds={"rude": 0.5, "spam": 0.5, "<i>": None},
    flagged=("rude", "spam"),
    act=("rude",),
    act_thresholds={"rude": 0.9, "spam": 0.9},
    probabilities={"rude": 0.99999, "spam": 0.4321},
    rule=3,
)


def test_what_to_act_on_is_said_before_what_is_to_be_read() -> None:
    assert words(READ) == "Act: rude · Flagged: spam"


def test_both_cut_offs_stand_on_the_bar_and_the_probability_beside_the_score() -> None:
    html = bars(READ)
    assert html.count("<u ") == 4
    assert html.count("tx-act") == 2
    assert "≥ 0.900 act" in html
    assert "≥ 0.500" in html
    assert "&gt; 99.9 % likely" in html  # never rounded to certainty
    assert "43 % likely" in html
    told = "spam: score 0.600, threshold 0.500, act from 0.900, flagged, calibrated probability"
    assert told in html
    assert "<i>: score" not in html
    assert "&lt;i&gt;: score 0.100, threshold off, clear" in html
