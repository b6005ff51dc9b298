"""How much of a dataset's texts the base models read: their lengths in tokens, and the share cut.

Counted with the tokenizer of the bundled model, whose vocabulary is that of the uncased BERT
models, on a sample of texts. Other models part words differently: their shares are near to that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from toxapp.data import store
from toxapp.data.problem import Problem
from toxapp.inference.tokens import encode, open_tokenizer
from toxapp.runs.catalogue import CATALOGUE, bundled_folder

_SAME_VOCABULARY = ("minilm", "distilbert-base-uncased", "bert-base-uncased")
_LONGEST = 1 << 16
_SAMPLE = 2_000
_LEAST_CUT = 0.01
# Upper ends of ranges of lengths; the limits of models are among them.
_ENDS = (8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1_024, 2_048, 4_096, 8_192)


Lengths = NDArray[np.int64]


@dataclass(frozen=True)
class Reach:
    """What a base model reads of the texts.

    Attributes:
        model: its key in the catalogue.
        title: what the screen says.
        max_length: the most tokens it reads of a text.
        cut: share of the texts that are longer, 0 to 1.
        exact: whether the tokens were counted as the model does.
    """

    model: str
    title: str
    max_length: int
    cut: float
    exact: bool


def token_lengths(texts: Sequence[str]) -> Lengths | None:
    """Tokens per text (n,), special ones included; None where the bundled model is not there."""
    folder = bundled_folder()
    if folder is None:
        return None
    tokenizer = open_tokenizer(folder / "tokenizer.json", _LONGEST)
    return np.array([len(ids) for ids in encode(tokenizer, texts)], np.int64)


def reach(lengths: Lengths) -> list[Reach]:
    """What every base model of the catalogue reads of texts of these lengths (n,), n > 0."""
    return [
        Reach(
            entry.key,
            entry.title,
            entry.max_length,
            cut(lengths, entry.max_length),
            exact=entry.key in _SAME_VOCABULARY,
        )
        for entry in CATALOGUE
    ]


def cut(lengths: Lengths, limit: int) -> float:
    """The share of the texts, of lengths (n,), n > 0, that are longer than `limit` tokens."""
    return float((lengths > limit).mean())


@dataclass(frozen=True)
class Histogram:
    """Texts per range of lengths in tokens.

    Attributes:
        ranges: (low, high) with low < length <= high, without gaps, the first low 0.
        counts: of texts, one per range.
    """

    ranges: tuple[tuple[int, int], ...]
    counts: tuple[int, ...]


def histogram(lengths: Lengths) -> Histogram:
    """How many texts have lengths in which range; (n,), n > 0, each at least 1."""
    longest = int(lengths.max())
    ends = [end for end in _ENDS if end < longest]
    ends.append(next((end for end in _ENDS if end >= longest), longest))
    counts = np.bincount(np.searchsorted(ends, lengths), minlength=len(ends))
    ranges = zip((0, *ends[:-1]), ends, strict=True)
    return Histogram(tuple(ranges), tuple(int(count) for count in counts))


def of_dataset(dataset_id: str) -> Lengths | None:
    """Tokens per text of the first 2,000 texts of a dataset; None as `token_lengths`."""
    return token_lengths(store.sample(dataset_id, _SAMPLE).texts)


def cut_finding(found: list[Reach], rows: int) -> Problem | None:
    """That base models cut texts; None where the one that cuts most cuts 1 % or less of them.

    Args:
        found: what the base models read, at least one.
        rows: of the dataset, of which the share is taken.
    """
    worst = max(found, key=lambda each: each.cut)
    if worst.cut <= _LEAST_CUT:
        return None
    message = (
        f"About {worst.cut:.1%} of the texts are longer than the {worst.max_length:,} tokens that "
        f"{worst.title.split(' (')[0]} reads: what comes after is cut, in training and in scoring. "
        "Choose a base model that reads more, or part long texts into shorter ones."
    )
    return Problem("text_cut", round(worst.cut * rows), (), message)
