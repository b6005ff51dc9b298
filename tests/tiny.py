"""Small real things to test with: comments that can be learned, a BERT with two small layers."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from toxapp import workspace
from toxapp.data import importing, store
from toxapp.data.choice import Choice, Upload
from toxapp.data.labelling import Labelling
from toxapp.data.store import Dataset

RUDE = ("idiot", "clown", "moron", "fool", "pest")
SPAM = ("buy", "cheap", "click", "prize", "offer")
PLAIN = ("the", "bus", "was", "late", "again", "and", "we", "walked", "home", "in", "rain", "nice")
_SAID = (
    "garden window summer coffee letter bridge people always never thought about bought their "
    "children morning because friends little dinner music station weather before without "
    "question yesterday after really should nothing kitchen between already street found when "
    "house during school paper evening"
)
WORDS = _SAID.split()
# No two pairs of them are equally far apart, so that no text is another one shifted by a word.
_PLACES = (0, 1, 4, 9, 15, 22, 32, 34)


def wording(n: int) -> str:
    """The n-th of 68,921 harmless texts of eight words, any two alike in at most two places.

    The words are the values of a polynomial of degree 2 (the digits of n to the base 41) over
    the integers modulo 41, which two different ones share at two places at most.
    """
    assert 0 <= n < 41**3, n
    mixed = (n * 31_415 + 9_265) % 41**3
    a, b, c = mixed % 41, mixed // 41 % 41, mixed // 41**2
    return " ".join(WORDS[(a + b * x + c * x * x) % 41] for x in _PLACES)


def marks(*columns: str) -> Labelling:
    """One column of 0 and 1 per label."""
    return Labelling("columns", columns, columns)


def imported(*files: Path | Upload, choice: Choice | None = None) -> Dataset:
    """The dataset that the files become, made in this process."""
    folder = importing.prepare([_upload(file) for file in files], choice)
    importing.run(folder)
    return store.load(folder.name)


def stored(dataset: Dataset, name: str = "data") -> dict[str, list[object]]:
    """The columns of the dataset's data.parquet, or of its other.parquet."""
    path = workspace.find("datasets", dataset.id) / f"{name}.parquet"
    found: dict[str, list[object]] = pq.read_table(path).to_pydict()
    return found


def reported(*files: Path | Upload, choice: Choice | None = None) -> importing.Report:
    """What a check says of the files."""
    return importing.check([_upload(file) for file in files], choice)


def _upload(file: Path | Upload) -> Upload:
    return file if isinstance(file, Upload) else Upload(file)


def write_comments(path: Path, rows: int = 240, seed: int = 0) -> Path:
    """A CSV of distinct comments; rude and spam follow from the words, never is never carried."""
    rng = np.random.default_rng(seed)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "comment", "rude", "spam", "never"])
        for number in range(rows):
            rude, spam = rng.random() < 0.4, rng.random() < 0.3
            words = [*rng.choice(PLAIN, 8), f"n{number}"]
            words += [str(rng.choice(RUDE))] if rude else []
            words += [str(rng.choice(SPAM))] if spam else []
            text = " ".join(rng.permutation(words))
            writer.writerow([number, text, int(rude), int(spam), 0])
    return path


def tiny_model(folder: Path) -> Path:
    """Save a randomly initialised BERT (2 layers of 32) and its word-level tokenizer."""
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *RUDE, *SPAM, *PLAIN]
    tokenizer = Tokenizer(models.WordLevel({w: n for n, w in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    fast = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_max_length=64,
    )
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
    )
    BertModel(config).save_pretrained(folder)
    fast.save_pretrained(folder)
    return folder


def tiny_t5(folder: Path, labels: tuple[str, ...] = ("rude", "spam", "never")) -> Path:
    """Save a randomly initialised T5 (1 layer of 32 either way) and its word-level tokenizer."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast, T5Config, T5ForConditionalGeneration

    words = ["<pad>", "</s>", "<unk>", *labels, "not_toxic", *RUDE, *SPAM, *PLAIN]
    tokenizer = Tokenizer(models.WordLevel({w: n for n, w in enumerate(words)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A </s>", special_tokens=[("</s>", 1)]
    )
    fast = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer, pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
    )
    torch.manual_seed(0)
    config = T5Config(
        vocab_size=len(words),
        d_model=32,
        d_kv=16,
        d_ff=64,
        num_layers=1,
        num_heads=2,
    )
    config.decoder_start_token_id = 0
    T5ForConditionalGeneration(config).save_pretrained(folder)
    fast.save_pretrained(folder)
    return folder
