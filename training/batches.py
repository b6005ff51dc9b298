"""Batches of texts of like length, drawn anew each epoch and the same for the same seed.

A batch is bounded by texts and by padded tokens. Lengths are jittered before they are sorted, so
that neighbours differ from epoch to epoch, but batch k always has the same size: every epoch has
the same number of steps, which a resumed run needs to know where it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from torch.utils.data import Sampler

_JITTER = 0.1


@dataclass(frozen=True)
class Bounds:
    """How large a batch may be.

    Attributes:
        texts: at most so many.
        tokens: at most about so many, padding included.
    """

    texts: int
    tokens: int


class LengthBatches(Sampler[list[int]]):
    """Indices of texts, a list per step, for the process `rank` of `world`.

    Every text once an epoch, over all processes together. Where there are fewer texts than
    batches that are needed for every process to get as many, some stand in two batches.
    """

    def __init__(
        self, lengths: Sequence[int], bounds: Bounds, *, seed: int, rank: int = 0, world: int = 1
    ) -> None:
        self._lengths = np.asarray(lengths)
        self._sizes = _even(_sizes(np.sort(self._lengths), bounds), world)
        self._seed = seed
        self._rank, self._world = rank, world
        self._epoch = 0

    def __len__(self) -> int:
        return len(self._sizes) // self._world

    def set_epoch(self, epoch: int) -> None:
        """Draw the batches of that epoch next."""
        self._epoch = epoch

    def __iter__(self) -> Iterator[list[int]]:
        draw = np.random.default_rng((self._seed, self._epoch))
        jittered = self._lengths * draw.uniform(1 - _JITTER, 1 + _JITTER, len(self._lengths))
        cuts = np.cumsum(self._sizes)[:-1]
        ascending = np.resize(np.argsort(jittered, kind="stable"), sum(self._sizes))
        batches = np.split(ascending, cuts)
        for index in draw.permutation(len(batches))[self._rank :: self._world]:
            yield batches[index].tolist()


def _sizes(ascending: np.ndarray, bounds: Bounds) -> list[int]:
    sizes, size = [], 0
    for length in ascending:
        if size and (size == bounds.texts or (size + 1) * length > bounds.tokens):
            sizes.append(size)
            size = 0
        size += 1
    return [*sizes, size] if size else sizes


def _even(sizes: list[int], world: int) -> list[int]:
    """Split the largest batches until every process gets as many as any other."""
    while len(sizes) % world:
        largest = int(np.argmax(sizes))
        if sizes[largest] == 1:
            sizes.append(1)
            continue
        half = sizes[largest] // 2
        sizes[largest : largest + 1] = [half, sizes[largest] - half]
    return sizes
