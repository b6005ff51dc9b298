"""The Compare page: with too few runs, with two, with as many as fit, for everybody."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect
from streamlit.testing.v1 import AppTest

from tests.conftest import Server
from tests.evaluation.sides import guessed, labelled
from tests.ui.conftest import Visit
from tests.ui.screen import NARROW, WIDE, inspect, stands, turn_to
from tests.ui.test_pages import bodies, mistakes, opened
from toxapp.data import store
from toxapp.data.store import Dataset
from toxapp.evaluation import compare
from toxapp.runs import run
from toxapp.runs.run import Run
from toxapp.ui import changed, comparing, comparing_charts

LABELS = ["rude", "spam", "threat"]
HOSTILE = "<img src=x onerror=document.title=1> **bold** $x$ :red[y]"


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return labelled(tmp_path, LABELS)


@pytest.fixture
def pair(dataset: Dataset) -> tuple[Run, Run]:
    """A poor run, and a better one that is newer."""
    poor = guessed(dataset, 0.95, name="poor", epochs=2)
    return poor, guessed(dataset, 0.6, seed=1, name="better", epochs=3)


def plain(html: str) -> str:
    """What is read of HTML."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def holds(page: Page, chosen: dict[str, list[str]]) -> None:
    """Wait until the URL says what was chosen: it follows the screen, not the other way round."""
    page.wait_for_url(lambda url: parse_qs(urlsplit(url).query) == chosen, timeout=20_000)


def compared(address: str, baseline: Run, *others: Run, more: str = "") -> str:
    ids = ",".join(each.id for each in others)
    return f"{address}/compare?run={baseline.id}&with={ids}{more}"


def way_on(app: AppTest) -> str:
    return " ".join(button.label for button in app.button)


def test_fewer_than_two_finished_runs_are_no_comparison(dataset: Dataset) -> None:
    app = opened("compare")
    assert any("No run yet" in body for body in bodies(app))
    assert way_on(app) == "Go to Train"
    made = guessed(dataset, 0.9, name="first")
    app = opened("compare")
    assert any("Nothing to compare with yet" in body for body in bodies(app))
    assert any("first" in body and dataset.name in body for body in bodies(app))
    assert way_on(app) == "Train another run"
    run.create(made.settings)
    app = opened("compare")  # the newest run is the one that all pages speak of
    assert any("This run has not finished" in body for body in bodies(app))
    assert way_on(app) == "See how far it is"


def test_a_run_of_another_dataset_is_not_offered(pair: tuple[Run, Run], tmp_path: Path) -> None:
    guessed(labelled(tmp_path, ["rude"], rows=200, seed=9), 0.9, name="stranger")
    app = opened("compare")
    app.selectbox[0].set_value(pair[0].id).run()
    assert len(app.multiselect[0].options) == 1
    assert "better" in app.multiselect[0].options[0]
    assert app.multiselect[0].value == [pair[1].id]
    assert app.query_params["with"] == pair[1].id
    assert mistakes(app) == []


def test_the_runs_can_all_be_taken_out_and_put_back(pair: tuple[Run, Run]) -> None:
    app = opened("compare")
    app.selectbox[0].set_value(pair[1].id).run()
    assert app.multiselect[0].value == [pair[0].id]
    app.multiselect[0].set_value([]).run()
    app.run()  # they stay out
    assert any("Choose at least one run" in body for body in bodies(app))
    app.multiselect[0].set_value([pair[0].id]).run()
    assert any("What changed verdict" in body for body in bodies(app))


def test_a_figure_is_marked_only_where_its_interval_excludes_zero(pair: tuple[Run, Run]) -> None:
    poor, better = sides = [compare.side(each, resamples=200) for each in pair]
    gap = compare.against(poor, better)
    table = comparing.figures_table(sides, [gap], "roc_auc")
    marks = sum(each.differences["roc_auc"].better == 1 for each in gap.labels.values())
    marks += sum(each.better == 1 for each in gap.means.values())
    assert marks >= 4
    assert table.count("tx-better") == marks
    back = comparing.figures_table([better, poor], [compare.against(better, poor)], "roc_auc")
    assert back.count(">worse<") == marks
    same = comparing.figures_table([poor, poor], [compare.against(poor, poor)], "f1")
    assert "tx-mark" not in same
    assert "+0.000" in same


def test_hidden_words_are_not_on_the_page_and_shown_ones_are_escaped() -> None:
    hidden = changed.words("You  <b>idiot</b>\n\nyou", seen=False)
    assert plain(hidden) == "hidden ••• •••••••••••• •••"
    assert changed.words("a <b>\nb", seen=True) == '<span class="tx-text">a &lt;b&gt; b</span>'
    assert plain(changed.words("x" * 700, seen=True)) == "x" * 600 + "…"


def test_six_runs_have_six_colours_in_either_theme(pair: tuple[Run, Run]) -> None:
    side = compare.side(pair[0], resamples=1)
    lines, points = compare.curves(side)["rude"], side.figures.labels["rude"]
    for dark in (False, True):
        drawn = comparing_charts.figure([lines] * 6, [points] * 6, "roc", dark=dark)["data"]
        assert len({trace["line"]["color"] for trace in drawn[:6]}) == 6
        assert [trace["name"] for trace in drawn[:6]] == list("ABCDEF")
        assert all("at its threshold" in trace["name"] for trace in drawn[6:])


@pytest.mark.slow
def test_two_runs_side_by_side_fit_and_are_fit_for_everybody(
    pair: tuple[Run, Run], serve: Server, visit: Visit
) -> None:
    address = compared(serve(), *pair)
    for width in (WIDE, NARROW):
        page = visit(address, width=width)
        opens(page, "rude")
        expect(page.locator(".js-plotly-plot")).to_have_count(len(LABELS))
        inspect(page, f"compare-{width}")


def opens(page: Page, label: str) -> None:
    """Open a label's fold by the keyboard."""
    fold = page.locator("summary", has_text=label).first
    fold.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name=f"Changed verdicts on {label}")).to_be_visible()
    stands(page)


@pytest.mark.slow
def test_comments_stay_hidden_until_they_are_asked_for(
    pair: tuple[Run, Run], dataset: Dataset, serve: Server, visit: Visit
) -> None:
    poor, better = (compare.side(each, resamples=1) for each in pair)
    rows = store.read(dataset.id, "test")
    (first, *_) = compare.changed_comments(poor, better, "rude", rows)
    page = visit(compared(serve(), *pair))
    opens(page, "rude")
    expect(page.get_by_text(first.text)).to_have_count(0)
    page.get_by_role("switch", name="Show the comments' words").focus()
    page.keyboard.press("Space")
    expect(page.get_by_text(first.text)).to_be_visible()
    assert "words" not in query(page)
    row = page.get_by_role("row", name=first.text)
    expect(row).to_contain_text(str(first.row))
    expect(row).to_contain_text(f"{first.second_score:.3f}")


@pytest.mark.slow
def test_what_is_chosen_stands_in_the_url_and_outlives_another_page(
    pair: tuple[Run, Run], dataset: Dataset, serve: Server, visit: Visit
) -> None:
    third = guessed(dataset, 0.8, seed=2, name="third")
    address = serve()
    page = visit(compared(address, pair[0], pair[1], third))
    page.get_by_role("radio", name="recall", exact=True).click()
    page.get_by_role("radio", name="ROC", exact=True).click()
    page.get_by_role("radio", name="C against A").click()
    expect(page.locator("summary").first).to_contain_text("C finds")
    stands(page)
    chosen = {
        "run": [pair[0].id],
        "compare": ["runs"],
        "with": [f"{pair[1].id},{third.id}"],
        "figure": ["recall"],
        "curve": ["roc"],
        "other": ["C"],
    }
    holds(page, chosen)
    link = page.url
    turn_to(page, "Thresholds")
    turn_to(page, "Compare")
    holds(page, chosen)
    expect(page.locator("summary").first).to_contain_text("C finds")
    expect(page.get_by_role("radio", name="recall", exact=True)).to_be_checked()
    again = visit(link)
    expect(again.locator("summary").first).to_contain_text("C finds")
    expect(again.get_by_role("radio", name="recall", exact=True)).to_be_checked()


@pytest.mark.slow
def test_six_runs_of_twenty_eight_labels_fit(tmp_path: Path, serve: Server, visit: Visit) -> None:
    labels = [*(f"emotion_{n}" for n in range(26)), "a_rather_long_name_of_a_label", HOSTILE]
    dataset = labelled(tmp_path, labels, rows=600)
    runs = [guessed(dataset, 0.9, seed=n, name=f"run {n} {HOSTILE}") for n in range(6)]
    page = visit(compared(serve(), *runs))
    expect(page.locator(".js-plotly-plot")).to_have_count(28)
    expect(page.locator("img[src=x], .katex, main strong strong")).to_have_count(0)
    expect(page.locator("summary", has_text=HOSTILE)).to_have_count(1)
    expect(page).not_to_have_title("1")
    inspect(page, "compare-many")
