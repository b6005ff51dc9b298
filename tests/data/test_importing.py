from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.tiny import imported, marks, wording
from toxapp import workspace
from toxapp.data import importing, store
from toxapp.data.choice import Choice, Upload
from toxapp.errors import DataError, NotFoundError
from toxapp.jobs import process, state

TEXTS = [wording(i).replace(" ", "\n", 1) for i in range(200)]
ROWS = [f'{i},"{text}",{i % 2},{int(i % 5 == 0)},note {i % 3}' for i, text in enumerate(TEXTS)]
FILE = "\n".join(["id,text,toxic,threat,note", *ROWS, ""])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "Comments of May.csv"
    path.write_text(FILE, encoding="utf-8")
    return path


@pytest.mark.slow
def test_a_job_makes_a_dataset_of_a_file(file: Path) -> None:
    dataset_id = importing.start([Upload(file)], name="May")
    status = process.wait(workspace.find("datasets", dataset_id), timeout_s=60)
    assert (status.state, status.reason) == ("finished", None)
    dataset = store.load(dataset_id)
    assert (dataset.id, dataset.name) == (dataset_id, "May")
    assert (dataset.text_column, dataset.labels) == ("text", ("toxic", "threat"))
    assert (dataset.rows, dataset.splits) == (200, {"train": 140, "validation": 30, "test": 30})
    assert sum(dataset.positives["threat"].values()) == 40
    assert dataset.known["toxic"] == dataset.splits
    assert sum(dataset.text_lengths.counts) == 200
    assert store.datasets() == [dataset]


def test_the_folder_holds_the_bytes_the_figures_and_the_rows(file: Path) -> None:
    dataset = imported(file)
    folder = workspace.find("datasets", dataset.id)
    assert sorted(f.name for f in folder.iterdir()) == [
        "data.parquet",
        "dataset.json",
        "job.json",
        "other.parquet",
        "request.json",
        "source",
        "status.json",
    ]
    (kept,) = (folder / "source").iterdir()
    assert kept.read_bytes() == file.read_bytes()
    (source,) = dataset.plan.files
    assert source.name == "Comments of May.csv"
    assert source.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert source.bytes == file.stat().st_size
    data, other = pq.read_table(folder / "data.parquet"), pq.read_table(folder / "other.parquet")
    assert data.column_names == ["file", "row", "text", "split", "toxic", "threat"]
    assert str(data.schema.field("toxic").type) == "float"
    assert other.column_names == ["file", "row", "id", "note"]
    assert other.column("note").to_pylist() == [f"note {i % 3}" for i in range(200)]
    assert data.column("row").to_pylist() == other.column("row").to_pylist()


def test_rows_are_read_split_by_split_in_file_order(file: Path) -> None:
    dataset = imported(file)
    seen: list[int] = []
    for split in ("train", "validation", "test"):
        rows = store.read(dataset.id, split)
        assert len(rows.texts) == len(rows.file) == dataset.splits[split]
        assert (np.diff(rows.row) > 0).all()
        assert rows.targets.dtype == np.float32
        for text, row, target in zip(rows.texts, rows.row, rows.targets, strict=True):
            assert text == TEXTS[row - 2]
            assert target.tolist() == [(row - 2) % 2, (row - 2) % 5 == 0]
        seen.extend(rows.row.tolist())
    assert sorted(seen) == list(range(2, 202))


def test_targets_follow_the_order_of_the_choice_not_of_the_file(file: Path) -> None:
    dataset = imported(file, choice=Choice("text", marks("threat", "toxic"), name="turned"))
    assert (dataset.name, dataset.labels) == ("turned", ("threat", "toxic"))
    assert store.sample(dataset.id, 2).targets.tolist() == [[1, 0], [0, 1]]


def test_a_sample_is_the_first_rows(file: Path) -> None:
    dataset = imported(file)
    assert store.sample(dataset.id, 3).row.tolist() == [2, 3, 4]
    assert store.sample(dataset.id, 0).texts == []
    assert len(store.sample(dataset.id, 999).texts) == 200


def test_files_of_several_chunks_are_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    texts = {wording(i): i for i in range(45_000)}
    rows = (f"{text},{i % 2}" for text, i in texts.items())
    path.write_text("\n".join(["text,toxic", *rows]))
    dataset = imported(path)
    assert dataset.splits == {"train": 31_500, "validation": 6_750, "test": 6_750}
    found = [texts[text] for text in store.read(dataset.id, "test").texts]
    assert found == sorted(found)
    assert store.sample(dataset.id, 41_000).row.tolist() == list(range(2, 41_002))


@pytest.mark.slow
def test_the_job_does_not_import_pandas(file: Path) -> None:
    """pyarrow does when it converts lists, which took a third of a short import."""
    folder = importing.prepare([Upload(file)])
    script = "import sys; from pathlib import Path; from toxapp.data import importing;"
    script += "importing.run(Path(sys.argv[1])); sys.exit('pandas' in sys.modules)"
    subprocess.run([sys.executable, "-c", script, str(folder)], check=True)


def test_labels_called_like_fixed_columns_keep_their_names(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    rows = [f"{wording(i)},{i % 2},{i % 2},{i % 2},x" for i in range(60)]
    path.write_text("\n".join(["body,text,split,text (label),row", *rows]))
    dataset = imported(path, choice=Choice("body", marks("text", "split", "text (label)")))
    assert dataset.labels == ("text", "split", "text (label)")
    assert store.sample(dataset.id, 2).targets.tolist() == [[0, 0, 0], [1, 1, 1]]
    other = pq.read_table(workspace.find("datasets", dataset.id) / "other.parquet")
    assert other.column_names == ["file", "row", "row (column)"]


def test_a_file_that_brings_its_split_keeps_it(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    parts = ["train", "train", "train", "dev", "test"]
    rows = [f"{wording(i)},{i % 2},{parts[i % 5]}" for i in range(100)]
    path.write_text("\n".join(["text,toxic,set", *rows]))
    dataset = imported(path)
    assert (dataset.plan.split_column, dataset.plan.has_own_split) == ("set", True)
    assert dataset.splits == {"train": 60, "validation": 20, "test": 20}
    assert store.read(dataset.id, "test").row.tolist() == list(range(6, 102, 5))


def test_the_same_seed_gives_the_same_split_and_another_one_another(file: Path) -> None:
    first, again = imported(file), imported(file)
    other = imported(file, choice=Choice("text", marks("toxic", "threat"), seed=1))
    texts = [store.read(dataset.id, "test").texts for dataset in (first, again, other)]
    assert texts[0] == texts[1] != texts[2]


def test_a_refused_request_leaves_nothing_in_the_workspace(home: Path, file: Path) -> None:
    with pytest.raises(DataError, match=r"has no column 'Text', 'hate'\. It has 'id', 'text'"):
        importing.start([Upload(file)], Choice("Text", marks("hate", "toxic")))
    file.write_text("text,kind\nhello you there,abc\nhello me here,def\n")
    with pytest.raises(DataError, match="No label column was found in Comments of May"):
        importing.start([Upload(file)])
    assert not home.exists()


def test_a_file_found_unusable_by_the_job_fails_with_a_sentence_and_no_rows(file: Path) -> None:
    folder = importing.prepare([Upload(file)], Choice("text", marks("note")))
    with pytest.raises(SystemExit, match="2"):
        importing.run(folder)
    status = state.look(folder)
    assert status is not None
    assert status.state == "failed"
    assert "No row of Comments of May.csv can be used" in (status.reason or "")
    kept = {f.name for f in folder.iterdir()}
    assert kept == {"job.json", "request.json", "source", "status.json"}
    with pytest.raises(DataError, match="not usable, its import failed: No row of"):
        store.load(folder.name)
    assert store.datasets() == []


def test_a_stopped_import_leaves_no_rows(file: Path) -> None:
    folder = importing.prepare([Upload(file)])
    (folder / "stop").touch()
    importing.run(folder)
    status = state.look(folder)
    assert status is not None
    assert status.state == "stopped"
    assert {f.name for f in folder.iterdir()} == {
        *("job.json", "request.json", "source", "status.json", "stop")
    }


def test_a_killed_import_can_be_run_again(file: Path) -> None:
    folder = importing.prepare([Upload(file)])
    (folder / ".draft").mkdir()
    (folder / ".draft" / "rows.arrow").write_bytes(b"half a file")
    (folder / "data.parquet").write_bytes(b"rows without a description")
    importing.run(folder)
    assert len(store.read(folder.name, "train").texts) == 140
    assert not (folder / ".draft").exists()


def test_unfinished_and_unknown_datasets_are_said(file: Path) -> None:
    folder = importing.prepare([Upload(file)])
    with pytest.raises(DataError, match="was never read"):
        store.load(folder.name)
    workspace.write_json(folder / "status.json", vars(state.Status(updated=9e9)))
    with pytest.raises(DataError, match="still being read"):
        store.load(folder.name)
    with pytest.raises(NotFoundError):
        store.load("nothing")


def test_the_newest_dataset_comes_first(file: Path) -> None:
    ids = [imported(file).id for _ in range(3)]
    assert [dataset.id for dataset in store.datasets()] == sorted(ids, reverse=True)


def test_unlike_keys_in_the_description_are_refused(file: Path) -> None:
    dataset = imported(file)
    path = workspace.find("datasets", dataset.id) / "dataset.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "extra": 1}))
    with pytest.raises(AssertionError, match="extra"):
        store.load(dataset.id)


def test_a_name_that_no_file_system_takes_is_kept_for_the_eye_only(tmp_path: Path) -> None:
    path = tmp_path / ("...?ü:*" + "x" * 150 + ".csv")
    path.write_text(FILE)
    dataset = imported(path)
    assert dataset.plan.files[0].name == path.name
    (kept,) = (workspace.find("datasets", dataset.id) / "source").iterdir()
    assert len(kept.name) <= 80
    assert kept.name.endswith("x.csv")
