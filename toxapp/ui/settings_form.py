"""The settings of a run as a form: a few that are shown, the rest folded away in groups.

What a setting can be, and its sentence, stand with the settings; here are their words and places.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import streamlit as st

from toxapp.models.devices import devices
from toxapp.runs.allowed import OneOf, Words, YesOrNo
from toxapp.runs.checks import SCRATCH_SETTINGS
from toxapp.runs.settings import TRANSFORMERS, Settings, about, names
from toxapp.ui import look

_BY_GRADIENT = ("epochs", "learning_rate", "max_length", "batch_size", "device")
SHOWN = {"linear": ("c", "class_weight")}
"""By family; the families that are trained by gradient show the same."""
GROUPS = {
    "When it ends": ("steps", "evaluate_every", "evaluation_rows", "best_by", "patience"),
    "How it learns": (
        "schedule", "warmup", "head_rate", "weight_decay", "dropout", "accumulation",
        "batch_tokens",
    ),
    "Rare labels": ("imbalance", "focal_gamma"),
    "What it starts from": (
        "prefix", "freeze_embeddings", "freeze_layers", "tokenizer", "vocabulary", "layers",
        "hidden_size",
    ),
    "The network": ("embedding_size", "pooling", "dense_layers", "dense_size"),
    "Which n-grams": ("char_min", "char_max", "word_max", "min_texts", "bits"),
    "The machine": ("seed", "precision", "serve", "checkpoint_s"),
}  # fmt: skip
TITLES = {
    "epochs": "Epochs", "learning_rate": "Learning rate", "max_length": "Longest text (tokens)",
    "batch_size": "Batch size", "device": "Device", "c": "Closeness of the fit (C)",
    "class_weight": "Weight of positives", "steps": "Steps at most",
    "evaluate_every": "Evaluate every (steps)", "evaluation_rows": "Rows evaluated at most",
    "prefix": "Written before each text", "best_by": "Best weights by",
    "patience": "Patience (evaluations)", "schedule": "Schedule", "warmup": "Warm-up",
    "head_rate": "Pace of the new parts", "weight_decay": "Weight decay", "dropout": "Dropout",
    "accumulation": "Batches a step", "batch_tokens": "Tokens a batch",
    "imbalance": "Make up for rare labels", "focal_gamma": "Focal gamma",
    "freeze_embeddings": "Freeze the embeddings", "freeze_layers": "Freeze first layers",
    "tokenizer": "Tokenizer", "vocabulary": "Vocabulary", "layers": "Layers",
    "hidden_size": "Hidden size", "embedding_size": "Numbers per token",
    "pooling": "Kept of a text", "dense_layers": "Dense layers",
    "dense_size": "Numbers per dense layer", "char_min": "Shortest characters",
    "char_max": "Most characters", "word_max": "Most words", "min_texts": "In texts at least",
    "bits": "Hash bits", "seed": "Seed", "precision": "Precision",
    "serve": "Serve in", "checkpoint_s": "Checkpoint every (s)",
}  # fmt: skip
_OPTIONS = {
    "mean_average_precision": "average precision, mean of labels",
    "mean_roc_auc": "ROC AUC, mean of labels",
    "micro_roc_auc": "ROC AUC, labels pooled",
    "macro_f1_at_half": "F1 at 0.5, mean of labels",
    "micro_f1_at_half": "F1 at 0.5, labels pooled",
    "exact_match_at_half": "texts all right at 0.5",
    "sqrt": "square root",
    "focal": "focal loss",
    "own": "the base model's own",
    "trained": "trained on these texts",
    "full": "full precision",
    "8bit": "8 bits, where they decide alike",
}
_ONLY_PRETRAINED = ("freeze_embeddings", "freeze_layers")


def choose(start: Settings, filled: Mapping[str, Any], version: int) -> dict[str, Any]:
    """The values as chosen, by the settings' names; whether they can be is not judged here.

    Args:
        start: what suits the dataset and the model, or is a recipe's.
        filled: what the fields show at first instead of that.
        version: of the form; another one has fields of its own.
    """
    key = f"{start.dataset}-{start.model}-{start.from_scratch}-{version}"
    first = {name: filled.get(name, getattr(start, name)) for name in names(start.family)}
    values: dict[str, Any] = {}
    shown = SHOWN.get(start.family, _BY_GRADIENT)
    _row([name for name in shown if about(name).of(start.family)], first, key, values)
    groups = {head: [name for name in told if _fits(name, start)] for head, told in GROUPS.items()}
    if any(groups.values()):
        with st.expander("More settings"):
            for heading, asked in groups.items():
                if asked:
                    look.remark(heading)
                    _row(asked, first, key, values)
    return values


def _fits(name: str, start: Settings) -> bool:
    """Whether a setting means anything here."""
    unfit = _ONLY_PRETRAINED if start.from_scratch else SCRATCH_SETTINGS
    if start.family in TRANSFORMERS and name in unfit:
        return False
    return about(name).of(start.family)


def _row(
    shown: Iterable[str], first_values: Mapping[str, Any], key: str, values: dict[str, Any]
) -> None:
    asked = list(shown)
    for first in range(0, len(asked), 3):
        columns = st.columns(3)
        for column, name in zip(columns, asked[first : first + 3], strict=False):
            if _hangs_in_the_air(name, values):
                continue
            with column:
                values[name] = _ask(name, first_values[name], f"{name}-{key}")


def _hangs_in_the_air(name: str, values: dict[str, Any]) -> bool:
    """Whether what is chosen beside it leaves a setting without effect."""
    return (name == "focal_gamma" and values.get("imbalance") != "focal") or (
        name == "vocabulary" and values.get("tokenizer") != "trained"
    )


def _ask(name: str, value: Any, key: str) -> Any:
    known, title = about(name), TITLES[name]
    if name == "device":
        options = devices()
        options += [value] if value not in options else []
        queue = "One job a device; others wait in order."
        return st.selectbox(
            title, options, options.index(value), key=key, help=f"{known.about} {queue}"
        )
    if isinstance(known.allowed, OneOf):
        options = list(known.allowed.choices)
        return st.selectbox(
            title, options, options.index(value), format_func=_words, key=key, help=known.about
        )
    if isinstance(known.allowed, YesOrNo):
        return st.checkbox(title, value, key=key, help=known.about)
    if isinstance(known.allowed, Words):
        return st.text_input(title, value, key=key, help=known.about)
    if isinstance(value, int):
        low, high = int(known.allowed.low), int(known.allowed.high)
        return int(st.number_input(title, low, high, value, key=key, help=known.about))
    # Without bounds: a number out of them gets its sentence instead of being put right in silence.
    small = 0 < value < 0.001
    return float(
        st.number_input(
            title,
            value=value,
            format="%.1e" if small else "%g",
            step=1e-5 if small else 0.1,
            key=key,
            help=known.about,
        )
    )


def _words(option: str) -> str:
    return _OPTIONS.get(option, option)


def placed() -> set[str]:
    """The settings that the form asks for."""
    shown = {name for names in (_BY_GRADIENT, *SHOWN.values()) for name in names}
    return shown | {name for names in GROUPS.values() for name in names}
