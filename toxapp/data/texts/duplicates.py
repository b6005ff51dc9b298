"""Which texts are equal, whatever their case, white space and Unicode composition."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray


def normalised(text: str) -> str:
    """`text` in Unicode NFC, case-folded, each run of white space one blank, none at the ends."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def keys(texts: Iterable[str]) -> NDArray[np.int64]:
    """64-bit hashes of the normalised texts, shape (n,): equal texts, equal keys.

    The same on every machine and in every process. Two different texts among a million share
    one with a probability of 3e-8.
    """
    hashes = (blake2b(normalised(t).encode(), digest_size=8).digest() for t in texts)
    return np.frombuffer(b"".join(hashes), dtype="<i8").astype(np.int64)


def groups(keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], int]:
    """The group of every row, shape (n,), numbered 0..count-1 by key, and the count."""
    distinct, member = np.unique(keys, return_inverse=True)
    return member.astype(np.int64), len(distinct)


def per_group(
    targets: NDArray[np.float32], member: NDArray[np.int64], *, pick: np.ufunc
) -> NDArray[np.float32]:
    """The highest or lowest known target of every group and label.

    Args:
        targets: (n, m), NaN where missing.
        member: (n,), groups 0..g-1 with none left out.
        pick: `numpy.fmax` or `numpy.fmin`.

    Returns:
        (g, m), NaN where no row of the group knows the label.
    """
    if not len(member):
        return targets[:0]
    starts = np.concatenate(([0], np.cumsum(np.bincount(member))[:-1]))
    ordered = targets[np.argsort(member, kind="stable")]
    return np.asarray(pick.reduceat(ordered, starts, axis=0), np.float32)
