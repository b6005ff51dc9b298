"""The journeys of an analyst, in a real browser with real jobs."""

from __future__ import annotations

import csv
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.conftest import Server, quick_settings
from tests.ui.conftest import Visit
from tests.ui.screen import NARROW, inspect, middle, server_process, stands, turn_to
from toxapp import workspace
from toxapp.jobs import process
from toxapp.jobs.state import read_process
from toxapp.runs import rules, run
from toxapp.runs.run import Run

pytestmark = pytest.mark.slow

JOB_MS = 180_000
TEXT = "you idiot, click the cheap offer"
# Playwright looks twice a second only: the page itself takes the time from the key to the bars.
CLOCK = """() => {
  const clock = (window.clock = {});
  const bars = "[role=img][aria-label*=': score ']";
  document.addEventListener("keydown", () => (clock.key ??= performance.now()), true);
  new MutationObserver(() => {
    if (document.querySelector(bars)) clock.bars ??= performance.now();
  }).observe(document.body, { childList: true, subtree: true });
}"""
TO_SCORE = [
    {"id": "1", "comment": TEXT, "note": "=1+1"},
    {"id": "2", "comment": "", "note": "nothing was said"},
    {"id": "3", "comment": 'the bus was late,\n"again"', "note": "two lines"},
    {"id": "4", "comment": "=HYPERLINK(home)", "note": "-3"},
]


@pytest.fixture(autouse=True)
def _no_job_is_left() -> Iterator[None]:
    """Jobs outlive the server that started them: end those of this test."""
    yield
    for name in workspace.ids("runs"):
        at_work = read_process(workspace.find("runs", name))
        if at_work is not None and run.load(name).status.state in ("queued", "running"):
            os.killpg(at_work.pid, signal.SIGKILL)


def test_from_a_file_to_verdicts_and_again_after_a_restart(
    serve: Server, visit: Visit, comments: Path, model_folder: Path, tmp_path: Path
) -> None:
    address = serve()
    page = visit(address)
    make_the_dataset(page, comments)
    start_training(page, comments, model_folder)
    page = another_window_shows_the_same_run(page, visit)
    watch_it_finish(page)
    drag_and_save_a_threshold(page)
    turn_to(page, "Score")
    verdict = verdict_on(page, TEXT)
    scored = score_a_file(page, tmp_path / "to-score.csv")
    check_scored(scored, verdict)
    link = page.url.removeprefix(address)
    server = server_process(address)
    server.terminate()
    server.wait(30)
    find_it_all_again(visit(serve() + link), verdict, scored)


def make_the_dataset(page: Page, comments: Path) -> None:
    page.locator("input[type=file]").set_input_files(comments)
    expect(page.get_by_role("heading", name="Columns of comments.csv")).to_be_visible()
    expect(page.get_by_role("combobox", name="Texts")).to_have_value("comment")
    chosen = page.get_by_role("group", name="Selected values").get_by_role("button")
    expect(chosen).to_have_count(3)
    for label in ("rude", "spam", "never"):
        expect(page.get_by_role("button", name=f"Remove {label}")).to_be_visible()
    inspect(page, "columns")
    page.get_by_role("button", name="Make the dataset").click()
    expect(page.get_by_text("texts that can be used")).to_be_visible()
    with comments.open(encoding="utf-8", newline="") as file:
        carried = [row["rude"] for row in csv.DictReader(file)]
    row = page.get_by_role("row", name="rude")
    expect(row.get_by_role("cell", name=str(carried.count("1")), exact=True)).to_be_visible()
    expect(page.get_by_role("combobox", name="Dataset")).to_have_value("comments · 240 texts")
    inspect(page, "dataset")


def start_training(page: Page, dataset: Path, model: Path) -> None:
    page.get_by_role("button", name="Train on this dataset").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Train")
    # Fewer leave every text at nearly the same score, and typing on would change no bar.
    fill_settings(page, model, epochs=25)
    inspect(page, "settings")
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_visible()
    expect(page.get_by_text("25 epochs · learning rate 0.005")).to_be_visible()
    expect(page).to_have_url(re.compile(r"[?&]run=[0-9]{8}-[0-9]{6}-comments"))


def fill_settings(page: Page, model: Path, *, epochs: int) -> None:
    settings = {"Longest text (tokens)": "32", "Learning rate": "0.005", "Epochs": str(epochs)}
    fields = {page.get_by_role("spinbutton", name=name): value for name, value in settings.items()}
    choose(page, "Base model", "another one, by hub id or folder")
    for field in fields:  # those of the model before it
        expect(field).to_have_count(0)
    fill(page.get_by_role("textbox", name="Hub id or folder"), str(model))
    for field, value in fields.items():
        fill(field, value)
    stands(page)


def choose(page: Page, select: str, option: str) -> None:
    page.get_by_role("combobox", name=select, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()


def fill(field: Locator, value: str) -> None:
    field.fill(value)
    field.press("Enter")


def another_window_shows_the_same_run(page: Page, visit: Visit) -> Page:
    """Reload in the middle, and look at it from a phone; the reloaded page."""
    address = page.url
    page.reload()
    phone = visit(address, width=NARROW, scheme="dark")
    for window in (page, phone):
        expect(window.get_by_text(re.compile("^(running|finished)$")).first).to_be_visible()
        assert run_in(window.url) == run_in(address)
    inspect(phone, "running-on-a-phone")
    inspect(page, "running")
    expect(phone.get_by_text("finished", exact=True)).to_be_visible(timeout=JOB_MS)
    phone.context.close()
    return page


def run_in(url: str) -> str:
    found = re.search(r"[?&]run=([a-z0-9-]+)", url)
    assert found, url
    return found[1]


def watch_it_finish(page: Page) -> None:
    expect(page.get_by_text("finished", exact=True)).to_be_visible(timeout=JOB_MS)
    stands(page)
    expect(page.get_by_role("figure", name="Loss against the training step")).to_be_visible()
    expect(page.get_by_role("figure", name="Figures on validation")).to_be_visible()
    inspect(page, "finished")
    page.get_by_role("button", name="Tune the thresholds").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thresholds")


def drag_and_save_a_threshold(page: Page) -> None:
    line = page.get_by_role("slider", name="Threshold for rude", exact=True)
    expect(page.get_by_text("Rule 1 in force")).to_be_visible()
    before = line.get_attribute("aria-valuetext")
    x, y = middle(line)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 40, y, steps=4)
    page.mouse.up()
    assert line.get_attribute("aria-valuetext") != before
    expect(page.get_by_text("Moved, not saved yet")).to_be_visible()
    inspect(page, "moved")
    held = float(str(line.get_attribute("aria-valuenow")))
    page.get_by_role("button", name="Save thresholds").click()
    expect(page.get_by_text("Rule 2 in force")).to_be_visible()
    expect(line).to_have_attribute("aria-valuenow", f"{held:g}")
    inspect(page, "saved")
    saved = rules.in_force(workspace.find("runs", run_in(page.url)))
    assert saved.number == 2
    assert saved.thresholds["rude"] == pytest.approx(held, abs=5e-4)


def verdict_on(page: Page, text: str) -> list[str]:
    """What the page says of a typed text: the verdict, then a sentence per bar."""
    box = page.get_by_role("textbox", name="Type or paste a comment")
    bars = page.get_by_role("img", name=re.compile(": score [01]"))
    expect(box).to_be_visible(timeout=JOB_MS)
    expect(bars).to_have_count(0)
    page.evaluate(CLOCK)
    box.press_sequentially(text[0])
    expect(bars).to_have_count(3)
    print(f"from key to bars: {page.evaluate('clock.bars - clock.key'):.0f} ms")
    first = bars.first.get_attribute("aria-label")
    box.press_sequentially(text[1:])
    expect(bars.first).not_to_have_attribute("aria-label", str(first))
    stands(page)
    inspect(page, "verdict")
    verdict = page.get_by_role("status").filter(has_text=re.compile("^(Flagged|Clear)"))
    return [verdict.inner_text(), *(str(bar.get_attribute("aria-label")) for bar in bars.all())]


def score_a_file(page: Page, source: Path) -> Path:
    """Upload a file of comments, score it, download it; where the result lies."""
    with source.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(TO_SCORE[0]))
        writer.writeheader()
        writer.writerows(TO_SCORE)
    page.locator("input[type=file]").set_input_files(source)
    expect(page.get_by_role("combobox", name="Texts of to-score.csv")).to_have_value("comment")
    inspect(page, "to-score")
    page.get_by_role("button", name="Score the file").click()
    first = download(page, source.with_name("first.csv"))
    inspect(page, "scored")
    return first


def download(page: Page, target: Path) -> Path:
    button = page.get_by_role("button", name="Download the scored file")
    expect(button).to_be_visible(timeout=JOB_MS)
    stands(page)
    with page.expect_download() as coming:
        button.click()
    assert coming.value.suggested_filename == "to-score-scored.csv"
    coming.value.save_as(target)
    return target


def check_scored(scored: Path, verdict: list[str]) -> None:
    with scored.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == ["1", "2", "3", "4"]
    assert [row["note"] for row in rows] == ["'=1+1", "nothing was said", "two lines", "-3"]
    texts = [row["comment"] for row in TO_SCORE[:3]]
    assert [row["comment"] for row in rows] == [*texts, "'=HYPERLINK(home)"]
    limits = rules.in_force(next((workspace.home() / "runs").iterdir())).thresholds
    for label, limit in limits.items():
        scores, flags = ([row[f"{label}_{kind}"] for row in rows] for kind in ("score", "flagged"))
        assert scores[1] == flags[1] == ""
        given = [(float(s), f) for s, f in zip(scores, flags, strict=True) if s]
        assert [f for _, f in given] == [
            str(int(limit is not None and s >= limit)) for s, _ in given
        ]
        told = next(sentence for sentence in verdict if sentence.startswith(f"{label}: "))
        assert told.startswith(f"{label}: score {given[0][0]:.3f}, ")


def find_it_all_again(page: Page, verdict: list[str], scored: Path) -> None:
    again = download(page, scored.with_name("again.csv"))
    assert again.read_bytes() == scored.read_bytes()
    assert verdict_on(page, TEXT) == verdict
    turn_to(page, "Thresholds")
    expect(page.get_by_text("Rule 2 in force")).to_be_visible()
    turn_to(page, "Train")
    expect(page.get_by_text("finished", exact=True)).to_be_visible()


def test_a_copied_address_opens_the_same_run_though_a_newer_one_exists(
    trained: Run, serve: Server, visit: Visit, model_folder: Path
) -> None:
    newer = run.create(quick_settings(trained.settings.dataset, model_folder, name="newer"))
    page = visit(f"{serve()}/thresholds")
    assert run_in(page.url) == newer.id
    choose(page, "Run", trained.title)
    expect(page.get_by_text("Rule 1 in force")).to_be_visible()
    for title in ("Score", "Thresholds"):
        turn_to(page, title)
        assert run_in(page.url) == trained.id
    copied = visit(page.url)
    expect(copied.get_by_role("combobox", name="Run", exact=True)).to_have_value(trained.title)
    expect(copied.get_by_text("Rule 1 in force")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("combobox", name="Run", exact=True)).to_have_value(trained.title)


def test_runs_of_one_name_and_minute_can_both_be_chosen(
    trained: Run, serve: Server, visit: Visit, model_folder: Path
) -> None:
    made = [
        run.create(quick_settings(trained.settings.dataset, model_folder, name="twin")).id
        for _ in range(2)
    ]
    page = visit(f"{serve()}/train")
    for name in made:
        page.get_by_role("combobox", name="Run", exact=True).click()
        page.get_by_role("option", name=f"({name})").click()
        expect(page).to_have_url(re.compile(f"run={name}(&|$)"))


def test_a_run_is_stopped_resumed_killed_and_resumed_from_the_page(
    trained: Run, serve: Server, visit: Visit, model_folder: Path
) -> None:
    long = quick_settings(trained.settings.dataset, model_folder, name="long", epochs=1000)
    started = run.start(long)
    page = visit(f"{serve()}/train?run={started.id}")
    until_it_learns(page)
    inspect(page, "learning")
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("stopped", exact=True)).to_be_visible(timeout=JOB_MS)
    process.wait(started.folder, timeout_s=JOB_MS / 1000)
    inspect(page, "stopped")
    page.get_by_role("button", name="Resume").click()
    until_it_learns(page)
    at_work = read_process(started.folder)
    assert at_work is not None
    os.killpg(at_work.pid, signal.SIGKILL)
    expect(page.get_by_text("lost", exact=True)).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="resume it")).to_be_visible()
    inspect(page, "lost")
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_visible()
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("stopped", exact=True)).to_be_visible(timeout=JOB_MS)


def until_it_learns(page: Page) -> None:
    told = page.get_by_test_id("stProgress").filter(has_text=re.compile(r"[0-9] of [0-9,]+"))
    expect(told).to_be_visible(timeout=JOB_MS)


def test_a_failed_run_says_why_and_what_to_do(
    trained: Run, serve: Server, visit: Visit, tmp_path: Path
) -> None:
    failed = run.start(quick_settings(trained.settings.dataset, tmp_path / "nowhere"))
    process.wait(failed.folder, timeout_s=JOB_MS / 1000)
    page = visit(f"{serve()}/train?run={failed.id}")
    expect(page.get_by_text("failed", exact=True)).to_be_visible()
    reason = page.get_by_role("status").filter(has_text="nowhere")
    expect(reason).to_be_visible()
    inspect(page, "failed")
    print(reason.inner_text())
    turn_to(page, "Score")
    expect(page.get_by_text("No finished run")).to_be_visible()
    inspect(page, "score-of-failed")
