"""How everybody scores with a saved encoder: transformers' own pipeline, for benchmarks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from transformers import pipeline


def pipeline_of(
    model_folder: Path, *, max_length: int, batch_size: int | None = None
) -> Callable[[Sequence[str]], None]:
    """What scores texts by `pipeline("text-classification", top_k=None)`, otherwise by default.

    Args:
        model_folder: as `save_pretrained` wrote it.
        max_length: tokens read of a text.
        batch_size: texts at once; None: one call after another.
    """
    classify: Any = pipeline("text-classification", model=str(model_folder), top_k=None)
    classify.tokenizer.model_max_length = max_length

    def score(texts: Sequence[str]) -> None:
        if batch_size is not None:
            classify(list(texts), truncation=True, batch_size=batch_size)
            return
        for text in texts:
            classify(text, truncation=True)

    return score
