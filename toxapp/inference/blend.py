"""The engine of blends: the weighted mean of the logits of several bundles, label by label.

bundle/
  bundle.json        the parts' weights per label
  parts/0/, 1/ ...   a whole bundle each
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .bundle import Bundle

if TYPE_CHECKING:
    from . import Scorer

# As where the weights were chosen: scores that single precision rounds to 0 or 1.
_CLOSEST = 1e-7


class BlendScorer:
    """Scores texts with the classifiers of all its parts.

    Attributes:
        labels: names, in the order of the scores' columns.
        max_length: None: every part reads as much of a text as it does alone.
    """

    max_length: int | None = None

    def __init__(self, bundle: Bundle, parts: Sequence[Scorer]) -> None:
        self.labels = bundle.labels
        self._parts = parts
        self._weights = np.array(bundle.details["weights"], np.float64)

    def score(
        self, texts: Sequence[str], on_done: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Raw scores in [0, 1], float32 (n_texts, n_labels), in the texts' order.

        Args:
            texts: any number.
            on_done: told how many texts are done, each part doing its share of every text.
        """
        mean = np.zeros((len(texts), len(self.labels)))
        for number, (part, weight) in enumerate(zip(self._parts, self._weights, strict=True)):
            scores = part.score(texts, _shared(on_done, number, len(self._parts), len(texts)))
            kept = np.clip(scores.astype(np.float64), _CLOSEST, 1 - _CLOSEST)
            mean += weight * (np.log(kept) - np.log1p(-kept))
        combined: NDArray[np.float32] = (1 / (1 + np.exp(-mean))).astype(np.float32)
        return combined


def parts_of(folder: Path, bundle: Bundle) -> list[Path]:
    """The folders of the parts' bundles, in the order of the weights."""
    return [folder / "parts" / str(number) for number in range(len(bundle.details["weights"]))]


def _shared(
    on_done: Callable[[int], None] | None, number: int, count: int, texts: int
) -> Callable[[int], None] | None:
    """What tells of a part's progress as a share of all parts'."""
    if on_done is None:
        return None
    tell = on_done
    return lambda done: tell((number * texts + done) // count)
