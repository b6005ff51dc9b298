"""The most that this machine's cores multiply: what a share of its speed is a share of."""

from __future__ import annotations

import time
from collections.abc import Callable

import torch

_SIZE = 1536
_ROUNDS = 8


def multiplications_s(kind: str) -> float:
    """Multiplications and additions per second (FLOP/s) of large square matrices, best of 8.

    Args:
        kind: "fp32" (as torch does it: on AMD cores about half of what they can) or "int8".
    """
    run = _whole_numbers() if kind == "int8" else _numbers()
    run()
    return 2 * _SIZE**3 / min(_seconds(run) for _ in range(_ROUNDS))


def _numbers() -> Callable[[], object]:
    left, right = torch.randn(_SIZE, _SIZE), torch.randn(_SIZE, _SIZE)
    return lambda: torch.mm(left, right)


def _whole_numbers() -> Callable[[], object]:
    left, right = (torch.randint(-128, 128, (_SIZE, _SIZE), dtype=torch.int8) for _ in range(2))
    return lambda: torch._int_mm(left, right)


def _seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start
