"""What a matrix multiplies, and the matrix, in 8 bits: scales that are fixed once for all texts.

Matrices get a scale per output; what they multiply gets one for all of it, after its channels were
made more alike by a share each, which the matrix takes back (SmoothQuant, arXiv:2211.10438, of the
inputs alone). No scale depends on the text at hand, so none on its neighbours in a batch.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Range = tuple[Floats, Floats]
"""Lowest and highest per channel, (width,) each."""
Ranges = Mapping[str, Range]
"""By the name of what a matrix multiplies."""

_STEPS = 255
_LEAST = np.float32(1e-6)
# Of a range that hardly goes below zero, as after GELU, none is wasted on negative numbers.
_ONE_SIDED = 0.3


def rounded(matrix: Floats) -> tuple[NDArray[np.int8], Floats]:
    """A matrix (n, width) as whole numbers from -127 to 127 and the step of each row, (n, 1)."""
    steps = np.maximum(np.abs(matrix).max(axis=1, keepdims=True) / 127, 1e-12).astype(np.float32)
    return np.clip(np.round(matrix / steps), -127, 127).astype(np.int8), steps


def shares(found: Range) -> Floats:
    """How much each channel is divided by, (width,): the root of its size, 1 in the mean."""
    size = np.sqrt(np.maximum(np.maximum(-found[0], found[1]), _LEAST))
    even: Floats = (size / np.exp(np.log(size).mean())).astype(np.float32)
    return np.maximum(even, np.float32(0.01))


def inputs_step(found: Range, share: Floats) -> tuple[float, float]:
    """Lowest and highest number of 256 equal steps, one of which is 0, after the division."""
    low, high = float((found[0] / share).min()), float((found[1] / share).max())
    if low > -_ONE_SIDED * high:
        low = min(low, 0.0)
        step = max(high - low, float(_LEAST)) / _STEPS
        below = round(-low / step)
        return -below * step, (_STEPS - below) * step
    step = max(-low, high, float(_LEAST)) / 127
    return -128 * step, 127 * step


def widest(seen: list[list[Floats]], names: tuple[str, ...]) -> Ranges:
    """The ranges over several texts.

    Args:
        seen: per text lowest and highest of each name, as the watched graph says them.
        names: in that order.
    """
    lows = [np.min([text[2 * n] for text in seen], axis=0) for n in range(len(names))]
    highs = [np.max([text[2 * n + 1] for text in seen], axis=0) for n in range(len(names))]
    return dict(zip(names, zip(lows, highs, strict=True), strict=True))
