"""How the small network learns: what it brings to a training by gradient.

Its optimiser is made of the very network whose weights are measured and kept.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from transformers import PreTrainedTokenizerFast, set_seed

from toxapp.data import store
from toxapp.data.store import Rows
from toxapp.models import small, tokenizer
from toxapp.models.encoder import start_at_rates
from toxapp.models.small import Shape
from training import gradient
from training.encoder import trained_once
from training.figures import rates
from training.gradient import Place, Student
from training.learner import Collator
from training.loss import positive_weights

_INPUTS = ("input_ids", "attention_mask")


def learn(at: Place) -> None:
    """Train a small network; model/ is there when it is done."""
    gradient.learn(at, build)


def build(at: Place, train: Rows) -> Student:
    """A network before its first step; the same for the same settings."""
    s = at.settings
    at.stage("building the network")
    words = _tokenizer(at, train)
    shape = Shape(s.embedding_size, s.pooling, s.dense_layers, s.dense_size, s.dropout)
    set_seed(s.seed)
    made = small.build(store.load(s.dataset).labels, words, shape)
    share = rates(train.targets)
    odds = positive_weights(train.targets, s.imbalance) * share / (1 - share)
    start_at_rates(made.model, odds / (1 + odds))

    def save(weights: Path, folder: Path) -> None:
        small.save(small.load_weights(made, weights), folder)

    collator = Collator(int(words.pad_token_id), _INPUTS)
    return Student(made.model, small.cutter(made), collator, save, new_parts=False)


def _tokenizer(at: Place, train: Rows) -> PreTrainedTokenizerFast:
    s = at.settings
    if s.tokenizer == "own":
        return small.own_tokenizer(s.model, s.max_length)
    base = small.base_of(s.model)
    make = partial(tokenizer.train_tokenizer, base, train.texts, s.vocabulary)
    trained = trained_once(at, make)
    trained.model_max_length = s.max_length
    return trained
