"""All settings of a run, frozen before the start. An invalid setting cannot exist."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Self

from toxapp.errors import SettingsError
from toxapp.runs.catalogue import OTHER_LEARNING_RATE, known

PRECISIONS = ("auto", "bf16", "fp32")


@dataclass(frozen=True)
class Settings:
    """What a run is told; the content of config.json.

    Attributes:
        dataset: its id.
        model: a key of the catalogue, a hub id, or a folder.
        name: in the analyst's words.
        epochs: passes over the training rows.
        learning_rate: of the body, at its highest.
        head_rate: how many times faster the new parts (pooler, classifier) learn than the body.
        warmup: share of the steps over which the rate climbs to its highest.
        weight_decay: of the weight matrices.
        dropout: share of activations dropped in training; the measured recipe has none.
        batch_size: at most so many texts a step.
        batch_tokens: at most about so many padded tokens a step.
        max_length: tokens read of a text; the rest is cut.
        seed: of everything drawn at random.
        device: "auto", "cpu", "cuda", "cuda:1", "mps".
        precision: of the training's arithmetic: "auto" takes bf16 where the device does it well.
        checkpoint_s: seconds between checkpoints within an epoch.
    """

    dataset: str
    model: str = "minilm"
    name: str = "run"
    epochs: int = 2
    learning_rate: float = 1e-4
    head_rate: float = 10.0
    warmup: float = 0.06
    weight_decay: float = 0.01
    dropout: float = 0.0
    batch_size: int = 64
    batch_tokens: int = 3072
    max_length: int = 256
    seed: int = 0
    device: str = "auto"
    precision: str = "auto"
    checkpoint_s: float = 120.0

    def __post_init__(self) -> None:
        """Refuse settings that cannot work, all of them at once."""
        wrong = [sentence for holds, sentence in _rules(self) if not holds]
        if wrong:
            raise SettingsError(" ".join(wrong))

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> Self:
        """The settings in a config.json; unknown keys are refused."""
        unknown = sorted(set(found) - {field.name for field in fields(cls)})
        if unknown:
            raise SettingsError(f"config.json has unknown settings: {', '.join(unknown)}.")
        return cls(**found)


def suggested(dataset: str, train_rows: int, model: str = "minilm") -> Settings:
    """Settings that suit a dataset of so many training rows and a base model.

    Few rows want more passes and smaller steps, or the classifier has no time to learn: 2 epochs
    from 15,000 rows on, 3 from 5,000, 4 below.
    """
    entry = known(model)
    rate = entry.learning_rate if entry else OTHER_LEARNING_RATE
    epochs = next((n for n, least in ((2, 15_000), (3, 5_000)) if train_rows >= least), 4)
    few = train_rows < 5_000
    return Settings(
        dataset=dataset,
        model=model,
        epochs=epochs,
        learning_rate=rate,
        batch_size=32 if few else 64,
        batch_tokens=1536 if few else 3072,
    )


def changed(settings: Settings, pairs: Sequence[str]) -> Settings:
    """Settings changed by `name=value` pairs, as the command line gives them.

    Raises:
        SettingsError: a name is unknown or a value of the wrong kind; all are named at once.
    """
    types_ = typing.get_type_hints(Settings)
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for pair in pairs:
        name, _, text = pair.partition("=")
        if name not in types_ or name == "dataset":
            allowed = ", ".join(n for n in types_ if n != "dataset")
            wrong.append(f"There is no setting '{name}'; there are: {allowed}.")
            continue
        try:
            values[name] = _parse(types_[name], text)
        except ValueError:
            kind = "a whole number" if types_[name] is int else "a number"
            wrong.append(f"{name} must be {kind}, not '{text}'.")
    if wrong:
        raise SettingsError(" ".join(wrong))
    return replace(settings, **values)


def _parse(kind: type | types.UnionType, text: str) -> int | float | str:
    if kind is int:
        return int(text)
    return float(text) if kind is float else text


def _rules(s: Settings) -> list[tuple[bool, str]]:
    return [
        (bool(s.name.strip()), "name must not be empty."),
        (bool(s.model.strip()), "model must not be empty: a catalogue key, hub id or folder."),
        (1 <= s.epochs <= 1000, f"epochs must be from 1 to 1000, not {s.epochs}."),
        (
            0 < s.learning_rate <= 0.1,
            f"learning_rate must be above 0 and at most 0.1, not {s.learning_rate}.",
        ),
        (
            0 < s.head_rate <= 1000,
            f"head_rate must be above 0 and at most 1000, not {s.head_rate}.",
        ),
        (0 <= s.warmup < 1, f"warmup must be from 0 to below 1, not {s.warmup}."),
        (
            0 <= s.weight_decay <= 1,
            f"weight_decay must be from 0 to 1, not {s.weight_decay}.",
        ),
        (0 <= s.dropout < 1, f"dropout must be from 0 to below 1, not {s.dropout}."),
        (1 <= s.batch_size <= 4096, f"batch_size must be from 1 to 4096, not {s.batch_size}."),
        (
            64 <= s.batch_tokens <= 1_000_000,
            f"batch_tokens must be from 64 to 1000000, not {s.batch_tokens}.",
        ),
        (8 <= s.max_length <= 8192, f"max_length must be from 8 to 8192, not {s.max_length}."),
        (0 <= s.seed < 2**32, f"seed must be from 0 to 4294967295, not {s.seed}."),
        (
            s.precision in PRECISIONS,
            f"precision must be one of {', '.join(PRECISIONS)}, not '{s.precision}'.",
        ),
        (
            re.fullmatch(r"auto|cpu|mps|cuda(:\d+)?", s.device) is not None,
            f"device must be auto, cpu, mps, cuda or cuda:N, not '{s.device}'.",
        ),
        (s.checkpoint_s > 0, f"checkpoint_s must be above 0, not {s.checkpoint_s}."),
    ]
