"""What a training does when memory runs out: batches go through the model in smaller pieces."""

from __future__ import annotations

import gc
import logging
import math
from pathlib import Path

import torch

from toxapp.errors import JobError
from toxapp.runs import events
from toxapp.runs.settings import Settings

_log = logging.getLogger("training")
# What the allocators of the CPU, of Apple's GPUs and of CUDA's libraries say; CUDA's own allocator
# has an exception of its own.
_SAID = (
    "DefaultCPUAllocator: can't allocate memory",
    "out of memory",
    "CUBLAS_STATUS_ALLOC_FAILED",
)


def ran_out(error: BaseException) -> bool:
    """Whether the error is one of memory."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in _SAID)


def pieces(run_folder: Path) -> int:
    """In how many pieces batches go through the model, from what the run found before."""
    found = events.read(run_folder, "note")
    return max((int(event["pieces"]) for event in found if "pieces" in event), default=1)


def halve(run_folder: Path, settings: Settings, step: int) -> None:
    """Record that from `step` on batches go through the model in twice as many pieces.

    A step still learns from as many texts. The memory that the failed one held is given back.

    Raises:
        JobError: the pieces are single texts already.
    """
    now = pieces(run_folder)
    if now >= settings.batch_size:
        message = (
            "The memory ran out with a single text at a time. Choose shorter texts (max_length) or "
            "a smaller model, and start again."
        )
        raise JobError(message)
    texts = math.ceil(settings.batch_size / (2 * now))
    message = (
        f"The memory ran out. Batches of up to {settings.batch_size} texts now go through the "
        f"model {texts} at a time; a step still learns from all of them."
    )
    _log.warning(message)
    note = {"kind": "note", "step": step, "split": f"pieces {2 * now}", "pieces": 2 * now}
    events.append(run_folder, {**note, "message": message})
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
