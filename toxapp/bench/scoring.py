"""How many texts a run's bundle scores per second, against transformers' pipeline.

one by one   `pipeline("text-classification", top_k=None)` with its defaults, cut at 512 tokens
batches      the same with batch_size=32
ours         the run's bundle, cut where the run cuts

A family of which there is no pipeline is timed alone.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from toxapp import inference
from toxapp.bench.measure import Row, compare
from toxapp.data import store
from toxapp.data.files import table
from toxapp.errors import DataError
from toxapp.inference import bundle
from toxapp.inference.tokens import encode, open_tokenizer
from toxapp.runs import run
from toxapp.runs.run import Run
from toxapp.scoring.source import layout, text_column

BASELINE = "pipeline, one by one"
OURS = "ours"

_LONGEST = 512
_SINGLE = 40

Score = Callable[[Sequence[str]], object]


@dataclass(frozen=True)
class Timed(Row):
    """One line of the benchmark.

    Attributes:
        same_model: whether it is the run's own model.
        max_length: tokens read of a text; None: all of it.
        texts_s: texts per second in the best round.
        p50_ms, p95_ms: of one text alone, the best of the rounds for each text.
        share_of_peak: of the measured speed of multiplying matrices of that kind of number; None
            where the family multiplies none to speak of, or for a baseline.
    """

    same_model: bool
    max_length: int | None
    texts_s: float
    p50_ms: float
    p95_ms: float
    share_of_peak: float | None


@dataclass(frozen=True)
class Result:
    """What the benchmark found.

    Attributes:
        run: its id.
        engine: of its bundle.
        texts: scored in each round.
        rows: the timings.
    """

    run: str
    engine: str
    texts: int
    rows: list[Timed]


def bench(run_id: str | None, data: Path | None, *, texts: int, rounds: int) -> Result:
    """Time the scoring of texts.

    Args:
        run_id: None: the newest one that has finished.
        data: a file with texts; None: the run's validation texts.
        texts: how many are drawn of them.
        rounds: how often each is timed.

    Raises:
        DataError: no run has finished, or there is no text.
    """
    chosen = _chosen(run_id)
    drawn = _drawn(chosen, data, texts)
    record = bundle.read(chosen.folder / "bundle")
    scorer = inference.load(chosen.folder)
    timed: dict[str, Score] = {OURS: scorer.score}
    lengths = {OURS: scorer.max_length}
    if record.kind == "encoder":
        timed = {**_pipelines(chosen.folder / "model"), **timed}
        lengths = {name: lengths.get(name, _LONGEST) for name in timed}
    for score in timed.values():
        score(drawn[:2])
    baseline = next(iter(timed))
    found = compare(
        baseline, {name: _all(score, drawn) for name, score in timed.items()}, rounds=rounds
    )
    rows = []
    for row in found:
        p50, p95 = _alone(timed[row.name], drawn[:_SINGLE], rounds)
        share = _share(chosen, drawn, row.best) if row.name == OURS else None
        rows.append(
            Timed(
                **vars(row),
                same_model=True,
                max_length=lengths[row.name],
                texts_s=len(drawn) / row.best,
                p50_ms=p50,
                p95_ms=p95,
                share_of_peak=share,
            )
        )
    return Result(chosen.id, record.engine, len(drawn), rows)


def _chosen(run_id: str | None) -> Run:
    if run_id is not None:
        return run.load(run_id)
    found = next((each for each in run.runs() if each.finished), None)
    if found is None:
        raise DataError("No run has finished, so there is nothing to score with. Train one first.")
    return found


def _drawn(chosen: Run, data: Path | None, count: int) -> list[str]:
    """At most so many texts, drawn with a seed, in a mixed order."""
    if data is None:
        found = store.read(chosen.settings.dataset, "validation").texts
    else:
        found = _texts(data, text_column(chosen, data))
    if not found:
        raise DataError("There is no text to score. Choose a file with texts: --data FILE.")
    order = np.random.default_rng(0).permutation(len(found))[:count]
    return [found[n] for n in order]


def _texts(path: Path, column: str) -> list[str]:
    dialect, columns = layout(path)
    place = columns.index(column)
    return [
        text
        for batch in table.batches(path, dialect)
        for text in batch.cells[place].to_pylist()
        if text.strip()
    ]


def _pipelines(model_folder: Path) -> dict[str, Score]:
    from toxapp.models.pipelines import pipeline_of  # noqa: PLC0415 - loads transformers

    longest = min(_LONGEST, _reads(model_folder))
    return {
        BASELINE: pipeline_of(model_folder, max_length=longest),
        "pipeline, batch_size=32": pipeline_of(model_folder, max_length=longest, batch_size=32),
    }


def _reads(model_folder: Path) -> int:
    """Tokens that the model reads of a text at most; RoBERTa's kind counts two more."""
    config = json.loads((model_folder / "config.json").read_text(encoding="utf-8"))
    return int(config.get("max_position_embeddings", _LONGEST + 2)) - 2


def _all(score: Score, texts: Sequence[str]) -> Callable[[], None]:
    def timed() -> None:
        score(texts)

    return timed


def _alone(score: Score, texts: Sequence[str], rounds: int) -> tuple[float, float]:
    """Milliseconds that half, and 95 %, of the texts take at most, each scored alone."""
    spent = np.empty((rounds, len(texts)))
    for turn in range(rounds):
        for number, text in enumerate(texts):
            start = time.perf_counter()
            score([text])
            spent[turn, number] = time.perf_counter() - start
    p50, p95 = np.percentile(spent.min(axis=0) * 1e3, (50, 95))
    return float(p50), float(p95)


def _share(chosen: Run, texts: Sequence[str], seconds: float) -> float | None:
    """Of the machine's measured peak; the useful work, without padding."""
    place = chosen.folder / "bundle"
    record = bundle.read(place)
    if record.kind != "encoder" or record.max_length is None:
        return None
    from toxapp.models.peak import multiplications_s  # noqa: PLC0415 - loads torch

    config = json.loads((chosen.folder / "model" / "config.json").read_text(encoding="utf-8"))
    ids = encode(open_tokenizer(place / "tokenizer.json", record.max_length), texts)
    tokens = np.array([len(row) for row in ids], np.float64)
    kind = "int8" if "int8" in record.engine else "fp32"
    return float(_work(config, tokens).sum() / seconds / multiplications_s(kind))


def _work(config: dict[str, int], tokens: NDArray[np.float64]) -> NDArray[np.float64]:
    """Multiplications and additions per text, (n_texts,): 2 per weight and token, and attention.

    The last layer, of which one token is computed, counts as little as the classifier: not at all
    but for its keys and values.
    """
    width = config.get("hidden_size") or config["dim"]
    inner = config.get("intermediate_size") or config["hidden_dim"]
    layers = config.get("num_hidden_layers") or config["n_layers"]
    weights = (layers - 1) * (4 * width * width + 2 * width * inner) + 2 * width * width
    return np.asarray(2 * weights * tokens + (layers - 1) * 4 * tokens**2 * width)
