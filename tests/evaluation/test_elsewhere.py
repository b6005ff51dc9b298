from __future__ import annotations

import csv
import gzip
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.tiny import imported, write_comments
from toxapp import workspace
from toxapp.data import store
from toxapp.decisions.figures import Figures
from toxapp.errors import DataError, JobError, ModelError
from toxapp.evaluation import elsewhere
from toxapp.evaluation.splits import evaluate_run
from toxapp.evaluation.transfer import transfer
from toxapp.runs import run
from toxapp.runs.run import Run

pytestmark = pytest.mark.slow


def silent(done: int) -> None:
    """Nobody wants to know."""


def write(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def measured(
    chosen: Run,
    data: Path | str,
    columns: Mapping[str, str],
    *,
    resamples: int = 0,
    report: Callable[[int], None] = silent,
) -> Figures:
    """Figures on all rows of a file or of a dataset."""
    with elsewhere.of(chosen, str(data), columns) as texts:
        scored = elsewhere.score(chosen, texts, report=report)
    return transfer(chosen, scored, resamples=resamples).there.figures


def rows_of_test(chosen: Run) -> list[tuple[object, ...]]:
    """Text, rude, spam, never of every row of the run's own test split."""
    rows = store.read(chosen.settings.dataset, "test")
    return [(text, *map(int, t)) for text, t in zip(rows.texts, rows.targets, strict=True)]


def same(found: Figures, expected: Figures) -> bool:
    return replace(found, labels={}) == replace(expected, labels={}) and all(
        found.labels[label] == expected.labels[label] for label in expected.labels
    )


def test_a_file_made_of_the_test_split_has_the_runs_own_figures(
    trained: Run, tmp_path: Path
) -> None:
    header = ["comment", "rude", "spam", "never"]
    file = write(tmp_path / "test.csv", header, rows_of_test(trained))
    found = measured(trained, file, {}, resamples=50)
    assert same(found, evaluate_run(trained, "test", resamples=50))


def test_columns_of_other_names_and_order_are_mapped(trained: Run, tmp_path: Path) -> None:
    rows = [(never, spam, text, rude) for text, rude, spam, never in rows_of_test(trained)]
    file = write(tmp_path / "test.csv", ["nothing", "ads", "comment", "abuse"], rows)
    columns = {"spam": "ads", "rude": "abuse", "never": "nothing"}
    found = measured(trained, file, columns)
    assert list(found.labels) == ["rude", "spam", "never"]
    assert same(found, evaluate_run(trained, "test"))


def test_a_mapping_goes_before_a_column_of_the_labels_own_name(
    trained: Run, tmp_path: Path
) -> None:
    rows = [(text, 1 - int(str(rude)), rude) for text, rude, _, _ in rows_of_test(trained)]
    file = write(tmp_path / "test.csv", ["comment", "rude", "truly rude"], rows)
    found = measured(trained, file, {"rude": "truly rude"})
    assert found.labels["rude"] == evaluate_run(trained, "test").labels["rude"]


def test_a_packed_file_with_words_for_marks_is_read_as_a_dataset_would_be(
    trained: Run, tmp_path: Path
) -> None:
    words = {0: "No", 1: "TRUE"}
    rows = [
        (text, *(words[int(str(target))] for target in targets))
        for text, *targets in rows_of_test(trained)
    ]
    plain = write(tmp_path / "test.csv", ["comment", "rude", "spam", "never"], rows)
    file = tmp_path / "test.csv.gz"
    file.write_bytes(gzip.compress(plain.read_text("utf-8").encode("utf-16")))
    found = measured(trained, file, {})
    assert same(found, evaluate_run(trained, "test"))


def test_labels_that_the_file_lacks_are_left_out_and_not_zero(trained: Run, tmp_path: Path) -> None:
    rows = [(text, spam) for text, _, spam, _ in rows_of_test(trained)]
    file = write(tmp_path / "test.csv", ["comment", "spam"], rows)
    found = measured(trained, file, {})
    own = evaluate_run(trained, "test")
    assert found.labels == {"spam": own.labels["spam"]}
    assert found.macro_f1 == own.labels["spam"].f1
    assert found.mean_roc_auc == own.labels["spam"].roc_auc


def test_missing_targets_are_in_no_count(trained: Run, tmp_path: Path) -> None:
    rows = [
        (text, rude, "" if n % 2 else spam)
        for n, (text, rude, spam, _) in enumerate(rows_of_test(trained))
    ]
    file = write(tmp_path / "test.csv", ["comment", "rude", "spam"], rows)
    found = measured(trained, file, {})
    assert (found.n_texts, found.labels["rude"].texts, found.labels["spam"].texts) == (36, 36, 18)
    assert found.labels["rude"] == evaluate_run(trained, "test").labels["rude"]


def test_progress_counts_all_texts_once(trained: Run, tmp_path: Path) -> None:
    file = write_comments(tmp_path / "comments.csv", rows=500, seed=4)
    told: list[int] = []
    assert measured(trained, file, {}, report=told.append).n_texts == 500
    assert told == sorted(told)
    assert told[-1] == 500


def test_another_dataset_is_measured_on_all_its_rows(trained: Run, tmp_path: Path) -> None:
    file = write_comments(tmp_path / "comments.csv", rows=200, seed=4)
    dataset = imported(file).id
    found = measured(trained, dataset, {})
    assert found.n_texts == 200
    assert same(found, measured(trained, file, {}))


def test_labels_of_another_dataset_are_mapped_by_name_not_by_place(
    trained: Run, tmp_path: Path
) -> None:
    rows = [(text, spam, rude) for text, rude, spam, _ in rows_of_test(trained)]
    file = write(tmp_path / "other.csv", ["comment", "spam", "abuse"], rows)
    dataset = imported(file)
    assert dataset.labels == ("spam", "abuse")
    found = measured(trained, dataset.id, {"rude": "abuse"})
    own = evaluate_run(trained, "test")
    assert list(found.labels) == ["rude", "spam"]
    assert found.labels == {label: own.labels[label] for label in ("rude", "spam")}
    with pytest.raises(DataError, match=f"{dataset.id} has no column 'insult'; it has: spam"):
        measured(trained, dataset.id, {"rude": "insult"})


def test_the_runs_own_dataset_is_refused(trained: Run) -> None:
    with pytest.raises(DataError, match="is the dataset that the run was trained on"):
        measured(trained, trained.settings.dataset, {})


def test_what_cannot_be_measured_is_a_sentence(trained: Run, tmp_path: Path) -> None:
    file = write(tmp_path / "other.csv", ["comment", "a", "b"], [("hello there you", 1, 0)])
    with pytest.raises(DataError, match=r"other\.csv has no column named like a label of the run"):
        measured(trained, file, {})
    with pytest.raises(DataError, match="The run has no label 'hate'; it has: rude, spam, never"):
        measured(trained, file, {"hate": "a"})
    with pytest.raises(DataError, match=r"other\.csv has no column 'c'; it has: comment, a, b"):
        measured(trained, file, {"rude": "c"})


def test_a_file_without_a_known_target_is_a_sentence_and_not_a_row_of_nothing(
    trained: Run, tmp_path: Path
) -> None:
    file = write(tmp_path / "a.csv", ["comment", "rude"], [("hello there", ""), ("", 1)])
    with pytest.raises(DataError, match="No row there has a text and a known target of rude"):
        measured(trained, file, {})


def test_a_run_that_cannot_score_is_a_sentence(trained: Run, tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", ["comment", "rude"], [("hello there", 1)])
    unfinished = run.load(run.create(trained.settings).id)
    with pytest.raises(JobError, match="it can score once it has finished"):
        measured(unfinished, file, {})
    (workspace.find("runs", trained.id) / "bundle" / "model.bin").unlink()
    with pytest.raises(ModelError, match=r"lacks model\.bin"):
        measured(trained, file, {})
