from __future__ import annotations

import pytest
import torch

from toxapp.errors import SettingsError
from training.__main__ import gpu_to_show
from training.device import Device, choose

no_gpu = pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")


def test_cpus_train_with_eager_attention() -> None:
    assert choose("cpu", "fp32") == Device("cpu", bf16=False, attention="eager")


def test_the_precision_is_the_one_asked_for() -> None:
    assert choose("cpu", "bf16").bf16
    assert not choose("cpu", "fp32").bf16


def test_bf16_is_taken_only_where_the_cpu_has_instructions_for_it() -> None:
    has = torch.cpu.get_capabilities()
    emulated = not (has.get("avx512_bf16") or has.get("amx_bf16"))
    assert choose("cpu", "auto").bf16 != emulated


@no_gpu
def test_without_a_gpu_auto_is_the_cpu_or_apples() -> None:
    assert choose("auto", "fp32").name in ("cpu", "mps")


@no_gpu
@pytest.mark.parametrize("asked", ["cuda", "cuda:1"])
def test_a_gpu_that_is_not_there_is_said_with_what_to_do(asked: str) -> None:
    with pytest.raises(SettingsError, match=rf"device={asked}: this machine has no GPU.*try cpu\."):
        choose(asked, "auto")


@pytest.mark.skipif(torch.backends.mps.is_available(), reason="this machine has an Apple GPU")
def test_an_apple_gpu_that_is_not_there_is_said() -> None:
    with pytest.raises(SettingsError, match=r"no Apple GPU; try cpu\."):
        choose("mps", "auto")


@pytest.mark.parametrize(
    ("device", "shown", "expected"),
    [
        ("auto", None, "0"),
        ("cpu", None, "0"),
        ("cuda", None, "0"),
        ("cuda:1", None, "1"),
        ("cuda:1", "2,5", "5"),  # all of what a scheduler showed was trained on at once
        ("auto", "2,5", "2"),
        ("cuda:2", "2,5", ""),
        ("auto", "", ""),
        ("cuda:0", "GPU-8f2a", "GPU-8f2a"),
    ],
)
def test_a_run_sees_one_gpu_of_those_it_is_shown(
    device: str, shown: str | None, expected: str
) -> None:
    assert gpu_to_show(device, shown) == expected
