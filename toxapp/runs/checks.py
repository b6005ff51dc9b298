"""What is wrong with the settings of a run, in sentences: one by one, and taken together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

from toxapp.runs import allowed

if TYPE_CHECKING:
    from toxapp.runs.settings import Settings

SCRATCH_SETTINGS = ("tokenizer", "vocabulary", "layers", "hidden_size")


def lacks(family: str, name: str, there: Sequence[str]) -> str:
    """The sentence on a setting that a family has not; `there` are those that it has."""
    others = ", ".join(n for n in there if n != "dataset")
    return f"The {family} family has no setting '{name}'; it has: {others}."


def refusals(s: Settings) -> list[str]:
    """Settings out of their bounds, and settings changed that the family has not."""
    there = [found.name for found in fields(s) if allowed.of(found).of(s.family)]
    wrong = []
    for found in fields(s):
        value = getattr(s, found.name)
        if found.name in there:
            refusal = allowed.of(found).refusal(found.name, value, str(found.type))
        else:
            refusal = None if value == found.default else lacks(s.family, found.name, there)
        wrong += [refusal] if refusal else []
    return wrong


def contradictions(s: Settings) -> list[str]:
    """Settings that are fine one by one, and not together."""
    started = [name for name in SCRATCH_SETTINGS if _differs(s, name)]
    frozen = s.freeze_embeddings or bool(s.freeze_layers)
    causes = [
        (
            bool(started) and not (s.from_scratch or s.family == "small"),
            f"{', '.join(started)} can only be chosen with from_scratch=true.",
        ),
        (
            frozen and s.from_scratch,
            "freeze_embeddings and freeze_layers keep weights that from_scratch=true has not.",
        ),
        (
            _differs(s, "focal_gamma") and s.imbalance != "focal",
            "focal_gamma can only be chosen with imbalance=focal.",
        ),
        (
            _differs(s, "vocabulary")
            and (s.from_scratch or s.family == "small")
            and s.tokenizer == "own",
            "vocabulary can only be chosen with tokenizer=trained.",
        ),
        (_exceeds(s.char_min, s.char_max), f"char_min must be at most char_max, {s.char_max}."),
    ]
    return [sentence for holds, sentence in causes if holds]


def _exceeds(low: object, high: object) -> bool:
    """Whether both are numbers and the first is greater; another kind is refused by itself."""
    return isinstance(low, int) and isinstance(high, int) and low > high


def _differs(s: Settings, name: str) -> bool:
    default = next(found.default for found in fields(s) if found.name == name)
    return bool(getattr(s, name) != default)
