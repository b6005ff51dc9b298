"""A seeded sample of labelled texts that pass by once, the same in whatever batches they come."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from toxapp.errors import SettingsError
from toxapp.evaluation.elsewhere import Texts


@dataclass(frozen=True)
class Sample:
    """Which texts are taken.

    Attributes:
        size: at most so many texts; all of them where there are fewer.
        seed: the same one takes the same texts of the same rows.
    """

    size: int
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse a sample that cannot be drawn."""
        if self.size < 1:
            raise SettingsError(f"A sample has at least 1 text, not {self.size}.")
        if self.seed < 0:
            raise SettingsError(f"The seed of a sample is 0 or more, not {self.seed}.")


def drawn(texts: Texts, sample: Sample) -> tuple[Texts, int]:
    """The sampled texts in their order, to be gone through often, and how many there were.

    Every text gets the next number of one seeded generator, and those with the lowest are kept:
    each set of texts of that size is as likely as any other, and batches make no difference.
    Never holds more than the sample and one batch.
    """
    rng = np.random.default_rng(sample.seed)
    kept: list[str] = []
    targets = np.empty((0, len(texts.labels)), np.float32)
    keys = np.empty(0)
    rows = 0
    for batch, known in texts.batches:
        rows += len(batch)
        kept += batch
        targets = np.concatenate([targets, known])
        keys = np.concatenate([keys, rng.random(len(batch))])
        if len(keys) > sample.size:
            lowest = np.sort(np.argpartition(keys, sample.size - 1)[: sample.size])
            kept = [kept[place] for place in lowest]
            targets, keys = targets[lowest], keys[lowest]
    return Texts(texts.labels, [(kept, targets)] if kept else []), rows


def some(texts: Texts, sample: Sample | None) -> tuple[Texts, int | None]:
    """The sampled texts and how many there were; without a sample the texts as they come, None."""
    return (texts, None) if sample is None else drawn(texts, sample)
