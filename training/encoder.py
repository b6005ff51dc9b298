"""How the encoder family learns: what it brings to a training by gradient."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

from transformers import PreTrainedTokenizerFast, set_seed

from toxapp.data import store
from toxapp.data.store import Rows
from toxapp.models import encoder, tokenizer
from toxapp.models.scratch import Scratch
from training import gradient
from training.figures import rates
from training.gradient import Place, Student
from training.learner import Collator
from training.loss import positive_weights


def learn(at: Place) -> None:
    """Train an encoder; model/ is there when it is done."""
    gradient.learn(at, build)


def build(at: Place, train: Rows) -> Student:
    """An encoder on the base model, before its first step; the same for the same settings."""
    s = at.settings
    at.stage("fetching and building the model")
    drawn = Scratch(s.layers, s.hidden_size, _tokenizer(at, train)) if s.from_scratch else None
    set_seed(s.seed)
    made = encoder.build(
        s.model,
        store.load(s.dataset).labels,
        max_length=s.max_length,
        dropout=s.dropout,
        attention=at.on.attention,
        scratch=drawn,
    )
    encoder.freeze(made.model, embeddings=s.freeze_embeddings, layers=s.freeze_layers)
    share = rates(train.targets)
    odds = positive_weights(train.targets, s.imbalance) * share / (1 - share)
    encoder.start_at_rates(made.model, odds / (1 + odds))
    inputs = tuple(made.tokenizer.model_input_names)

    def save(weights: Path, folder: Path) -> None:
        encoder.save(encoder.load_weights(made, weights), folder)

    collator = Collator(int(made.tokenizer.pad_token_id), inputs)
    return Student(made.model, encoder.cutter(made), collator, save)


def _tokenizer(at: Place, train: Rows) -> PreTrainedTokenizerFast | None:
    """The tokenizer trained on the training rows; None for the base model's own."""
    s = at.settings
    if s.tokenizer == "own":
        return None
    make = partial(tokenizer.train_tokenizer, s.model, train.texts, s.vocabulary)
    return trained_once(at, make)


def trained_once(at: Place, make: Callable[[], PreTrainedTokenizerFast]) -> PreTrainedTokenizerFast:
    """The tokenizer of a run, kept where a resumed training finds it."""
    kept = at.folder / "checkpoints" / "tokenizer"
    if kept.exists():
        return tokenizer.load_tokenizer(kept)
    at.stage("training the tokenizer")
    made = make()
    if at.job:
        draft = kept.with_suffix(".new")
        shutil.rmtree(draft, ignore_errors=True)
        made.save_pretrained(draft)
        draft.rename(kept)
    return made
