"""How the text-to-text family learns: what it brings to a training by gradient.

It learns to write the string of a text's labels; it is measured by the probabilities of labels that
follow from those of strings.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import cross_entropy
from transformers import PreTrainedTokenizerFast, set_seed

from toxapp.data import store
from toxapp.data.store import Rows
from toxapp.errors import DataError
from toxapp.inference.reader import Reader
from toxapp.inference.strings import Members, Words
from toxapp.models import spelling, text_to_text
from toxapp.models.scratch import Scratch
from toxapp.runs import events
from training import gradient
from training.encoder import trained_once
from training.gradient import Place, Student, all_rows
from training.learner import Collator

_log = logging.getLogger("training")
_CUT = 0.5
_NO_TOKEN = -100

Targets = NDArray[np.float32]


def learn(at: Place) -> None:
    """Train a T5; model/ is there when it is done."""
    gradient.learn(at, build, rows)


def build(at: Place, train: Rows) -> Student:
    """A T5 on the base model, before its first step; the same for the same settings."""
    s = at.settings
    at.stage("fetching and building the model")
    labels = store.load(s.dataset).labels
    drawn = None
    if s.from_scratch:
        drawn = Scratch(s.layers, s.hidden_size, _tokenizer(at, train, labels))
    set_seed(s.seed)
    made = text_to_text.build(
        s.model,
        labels,
        max_length=s.max_length,
        dropout=s.dropout,
        attention=at.on.attention,
        scratch=drawn,
    )
    text_to_text.freeze(made.model, embeddings=s.freeze_embeddings, layers=s.freeze_layers)
    words = made.spelling.words

    def save(weights: Path, folder: Path) -> None:
        text_to_text.save(text_to_text.load_weights(made, weights), folder)

    return Student(
        made.model,
        text_to_text.cutter(made),
        StringCollator(words),
        save,
        prefix=s.prefix,
        loss=StringLoss(words, float((strings(train.targets, words) >= 0).sum(axis=1).mean())),
        judged=partial(_judged, words),
        new_parts=False,
    )


def rows(at: Place) -> dict[str, Rows]:
    """Every row that can be learned from, and of the other splits those that are measured.

    Raises:
        DataError: no training row has a target for every label.
    """
    found = all_rows(at)
    labels = store.load(at.settings.dataset).labels
    usable = {"train": _usable(at, found["train"], labels)}
    for split in ("validation", "test"):
        usable[split] = _spread(at, found[split], split)
    return usable


@dataclass(frozen=True)
class StringCollator:
    """Examples become one padded batch: texts, what the decoder reads, and the targets."""

    words: Words

    def __call__(self, examples: Sequence[Mapping[str, Any]]) -> dict[str, torch.Tensor]:
        """Tensors (n_texts, longest) each, and labels float32 (n_texts, n_labels)."""
        batch = Collator(self.words.start, ("input_ids", "attention_mask"))(examples)
        written = strings(batch["labels"].numpy(), self.words)
        read = np.full_like(written, self.words.start)
        read[:, 1:] = written[:, :-1]
        read[read == _NO_TOKEN] = self.words.start
        return {"decoder_input_ids": torch.from_numpy(read), **batch}


@dataclass(frozen=True)
class StringLoss:
    """The negative log probability of the texts' strings.

    Divided by the tokens of an average string, not of each one: so long strings count by their
    probability as short ones do, and the scores are not drawn to either.

    Attributes:
        words: what strings are made of.
        typical: tokens of an average training string, its end included.
    """

    words: Words
    typical: float

    def __call__(self, logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """The mean over the texts.

        Args:
            logits: (n_texts, longest, n_vocabulary).
            targets: (n_texts, n_labels), 0 or 1.
        """
        longest = logits.shape[1]
        written = strings(targets.cpu().numpy(), self.words, longest)
        tokens = torch.from_numpy(written).to(logits.device)
        each = cross_entropy(
            logits.float().transpose(1, 2), tokens, ignore_index=_NO_TOKEN, reduction="sum"
        )
        return each / (len(targets) * self.typical)


def strings(targets: Targets, words: Words, longest: int = 0) -> NDArray[np.int64]:
    """Token ids of each row's string and its end, (n_texts, longest), -100 behind it.

    Args:
        targets: (n_texts, n_labels); from 0.5 on a label is named, NaN is not.
        words: what strings are made of.
        longest: of the rows at least.
    """
    written = [(*words.written(members), words.end) for members in _named(targets)]
    filled = np.full((len(written), max(longest, *map(len, written))), _NO_TOKEN, np.int64)
    for row, ids in zip(filled, written, strict=True):
        row[: len(ids)] = ids
    return filled


def _named(targets: Targets) -> Iterator[Members]:
    for row in targets >= _CUT:
        yield tuple(np.flatnonzero(row).tolist())


def _judged(words: Words, model: Any, inputs: Mapping[str, torch.Tensor]) -> torch.Tensor:
    """Logits of the marginals (n_texts, n_labels), as serving will sum them."""
    ids = inputs["input_ids"]
    reader = Reader(model, words, text_to_text.method(len(words.labels)))
    found = reader.read(ids, inputs["attention_mask"])
    return torch.from_numpy(found.logits).float().to(ids.device)


def _tokenizer(at: Place, train: Rows, labels: tuple[str, ...]) -> PreTrainedTokenizerFast | None:
    """Trained on the training rows and their strings, once; None for the base model's own."""
    if at.settings.tokenizer == "own":
        return None
    names = spelling.spelled(labels)
    written = [" ".join(names[n] for n in members) for members in _named(train.targets)]
    texts = [*train.texts, *(string or spelling.NONE for string in written)]
    words = [*names, spelling.NONE]
    make = partial(spelling.train_tokenizer, texts, at.settings.vocabulary, words)
    return trained_once(at, make)


def _usable(at: Place, train: Rows, labels: tuple[str, ...]) -> Rows:
    """The training rows that have a target for every label, fractions cut at 0.5."""
    whole = ~np.isnan(train.targets).any(axis=1)
    kept = _only(train, np.flatnonzero(whole))
    if not kept.texts:
        message = (
            "No training row has a target for every label, which a text-to-text run needs: leave "
            f"out labels of {', '.join(labels[:5])} that few rows were asked for, or take another "
            "family."
        )
        raise DataError(message)
    left_out = len(train.texts) - len(kept.texts)
    soft = int(((kept.targets > 0) & (kept.targets < 1)).sum())
    if left_out:
        _note(
            at,
            "missing",
            left_out,
            f"{left_out:,} training rows with a missing target are left out.",
        )
    if soft:
        _note(
            at,
            "soft",
            soft,
            f"{soft:,} targets of the training rows lie between 0 and 1: cut at 0.5.",
        )
    return replace(kept, targets=(kept.targets >= _CUT).astype(np.float32))


def _spread(at: Place, found: Rows, split: str) -> Rows:
    """So many rows as are measured while it trains, evenly spread."""
    most, there = at.settings.evaluation_rows, len(found.texts)
    if not most or there <= most:
        return found
    message = f"Figures while it trains are of {most:,} of the {there:,} {split} rows."
    _note(at, f"sampled {split}", most, message)
    return _only(found, np.arange(most) * there // most)


def _only(found: Rows, places: NDArray[np.intp]) -> Rows:
    return Rows(
        [found.file[n] for n in places],
        found.row[places],
        [found.texts[n] for n in places],
        found.targets[places],
    )


def _note(at: Place, about: str, count: int, message: str) -> None:
    """Say something of the rows, in the log and once in the events."""
    _log.info(message)
    known = any(note.get("split") == about for note in events.read(at.folder, "note"))
    if at.job and not known:
        note = {"kind": "note", "step": 0, "split": about, "rows": count, "message": message}
        events.append(at.folder, note)
