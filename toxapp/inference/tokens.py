"""Texts become token ids, and texts of like length become batches.

The same code cuts texts into tokens in training and in serving. A batch is bounded by its padded
tokens, not by its number of texts: on a CPU the time of a batch is its padded size, and one long
text among short ones would make them all long (fixed batches of 32 scored 4 times slower than
one text at a time; sorted ones with a token budget faster than both).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

Ids = NDArray[np.int32]

_BATCH_TOKENS = 2048
_CHUNK_TEXTS = 4096


def open_tokenizer(file: Path, max_length: int) -> Tokenizer:
    """The tokenizer in `file`, cutting at `max_length` tokens and padding nothing."""
    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.enable_truncation(max_length)
    tokenizer.no_padding()
    return tokenizer


def encode(tokenizer: Tokenizer, texts: Sequence[str]) -> list[Ids]:
    """Token ids per text, special tokens included, cut at the tokenizer's longest text."""
    return [np.array(found.ids, np.int32) for found in tokenizer.encode_batch_fast(list(texts))]


def batched(
    tokenizer: Tokenizer, texts: Sequence[str], longest: int
) -> Iterator[tuple[NDArray[np.intp], list[Ids], int]]:
    """All texts, cut, in batches for an encoder; ids of some thousand texts at a time are held.

    Yields:
        Which texts a batch holds, their ids, and how many tokens each is to be filled up to.
    """
    for start in range(0, len(texts), _CHUNK_TEXTS):
        chunk = encode(tokenizer, texts[start : start + _CHUNK_TEXTS])
        lengths = [filled(len(ids), longest) for ids in chunk]
        for batch in batches(lengths, _BATCH_TOKENS):
            yield np.array(batch) + start, [chunk[i] for i in batch], lengths[batch[0]]


def filled(length: int, longest: int) -> int:
    """How many tokens a text of `length` is filled up to, whatever its company: at most `longest`.

    The next multiple of 8, of 16 above 128 tokens, of 32 above 256 and so on. Sums in single
    precision are rounded differently at every padded length: filled up to the longest text of
    its batch, a text's score moved by up to 2e-6 with its company.
    """
    step = max(8, (1 << (length - 1).bit_length()) // 16)
    return min(longest, -(-length // step) * step)


def batches(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Indices of texts in batches of one filled length, each of at most `budget` tokens.

    A text longer than the budget is a batch of its own.
    """
    batch: list[int] = []
    for index in np.argsort(lengths, kind="stable"):
        fits = (len(batch) + 1) * lengths[index] <= budget
        if batch and not (fits and lengths[index] == lengths[batch[0]]):
            yield batch
            batch = []
        batch.append(int(index))
    if batch:
        yield batch


def pad(
    ids: Sequence[Ids], pad_id: int, length: int = 0
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Ids and attention mask, both (n_texts, longest or `length`), padded on the right."""
    longest = max(length, *(len(row) for row in ids))
    padded = np.full((len(ids), longest), pad_id, np.int64)
    mask = np.zeros((len(ids), longest), np.int64)
    for row, found in enumerate(ids):
        padded[row, : len(found)] = found
        mask[row, : len(found)] = 1
    return padded, mask
