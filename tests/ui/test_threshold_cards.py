"""The threshold cards in a real browser, against counts by numpy."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from scipy.stats import binomtest

from toxapp.decisions.workload import workload
from toxapp.ui.threshold_cards.cards import Card, threshold_cards

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
DEADLINE_MS = 30_000
# 0.249 is no float32: the score nearest to it is lower, so it is not flagged at 0.249.
WITH = [0.1, 0.249, 0.4, 0.4, 0.8, 0.9]
WITHOUT = [0.05, 0.1, 0.2, 0.3, 0.4, 0.6]
# In no order, and one text more of which nobody knows whether it carries the label.
SCORES = [*WITHOUT[3:], *WITH[::-1], *WITHOUT[:3], 0.95]
TARGETS = [*[0.0] * 3, *[1.0] * 6, *[0.0] * 3, float("nan")]
OTHER = SCORES[::-1]
HOSTILE = "<img src=x onerror=document.title=1> __proto__"

SCRIPT = f"""
import numpy as np
import streamlit as st
from toxapp.ui.threshold_cards.cards import Card, View, threshold_cards

st.set_page_config(layout="wide")
st.title("Thresholds")
state = st.session_state
state.setdefault("reverts", 0)

nan = float("nan")
scores, other = np.array({SCORES}, "float32"), np.array({OTHER}, "float32")
targets, none = np.array({TARGETS}), np.zeros(13)
few = [Card("toxic", scores, targets, 0.249, 0.35),
       Card({HOSTILE!r}, other, targets, 0.5, None, note="<b>6</b> texts carry it."),
       Card("never seen", scores, none, None, None, reason="No text carries this label.")]
rng = np.random.default_rng(0)
many, half = rng.random((6, 100_000)).astype("float32"), rng.random(100_000) < 0.5
large = [Card(f"label {{n}}", many[n], half, 0.5, 0.5, act=0.9 if n else None) for n in range(6)]
one = np.ones(1)
odd = [Card("one text", one, one, None, None, reason="Every text carries this label."),
       Card("all missing", one, one * nan, None, None, reason="Nobody knows."),
       Card("on at 1", one, one, 1.0, None)]
query = st.query_params
cards = large if "large" in query else odd if "odd" in query else few
view = View(beta=float(query.get("beta", 1)), volume=1300)
got = threshold_cards(cards, key="cards", version=str(state.reverts), view=view)
if st.button("Revert"):
    state.reverts += 1
    st.rerun()
if st.button("Save"):
    st.text(f"saved {{got.thresholds['toxic']}}")
st.caption(str(got.acts["toxic"]) if few is cards else "")
st.code(__import__("json").dumps(got.thresholds))
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("cards")
    (folder / "page.py").write_text(SCRIPT, encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = {"server.port": port, "server.address": "127.0.0.1", "server.headless": "true"}
    options |= {"browser.gatherUsageStats": "false", "server.fileWatcherType": "none"}
    flags = [f"--{name}={value}" for name, value in options.items()]
    command = [sys.executable, "-m", "streamlit", "run", "page.py", *flags]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with (folder / "log.txt").open("w") as log:
        server = subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log)
    try:
        _wait_for(f"http://127.0.0.1:{port}/_stcore/health", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=30)


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + DEADLINE_MS / 1000
    while time.monotonic() < deadline:
        assert server.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise TimeoutError(url)


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    page = browser.new_page(
        viewport={"width": 1440, "height": 1000}, color_scheme="light", has_touch=True
    )
    page.set_default_timeout(DEADLINE_MS)
    expect.set_options(timeout=DEADLINE_MS)
    errors: list[object] = []

    def note(error: object) -> None:
        errors.append(error)

    page.on("pageerror", note)
    page.goto(address)
    expect(handle(page)).to_be_visible()
    yield page
    page.close()
    assert not errors


def card(page: Page, label: str = "toxic") -> Locator:
    return page.locator(".card").filter(has=page.get_by_role("heading", name=label, exact=True))


def handle(page: Page, label: str = "toxic") -> Locator:
    return page.get_by_role("slider", name=f"Threshold for {label}", exact=True)


def field(page: Page, label: str = "toxic") -> Locator:
    return page.get_by_role("spinbutton", name=f"Threshold for {label}, from 0 to 1", exact=True)


def shown(page: Page, label: str = "toxic") -> dict[str, str]:
    figures = card(page, label).locator("[data-figure]").all()
    return {
        str(each.get_attribute("data-figure")): each.locator(".value").inner_text()
        for each in figures
    }


def counted(threshold: float) -> dict[str, str]:
    """What the card must show, by numpy."""
    caught = int((np.array(WITH, np.float32).astype(float) >= threshold).sum())
    alarms = int((np.array(WITHOUT, np.float32).astype(float) >= threshold).sum())
    flagged = caught + alarms
    return {
        "flagged": str(flagged),
        "caught": f"{int(caught / 6 * 100 + 0.5)} %",
        "right": f"{int(caught / flagged * 100 + 0.5)} %" if flagged else "–",
        "f": f"{2 * caught / (flagged + 6):.3f}",
        "missed": str(6 - caught),
        "falseAlarms": str(alarms),
    }


def wilson(hits: int, of: int) -> str:
    low, high = binomtest(hits, of).proportion_ci(method="wilson")
    return f"{low * 100:.0f}–{high * 100:.0f}"


def expect_in_python(page: Page, *thresholds: float | None) -> None:
    said = json.dumps(dict(zip(["toxic", HOSTILE, "never seen"], thresholds, strict=True)))
    expect(page.get_by_test_id("stCode")).to_have_text(said)


def middle(locator: Locator) -> tuple[float, float]:
    box = locator.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def pixel_of(page: Page, score: float) -> float:
    """The x of a score on the linear axis, from where the axis writes 0 and 1."""
    ticks = card(page).locator(".ticks text")
    left, right = middle(ticks.first)[0], middle(ticks.last)[0]
    return left + score * (right - left)


def test_the_figures_are_numpys_counts_and_ties_count_as_flagged(page: Page) -> None:
    assert shown(page) == counted(0.249)
    assert shown(page)["missed"] == "2"
    for name, interval in {"caught": wilson(4, 6), "right": wilson(4, 7)}.items():
        assert card(page).locator(f"[data-figure={name}] .range").inner_text() == interval
    expect_in_python(page, 0.249, 0.5, None)


def totals(page: Page) -> dict[str, str]:
    found = page.locator("[data-total]:visible").all()
    return {
        str(each.get_attribute("data-total")): each.locator(".value").inner_text() for each in found
    }


def counted_together(*thresholds: float | None) -> dict[str, str]:
    """What all labels come to, by numpy, of 1,300 texts a day."""
    targets = np.stack([TARGETS, TARGETS, np.zeros(13)], axis=1).astype(np.float32)
    scores = np.stack([SCORES, OTHER, SCORES], axis=1).astype(np.float32)
    load = workload(targets, scores, thresholds)
    return {
        "flagged": f"{load.per_thousand:,.0f}",
        "read": f"{load.a_day(1300):,.0f}",
        "caught": f"{100 * (load.caught_share or 0):.0f} %",
        "alarms": f"{100 * (load.false_alarm_share or 0):.0f} %",
    }


def test_texts_flagged_by_any_label_are_counted_once_and_live(page: Page) -> None:
    assert totals(page) == counted_together(0.249, 0.5, None)
    for threshold in (0.7, 0.02, 0.4, 0.97):
        field(page).fill(str(threshold))
        assert totals(page) == counted_together(threshold, 0.5, None)
    page.get_by_role("switch", name="Flag toxic", exact=True).click()
    assert totals(page) == counted_together(None, 0.5, None)


def test_a_second_cut_off_parts_what_is_read_from_what_is_acted_on(page: Page) -> None:
    page.get_by_role("button", name="Add a second cut-off for toxic", exact=True).click()
    act = page.get_by_role("slider", name="Act on toxic from", exact=True)
    expect(act).to_be_focused()
    expect(page.get_by_test_id("stCaptionContainer")).to_have_text("0.625")  # half-way to 1
    bands = card(page).locator("[data-band] strong")
    # Of the texts of which it is known, 5 are below 0.249, 2 from 0.625 on, both carry the label.
    assert bands.all_inner_texts() == ["5", "5", "2, 100 % right"]
    assert totals(page)["acted"] == f"{3 / 13 * 1000:.0f}"  # and that of which nobody knows
    act.press("Home")
    expect(act).to_have_attribute("aria-valuenow", "0.25")
    field(page).fill("0.3")
    expect(field(page)).to_have_attribute("aria-invalid", "true")
    handle(page).press("End")
    expect(handle(page)).to_have_attribute("aria-valuenow", "0.249")
    page.get_by_role("button", name="Take the second cut-off for toxic away").click()
    expect(page.get_by_test_id("stCaptionContainer")).to_have_text("None")
    expect(act).to_be_hidden()


def test_another_beta_has_its_own_curve_figure_and_mark(page: Page, address: str) -> None:
    before = card(page).locator("path.f").get_attribute("d")
    page.goto(f"{address}/?beta=2")
    expect(card(page).get_by_role("button", name="best F2 0.350")).to_be_visible()
    assert shown(page)["f"] == f"{5 * 4 / (7 + 4 * 6):.3f}"
    assert card(page).locator("path.f").get_attribute("d") != before


def test_one_text_constant_scores_and_no_target_are_a_card_each(page: Page, address: str) -> None:
    page.goto(f"{address}/?odd")
    expect(card(page, "one text").locator(".note")).to_have_text("Every text carries this label.")
    missing = shown(page, "all missing")
    assert (missing["flagged"], missing["caught"], missing["f"]) == ("0", "–", "–")
    assert shown(page, "on at 1")["caught"] == "100 %"
    assert totals(page)["flagged"] == "1,000"


def test_dragging_changes_the_figures_at_once_and_python_hears_on_release(page: Page) -> None:
    x, y = middle(handle(page))
    page.mouse.move(x, y)
    page.mouse.down()
    for score in (0.3, 0.45, 0.7):
        page.mouse.move(pixel_of(page, score), y)
        held = float(str(handle(page).get_attribute("aria-valuenow")))
        assert held == pytest.approx(score, abs=0.02)
        assert shown(page) == counted(held)
    expect_in_python(page, 0.249, 0.5, None)
    page.mouse.up()
    expect_in_python(page, held, 0.5, None)


def test_escape_takes_a_drag_back(page: Page) -> None:
    x, y = middle(handle(page))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 100, y)
    assert shown(page) != counted(0.249)
    page.keyboard.press("Escape")
    page.mouse.up()
    assert shown(page) == counted(0.249)


def test_a_click_beside_the_line_moves_it_there(page: Page) -> None:
    page.mouse.click(pixel_of(page, 0.65), middle(handle(page))[1])
    held = float(str(handle(page).get_attribute("aria-valuenow")))
    assert held == pytest.approx(0.65, abs=0.01)
    expect_in_python(page, held, 0.5, None)


def test_a_finger_drags_the_line_but_scrolls_past_it(page: Page) -> None:
    x, y = middle(handle(page))
    touch = page.context.new_cdp_session(page)

    def finger(kind: str, *at: float) -> None:
        points = [{"x": at[0], "y": at[1]}] if at else []
        touch.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})

    finger("Start", x + 150, y)
    for down in (10, 40, 80):
        finger("Move", x + 150, y - down)
    finger("End")
    assert shown(page) == counted(0.249)
    finger("Start", x, y)
    for across in (10, 40, 80):
        finger("Move", x + across, y)
    finger("End")
    moved = handle(page).and_(page.locator("[aria-valuenow^='0.4'], [aria-valuenow^='0.5']"))
    expect(moved).to_be_visible()
    held = float(str(handle(page).get_attribute("aria-valuenow")))
    assert shown(page) == counted(held)
    expect_in_python(page, held, 0.5, None)


def test_keys_move_the_line(page: Page) -> None:
    handle(page).focus()
    moves = {"ArrowRight": 0.254, "Shift+ArrowRight": 0.304, "PageUp": 0.354, "ArrowDown": 0.349}
    for key, threshold in (moves | {"End": 1.0, "Home": 0.0}).items():
        handle(page).press(key)
        expect(handle(page)).to_have_attribute("aria-valuenow", f"{threshold:g}")
        assert shown(page) == counted(threshold)
    handle(page).press("ArrowLeft")
    expect(handle(page)).to_have_attribute("aria-valuenow", "0")
    handle(page).press("PageUp")
    expect(handle(page)).to_have_attribute(
        "aria-valuetext", "0.050: 12 flagged, 100 % caught, 50 % right"
    )
    handle(page).blur()
    expect_in_python(page, 0.05, 0.5, None)


def test_a_typed_number_is_taken_and_an_impossible_one_is_not(page: Page) -> None:
    field(page).fill("0.3")
    assert shown(page) == counted(0.3)
    field(page).press("Enter")
    expect_in_python(page, 0.3, 0.5, None)
    field(page).fill("1.5")
    expect(field(page)).to_have_attribute("aria-invalid", "true")
    field(page).blur()
    expect(field(page)).to_have_value("0.300")
    assert shown(page) == counted(0.3)


def test_a_button_of_the_page_finds_the_very_last_change(page: Page) -> None:
    save = page.get_by_role("button", name="Save")
    field(page).fill("0.31")
    save.click()
    expect(page.get_by_test_id("stText")).to_have_text("saved 0.31")
    handle(page).press("ArrowRight")
    save.click()
    expect(page.get_by_test_id("stText")).to_have_text("saved 0.315")


def test_best_and_half_are_set_by_button_and_by_mark(page: Page) -> None:
    card(page).get_by_role("button", name="best F1 0.350").click()
    expect_in_python(page, 0.35, 0.5, None)
    card(page).locator(".marks .half path").click()
    expect_in_python(page, 0.5, 0.5, None)
    card(page).locator(".marks .best path").click()
    expect_in_python(page, 0.35, 0.5, None)


def test_a_label_switched_off_flags_nothing_and_comes_back_where_it_was(page: Page) -> None:
    switch = page.get_by_role("switch", name="Flag toxic", exact=True)
    switch.click()
    expect(handle(page)).to_be_hidden()
    nothing = {"flagged": "0", "caught": "0 %", "right": "–", "f": "0.000"}
    assert shown(page) == {**nothing, "missed": "6", "falseAlarms": "0"}
    expect_in_python(page, None, 0.5, None)
    switch.click()
    expect_in_python(page, 0.249, 0.5, None)


def test_a_label_without_a_possible_threshold_says_why_and_stays_off(page: Page) -> None:
    expect(card(page, "never seen").locator(".note")).to_have_text("No text carries this label.")
    expect(page.get_by_role("switch", name="Flag never seen")).to_be_disabled()
    assert shown(page, "never seen")["caught"] == "–"


def test_names_and_notes_are_plain_text(page: Page) -> None:
    expect(card(page, HOSTILE).locator(".note")).to_have_text("<b>6</b> texts carry it.")
    assert card(page, HOSTILE).locator("img, b").count() == 0
    expect(page).not_to_have_title("1")


def test_a_new_version_takes_the_cards_thresholds_over(page: Page) -> None:
    field(page).fill("0.7")
    field(page).press("Enter")
    expect_in_python(page, 0.7, 0.5, None)
    page.get_by_role("button", name="Revert").click()
    expect_in_python(page, 0.249, 0.5, None)
    expect(field(page)).to_have_value("0.249")
    assert shown(page) == counted(0.249)


def test_a_drag_outlives_what_python_sends_meanwhile(page: Page) -> None:
    field(page, HOSTILE).fill("0.7")
    field(page, HOSTILE).press("Enter")
    expect_in_python(page, 0.249, 0.7, None)
    x, y = middle(handle(page))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(pixel_of(page, 0.45), y)
    page.get_by_role("button", name="Revert").dispatch_event("click")
    expect(field(page, HOSTILE)).to_have_value("0.500")
    held = float(str(handle(page).get_attribute("aria-valuenow")))
    assert held == pytest.approx(0.45, abs=0.01)
    page.mouse.up()
    expect_in_python(page, held, 0.5, None)


def test_the_log_odds_axis_spreads_the_edges_and_changes_no_figure(page: Page) -> None:
    field(page).fill("0.04")
    before = middle(handle(page))[0]
    page.get_by_role("button", name="Log-odds").click()
    assert middle(handle(page))[0] > before + 30
    assert shown(page) == counted(0.04)
    expect(card(page).locator(".ticks text").first).to_have_text("0.01")


def test_the_cards_follow_the_theme(page: Page) -> None:
    board = page.locator(".cards")
    expect(board).to_have_attribute("data-theme", "light")
    page.emulate_media(color_scheme="dark")
    expect(board).to_have_attribute("data-theme", "dark")


@pytest.mark.parametrize(("width", "columns"), [(1440, 3), (800, 2), (390, 1)])
def test_the_grid_fits_the_screen(page: Page, width: int, columns: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    # The sidebar folds away over some frames, and the cards have their width only after that.
    widths = re.compile(rf"^\S+( \S+){{{columns - 1}}}$")
    expect(page.locator(".grid")).to_have_css("grid-template-columns", widths)
    main = page.get_by_test_id("stMain")
    assert main.evaluate("node => node.scrollWidth <= node.clientWidth")
    expect(card(page).locator("svg.chart")).to_be_visible()


def test_a_hundred_thousand_scores_stay_fluid(page: Page, address: str) -> None:
    page.goto(f"{address}/?large")
    expect(handle(page, "label 5")).to_be_visible()
    surface = card(page, "label 0").locator("svg.chart")
    moves = """svg => {
        const { left, top } = svg.getBoundingClientRect();
        const at = (type, x) => svg.dispatchEvent(new PointerEvent(type, {
            clientX: left + x, clientY: top + 60, bubbles: true }));
        svg.setPointerCapture = () => {};
        at("pointerdown", 100);
        const spent = [];
        for (let x = 100; x < 200; x++) {
            const start = performance.now();
            at("pointermove", x);
            svg.parentNode.getBoundingClientRect();
            spent.push(performance.now() - start);
        }
        return spent.sort((a, b) => a - b)[50];
    }"""
    assert surface.evaluate(moves) < 16
    path = str(surface.locator("path.precision").get_attribute("d"))
    assert path.count("V") + path.count("H") < 4 * 500


def test_scores_travel_once_and_not_with_every_move(page: Page, address: str) -> None:
    received: list[int] = []
    page.on(
        "websocket",
        lambda socket: socket.on("framereceived", lambda frame: received.append(len(frame))),
    )
    page.goto(f"{address}/?large")
    expect(page.get_by_test_id("stCode")).to_contain_text('"label 1": 0.5,')
    assert sum(received) > 6 * 100_000 * 4
    received.clear()
    handle(page, "label 1").press("ArrowRight")
    expect(page.get_by_test_id("stCode")).to_contain_text('"label 1": 0.505,')
    assert sum(received) < 50_000


def test_a_score_that_is_no_number_is_a_bug_of_the_caller() -> None:
    wrong = Card("toxic", np.array([0.4, np.nan]), np.ones(2), 0.5, None)
    with pytest.raises(AssertionError, match="numbers within"):
        threshold_cards([wrong], key="cards")
