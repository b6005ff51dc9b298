"""Small real things to test with: comments that can be learned, a BERT with two small layers."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

RUDE = ("idiot", "clown", "moron", "fool", "pest")
SPAM = ("buy", "cheap", "click", "prize", "offer")
PLAIN = ("the", "bus", "was", "late", "again", "and", "we", "walked", "home", "in", "rain", "nice")


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
