"""Settings to start from: what suits a dataset and a base model, and what is wished otherwise."""

from __future__ import annotations

import typing
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from toxapp.errors import SettingsError
from toxapp.runs import allowed, checks
from toxapp.runs.catalogue import OTHER_LEARNING_RATE, OTHER_T5_RATE, known
from toxapp.runs.settings import GRADIENT, Settings, family_of, names

# An encoder that normalises behind each layer, as BERT does, gives every text the same score after
# an epoch at 5e-4 (MiniLM's architecture on 17,000 comments); at 1e-4 its ROC AUC was .89 after 200
# steps. T5 normalises before each layer and learns at the higher rate.
_SCRATCH_RATE, _SCRATCH_T5_RATE = 1e-4, 5e-4


def suggested(
    dataset: str, train_rows: int, model: str = "minilm", *, from_scratch: bool = False
) -> Settings:
    """Settings that suit a dataset of so many training rows and a base model.

    Few rows want more passes and smaller steps, or the classifier has no time to learn: 2 epochs
    from 15,000 rows on, 3 from 5,000, 4 below. Random weights want three times the passes, and
    the same rate everywhere, for all parts are new.
    """
    if family_of(model) not in GRADIENT:
        return Settings(dataset, model, from_scratch=from_scratch)  # refused where it is asked for
    if family_of(model) == "small":
        return _suggested_small(Settings(dataset, model, from_scratch=from_scratch), train_rows)
    entry = known(model)
    written = family_of(model) == "text-to-text"
    rate = entry.learning_rate if entry else OTHER_T5_RATE if written else OTHER_LEARNING_RATE
    epochs = next((n for n, least in ((2, 15_000), (3, 5_000)) if train_rows >= least), 4)
    few = train_rows < 5_000
    found = Settings(
        dataset=dataset,
        model=model,
        epochs=epochs,
        learning_rate=rate,
        batch_size=32 if few else 64,
        batch_tokens=1536 if few else 3072,
    )
    if not from_scratch:
        return found
    found = replace(found, from_scratch=True, epochs=3 * epochs)
    if written:
        return replace(found, learning_rate=_SCRATCH_T5_RATE)
    return replace(found, learning_rate=_SCRATCH_RATE, head_rate=1.0)


def _suggested_small(start: Settings, train_rows: int) -> Settings:
    """A rate that suits random embeddings, in full precision, which costs so small a network least.

    On 4,190 rows with six rare labels it was at its best after two passes; 12 below 1,000 rows.
    """
    epochs = 12 if train_rows < 1_000 else 3
    return replace(start, epochs=epochs, learning_rate=5e-3, dropout=0.2, precision="fp32")


def changed(settings: Settings, pairs: Sequence[str]) -> Settings:
    """Settings changed by `name=value` pairs, as the command line gives them.

    Raises:
        SettingsError: a name is unknown, the family lacks it, or a value is of the wrong kind or
            out of its bounds; all are named at once.
    """
    kinds = typing.get_type_hints(Settings)
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for name, text in (pair.partition("=")[::2] for pair in pairs):
        if name not in kinds or name == "dataset":
            allowed_ = ", ".join(n for n in names(settings.family) if n != "dataset")
            wrong.append(f"There is no setting '{name}'; there are: {allowed_}.")
            continue
        try:
            values[name] = allowed.parse(kinds[name], text)
        except ValueError:
            wrong.append(f"{name} must be {allowed.KINDS[kinds[name]]}, not '{text}'.")
    family = family_of(values.get("model", settings.model))
    there = names(family)
    wrong += [checks.lacks(family, name, there) for name in values if name not in there]
    if family != settings.family:
        settings = Settings(settings.dataset, values["model"], settings.name)
    made = settings
    try:
        made = replace(settings, **{name: values[name] for name in values if name in there})
    except SettingsError as error:  # out of bounds, to be named with those that are wrong otherwise
        wrong.append(str(error))
    if wrong:
        raise SettingsError(" ".join(wrong))
    return made
