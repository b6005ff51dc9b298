from __future__ import annotations

from pathlib import Path

import pytest
import torch

from toxapp.errors import JobError
from toxapp.runs import events
from toxapp.runs.settings import Settings
from training.memory import halve, pieces, ran_out


def test_each_allocator_is_understood() -> None:
    with pytest.raises(RuntimeError) as of_the_cpu:
        torch.empty(1 << 50, dtype=torch.uint8)
    assert ran_out(of_the_cpu.value)
    assert ran_out(torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB."))
    assert ran_out(RuntimeError("MPS backend out of memory (MPS allocated: 9.07 GB)"))
    assert ran_out(MemoryError())


def test_other_errors_are_not() -> None:
    assert not ran_out(RuntimeError("mat1 and mat2 shapes cannot be multiplied (1x2 and 3x4)"))
    assert not ran_out(ValueError("out of memory"))


def test_each_time_the_pieces_are_half_as_large(tmp_path: Path) -> None:
    settings = Settings("d", batch_size=3)
    assert pieces(tmp_path) == 1
    halve(tmp_path, settings, step=0)
    halve(tmp_path, settings, step=0)
    assert pieces(tmp_path) == 4
    said = [event["message"] for event in events.read(tmp_path, "note")]
    assert "go through the model 2 at a time" in said[0]
    assert "go through the model 1 at a time" in said[1]


def test_a_single_text_cannot_be_halved(tmp_path: Path) -> None:
    with pytest.raises(JobError, match=r"a single text at a time\. Choose shorter texts"):
        halve(tmp_path, Settings("d", batch_size=1), step=0)
    assert pieces(tmp_path) == 1
