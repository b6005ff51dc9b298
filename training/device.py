"""What the machine does well: the device, the arithmetic and the attention to train with."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from toxapp.errors import SettingsError


@dataclass(frozen=True)
class Device:
    """Where and how a run trains.

    Attributes:
        name: as torch calls it.
        bf16: whether matrix products run in bfloat16, under autocast.
        attention: "eager" or "sdpa".
    """

    name: str
    bf16: bool
    attention: str


def choose(asked: str, precision: str) -> Device:
    """The device for a run.

    On CPUs attention is eager: sdpa's backward pass in bfloat16 measured 4 to 6 times slower at
    up to 128 tokens, and equal at 512.

    Raises:
        SettingsError: the machine has no such device.
    """
    name = _best() if asked == "auto" else asked
    kind = name.partition(":")[0]
    if kind == "cuda" and not torch.cuda.is_available():
        raise SettingsError(f"device={asked}: this machine has no GPU that torch can use; try cpu.")
    if kind == "mps" and not torch.backends.mps.is_available():
        raise SettingsError("device=mps: this machine has no Apple GPU; try cpu.")
    bf16 = _does_bf16_well(kind) if precision == "auto" else precision == "bf16"
    full_name = "cuda:0" if name == "cuda" else name
    return Device(full_name, bf16, "eager" if kind == "cpu" else "sdpa")


def _best() -> str:
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _does_bf16_well(kind: str) -> bool:
    """Whether bfloat16 has instructions of its own; emulated it is slower than full precision."""
    if kind == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if kind == "cpu":
        has = torch.cpu.get_capabilities()
        return bool(has.get("avx512_bf16") or has.get("amx_bf16"))
    return False
