"""How much of a text-to-text run's probability lies outside the strings its scores rest on.

Scores are normalised over the strings that name labels; where much of the probability is given to
other strings, the model has not learned its task, and the scores say little.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from toxapp.inference import bundle
from toxapp.runs.run import Run

if TYPE_CHECKING:
    from toxapp.inference import Scorer
    from toxapp.inference.text_to_text import TextToTextScorer

COLUMN = "outside"
"""Of scores.parquet, in a text-to-text run alone."""
FAMILY = "text-to-text"

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Outside:
    """The probability outside the known strings, over some texts.

    Attributes:
        method: "exact" where every known string is summed, "beams" where the most probable ones
            are: what they leave out is then outside as well.
        mean: in [0, 1].
        quantile_95: 95 % of the texts have no more.
    """

    method: str
    mean: float
    quantile_95: float


def read(
    family: str, scorer: Scorer, texts: Sequence[str], on_done: Callable[[int], None] | None = None
) -> tuple[Floats, Floats | None]:
    """Scores (n_texts, n_labels), and what lies outside (n_texts,); None of other families."""
    if family != FAMILY:
        return scorer.score(texts, on_done), None
    found = cast("TextToTextScorer", scorer).read(texts, on_done)
    return found.scores, found.outside


def kept(chosen: Run, split: str) -> Floats | None:
    """What a run keeps of its validation or test texts; None of other families and older runs."""
    file = chosen.folder / "scores.parquet"
    if COLUMN not in pq.read_schema(file).names:
        return None
    found = pq.read_table(file, columns=[COLUMN], filters=[("split", "=", split)])
    values: Floats = found[COLUMN].to_numpy().astype(np.float32, copy=False)
    return values


def summary(chosen: Run, found: Floats | None) -> Outside | None:
    """Its mean and a high quantile; None where there is none, or no text."""
    if found is None or not len(found):
        return None
    method = str(bundle.read(chosen.folder / "bundle").details["method"])
    return Outside(method, float(found.mean()), float(np.quantile(found, 0.95)))
