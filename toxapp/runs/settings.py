"""All settings of a run, frozen before the start. An invalid setting cannot exist.

Each has its default, its bounds and one sentence, from which the screens and messages are made.
A family of classifiers has some of them; the others are refused by name.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, Self

from toxapp.errors import SettingsError
from toxapp.runs import allowed, checks
from toxapp.runs.allowed import Between, OneOf, Setting, Words, YesOrNo, setting
from toxapp.runs.catalogue import known

FAMILIES = ("encoder", "linear", "text-to-text", "small", "blend", "adopted")
GRADIENT = ("encoder", "text-to-text", "small")
"""The families that are trained by gradient."""
LINEAR = ("linear",)
BLEND = ("blend",)
ADOPTED = ("adopted",)
TRANSFORMERS = ("encoder", "text-to-text")
PRETRAINED = ("encoder",)
"""Those of them whose parts for the labels start untrained, while the others do not."""
OUTPUTS = ("encoder", "small")
"""Those that end in an output per label."""
SMALL = ("small",)
TOKENIZERS = (*TRANSFORMERS, *SMALL)
"""Those that can have a tokenizer of their own."""
TEXT_TO_TEXT = ("text-to-text",)
ENCODER = ("encoder",)
PREFIX = "toxic comment classification: "
ADOPT = "adopt:"
"""What stands before the folder or hub id of a classifier that is taken as it is."""

# Figures of an evaluation; training/figures.py makes them.
BEST_BY = (
    "mean_average_precision", "mean_roc_auc", "micro_roc_auc", "macro_f1_at_half",
    "micro_f1_at_half", "exact_match_at_half", "loss",
)  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """What a run is told; those of its family are the content of config.json."""

    # fmt: off
    dataset: str = field(metadata={"setting": Setting("Its id.", Words(r".*\S.*", "its id"))})
    model: str = setting(
        "minilm", "What training starts from: a key of the catalogue, a hub id or a folder.",
        Words(r".*\S.*", "a catalogue key, hub id or folder"),
    )
    name: str = setting("run", "What the run is called.", Words(r".*\S.*", "what to call the run"))
    epochs: int = setting(2, "Passes over the training rows.", Between(1, 1000), GRADIENT)
    steps: int = setting(
        0, "Ends after so many steps, whatever the epochs; 0 goes by the epochs.",
        Between(0, 10_000_000), GRADIENT,
    )
    learning_rate: float = setting(
        1e-4, "Of the model's body, at its highest.", Between(0, 0.1, above=True), GRADIENT
    )
    head_rate: float = setting(
        10.0, "How many times faster the new parts learn than the body.",
        Between(0, 1000, above=True), PRETRAINED,
    )
    schedule: str = setting(
        "linear", "How the learning rate falls after the warm-up: to 0 in a line or a cosine, or "
        "not at all.", OneOf(("linear", "cosine", "constant")), GRADIENT,
    )
    warmup: float = setting(
        0.06, "Share of the steps over which the learning rate climbs to its highest.",
        Between(0, 1, below=True), GRADIENT,
    )
    weight_decay: float = setting(
        0.01, "How strongly large weights are pulled back.", Between(0, 1), GRADIENT
    )
    dropout: float = setting(
        0.0, "Share of activations dropped while it learns; the measured recipe has none.",
        Between(0, 1, below=True), GRADIENT,
    )
    batch_size: int = setting(
        64, "At most so many texts a batch.", Between(1, 4096), GRADIENT
    )
    batch_tokens: int = setting(
        3072, "At most about so many tokens a batch, padding included: long texts make it smaller.",
        Between(64, 1_000_000), GRADIENT,
    )
    accumulation: int = setting(
        1, "Batches that are learned from together, as one step.", Between(1, 1024), GRADIENT
    )
    max_length: int = setting(
        256, "Tokens read of a text; the rest is cut. A token is about three quarters of a word.",
        Between(8, 8192), GRADIENT,
    )
    evaluate_every: int = setting(
        0, "Steps from one evaluation to the next; 0 evaluates after each epoch.",
        Between(0, 1_000_000), GRADIENT,
    )
    best_by: str = setting(
        BEST_BY[0], "The figure on validation by which the best weights are kept.",
        OneOf(BEST_BY), GRADIENT,
    )
    patience: int = setting(
        0, "Ends after so many evaluations without a better one; 0 goes on to the end.",
        Between(0, 1000), GRADIENT,
    )
    imbalance: str = setting(
        "none", "What makes up for rare labels: nothing, positives that count more (as much as "
        "negatives in all, or by the square root of that), or focal loss.",
        OneOf(("none", "balanced", "sqrt", "focal")), OUTPUTS,
    )
    focal_gamma: float = setting(
        2.0, "How much less focal loss learns from what is scored well already.",
        Between(0, 10), OUTPUTS,
    )
    freeze_embeddings: bool = setting(
        False, "Leaves the embeddings as they are.", YesOrNo(), TRANSFORMERS
    )
    freeze_layers: int = setting(
        0, "Leaves so many of the first layers as they are, and the embeddings below them.",
        Between(0, 1000), TRANSFORMERS,
    )
    from_scratch: bool = setting(
        False, "Starts from random weights instead of the pre-trained ones.",
        YesOrNo(), TRANSFORMERS,
    )
    tokenizer: str = setting(
        "own", "From scratch, or of a small network: the base model's own tokenizer, or one "
        "trained on the training rows.", OneOf(("own", "trained")), TOKENIZERS,
    )
    vocabulary: int = setting(
        8000, "Tokens that a trained tokenizer knows at most.",
        Between(100, 1_000_000), TOKENIZERS,
    )
    layers: int = setting(
        0, "From scratch: how many layers; 0 as many as the base model has.",
        Between(0, 1000), TRANSFORMERS,
    )
    hidden_size: int = setting(
        0, "From scratch: numbers per token between the layers; 0 as many as the base model has.",
        Between(0, 100_000), TRANSFORMERS,
    )
    embedding_size: int = setting(
        128, "Numbers that stand for each token.", Between(1, 4096), SMALL
    )
    pooling: str = setting(
        "mean and max", "What is kept of a text's tokens: the mean of their numbers, or also the "
        "highest of each.", OneOf(("mean", "mean and max")), SMALL,
    )
    dense_layers: int = setting(
        1, "Layers between what is kept of the tokens and the labels; 0 goes straight.",
        Between(0, 16), SMALL,
    )
    dense_size: int = setting(256, "Numbers in each of these layers.", Between(1, 8192), SMALL)
    prefix: str = setting(
        PREFIX, "What every text is preceded by, so that the model knows what to do with it.",
        Words(r"(?s).*", "text"), TEXT_TO_TEXT,
    )
    evaluation_rows: int = setting(
        1000, "Rows of validation and of test that are measured while it trains, evenly spread; "
        "0 measures all. The scores at the end are of all rows.",
        Between(0, 10_000_000), TEXT_TO_TEXT,
    )
    c: float = setting(
        2.0, "Higher fits the training rows closer, lower keeps the weights small.",
        Between(0, 1e6, above=True), LINEAR,
    )
    class_weight: str = setting(
        "sqrt", "How much more a positive counts than a negative: as much, negatives / positives "
        "times, or the square root of that.", OneOf(("none", "sqrt", "balanced")), LINEAR,
    )
    char_min: int = setting(
        2, "Characters of the shortest character n-gram.", Between(2, 16), LINEAR
    )
    char_max: int = setting(
        5, "Characters of the longest character n-gram.", Between(2, 16), LINEAR
    )
    word_max: int = setting(2, "Words of the longest word n-gram.", Between(1, 2), LINEAR)
    min_texts: int = setting(
        2, "N-grams of fewer training rows are left out.", Between(1, 1_000_000), LINEAR
    )
    bits: int = setting(
        21, "N-grams are hashed into two to this power columns of either kind.",
        Between(1, 24), LINEAR,
    )
    runs: str = setting(
        "", "Ids of the finished runs that are combined, with commas between.",
        Words(r"[a-z0-9, -]*", "the ids of runs, with commas between"), BLEND,
    )
    map: str = setting(
        "", "What the classifier calls each label, where it is another name: label=theirs, with "
        "commas between; none where it has no such label.",
        Words(r"|[^=,]+=[^=,]+(,[^=,]+=[^=,]+)*", "label=theirs, with commas between"), ADOPTED,
    )
    seed: int = setting(0, "Of everything drawn at random.", Between(0, 2**32 - 1), GRADIENT)
    device: str = setting(
        "auto", "Where it trains; auto takes the GPU where there is one.",
        Words(r"auto|cpu|mps|cuda(:\d+)?", "auto, cpu, mps, cuda or cuda:N"), GRADIENT,
    )
    precision: str = setting(
        "auto", "Of the training's arithmetic: auto takes bf16 where the device does it well.",
        OneOf(("auto", "bf16", "fp32")), GRADIENT,
    )
    serve: str = setting(
        "full", "How it scores once it serves, on the CPU: in full precision, or in 8 bits, which "
        "is faster, unless that changes too many decisions on validation.",
        OneOf(("full", "8bit")), ENCODER,
    )
    checkpoint_s: float = setting(
        120.0, "Seconds between checkpoints within an epoch.", Between(0, above=True), GRADIENT
    )
    # fmt: on

    def __post_init__(self) -> None:
        """Refuse settings that cannot work, all of them at once."""
        wrong = [*checks.refusals(self), *checks.contradictions(self)]
        if wrong:
            raise SettingsError(" ".join(wrong))

    @property
    def family(self) -> str:
        """The kind of classifier."""
        return family_of(self.model)

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> Self:
        """The settings in a config.json; unknown keys, and those the family lacks, are refused."""
        family = family_of(str(found.get("model", "minilm")))
        known_ = {field.name for field in fields(cls)}
        unknown = sorted(set(found) - known_)
        if unknown:
            raise SettingsError(f"config.json has unknown settings: {', '.join(unknown)}.")
        lacking = [
            checks.lacks(family, name, names(family)) for name in found if name not in names(family)
        ]
        if lacking:
            raise SettingsError(" ".join(lacking))
        return cls(**found)

    def to_json(self) -> dict[str, Any]:
        """The settings of the run's family, for config.json."""
        return {name: getattr(self, name) for name in names(self.family)}


def family_of(model: str) -> str:
    """The family of classifiers that `model` names."""
    entry = known(model)
    if (entry.key if entry else model).startswith("t5:"):
        return "text-to-text"
    if model.startswith(ADOPT):
        return "adopted"
    if model.startswith("small:"):
        return "small"
    return model if model in ("linear", "small", "blend") else "encoder"


def members(settings: Settings) -> list[str]:
    """The ids of the runs that a blend combines, each once, in the order given."""
    return list(dict.fromkeys(filter(None, map(str.strip, settings.runs.split(",")))))


def names(family: str) -> list[str]:
    """The settings that a family has, in their order."""
    return [found.name for found in fields(Settings) if allowed.of(found).of(family)]


def about(name: str) -> Setting:
    """What is known of the setting of that name."""
    return next(allowed.of(found) for found in fields(Settings) if found.name == name)
